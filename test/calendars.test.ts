// Calendars: our feeds, external calendars that we read, and a real CalDAV server. A second parser and a real client read what we write.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readAvailability } from '../src/application/calendars/vavailability.ts'
import { busyIn } from '../src/application/calendars/busy-time.ts'
import { folded } from '../src/application/calendars/content-lines.ts'
import { calendarObject, zoneBlock } from '../src/application/calendars/ics-event.ts'
import { pageWords } from '../src/locales/words.ts'
import { ofAppointment } from '../src/application/messaging/wording.ts'
import { offsetAt } from '../src/kernel/time/zone.ts'
import { isThorough, sampled } from './helpers/effort.ts'
import { basic, describeOnRadicale, startRadicale, type Radicale } from './helpers/radicale.ts'
import { makeOffice, PERSON, START, startService, type Office, type TestService } from './helpers/service.ts'

const ICAL = createRequire(import.meta.url)('ical.js').default ?? createRequire(import.meta.url)('ical.js')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const IF_ANY = { headers: { 'if-match': '*' } }
let service: TestService
let office: Office & { agents: any[] }
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { agents: 2 })
})
afterAll(() => service.close())
beforeEach(() => void (service.clock.now = START))
const call: TestService['tenant']['call'] = (...args) => service.tenant.call(...args)
const ics = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:x', ...lines, 'END:VCALENDAR', ''].join('\r\n')
const event = (...lines: string[]): string[] => ['BEGIN:VEVENT', 'DTSTAMP:20261101T000000Z', ...lines, 'END:VEVENT']
const freeOf = async (agentId: string, day: string): Promise<string[]> => {
  const url = `/v1/slots?serviceId=${office.service.id}&agentId=${agentId}&from=${day}&to=${day}`
  const { body } = await call('GET', url)
  return body.days.flatMap((d: any) => d.slots.map((s: any) => s.start.slice(11, 16)))
}

