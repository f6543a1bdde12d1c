// Faults that an attacker and a reviewer of the code caused with messages, calendars, webhooks and the waiting list.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { cancel } from '../src/domain/appointment/change.ts'
import { parseInWorker } from '../src/application/calendars/parse-in-worker.ts'
import { calendarObject } from '../src/application/calendars/ics-event.ts'
import { transaction } from '../src/platform/database/tx.ts'
import { writeEvent } from '../src/platform/events/events.ts'
import { pageWords } from '../src/locales/words.ts'
import { bouncesIn, messageIdIn } from '../src/application/messaging/bounce.ts'
import { providerIdIn } from '../src/application/messaging/gateway.ts'
import { startReceiver, type Receiver } from './helpers/receiver.ts'
import { refusal, startMailbox, type Mailbox } from './helpers/mailbox.ts'
import { smtpSender, type Sender } from '../src/application/messaging/smtp.ts'
import { makeOffice, START, startService, type Office, type TestService } from './helpers/service.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const IF_ANY = { headers: { 'if-match': '*' } }
let service: TestService
let office: Office & { agents: any[] }
let gateway: Receiver
let mailbox: Mailbox
let sender: Sender
let person = 0
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { agents: 3 })
  gateway = await startReceiver()
  mailbox = await startMailbox()
  sender = smtpSender(mailbox.url, 'no-reply@comune.example')
  service.deps.mail = sender.send
})
afterAll(async () => {
  sender.close()
  await mailbox.close()
  await gateway.close()
  await service.close()
})
beforeEach(async () => {
  service.clock.now = START
  mailbox.answer({})
  gateway.answer(null)
  await service.settle()
  gateway.got.length = 0
  mailbox.got.length = 0
})
const call: TestService['tenant']['call'] = (...args) => service.tenant.call(...args)
const who = (more: object = {}) => {
  person += 1
  return { firstName: 'Eva', lastName: `R ${person}`, email: `eva${person}@posta.example`, ...more }
}
const book = (start: string, contact: object = who(), more: object = {}): Promise<any> =>
  service.tenant.make('appointments', { serviceIds: [office.service.id], start, contact, ...more })
const stop = (id: string) => call('POST', `/v1/appointments/${id}/cancellation`, { reason: 'x' }, IF_ANY)
const outbox = async (id: string): Promise<any[]> => (await call('GET', `/v1/messages?subjectId=${id}`)).body.items
const statusOf = async (id: string): Promise<string> => (await call('GET', `/v1/appointments/${id}`)).body.status
const ics = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:x', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join(
    '\r\n',
  )
const rfc822 = { headers: { 'content-type': 'message/rfc822' } }

