// The daily work of a contact center with callbacks: requests by a machine, contact lists with thousands of rows, personal callbacks
// that fall to the pool, figures, and the live stream of changes.
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runContactListImports } from '../src/domain/callback/contact-list/import-list.ts'
import { readRow } from '../src/domain/callback/contact-list/contact-list.ts'
import { sweepCallbacks } from '../src/domain/callback/dialing/sweep.ts'
import { paced } from '../src/domain/catalogue/campaign/rate-limit.ts'
import { HOUR, MINUTE } from '../src/kernel/time/interval.ts'
import { newCitizen, solve } from './helpers/citizen.ts'
import { makeOffice, START, startService, type TestService } from './helpers/service.ts'

/** Monday 10:00 in Rome. */
const TEN = START + 2 * HOUR

let service: TestService
beforeAll(async () => void (service = await startService()))
afterAll(() => service.close())
beforeEach(() => void (service.clock.now = TEN))

let serial = 100
const number = () => `+39320777${(serial += 1)}`
const campaign = (body: object = {}) =>
  service.tenant.make('campaigns', { name: 'C', capacity: { kind: 'fixed', perBucket: 100 }, ...body })
const ask = async (campaignId: string, body: object = {}) =>
  (await service.tenant.call('POST', '/v1/callbacks', { campaignId, number: number(), ...body })).body
const read = async (id: string) => (await service.tenant.call('GET', `/v1/callbacks/${id}`)).body
const types = async (id: string): Promise<string[]> =>
  (await service.tenant.call('GET', `/v1/callbacks/${id}/history`)).body.items.map((e: any) => e.type)
const lease = async (id: string, body: object = {}) =>
  (await service.tenant.call('POST', `/v1/campaigns/${id}/leases`, body)).body
const counters = async (id: string, query = '') =>
  (await service.tenant.call('GET', `/v1/campaigns/${id}/counters${query}`)).body
const report = (id: string, body: object) => service.tenant.call('POST', `/v1/callbacks/${id}/attempts`, body)
const step = async (ms: number) => {
  service.clock.now += ms
  await sweepCallbacks(service.deps, service.tenant.id)
}

describe('asked by a machine', () => {
  test('one call, few fields, an answer to be read out; the same call twice is one request', async () => {
    await campaign({ externalId: 'centralino' })
    const quick = (body: object, headers = {}) =>
      service.tenant.call('POST', '/v1/callbacks/quick', { campaign: 'centralino', ...body }, { headers })
    const one = await quick({ number: '320 7770001', callId: 'c1' })
    expect([one.status, one.body.say, one.body.waitMinutes]).toEqual([
      201,
      'Ti richiamiamo oggi tra le 10:00 e le 10:30.',
      30,
    ])
    const again = await quick({ number: '320 7770002', callId: 'c1' }, { 'accept-language': 'en' })
    expect([again.status, again.body.id, again.body.say]).toEqual([
      200,
      one.body.id,
      'We will call you today between 10:00 and 10:30.',
    ])
    const later = await quick(
      { number: '320 7770003', at: '2026-11-24T11:00:00+01:00', source: 'bot' },
      { 'accept-language': 'en' },
    )
    expect(later.body.say).toBe('We will call you on Tuesday 24 November between 11:00 and 11:30.')
    expect((await read(later.body.id)).source).toBe('bot')
    const closed = await quick({ number: '320 7770004', at: '2026-11-22T11:00:00+01:00' })
    expect([closed.status, closed.body.code]).toEqual([409, 'window_closed'])
    expect(closed.body.nearestWindows.length).toBeGreaterThan(0)
    expect((await quick({ number: 'abc' })).status).toBe(422)
    expect((await quick({ campaign: 'altro', number: '320 7770005' })).status).toBe(404)
  })

  test('"now" is due at once, and promised by the end of the first whole window', async () => {
    const { id } = await campaign()
    service.clock.now = TEN + 27 * MINUTE
    const c = await ask(id)
    expect([c.windowFrom, c.windowTo, c.expectedWaitSeconds]).toEqual([
      '2026-11-23T10:27:00+01:00',
      '2026-11-23T11:00:00+01:00',
      33 * 60,
    ])
    expect((await lease(id)).items.map((i: any) => i.id)).toEqual([c.id])
  })
})

test('segments read the contact too; what the request says goes before it', async () => {
  const segments = [{ name: 'oro', when: [{ attribute: 'tier', is: 'equal', value: 'gold' }], priority: 40 }]
  const { id } = await campaign({ segments })
  const contact = await service.tenant.make('contacts', { firstName: 'A', lastName: 'B', attributes: { tier: 'gold' } })
  expect(await ask(id, { contactId: contact.id })).toMatchObject({ priority: 40, segment: 'oro' })
  expect((await ask(id, { contactId: contact.id, data: { tier: 'silver' } })).segment).toBeUndefined()
})

