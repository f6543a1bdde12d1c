// One stranger cannot book all places of an office: unconfirmed bookings get a share of each day, the proof of work grows, and other
// people behind the same address can still book.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { networkOf, widerNetworkOf } from '../src/kernel/network.ts'
import { isThorough } from './helpers/effort.ts'
import { newCitizen, solve, timesIn, type Shown } from './helpers/citizen.ts'
import { appOfItsOwn, makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
let app: Awaited<ReturnType<typeof appOfItsOwn>>
beforeAll(async () => {
  service = await startService()
  // The real default, not the one of the test helper.
  await service.tenant.call(
    'PATCH',
    `/v1/tenants/${service.tenant.id}`,
    { booking: { unprovenPercent: 20 } },
    { headers: { 'if-match': '*' } },
  )
  await makeOffice(service.tenant, {
    agents: 4,
    service: { externalId: 'cie', channels: [{ type: 'in_person' }], horizon: { days: isThorough ? 5 : 2 } },
    rules: [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '09:00', to: '13:00' }] }],
  })
  app = await appOfItsOwn(service.deps, { publicRate: 600 }, 1)
})
afterAll(async () => {
  await app.close()
  await service.close()
})

const TIME = '/prova/book/time?service=cie&channel=in_person'
const from = (address: string) => newCitizen(app, { 'x-forwarded-for': address })
const PERSON = (n: number) => ({ firstName: 'Ugo', lastName: `N${n}`, email: `n${n}@posta.example`, phone: '' })

/** Holds the first time of the page and goes on as far as possible; returns the summary, or the page that refused. */
async function toSummary(citizen: ReturnType<typeof newCitizen>, n: number, at?: string): Promise<Shown> {
  const times = await citizen.get(TIME)
  const offered = timesIn(times.html)
  if (offered.length === 0) return times
  let next = await citizen.submit(times, '/book/time', { at: at ?? offered[0]! })
  if (next.url.includes('/book/time') && /data-challenge/.test(next.html) && at !== undefined)
    next = await citizen.submit(next, '/book/time', { at, altcha: await solve(next.html) })
  if (!next.url.includes('/applicant')) return next
  return citizen.submit(next, '/applicant', PERSON(n))
}
const confirm = async (citizen: ReturnType<typeof newCitizen>, summary: Shown): Promise<Shown> =>
  citizen.submit(summary, 'summary', { consent: 'yes', altcha: await solve(summary.html) })
const firstFree = async (): Promise<number> => {
  const { body } = await service.tenant.call(
    'GET',
    `/v1/slots?serviceId=${await serviceId()}&from=2026-11-23&to=2026-11-28`,
  )
  return Date.parse(body.days[0].slots[0].start)
}
const serviceId = async (): Promise<string> =>
  (await service.tenant.call('GET', '/v1/services?externalId=cie')).body.items[0].id

test('from twenty addresses at most the share of a day is taken, and a citizen behind one of them still books', async () => {
  const before = await firstFree()
  let confirmed = 0
  for (let n = 0; n < (isThorough ? 40 : 18); n += 1) {
    const citizen = from(`203.0.113.${n % 20}`)
    const summary = await toSummary(citizen, n)
    if (!summary.url.includes('/summary')) continue
    if ((await confirm(citizen, summary)).url.endsWith('/confirmed')) confirmed += 1
  }
  const { items } = (await service.tenant.call('GET', '/v1/appointments?status=confirmed&limit=200')).body
  expect(items.length).toBe(confirmed)
  const byDay = Map.groupBy(items as { start: string; end: string }[], (a) => a.start.slice(0, 10))
  for (const [day, list] of byDay) {
    const minutes = list.reduce((sum, a) => sum + (Date.parse(a.end) - Date.parse(a.start)) / 60_000, 0)
    // Four agents, four hours.
    expect([day, minutes <= 0.2 * 4 * 240]).toEqual([day, true])
  }
  expect((await firstFree()) - before).toBeLessThan(86_400_000)

  // An honest citizen behind the attacker's address, on the crowded day: some seconds of work, then a link by e-mail.
  const honest = from('203.0.113.3')
  const crowded = await toSummary(honest, 999)
  const summary = crowded.url.includes('/summary')
    ? crowded
    : await toSummary(honest, 999, timesIn((await honest.get(TIME)).html)[0])
  expect(summary.url).toContain('/summary')
  const asked = await confirm(honest, summary)
  expect(asked.url).toMatch(/\/activation$/)
  await service.settle()
  const mails = (await service.tenant.call('GET', '/v1/messages?limit=200')).body.items
  const link = /http\S+\/activate\/\S+/.exec(
    mails.find((m: any) => m.recipient === 'n999@posta.example' && m.template === 'activate').text,
  )![0]
  const page = await honest.get(new URL(link).pathname)
  expect((await honest.submit(page, '/activate/')).url).toMatch(/\/confirmed$/)
  // A citizen with only a telephone is told what to do, and the typed data stays.
  const phone = from('198.51.100.7')
  const at = timesIn((await phone.get(TIME)).html)[0]!
  const held = await toSummary(phone, 1000, at)
  const applicant = await phone.get(held.url.replace('/summary', '/applicant'))
  const again = await phone.submit(applicant, '/applicant', { ...PERSON(1000), email: '', phone: '333 1234567' })
  const refused = await confirm(phone, again)
  expect(refused.text).toContain('Aggiungi un indirizzo e-mail')
  expect(refused.text).toContain('N1000')
}, 120_000)

test('a request that nobody vouches for ends after the tenant’s hours, one that the office asked for does not', async () => {
  const body = { booking: { unprovenPercent: 100, pendingHours: 24 } }
  await service.tenant.call('PATCH', `/v1/tenants/${service.tenant.id}`, body, { headers: { 'if-match': '*' } })
  const citizen = from('192.0.2.9')
  const last = timesIn((await citizen.get(TIME)).html).at(-1)!
  const summary = await toSummary(citizen, 2000, last)
  const applicant = await citizen.get(summary.url.replace('/summary', '/applicant'))
  const again = await citizen.submit(applicant, '/applicant', { ...PERSON(2000), email: '', phone: '333 7654321' })
  const asked = await citizen.submit(again, 'summary', { consent: 'yes', altcha: 'none' })
  const id = /appointments\/([^/]+)/.exec(asked.url)![1]!
  const status = async () => (await service.tenant.call('GET', `/v1/appointments/${id}`)).body.status
  expect(await status()).toBe('pending')
  const { endUnapproved } = await import('../src/domain/appointment/change.ts')
  await endUnapproved(service.deps, service.tenant.id)
  expect(await status()).toBe('pending')
  service.clock.now += 25 * 3_600_000
  await endUnapproved(service.deps, service.tenant.id)
  expect(await status()).toBe('cancelled')
})

test('a home with IPv6 is one network, whatever address of its 2^64 it uses', () => {
  expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:ffff:ffff:ffff:ffff'))
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'))
  expect(widerNetworkOf('2001:db8:1:2::1')).toBe(widerNetworkOf('2001:db8:1:3::1'))
  expect([networkOf('::ffff:192.0.2.1'), networkOf('192.0.2.1'), networkOf('odd')]).toEqual([
    '192.0.2.1',
    '192.0.2.1',
    'odd',
  ])
})