describe('an appointment as an iCalendar object', () => {
  const speaker = {
    language: 'it' as const,
    words: pageWords('it'),
    config: { name: 'Comune', locations: new Map(), services: new Map() } as any,
  }
  const made = (zone: string, start: number) =>
    calendarObject(
      speaker,
      {
        ...{
          id: '0192f3a4-0000-7000-8000-000000000001',
          serviceIds: [],
          locationId: '',
          channel: 'phone',
          status: 'confirmed',
        },
        ...{ start, end: start + HOUR, timeZone: zone, version: 3, createdAt: START, updatedAt: START },
      },
      {
        method: 'REQUEST',
        organizer: { name: 'Comune', email: 'a@b.example' },
        attendee: { name: 'Ada', email: 'c@d.example' },
      },
    )
  test('answers are wanted where they are read; a message tells the two equal hours of autumn apart, and names the zone of a call', () => {
    expect(made('Europe/Rome', START)).toContain('RSVP=FALSE')
    const first = Date.parse('2027-10-31T02:30:00+02:00')
    const say = (start: number) => {
      const told = {
        serviceIds: [],
        start,
        end: start + HOUR / 2,
        timeZone: 'Europe/Rome',
        channel: 'phone',
        places: 1,
      }
      return ofAppointment(speaker, { ...told, locationId: '' })
    }
    expect(say(first).variables.when).toBe('domenica 31 ottobre 2027, 02:30 (UTC+2)')
    expect(say(first + HOUR).variables.when).toBe('domenica 31 ottobre 2027, 02:30 (UTC+1)')
    expect(say(first).facts.map(([, text]) => text)).toEqual(
      expect.arrayContaining(['domenica 31 ottobre 2027, 02:30 (UTC+2)–02:00 (UTC+1)', 'Europe/Rome']),
    )
    expect(say(first - HOUR).variables.when).toBe('domenica 31 ottobre 2027, 01:30')
  })

  test('a second parser finds the instants that were meant, in every zone and at every half hour around its changes', () => {
    const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zoneBlock(zone) !== null)
    expect(zones.length).toBeGreaterThan(300)
    const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2028, 0, 1)]
    const days = Array.from({ length: (to - from) / DAY }, (_, i) => from + i * DAY)
    const changes = sampled(zones, 3).flatMap((zone) => {
      const offsets = [...days, to].map((day) => offsetAt(zone, day))
      return days.filter((_, i) => offsets[i] !== offsets[i + 1]).map((day) => [zone, day] as const)
    })
    expect(changes.length).toBeGreaterThan(isThorough ? 300 : 100)
    const check = ([zone, start]: readonly [string, number]): void => {
      const calendar = new ICAL.Component(ICAL.parse(made(zone, start)))
      const event = calendar.getFirstSubcomponent('vevent')
      expect(event.getFirstPropertyValue('dtstart').toUnixTime() * 1000, zone).toBe(start)
      expect(event.getFirstPropertyValue('dtend').toUnixTime() * 1000, zone).toBe(start + HOUR)
    }
    const anywhere = fc.tuple(fc.constantFrom(...zones), fc.integer({ min: from / HOUR, max: to / HOUR }))
    const around = fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -6, max: 60 }))
    fc.assert(
      fc.property(
        fc.oneof(
          anywhere.map(([zone, hours]) => [zone, hours * HOUR] as const),
          around.map(([[zone, day], halves]) => [zone, day + (halves * HOUR) / 2] as const),
        ),
        check,
      ),
      // Its repeated hour in autumn is two hours long.
      { numRuns: 300, examples: [[['Antarctica/Troll', Date.parse('2026-10-24T23:00:00Z')]]] },
    )
  })
  const KHAL = '/usr/bin/khal'
  test.skipIf(!existsSync(KHAL))(`${KHAL}, a real client, shows it at its hour`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'agenda-khal-'))
    const config = [
      ...['[calendars]', '[[uno]]', `path = ${folder}/cal`, 'type = calendar', '[locale]', 'timeformat = %H:%M'],
      ...['dateformat = %Y-%m-%d', 'longdateformat = %Y-%m-%d', 'datetimeformat = %Y-%m-%d %H:%M'],
      ...['longdatetimeformat = %Y-%m-%d %H:%M', 'local_timezone = Europe/Rome', '[sqlite]', `path = ${folder}/db`, ''],
    ]
    writeFileSync(join(folder, 'config'), config.join('\n'))
    execFileSync('mkdir', [join(folder, 'cal')])
    writeFileSync(
      join(folder, 'cal', 'a.ics'),
      made('Europe/Rome', Date.parse('2026-11-24T10:00:00+01:00')).replace(/^METHOD:.*\r\n/m, ''),
    )
    const shown = execFileSync(
      KHAL,
      ['-c', join(folder, 'config'), 'list', '2026-11-24', '1d', '--format', '{start-time}|{end-time}|{title}'],
      {
        env: { ...process.env, LC_ALL: 'C.UTF-8', HOME: folder, XDG_CACHE_HOME: folder },
      },
    ).toString()
    rmSync(folder, { recursive: true })
    expect(shown).toContain('10:00|11:00| – Comune')
  })
})