describe('a personal callback', () => {
  test('falls to everybody at once when its agent is absent, and after the grace when they are late', async () => {
    const { agent } = await makeOffice(service.tenant)
    const { id } = await campaign({ ownerGraceMinutes: 15, escalateMinutes: 30, personalMinutes: 10 })
    const at = (clock: string) => ({ ownerAgentId: agent.id, when: { kind: 'at', at: `2026-11-23T${clock}:00+01:00` } })
    const [one, two] = [await ask(id, at('11:00')), await ask(id, at('12:00'))]
    expect([one.status, two.status]).toEqual(['scheduled', 'scheduled'])
    await step(HOUR)
    expect((await lease(id)).items).toEqual([])
    await step(16 * MINUTE)
    expect(await types(one.id)).toEqual(['callback.promised', 'callback.released'])
    await service.tenant.make('absences', {
      agentId: agent.id,
      from: '2026-11-23T11:30:00+01:00',
      to: '2026-11-23T13:00:00+01:00',
    })
    service.clock.now = TEN + 2 * HOUR
    await step(0)
    const history = (await service.tenant.call('GET', `/v1/callbacks/${two.id}/history`)).body.items
    expect(history.at(-1)).toMatchObject({ type: 'callback.released', details: { reason: 'owner_absent' } })
    expect((await lease(id)).items.map((i: any) => i.id).sort()).toEqual([one.id, two.id].sort())
  })

  test('and then to the supervisor, whose list it leaves with the first attempt', async () => {
    const { id } = await campaign({ escalateMinutes: 20, retries: { busy: { afterMinutes: [60] } } })
    const c = await ask(id)
    const list = async () =>
      (await service.tenant.call('GET', `/v1/callbacks?campaignId=${id}&escalated=true`)).body.items.map(
        (i: any) => i.id,
      )
    await step(49 * MINUTE)
    expect(await list()).toEqual([])
    await step(2 * MINUTE)
    expect(await list()).toEqual([c.id])
    expect((await counters(id)).escalated).toBe(1)
    await step(MINUTE)
    expect(await types(c.id)).toEqual(['callback.promised', 'callback.escalated'])
    await report(c.id, { outcome: 'busy' })
    expect(await list()).toEqual([])
  })
})

describe('figures', () => {
  test('kept, late and missed promises, delay and attempts by outcome', async () => {
    const { id } = await campaign({ graceMinutes: 30, retries: { busy: { afterMinutes: [5] } } })
    const [kept, late] = [await ask(id), await ask(id)]
    await ask(id)
    service.clock.now += 10 * MINUTE
    const first = await lease(id, { max: 1 })
    service.clock.now += MINUTE
    await report(kept.id, { outcome: 'busy', leaseId: first.leaseId })
    await report(kept.id, { outcome: 'answered' })
    service.clock.now = TEN + 50 * MINUTE
    await report(late.id, { outcome: 'answered' })
    await step(20 * MINUTE)
    const all = await counters(id)
    expect(all).toMatchObject({
      completed: 2,
      expired: 1,
      promises: { kept: 1, late: 1, missed: 1 },
      keptPercent: 33.3,
      averageDelaySeconds: (10 * 60 + 50 * 60) / 2,
      attempts: { answered: 2, busy: 1 },
    })
    expect(await counters(id, '?from=2026-11-22&to=2026-11-23')).toMatchObject({ keptPercent: null, attempts: {} })
    expect(
      (await service.tenant.call('GET', `/v1/campaigns/${id}/counters?from=2026-11-23&to=2026-11-22`)).status,
    ).toBe(422)
  })

  test('pace: no second sees more than a tenth above it', () => {
    let [now, spent, total] = [0, null as number | null, 0]
    const sent: number[] = []
    for (; now < 10_000; now += 7) {
      const pace = paced(50, spent, now, 100)
      if (pace.count > 0) spent = pace.spend(pace.count)
      for (let i = 0; i < pace.count; i += 1) sent.push(now)
      total += pace.count
    }
    expect(total).toBeGreaterThan(495)
    for (const at of sent) expect(sent.filter((t) => t >= at && t < at + 1000).length).toBeLessThanOrEqual(55)
  })
})

