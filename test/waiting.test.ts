// The waiting list, ratings with their follow-up, and the open slots for portals.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mayOffer } from '../src/application/waiting-list/rules.ts'
import { DEFAULT_WAITING_LIST } from '../src/domain/tenant/notification-settings.ts'
import { newCitizen } from './helpers/citizen.ts'
import { makeOffice, START, startService, type Office, type TestService } from './helpers/service.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const IF_ANY = { headers: { 'if-match': '*' } }
let service: TestService
let office: Office
let count = 0
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { service: { releaseDelayMinutes: 15, moveNoticeMinutes: 60 } })
})
afterAll(() => service.close())
beforeEach(() => void (service.clock.now = START))
const call: TestService['tenant']['call'] = (...args) => service.tenant.call(...args)
const at = (day: number, clock: string): string => `2026-11-${day}T${clock}:00+01:00`
async function booked(start: string): Promise<any> {
  count += 1
  const contact = {
    firstName: 'Ida',
    lastName: `Prova ${count}`,
    email: `ida${count}@posta.example`,
    phone: `+3932055503${10 + count}`,
  }
  return service.tenant.make('appointments', { serviceIds: [office.service.id], start, contact })
}
const cancel = (id: string) => call('POST', `/v1/appointments/${id}/cancellation`, { reason: 'x' }, IF_ANY)
const waiting = async (): Promise<any[]> => (await call('GET', '/v1/waiting-list')).body.items
const offers = async (id: string): Promise<any[]> =>
  (await call('GET', `/v1/messages?subjectId=${id}`)).body.items.filter((m: any) => m.template === 'offer')
const shown = async (id: string): Promise<any> => (await call('GET', `/v1/appointments/${id}`)).body