describe('feeds', () => {
  const read = (url: string, headers: Record<string, string> = {}) =>
    service.app.inject({ method: 'GET', url: new URL(url).pathname, headers })

  test('of an agent, a location and a pool: read by address, 304 while nothing changed, gone once revoked', async () => {
    const a = await service.tenant.make('appointments', {
      ...{ serviceIds: [office.service.id], agentId: office.agent.id, contact: PERSON },
      start: '2026-11-24T10:00:00+01:00',
    })
    const feed = await service.tenant.make('calendar-feeds', {
      ownerKind: 'agent',
      ownerId: office.agent.id,
      showsNames: true,
    })
    const first = await read(feed.url)
    expect(first.statusCode).toBe(200)
    expect(first.headers['content-type']).toContain('text/calendar')
    const calendar = new ICAL.Component(ICAL.parse(first.body))
    const [entry] = calendar.getAllSubcomponents('vevent')
    // Not the UID of the invitation, which only its citizen knows.
    const uid = entry.getFirstPropertyValue('uid')
    expect(uid).toMatch(/^[\w-]{22}@agenda$/)
    expect(first.body).not.toContain(a.id)
    expect(entry.getFirstPropertyValue('summary')).toContain('Ada Neri')
    const etag = String(first.headers.etag)
    expect((await read(feed.url, { 'if-none-match': etag })).statusCode).toBe(304)
    await call('PATCH', `/v1/appointments/${a.id}`, { notes: 'x' }, IF_ANY)
    expect((await read(feed.url, { 'if-none-match': etag })).statusCode).toBe(200)
    const plain = await service.tenant.make('calendar-feeds', { ownerKind: 'location', ownerId: office.location.id })
    const shown = (await read(plain.url)).body
    expect(shown).toContain(uid)
    expect(shown).not.toContain('Neri')
    const other = await service.tenant.make('calendar-feeds', { ownerKind: 'agent', ownerId: office.agents[1].id })
    expect((await read(other.url)).body).not.toContain(uid)
    expect(JSON.stringify((await call('GET', '/v1/calendar-feeds')).body)).not.toContain(feed.url.split('.').at(-2))
    expect((await call('POST', `/v1/calendar-feeds/${feed.id}/revocation`)).body.revokedAt).not.toBeNull()
    expect((await read(feed.url)).statusCode).toBe(404)
    expect((await read(plain.url.replace(/.{6}\.ics$/, 'AAAAAA.ics'))).statusCode).toBe(404)
    const { body } = await call('POST', '/v1/calendar-feeds', { ownerKind: 'pool', ownerId: office.agent.id })
    expect(body.code).toBe('invalid_reference')
    // The secret of a feed's URL is not an API key.
    const token = /feeds\/(.+)\.ics/.exec(plain.url)![1]!
    expect((await call('GET', '/v1/appointments', undefined, { key: token })).status).toBe(401)
  })

  test('free and busy time as JSON and as VFREEBUSY', async () => {
    const url = `/v1/agents/${office.agent.id}/free-busy?from=2026-11-24T00:00:00%2B01:00&to=2026-11-25T00:00:00%2B01:00`
    const { body } = await call('GET', url)
    expect(body.free).toEqual([
      { start: '2026-11-24T09:00:00+01:00', end: '2026-11-24T10:00:00+01:00' },
      { start: '2026-11-24T10:30:00+01:00', end: '2026-11-24T13:00:00+01:00' },
    ])
    const text = await call('GET', url, undefined, { headers: { accept: 'text/calendar' } })
    expect(busyIn([text.body], 'Europe/Rome', START, START + 10 * DAY).slice(0, 2)).toEqual([
      Date.parse('2026-11-24T00:00:00+01:00'),
      Date.parse('2026-11-24T09:00:00+01:00'),
    ])
    expect(text.body).toContain('FREEBUSY:20261124T090000Z/20261124T093000Z')
    expect(text.body).toContain('FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261123T230000Z/20261124T080000Z')
    expect((await call('GET', url.replace('2026-11-25', '2027-11-25'))).body.code).toBe('range_too_long')
  })
  test('lines are folded at 75 octets, never inside a sign', () => {
    const line = folded(`X:${'è'.repeat(100)}`)
    for (const part of line.split('\r\n')) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(75)
    expect(line.replaceAll('\r\n ', '')).toBe(`X:${'è'.repeat(100)}`)
  })
})