describe('lists of contacts', () => {
  const load = async (id: string, text: string, type = 'text/csv') =>
    service.tenant.call('POST', `/v1/campaigns/${id}/loads`, text, { headers: { 'content-type': type } })
  const progress = async (id: string) => (await service.tenant.call('GET', `/v1/loads/${id}`)).body

  test('CSV: accepted, doubled and refused rows, each with its line; what was refused can be corrected and sent again', async () => {
    const { id } = await campaign({
      segments: [{ name: 'oro', when: [{ attribute: 'tier', is: 'equal', value: 'gold' }], priority: 40 }],
    })
    const barred = number()
    await service.tenant.call('POST', '/v1/do-not-call', { number: barred })
    const text = [
      'number;tier;reason;external_id;not_after',
      '320 7771001;gold;"Bolletta; scaduta";x1;',
      '320 7771001;silver;;;',
      '12;gold;;;',
      `${barred};gold;;;`,
      '320 7771002;;;x1;',
      '320 7771003;;;;2026-11-22T10:00:00+01:00',
      '320 7771004;"=cmd()";;;',
    ].join('\r\n')
    const asked = await load(id, text)
    expect([asked.status, asked.body.status, asked.body.rowsRead]).toEqual([202, 'waiting', 0])
    await runContactListImports(service.deps, service.tenant.id)
    expect(await progress(asked.body.id)).toMatchObject({
      ...{ status: 'done', percent: 100, rowsRead: 7 },
      ...{ accepted: 2, duplicates: 2, refused: 3 },
    })
    const csv = (
      await service.tenant.call('GET', `/v1/loads/${asked.body.id}/refusals`, undefined, {
        headers: { 'accept-language': 'it' },
      })
    ).body as string
    const lines = csv.trim().split('\n')
    expect(lines[0]).toBe('line,code,column,sentence,row')
    expect(lines.slice(1).map((line) => line.split(',')[1])).toEqual(['invalid_phone', 'do_not_call', 'window_closed'])
    expect(lines[1]).toMatch(/^4,invalid_phone,number,.*12;gold/)
    const { items } = await lease(id, { max: 10 })
    expect(items.map((i: any) => [i.number, i.priority, i.reason, i.data])).toEqual([
      ['+393207771001', 40, 'Bolletta; scaduta', { tier: 'gold' }],
      ['+393207771004', 0, undefined, { tier: '=cmd()' }],
    ])
    // Contacts of a list got no promise: they take no room in a window.
    expect((await service.tenant.call('GET', `/v1/callback-windows?campaignId=${id}`)).body.items[0].remaining).toBe(
      100,
    )
  })

  test('NDJSON of thousands, in chunks; a process that stops in the middle is continued, nothing twice', async () => {
    const { id } = await campaign()
    const rows = Array.from({ length: 1_800 }, (_, i) =>
      i === 700 ? '{nope' : JSON.stringify({ number: `+39320${String(6_000_000 + i)}`, tier: i }),
    )
    const { body } = await load(id, rows.join('\n'), 'application/x-ndjson')
    let chunks = 0
    await runContactListImports(service.deps, service.tenant.id, () => (chunks += 1) > 2)
    const half = await progress(body.id)
    expect(half.status).toBe('waiting')
    expect(half.rowsRead).toBeGreaterThan(0)
    expect(half.percent).toBeLessThan(100)
    service.clock.now += 2 * MINUTE
    await runContactListImports(service.deps, service.tenant.id)
    expect(await progress(body.id)).toMatchObject({
      status: 'done',
      rowsRead: 1_800,
      accepted: 1_799,
      duplicates: 0,
      refused: 1,
    })
    expect((await counters(id)).scheduled).toBe(1_799)
    expect((await load(id, rows.join('\n'), 'application/x-ndjson')).status).toBe(202)
    await runContactListImports(service.deps, service.tenant.id)
    expect((await counters(id)).scheduled).toBe(1_799)
  })

  test('a text that cannot be a list is refused with what is wrong', async () => {
    const { id } = await campaign()
    const faults = async (text: string) => (await load(id, text)).body.errors?.map((e: any) => [e.pointer, e.code])
    expect(await faults('name,surname\na,b')).toEqual([['/number', 'missing']])
    expect(await faults('number,data di nascita\n1,2')).toEqual([['/data di nascita', 'unknown_field']])
    expect((await load(id, 'number\n1', 'application/xml')).status).toBe(415)
    expect((await load(id, '')).status).toBe(400)
    const broken = await load(id, 'number,tier\n"320 7772001,gold\n320 7772002,"silver')
    await runContactListImports(service.deps, service.tenant.id)
    expect(['done', 'failed']).toContain((await progress(broken.body.id)).status)
  })

  test('rows as a table', () => {
    const code = (row: object) => {
      const result = readRow(row as never, 'IT')
      return typeof result === 'string' ? result.split(' ')[0] : 'ok'
    }
    const n = '320 7770001'
    expect(code({ number: n })).toBe('ok')
    expect(code({ number: 3207770001 })).toBe('ok')
    expect(code({ channel: 'web' })).toBe('ok')
    expect(code({})).toBe('missing')
    expect(code({ number: 'x' })).toBe('invalid_phone')
    expect(code({ number: n, further_numbers: '320 7770002;x' })).toBe('invalid_phone')
    expect(code({ number: n, country: 'Italy' })).toBe('wrong_format')
    expect(code({ number: n, channel: 'fax' })).toBe('not_allowed')
    expect(code({ number: n, time_zone: 'Mars' })).toBe('wrong_format')
    expect(code({ number: n, priority: '101' })).toBe('not_allowed')
    expect(code({ number: n, not_before: 'tomorrow' })).toBe('wrong_format')
    expect(code({ number: n, not_before: '2026-01-02T00:00:00Z', not_after: '2026-01-01T00:00:00Z' })).toBe(
      'invalid_period',
    )
    expect(code({ number: n, reason: 'x'.repeat(501) })).toBe('too_long')
    expect(code({ number: n, extra: { a: 1 } })).toBe('wrong_type')
    expect(code({ number: n, tier: 'a\0b' })).toBe('too_long')
    expect(code({ number: n, reason: 'a\0b' })).toBe('wrong_type')
    expect(code({ number: n, externalId: '\ud800' })).toBe('wrong_type')
    expect(code({ number: n, furtherNumbers: ['320 7770002', 'x'] })).toBe('invalid_phone')
    expect(readRow({ number: n, furtherNumbers: ['320 7770002'] }, 'IT')).toMatchObject({
      numbers: ['+393207770001', '+393207770002'],
    })
  })
})