describe('what strangers write', () => {
  const busy = (text: string) =>
    parseInWorker({ kind: 'busy', texts: [text], zone: 'Europe/Rome', from: START, to: START + 100 * 24 * HOUR }, 1_500)
  test.each([
    [
      'a day that never comes',
      ics('UID:1', 'DTSTART:20260101T000000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'),
    ],
    ['every second', ics('UID:1', 'DTSTART:20260101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=SECONDLY')],
    [
      'a zone that changes every second',
      ics('UID:1', 'DTSTART;TZID=X:20261201T000000', 'DURATION:PT1H').replace(
        'BEGIN:VEVENT',
        [
          'BEGIN:VTIMEZONE',
          'TZID:X',
          'BEGIN:STANDARD',
          'DTSTART:19700101T000000',
          'RRULE:FREQ=SECONDLY',
          'TZOFFSETFROM:+0100',
          'TZOFFSETTO:+0100',
          'END:STANDARD',
          'END:VTIMEZONE',
          'BEGIN:VEVENT',
        ].join('\r\n'),
      ),
    ],
  ])('a calendar with %s ends after its time, and the service answers meanwhile', async (_name, text) => {
    let beats = 0
    const heart = setInterval(() => (beats += 1), 20)
    const ended = await busy(text).catch((error: { failure?: string }) => error.failure)
    clearInterval(heart)
    expect(['too_long', 'too_many']).toContain(ended)
    if (ended === 'too_long') expect(beats).toBeGreaterThan(5)
  })

  test('no mail makes a 500, and none is read for long', async () => {
    const reply = (uid: string, sequence = '0') =>
      [
        'From: a@b.example',
        'Content-Type: text/calendar',
        '',
        'BEGIN:VCALENDAR',
        'METHOD:REPLY',
        'BEGIN:VEVENT',
        `UID:${uid}@agenda`,
        `SEQUENCE:${sequence}`,
        'ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.example',
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n')
    for (const mail of [
      reply('-'.repeat(36)),
      reply(service.deps.newId(), 'x'),
      reply(service.deps.newId(), '9'.repeat(40)),
      'From: \0\r\n\r\n\0',
    ])
      expect((await call('POST', '/v1/inbound/mail', mail, rfc822)).status, mail.slice(0, 200)).toBeLessThan(500)
    const began = performance.now()
    expect(messageIdIn('message-id:<'.repeat(40_000))).toBeNull()
    // Trying again from each position of the text took 25 s.
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(
      bouncesIn(`Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.0\0${'x'.repeat(1000)}`),
    ).toMatchObject([{ status: '5.0.0' }])
    const gatewayOf = { idPath: 'id' } as never
    expect(providerIdIn(gatewayOf, '{"id":"a\\u0000b"}')).toBeNull()
    expect(providerIdIn(gatewayOf, '{"id":"ab-1"}')).toBe('ab-1')
  })

  test('somebody else’s answer cancels nothing, nor does one to a version that never was', async () => {
    const contact = who()
    const a = await book('2026-11-24T09:00:00+01:00', contact)
    await service.settle()
    const reply = (from: string, sequence: number) =>
      [
        `From: ${from}`,
        'Content-Type: text/calendar; method=REPLY',
        '',
        'BEGIN:VCALENDAR',
        'METHOD:REPLY',
        'BEGIN:VEVENT',
        `UID:${a.id}@agenda`,
        `SEQUENCE:${sequence}`,
        `ATTENDEE;PARTSTAT=DECLINED:mailto:${contact.email}`,
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('\r\n')
    expect((await call('POST', '/v1/inbound/mail', reply('x@evil.example', 0), rfc822)).body.result).toBe('ignored')
    expect((await call('POST', '/v1/inbound/mail', reply(contact.email, 999), rfc822)).body.result).toBe('stale')
    expect(await statusOf(a.id)).toBe('confirmed')
  })

  test('a report about another recipient says nothing of ours', async () => {
    const contact = who()
    const a = await book('2026-11-24T09:30:00+01:00', contact)
    await service.settle()
    const [message] = await outbox(a.id)
    const dsn = [
      'From: m@x.example',
      'Content-Type: multipart/report; boundary=b',
      '',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; x',
      '',
      'Final-Recipient: rfc822; other@else.example',
      'Action: failed',
      'Status: 5.1.1',
      '',
      '--b',
      'Content-Type: text/rfc822-headers',
      '',
      `Message-ID: <${message.id}@comune.example>`,
      '',
      '--b--',
      '',
    ].join('\r\n')
    expect((await call('POST', '/v1/inbound/mail', dsn, rfc822)).body.result).toBe('ignored')
    expect(JSON.stringify((await call('GET', '/v1/suppressions')).body)).not.toContain(contact.email)
  })

  test('a quotation mark in a name stays in the name', () => {
    const speaker = {
      language: 'it' as const,
      words: pageWords('it'),
      config: { name: 'C', locations: new Map(), services: new Map() } as any,
    }
    const text = calendarObject(
      speaker,
      {
        ...{
          id: service.deps.newId(),
          serviceIds: [],
          locationId: '',
          channel: 'phone',
          status: 'confirmed',
          start: START,
          end: START + HOUR,
        },
        ...{ timeZone: 'Europe/Rome', version: 1, createdAt: START, updatedAt: START },
      },
      {
        method: 'REQUEST',
        organizer: { name: 'C', email: 'c@c.example' },
        attendee: { name: 'A":mailto:evil@evil.example', email: 'a@b.example' },
      },
    ).replace(/\r\n[ \t]/g, '')
    expect(/^ATTENDEE.*$/m.exec(text)![0]).toMatch(/:mailto:a@b\.example\r?$/i)
    expect(/^ATTENDEE.*$/m.exec(text)![0]).not.toContain('\\"')
  })
})

describe('texts', () => {
  beforeAll(async () => {
    const body = { url: gateway.url, format: 'json', fields: { to: '{{ to }}', text: '{{ text }}' }, perSecond: 100 }
    expect((await call('PUT', '/v1/text-gateways/sms', body)).status).toBe(200)
  })
  const phone = () => {
    person += 1
    return { firstName: 'Ugo', lastName: `T ${person}`, phone: `+3932055504${10 + person}` }
  }
  test('“C” said twice cancels one appointment, not the next as well', async () => {
    const contact = phone()
    service.clock.now = START + 3 * HOUR
    const [a, b] = [await book('2026-11-25T09:00:00+01:00', contact), await book('2026-11-25T09:30:00+01:00', contact)]
    await service.settle()
    const say = async () => (await call('POST', '/v1/inbound/texts', { from: contact.phone, text: 'C' })).body.result
    expect([await say(), await say()]).toEqual(['cancelled', 'cancelled'])
    expect([await statusOf(a.id), await statusOf(b.id)].sort()).toEqual(['cancelled', 'confirmed'])
  })

  test('what failed in the evening is not sent at night, and a wait is no attempt', async () => {
    gateway.answer((_got, response) => response.writeHead(503).end())
    service.clock.now = Date.parse('2026-11-23T20:55:00+01:00')
    const contact = phone()
    const a = await book('2026-11-25T10:00:00+01:00', contact)
    await service.settle()
    gateway.answer(null)
    service.clock.now = Date.parse('2026-11-23T23:00:00+01:00')
    await service.settle()
    expect(gateway.got).toEqual([])
    service.clock.now = Date.parse('2026-11-24T08:00:30+01:00')
    await service.settle()
    expect(gateway.got.filter((g) => g.body.to === contact.phone).length).toBe(1)
    expect((await outbox(a.id))[0]).toMatchObject({ status: 'sent', attempts: 2 })
  })
})

describe('messages about one appointment', () => {
  test('never end with “confirmed” after “cancelled”, and none calls to a time that does not count', async () => {
    mailbox.answer({ data: () => refusal(451) })
    const a = await book('2026-11-26T09:00:00+01:00')
    await service.settle()
    mailbox.answer({})
    await stop(a.id)
    await service.settle()
    service.clock.now += 10 * MINUTE
    await service.settle()
    expect((await outbox(a.id)).map((m) => [m.template, m.status, m.failure])).toEqual([
      ['cancelled', 'sent', null],
      ['booked', 'dropped', 'superseded'],
    ])
  })

  test('imports and demo data are not told, whether or not anybody subscribes; a hold that ends is nobody’s news', async () => {
    const hook = await service.tenant.make('webhooks', { url: gateway.url, types: ['*'] })
    const a = await book('2026-11-26T10:00:00+01:00')
    await service.settle()
    const before = (await outbox(a.id)).length
    await transaction(service.deps.db, (tx) =>
      writeEvent(service.deps, tx, {
        ...{ tenantId: service.tenant.id, subjectId: a.id, id: service.deps.newId(), type: 'appointment.booked' },
        ...{ at: new Date(START), actor: 'import', data: { status: 'confirmed' } },
      }),
    )
    await service.settle()
    expect((await outbox(a.id)).length).toBe(before)
    gateway.got.length = 0
    const held = await service.tenant.make('holds', {
      serviceIds: [office.service.id],
      start: '2026-11-26T11:00:00+01:00',
    })
    await cancel(
      service.deps,
      { tenantId: service.tenant.id, id: held.id, actor: { name: 'x', audience: 'staff' }, wantedVersion: null },
      undefined,
    )
    await service.settle()
    expect(gateway.got.map((g) => g.body.data.subjectId)).not.toContain(held.id)
    // A replay sends only the subscription's own notices.
    mailbox.answer({ data: () => refusal(451) })
    const b = await book('2026-11-26T12:00:00+01:00')
    await service.settle()
    const [waiting] = await outbox(b.id)
    const { body } = await call('POST', `/v1/webhooks/${hook.id}/deliveries/replay`, { deliveryId: waiting.id })
    expect(body).toEqual({ count: 0 })
    await call('DELETE', `/v1/webhooks/${hook.id}`)
  })

  test('a change of the rules keeps what is due at this moment, and writes to nobody about last week', async () => {
    const rules = (reminders: object[]) =>
      call('PATCH', `/v1/tenants/${service.tenant.id}`, { notifications: { reminders } }, IF_ANY)
    await rules([{ id: 'd', when: 'before', minutes: 1440, channel: 'email' }])
    const a = await book('2026-11-27T09:00:00+01:00')
    const past = await book('2026-11-23T09:00:00+01:00')
    await service.settle()
    service.clock.now = Date.parse('2026-11-23T10:00:00+01:00')
    await call('POST', `/v1/appointments/${past.id}/outcome`, { outcome: 'completed' }, IF_ANY)
    await service.settle()
    service.clock.now = Date.parse('2026-11-26T09:02:00+01:00')
    await rules([
      { id: 'd', when: 'before', minutes: 1440, channel: 'email' },
      { id: 's', when: 'after', minutes: 60, channel: 'email' },
    ])
    await service.settle()
    expect((await outbox(a.id)).filter((m) => m.template === 'reminder').map((m) => m.status)).toEqual(['sent'])
    expect((await outbox(past.id)).filter((m) => m.template === 'survey')).toEqual([])
  })
})

describe('the waiting list', () => {
  const list = async (): Promise<any[]> => (await call('GET', '/v1/waiting-list')).body.items
  const wait = (id: string) => service.tenant.make('waiting-list', { appointmentId: id })
  const clear = async () => {
    for (const e of await list()) await call('DELETE', `/v1/waiting-list/${e.id}`)
  }

  test('two times that come free together go to two people; who leaves passes theirs on; nobody is offered what they gave up', async () => {
    const free = [await book('2026-12-01T09:00:00+01:00'), await book('2026-12-01T09:30:00+01:00')]
    const waits = [
      await book('2026-12-03T09:00:00+01:00'),
      await book('2026-12-03T09:30:00+01:00'),
      await book('2026-12-03T10:00:00+01:00'),
    ]
    for (const a of waits) await wait(a.id)
    await service.settle()
    for (const a of free) await stop(a.id)
    await service.settle()
    service.clock.now += 2_000
    await service.settle()
    const offered = (await list()).filter((e) => e.status === 'offered')
    expect(offered.map((e) => e.appointmentId).sort()).toEqual([waits[0].id, waits[1].id].sort())
    expect(new Set(offered.map((e) => e.offeredStart)).size).toBe(2)
    const first = offered.find((e) => e.appointmentId === waits[0].id)
    await call('DELETE', `/v1/waiting-list/${first.id}`)
    await service.settle()
    const third = (await list()).find((e) => e.appointmentId === waits[2].id)
    expect(third).toMatchObject({ status: 'offered', offeredStart: first.offeredStart })
    await clear()
    await service.settle()
    const mine = await book('2026-12-02T09:00:00+01:00')
    await wait(mine.id)
    await service.settle()
    await call('POST', `/v1/appointments/${mine.id}/rescheduling`, { start: '2026-12-04T09:00:00+01:00' }, IF_ANY)
    await service.settle()
    expect((await list()).map((e) => e.status)).toEqual(['waiting'])
    await clear()
  })

  test('who moves to before what is offered keeps their place and is offered nothing later; nothing is offered at night', async () => {
    const free = await book('2026-12-10T09:00:00+01:00')
    const a = await book('2026-12-14T09:00:00+01:00')
    await wait(a.id)
    await service.settle()
    service.clock.now = Date.parse('2026-11-23T22:00:00+01:00')
    await stop(free.id)
    await service.settle()
    expect((await list())[0].status).toBe('waiting')
    service.clock.now = Date.parse('2026-11-24T08:00:01+01:00')
    await service.settle()
    expect((await list())[0]).toMatchObject({ status: 'offered', offeredStart: '2026-12-10T08:00:00.000Z' })
    await call('POST', `/v1/appointments/${a.id}/rescheduling`, { start: '2026-12-09T09:00:00+01:00' }, IF_ANY)
    await service.settle()
    expect((await list())[0]).toMatchObject({ status: 'waiting', latest: '2026-12-09T08:00:00.000Z' })
    await clear()
  })
})

test('a calendar that is removed while it is read leaves no busy time behind', async () => {
  let release: () => void = () => undefined
  const asked = new Promise<void>((resolve) => (release = resolve))
  const text = ics('UID:1', 'DTSTART:20261215T080000Z', 'DTEND:20261215T120000Z')
  let removed: Promise<unknown> = Promise.resolve()
  const server = createServer((_request, response) => {
    release()
    void removed.then(() => response.writeHead(200, { 'content-type': 'text/calendar' }).end(text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.ics`
  let go: () => void = () => undefined
  removed = new Promise<void>((resolve) => (go = resolve))
  const added = await service.tenant.make('external-calendars', { agentId: office.agent.id, kind: 'ics', url })
  const working = service.settle()
  await asked
  await call('DELETE', `/v1/external-calendars/${added.id}`)
  go()
  await working
  const rows = await service.deps.db.kysely
    .selectFrom('external_busy')
    .select('agent_id')
    .where('tenant_id', '=', service.tenant.id)
    .execute()
  expect(rows).toEqual([])
  server.close()
})