describe('busy time of other calendars', () => {
  const [from, to] = [Date.parse('2026-10-01T00:00:00Z'), Date.parse('2027-04-01T00:00:00Z')]
  const shown = (text: string): string[] =>
    busyIn([text], 'Europe/Rome', from, to).map((at) => new Date(at).toISOString().slice(0, 16))
  test.each<[string, string[], string[]]>([
    ['UTC', ['UID:1', 'DTSTART:20261124T090000Z', 'DTEND:20261124T100000Z'], ['2026-11-24T09:00', '2026-11-24T10:00']],
    [
      'a named zone',
      ['UID:1', 'DTSTART;TZID=America/New_York:20261124T090000', 'DURATION:PT30M'],
      ['2026-11-24T14:00', '2026-11-24T14:30'],
    ],
    [
      'floating',
      ['UID:1', 'DTSTART:20261124T090000', 'DTEND:20261124T100000'],
      ['2026-11-24T08:00', '2026-11-24T09:00'],
    ],
    ['a whole day', ['UID:1', 'DTSTART;VALUE=DATE:20261124'], ['2026-11-23T23:00', '2026-11-24T23:00']],
    ['cancelled', ['UID:1', 'STATUS:CANCELLED', 'DTSTART:20261124T090000Z', 'DTEND:20261124T100000Z'], []],
    ['transparent', ['UID:1', 'TRANSP:TRANSPARENT', 'DTSTART:20261124T090000Z', 'DTEND:20261124T100000Z'], []],
    [
      'our own',
      ['UID:0192f3a4-0000-7000-8000-000000000001@agenda', 'DTSTART:20261124T090000Z', 'DTEND:20261124T100000Z'],
      [],
    ],
    [
      'weekly over the change of the clock, with an exception',
      [
        'UID:1',
        'DTSTART;TZID=Europe/Rome:20261019T100000',
        'DTEND;TZID=Europe/Rome:20261019T110000',
        'RRULE:FREQ=WEEKLY;COUNT=3',
        'EXDATE;TZID=Europe/Rome:20261026T100000',
      ],
      ['2026-10-19T08:00', '2026-10-19T09:00', '2026-11-02T09:00', '2026-11-02T10:00'],
    ],
  ])('%s', (_name, lines, expected) => expect(shown(ics(...event(...lines)))).toEqual(expected))

  test('one occurrence that was moved, one that was cancelled, and a zone that only the calendar knows', () => {
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Ufficio',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0300',
      'TZOFFSETTO:+0300',
      'END:STANDARD',
      'END:VTIMEZONE',
    ]
    const rule = event(
      'UID:1',
      'DTSTART;TZID=Ufficio:20261123T120000',
      'DTEND;TZID=Ufficio:20261123T130000',
      'RRULE:FREQ=DAILY;COUNT=4',
    )
    const moved = event(
      'UID:1',
      'RECURRENCE-ID;TZID=Ufficio:20261124T120000',
      'DTSTART;TZID=Ufficio:20261124T150000',
      'DTEND;TZID=Ufficio:20261124T160000',
    )
    const off = event(
      'UID:1',
      'RECURRENCE-ID;TZID=Ufficio:20261125T120000',
      'STATUS:CANCELLED',
      'DTSTART;TZID=Ufficio:20261125T120000',
      'DTEND;TZID=Ufficio:20261125T130000',
    )
    expect(shown(ics(...zone, ...rule, ...moved, ...off)).filter((_, i) => i % 2 === 0)).toEqual([
      '2026-11-23T09:00',
      '2026-11-24T12:00',
      '2026-11-26T09:00',
    ])
  })
  test('a zone that calls itself Europe/Rome and is not changes nothing, here or elsewhere', () => {
    const lie = [
      'BEGIN:VTIMEZONE',
      'TZID:Europe/Rome',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0900',
      'TZOFFSETTO:+0900',
      'END:STANDARD',
      'END:VTIMEZONE',
    ]
    const lines = event('UID:1', 'DTSTART;TZID=Europe/Rome:20261124T100000', 'DTEND;TZID=Europe/Rome:20261124T110000')
    expect(shown(ics(...lie, ...lines))).toEqual(['2026-11-24T09:00', '2026-11-24T10:00'])
    expect(shown(ics(...lines))).toEqual(['2026-11-24T09:00', '2026-11-24T10:00'])
  })
  test('what would never end is refused, and so is what is no calendar', () => {
    const endless = ics(...event('UID:1', 'DTSTART:19700101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY'))
    expect(() => shown(endless)).toThrow()
    expect(() => shown('<html>')).toThrow()
    const old = ics(...event('UID:1', 'DTSTART:19700101T000000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY'))
    expect(shown(old).length).toBe(2 * 182)
  })
})