describe('something earlier', () => {
  test('goes to who asked first, for an hour; unused, to the next; taking it moves the appointment and keeps its code', async () => {
    const early = await booked(at(24, '10:00'))
    const [first, second] = [await booked(at(26, '09:00')), await booked(at(26, '09:30'))]
    for (const a of [first, second])
      expect((await service.tenant.make('waiting-list', { appointmentId: a.id })).status).toBe('waiting')
    // Asking twice still gives one place.
    await call('POST', '/v1/waiting-list', { appointmentId: first.id })
    expect((await waiting()).map((e) => e.appointmentId)).toEqual([first.id, second.id])
    await service.settle()
    await cancel(early.id)
    await service.settle()
    expect((await waiting()).map((e) => [e.status, e.offeredStart])).toEqual([
      ['offered', '2026-11-24T09:00:00.000Z'],
      ['waiting', null],
    ])
    // Nobody else can get the time meanwhile.
    const { body: slots } = await call('GET', `/v1/slots?serviceId=${office.service.id}&from=2026-11-24&to=2026-11-24`)
    expect(JSON.stringify(slots)).not.toContain(`"start":"${at(24, '10:00')}`)
    const [told] = await offers(first.id)
    expect(told.subject).toBe('Si è liberato un orario prima: martedì 24 novembre 2026, 10:00')
    expect(told.text).toContain('riservato a te fino a lunedì 23 novembre, 09:00')
    service.clock.now += HOUR + MINUTE
    await service.settle()
    expect((await waiting()).map((e) => e.status)).toEqual(['waiting', 'offered'])
    const late = /https:\/\/agenda\.example(\/prova\/offers\/\S+)/.exec(told.text)![1]!
    expect((await newCitizen(service.app).get(late)).text).toContain('Offerta scaduta')
    const [offer] = await offers(second.id)
    const link = /https:\/\/agenda\.example(\/prova\/offers\/\S+)/.exec(offer.text)![1]!
    const citizen = newCitizen(service.app)
    const page = await citizen.get(link)
    expect(page.text).toContain('Un orario prima è riservato a te')
    expect((await shown(second.id)).start).toBe(at(26, '09:30'))
    const done = await citizen.submit(page, '/offers/')
    expect(done.text).toContain('L’orario prima è tuo')
    const moved = await shown(second.id)
    expect(moved).toMatchObject({ start: at(24, '10:00'), code: second.code, status: 'confirmed' })
    await service.settle()
    const history = (await call('GET', `/v1/messages?subjectId=${second.id}`)).body.items
    expect(history[0]).toMatchObject({ template: 'moved', calendarMethod: 'REQUEST' })
    // The old time is free now but is offered to nobody: the citizen who still waits has an earlier time.
    expect((await waiting()).map((e) => [e.appointmentId, e.status])).toEqual([[first.id, 'waiting']])
    await cancel(first.id)
    await service.settle()
    expect(await waiting()).toEqual([])
  })

  test('is asked for, left and taken on the citizen’s own page, in words', async () => {
    const early = await booked(at(25, '10:00'))
    const a = await booked(at(26, '10:00'))
    await service.settle()
    const [message] = (await call('GET', `/v1/messages?subjectId=${a.id}`)).body.items
    const citizen = newCitizen(service.app)
    const own = await citizen.get(/https:\/\/agenda\.example(\/prova\/m\/\S+)/.exec(message.text)![1]!)
    const joined = await citizen.submit(own, '/waiting')
    expect(joined.text).toContain('Sei in lista')
    const left = await citizen.submit(joined, '/waiting/end')
    expect(left.text).toContain('Non sei più in lista')
    await citizen.submit(left, '/waiting')
    await cancel(early.id)
    await service.settle()
    const offered = await citizen.get(own.url)
    expect(offered.text).toContain('mercoledì 25 novembre 2026, 10:00: è tuo fino a lunedì 23 novembre, 09:00')
    const taken = await citizen.submit(offered, '/waiting/offer')
    expect(taken.text).toContain('L’orario prima è tuo')
    expect((await shown(a.id)).start).toBe(at(25, '10:00'))
    await service.settle()
    // Strangers cannot submit the form.
    expect((await newCitizen(service.app).post(`/prova/appointments/${a.id}/waiting`, [])).status).toBe(404)
  })

  test('who has no appointment yet gets the kept time confirmed; left off, the time is free again', async () => {
    const early = await booked(at(27, '10:00'))
    const contact = await service.tenant.make('contacts', {
      firstName: 'Leo',
      lastName: 'Senza',
      email: 'leo@posta.example',
    })
    const entry = await service.tenant.make('waiting-list', { contactId: contact.id, serviceIds: [office.service.id] })
    await cancel(early.id)
    await service.settle()
    const { items } = (await call('GET', `/v1/messages?contactId=${contact.id}`)).body
    const link = /https:\/\/agenda\.example(\/prova\/offers\/\S+)/.exec(items[0].text)![1]!
    const citizen = newCitizen(service.app)
    const done = await citizen.submit(await citizen.get(link), '/offers/')
    expect(done.url).toMatch(/appointments\/[0-9a-f-]{36}\?said=taken$/)
    const mine = (await call('GET', `/v1/appointments?contactId=${contact.id}`)).body.items
    expect(mine).toMatchObject([{ start: at(27, '10:00'), status: 'confirmed' }])
    expect((await call('DELETE', `/v1/waiting-list/${entry.id}`)).body).toEqual({ count: 1 })
    const bad = await call('POST', '/v1/waiting-list', { contactId: contact.id })
    expect(bad.body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/serviceIds' }] })
  })

  test('is offered in the language of the person, whatever the office speaks', async () => {
    const tenant = await service.newTenant('english', { locale: 'en' })
    const { service: visit } = await makeOffice(tenant)
    const person = (email: string, locale?: string) =>
      tenant.make('contacts', { firstName: 'Lea', lastName: 'Prova', email, ...(locale ? { locale } : {}) })
    const booked = { serviceIds: [visit.id], start: at(27, '10:00'), contact: { firstName: 'A', lastName: 'B' } }
    const subjects: string[] = []
    for (const contact of [await person('lea@posta.example', 'it'), await person('leo@posta.example')]) {
      const early = await tenant.make('appointments', booked)
      const entry = await tenant.make('waiting-list', { contactId: contact.id, serviceIds: [visit.id] })
      await tenant.call('POST', `/v1/appointments/${early.id}/cancellation`, { reason: 'x' }, IF_ANY)
      await service.settle()
      const { items } = (await tenant.call('GET', `/v1/messages?contactId=${contact.id}`)).body
      subjects.push(items[0].subject)
      await tenant.call('DELETE', `/v1/waiting-list/${entry.id}`)
    }
    expect(subjects[0]).toContain('Si è liberato un orario')
    expect(subjects[1]).toContain('An earlier time is free')
  })

  test.each([
    [4 * HOUR, [], true],
    [4 * HOUR - 1, [], false],
    [DAY, [START - HOUR, START - 2 * HOUR], true],
    [DAY, [START - HOUR, START - 2 * HOUR, START - 3 * HOUR], false],
    [DAY, [START - HOUR, START - 2 * HOUR, START - 25 * HOUR], true],
  ])('begins in %d ms, offered before at %j: %s', (ahead, before, may) =>
    expect(mayOffer(DEFAULT_WAITING_LIST, START + ahead, before, START)).toBe(may),
  )
})

describe('after the visit', () => {
  test('a low rating opens a callback of the supervisor’s campaign, once, and its recovery is told with the rating', async () => {
    const campaign = await service.tenant.make('campaigns', {
      name: 'Recupero',
      hours: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '07:00', to: '22:00' }],
      citizenHours: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '07:00', to: '22:00' }],
    })
    await call('PATCH', `/v1/tenants/${service.tenant.id}`, { followUp: { campaignId: campaign.id } }, IF_ANY)
    const a = await booked(at(23, '10:00'))
    await service.settle()
    const [message] = (await call('GET', `/v1/messages?subjectId=${a.id}`)).body.items
    service.clock.now = Date.parse(at(23, '10:40'))
    await call('POST', `/v1/appointments/${a.id}/outcome`, { outcome: 'completed' }, IF_ANY)
    const citizen = newCitizen(service.app)
    const own = await citizen.get(/https:\/\/agenda\.example(\/prova\/m\/\S+)/.exec(message.text)![1]!)
    const more = await citizen.submit(own, '/rating', { stars: '1' })
    await service.settle()
    await citizen.submit(more, '/rating', { recommendation: '3', comment: 'Un’ora in piedi' })
    await service.settle()
    const { items } = (await call('GET', `/v1/callbacks?campaignId=${campaign.id}`)).body
    expect(items.length).toBe(1)
    expect(items[0]).toMatchObject({
      externalId: `rating:${a.id}`,
      source: 'rating',
      data: { stars: 1, appointmentId: a.id },
    })
    const url = '/v1/ratings?from=2026-11-23&to=2026-11-23'
    expect((await call('GET', url)).body).toMatchObject({
      items: [{ appointmentId: a.id, stars: 1, recommendation: 3, recovery: { status: 'scheduled' } }],
      figures: { count: 1, averageStars: 1, netPromoterScore: -100, followedUp: 1, recovered: 0 },
    })
    await call('POST', `/v1/callbacks/${items[0].id}/attempts`, { outcome: 'answered' })
    expect((await call('GET', url)).body.figures).toMatchObject({ followedUp: 1, recovered: 1 })
  })
})