describe('the web', () => {
  test('a citizen asks for a conversation by link, without a number', async () => {
    const { id } = await campaign({
      name: 'Sportello video',
      isPublic: true,
      channels: ['phone', 'web'],
      joinLinkTemplate: 'https://video.example/{code}',
    })
    const citizen = newCitizen(service.app)
    const page = await citizen.get(`/prova/callback?campaign=${id}`)
    expect(page.text).toContain('Come preferisci parlare con noi?')
    const sending = { when: 'now', altcha: await solve(page.html) }
    expect((await citizen.submit(page, '/callback', { ...sending, channel: null })).text).toContain(
      'Come preferisci parlare con noi?:',
    )
    expect((await citizen.submit(page, '/callback', { ...sending, channel: 'phone' })).status).toBe(422)
    const done = await citizen.submit(page, '/callback', { ...sending, channel: 'web' })
    expect(done.text).toContain('Entra nel colloquio')
    expect(done.html).toMatch(/href="https:\/\/video\.example\/[A-Z0-9]+"/)
    const { items } = await lease(id)
    expect(items).toMatchObject([{ channel: 'web', number: null }])
    expect(items[0].joinLink).toMatch(/^https:\/\/video\.example\//)
  })
})

describe('changes as they happen', () => {
  test('a stream tells every change once, goes on after a break, and ends with the service', async () => {
    const { id } = await campaign()
    await service.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = service.app.server.address() as AddressInfo
    const follow = async (headers: Record<string, string> = {}) => {
      const abort = new AbortController()
      const answer = await fetch(`http://127.0.0.1:${port}/v1/callbacks/stream?campaignId=${id}`, {
        headers: { authorization: `Bearer ${service.tenant.key}`, ...headers },
        signal: abort.signal,
      })
      expect(answer.headers.get('content-type')).toContain('text/event-stream')
      let text = ''
      void (async () => {
        for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>)
          text += Buffer.from(chunk).toString()
      })().catch(() => undefined)
      const events = () =>
        [...text.matchAll(/^id: (.*)\nevent: (.*)\ndata: (.*)$/gm)].map((m) => ({
          id: m[1]!,
          type: m[2]!,
          data: JSON.parse(m[3]!),
        }))
      const until = async (count: number) => {
        for (let i = 0; i < 200 && events().length < count; i += 1)
          await new Promise((resolve) => setTimeout(resolve, 25))
        return events()
      }
      for (let i = 0; i < 200 && text === ''; i += 1) await new Promise((resolve) => setTimeout(resolve, 10))
      return { until, events, stop: () => abort.abort() }
    }
    const one = await follow()
    const c = await ask(id)
    await ask((await campaign()).id)
    service.clock.now += 1000
    const { leaseId } = await lease(id)
    const seen = await one.until(2)
    expect(seen.map((e) => [e.type, e.data.callbackId, e.data.after?.status])).toEqual([
      ['callback.promised', c.id, 'scheduled'],
      ['callback.leased', c.id, 'in_progress'],
    ])
    expect(JSON.stringify(seen)).not.toContain('+39')
    one.stop()
    service.clock.now += 1000
    await report(c.id, { outcome: 'answered', leaseId })
    const two = await follow({ 'last-event-id': seen[1]!.id })
    const more = await two.until(1)
    expect(more.map((e) => e.type)).toContain('callback.attempted')
    expect(new Set(more.map((e) => e.id)).size).toBe(more.length)
    two.stop()
  })
})