describe('a calendar by its address', () => {
  let body = ''
  let status = 200
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers['if-none-match'])
    if (status === 200 && request.headers['if-none-match'] === '"1"') return void response.writeHead(304).end()
    response
      .writeHead(status, { 'content-type': 'text/calendar', ...(status === 200 ? { etag: '"1"' } : {}) })
      .end(body)
  })
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => void server.close())

  test('takes the agent’s time; asked again only if it changed; when it fails the last known state stays, ages, and its owner hears', async () => {
    const [, agent] = office.agents
    await call('PATCH', `/v1/agents/${agent.id}`, { email: 'agente@comune.example' }, IF_ANY)
    body = ics(...event('UID:1', 'DTSTART:20261125T080000Z', 'DTEND:20261125T110000Z'))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/segreto.ics`
    const added = await service.tenant.make('external-calendars', { agentId: agent.id, kind: 'ics', url })
    expect(JSON.stringify(added)).not.toContain('segreto')
    expect(added).toMatchObject({ readAt: null, ageSeconds: null })
    expect((await freeOf(agent.id, '2026-11-25')).length).toBe(8)
    await service.settle()
    expect(await freeOf(agent.id, '2026-11-25')).toEqual(['12:00', '12:30'])
    const refused = await call('POST', '/v1/appointments', {
      ...{ serviceIds: [office.service.id], agentId: agent.id, contact: PERSON, start: '2026-11-25T10:00:00+01:00' },
    })
    expect(refused.status).toBe(409)
    service.clock.now += 11 * 60_000
    await service.settle()
    expect(asked.at(-1)).toBe('"1"')
    status = 503
    for (let hours = 0; hours < 26; hours += 2) {
      service.clock.now += 2 * HOUR
      await service.settle()
    }
    const [failing] = (await call('GET', `/v1/external-calendars?agentId=${agent.id}`)).body.items
    expect(failing.failure).toBe('http_503')
    expect(failing.ageSeconds).toBeGreaterThan(86_400)
    service.clock.now = START + DAY
    expect(await freeOf(agent.id, '2026-11-25')).toEqual(['12:00', '12:30'])
    const { items } = (await call('GET', '/v1/messages')).body
    const warnings = items.filter((m: any) => m.template === 'calendar_failing')
    expect(warnings.map((m: any) => m.recipient)).toEqual(['agente@comune.example'])
    expect(warnings[0].text).not.toContain('segreto')
    status = 200
    body = ics()
    await call('POST', `/v1/external-calendars/${added.id}/refresh`)
    await service.settle()
    expect((await call('GET', `/v1/external-calendars?agentId=${agent.id}`)).body.items[0].failure).toBeNull()
    await call('DELETE', `/v1/external-calendars/${added.id}`)
    expect((await freeOf(agent.id, '2026-11-25')).length).toBe(8)
  })
})

describeOnRadicale('a CalDAV calendar, on Radicale', () => {
  let radicale: Radicale
  beforeAll(async () => void (radicale = await startRadicale()))
  afterAll(() => radicale.stop())
  const put = (name: string, text: string) =>
    fetch(`${radicale.url}${name}.ics`, {
      method: 'PUT',
      headers: { authorization: basic(radicale), 'content-type': 'text/calendar' },
      body: text,
    })
  const get = (name: string) => fetch(`${radicale.url}${name}.ics`, { headers: { authorization: basic(radicale) } })

  test('is read as busy time and has our appointments, moved and removed with them; a wrong password loses nothing', async () => {
    const { agent } = office
    const added = await service.tenant.make('external-calendars', {
      ...{ agentId: agent.id, kind: 'caldav', url: radicale.url, username: radicale.username },
      ...{ password: radicale.password, isWritten: true },
    })
    await put(
      'dentista',
      ics(
        ...event('UID:dentista', 'DTSTART;TZID=Europe/Rome:20261126T090000', 'DTEND;TZID=Europe/Rome:20261126T120000'),
      ),
    )
    await service.settle()
    expect((await call('GET', '/v1/external-calendars')).body.items[0]).toMatchObject({ failure: null })
    expect(await freeOf(agent.id, '2026-11-26')).toEqual(['12:00', '12:30'])
    const a = await service.tenant.make('appointments', {
      ...{ serviceIds: [office.service.id], agentId: agent.id, contact: PERSON, start: '2026-11-26T12:00:00+01:00' },
    })
    await service.settle()
    const there = await (await get(a.id)).text()
    const begin = new ICAL.Component(ICAL.parse(there)).getFirstSubcomponent('vevent').getFirstPropertyValue('dtstart')
    expect(begin.toUnixTime() * 1000).toBe(Date.parse('2026-11-26T12:00:00+01:00'))
    await call('POST', `/v1/appointments/${a.id}/rescheduling`, { start: '2026-11-26T12:30:00+01:00' }, IF_ANY)
    await service.settle()
    expect(await (await get(a.id)).text()).toContain('T123000')
    service.clock.now += 11 * 60_000
    await service.settle()
    // Our own entry in the external calendar does not count as busy time again.
    expect(await freeOf(agent.id, '2026-11-26')).toEqual(['12:00'])
    await call('POST', `/v1/appointments/${a.id}/cancellation`, {}, IF_ANY)
    await service.settle()
    expect((await get(a.id)).status).toBe(404)
    await service.deps.db.kysely
      .updateTable('external_calendars')
      .set({ document: JSON.stringify({ url: radicale.url, username: radicale.username, password: 'falsa' }) })
      .where('tenant_id', '=', service.tenant.id)
      .where('id', '=', added.id)
      .execute()
    await call('POST', `/v1/external-calendars/${added.id}/refresh`)
    await service.settle()
    expect((await call('GET', '/v1/external-calendars')).body.items[0].failure).toBe('http_401')
    expect((await freeOf(agent.id, '2026-11-26')).length).toBe(2)
  })
})

describe('availability (RFC 7953)', () => {
  test('what is written out and read in again is the same hours', async () => {
    const agent = await service.tenant.make('agents', {
      name: 'Nuova',
      serviceIds: [office.service.id],
      locationIds: [office.location.id],
    })
    const { body: out } = await call('GET', `/v1/agents/${office.agent.id}/availability`)
    const calendar = new ICAL.Component(ICAL.parse(out))
    expect(calendar.getFirstSubcomponent('vavailability').getAllSubcomponents('available').length).toBe(1)
    const put = await call('PUT', `/v1/agents/${agent.id}/availability`, out, {
      headers: { 'content-type': 'text/calendar' },
    })
    expect(put.status, JSON.stringify(put.body)).toBe(201)
    expect(await freeOf(agent.id, '2026-12-01')).toEqual([
      '09:00',
      '09:30',
      '10:00',
      '10:30',
      '11:00',
      '11:30',
      '12:00',
      '12:30',
    ])
    const bad = await call('PUT', `/v1/agents/${agent.id}/availability`, 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n', {
      headers: { 'content-type': 'text/calendar' },
    })
    expect(bad.body.code).toBe('unreadable_calendar')
  })
  test('what a schedule cannot hold is refused with a sentence', () => {
    const of = (...lines: string[]) =>
      ics('BEGIN:VAVAILABILITY', 'BEGIN:AVAILABLE', 'UID:1', ...lines, 'END:AVAILABLE', 'END:VAVAILABILITY')
    expect(() => readAvailability(of('DTSTART:20261124T090000', 'DTEND:20261126T090000'))).toThrow(/more than a day/)
    expect(() =>
      readAvailability(of('DTSTART:20261124T090000', 'DTEND:20261124T100000', 'RRULE:FREQ=SECONDLY')),
    ).toThrow(/RRULE/)
    expect(
      readAvailability(of('DTSTART;TZID=Europe/Rome:20261124T090000', 'DURATION:PT15H', 'RRULE:FREQ=WEEKLY')),
    ).toMatchObject({
      timeZone: 'Europe/Rome',
      rules: [{ windows: [{ from: '09:00', to: '24:00' }] }],
    })
  })
})