describe('open slots for portals', () => {
  const read = (url: string, headers: Record<string, string> = {}) =>
    service.app.inject({ method: 'GET', url, headers })
  test('a manifest with files of lines: what is free is in them, what was booked leaves within half a minute, 304 meanwhile', async () => {
    const manifest = (await read('/v1/public/prova/$bulk-publish')).json()
    expect(manifest.output.map((o: any) => o.type)).toEqual(['Location', 'Schedule', 'Slot'])
    const path = new URL(manifest.output[2].url).pathname
    const first = await read(path)
    expect(first.headers['content-type']).toContain('ndjson')
    const slots = first.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const wanted = slots.find((s) => s.start === at(30, '09:00'))
    expect(wanted).toMatchObject({ resourceType: 'Slot', status: 'free', end: at(30, '09:30') })
    const schedule = (await read(new URL(manifest.output[1].url).pathname)).body
    expect(schedule).toContain(wanted.schedule.reference.replace('Schedule/', ''))
    const etag = String(first.headers.etag)
    expect((await read(path, { 'if-none-match': etag })).statusCode).toBe(304)
    await booked(at(30, '09:00'))
    service.clock.now += 31_000
    const later = await read(path, { 'if-none-match': etag })
    expect(later.statusCode).toBe(200)
    expect(later.body).not.toContain(at(30, '09:00'))
    expect((await read('/v1/public/nessuno/$bulk-publish')).statusCode).toBe(404)
  })
})
