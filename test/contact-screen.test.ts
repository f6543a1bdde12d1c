// The contact screen without JavaScript: every act of its three areas, what is refused, and who is kept out.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Citizen, Shown } from './helpers/citizen.ts'
import { makePerson, signIn } from './helpers/people.ts'
import { makeOffice, startService, type TestService } from './helpers/service.ts'

let service: TestService
let office: Awaited<ReturnType<typeof makeOffice>>
let giulia: Citizen
let boss: Citizen
let campaignId: string
const text = (it: string) => ({ it, en: it })
const DAYS = [{ days: ['MO', 'TU', 'WE', 'TH', 'FR'], from: '07:00', to: '20:00' }]

beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant)
  const { make, call } = service.tenant
  await makePerson(service, { email: 'giulia@comune.example', role: 'agent', name: 'Giulia', agentId: office.agent.id })
  await makePerson(service, { email: 'capo@comune.example', role: 'supervisor', name: 'Capo' })
  giulia = await signIn(service, 'giulia@comune.example')
  boss = await signIn(service, 'capo@comune.example')
  const script = await make('scripts', {
    ...{ name: 'Prova', start: 'chi' },
    steps: [
      {
        id: 'chi',
        kind: 'ask',
        answer: 'yes_no',
        isRequired: true,
        text: text('Parlo con {{contact.name}}?'),
        next: 'eta',
      },
      { id: 'eta', kind: 'ask', answer: 'number', min: 0, max: 120, text: text('Quanti anni ha?'), next: 'prenota' },
      {
        id: 'prenota',
        kind: 'do',
        act: { kind: 'book', serviceId: office.service.id },
        text: text('Prenoti'),
        next: 'fine',
      },
      { id: 'fine', kind: 'end', text: text('Grazie') },
    ],
  })
  expect((await call('POST', `/v1/scripts/${script.id}/publication`)).status).toBe(201)
  campaignId = (await make('campaigns', { name: 'Richiami', hours: DAYS, citizenHours: DAYS, scriptId: script.id })).id
})
afterAll(() => service.close())

const ask = (number: string) => service.tenant.make('callbacks', { campaignId, number })
const next = async (): Promise<Shown> => giulia.submit(await giulia.get('/agenda/contact'), '/agenda/contact/next')
const idOf = (page: Shown): string => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(page.url)![0]
const history = async (id: string) => (await service.tenant.call('GET', `/v1/callbacks/${id}/history`)).body.items

test('next, script, booking, message and outcome; both histories say what came of it', async () => {
  const anna = await service.tenant.make('contacts', {
    ...{ firstName: 'Anna', lastName: 'Neri', phone: '+393205550711', email: 'anna@posta.example' },
  })
  await ask('+393205550711')
  let page = await next()
  const id = idOf(page)
  expect(page.text).toContain('Parlo con Anna Neri?')
  page = await giulia.submit(page, '/answer', { answer: 'yes' })
  // A wrong answer is refused at its field, and is still there.
  page = await giulia.submit(page, '/answer', { answer: '130' })
  expect([page.status, page.html.includes('value="130"')]).toEqual([422, true])
  page = await giulia.submit(page, '/answer', { answer: '72' })
  page = await giulia.get(`${page.url.split('?')[0]}?do=book&service=${office.service.id}`)
  page = await giulia.submit(page, '/book')
  expect(page.text).toContain('Prenotato:')
  expect(page.text).toContain('anna@posta.example')
  // What the step asked for is done, so the script has gone on.
  expect(page.text).toContain('Fine del copione')
  page = await giulia.get(`${page.url.split('?')[0]}?do=message`)
  page = await giulia.submit(page, '/message', { subject: 'Grazie', text: 'A presto.' })
  expect(page.text).toContain('Il messaggio è in viaggio')
  page = await giulia.get(`${page.url.split('?')[0]}?do=outcome`)
  page = await giulia.submit(page, '/outcome', { outcome: 'answered', summary: 'tutto a posto' })
  expect(page.url).toContain('/agenda/contact?outcome=answered')
  const events = await history(id)
  expect(events.find((e: any) => e.type === 'callback.attempted').details).toMatchObject({
    ...{ outcome: 'answered', note: 'tutto a posto', answers: { chi: true, eta: 72 } },
  })
  const booked = events.find((e: any) => e.type === 'callback.booked')
  const { body } = await service.tenant.call('GET', `/v1/appointments/${booked.details.appointmentId}`)
  expect(body).toMatchObject({ contactId: anna.id, callbackId: id })
  // Taken back, the contact is open again.
  page = await giulia.submit(page, '/undo')
  expect(page.text).toContain('Ha risposto')
  page = await giulia.submit(page, '/outcome', { outcome: 'answered' })
})

test('a wish for a time at which nobody can call is answered with the nearest windows, one press each', async () => {
  const { id } = await ask('+393205550712')
  let page = await next()
  expect(idOf(page)).toBe(id)
  page = await giulia.submit(page, '/outcome', {
    outcome: 'postponed',
    summary: 'dopo cena',
    again: '2026-11-24T03:00',
  })
  expect(page.status).toBe(409)
  expect(page.text).toContain('nessuno può chiamare')
  expect(page.html).toContain('dopo cena')
  const nearest = /name="nearest"\s+value="([^"]+)"/.exec(page.html)![1]!
  page = await giulia.submit(page, '/outcome', { nearest })
  expect(page.url).toContain('outcome=postponed')
  const after = (await service.tenant.call('GET', `/v1/callbacks/${id}`)).body
  expect(Date.parse(after.dueAt)).toBeGreaterThanOrEqual(Date.parse(nearest))
})

test('a stranger becomes a contact in place; a number that belongs to somebody else too is added to the chosen person', async () => {
  const call = async (number: string) => giulia.submit(await giulia.get('/agenda/contact'), '/number', { number })
  let page = await call('06 6982 1299')
  expect(page.text).toContain('Numero sconosciuto')
  page = await giulia.submit(page, '/person', { firstName: 'Nuova', lastName: '' })
  expect([page.status, page.html.includes('value="Nuova"')]).toEqual([400, true])
  page = await giulia.submit(page, '/person', { firstName: 'Nuova', lastName: 'Voce' })
  expect(page.text).toContain('Nuova Voce')
  page = await call('06 6982 1300')
  page = await giulia.submit(page, '/find', { text: 'nuova voce' })
  page = await giulia.submit(page, '/person')
  expect(page.text).toContain('Nuova Voce')
  expect(page.text).toContain('+39 06 6982 1300')
  const wrong = await call('abc')
  expect([wrong.status, wrong.html.includes('value="abc"')]).toEqual([422, true])
})

test('callback, note and waiting list for the person on the screen', async () => {
  const { id } = await service.tenant.make('contacts', {
    firstName: 'Ugo',
    lastName: 'Bianchi',
    phone: '+393205550713',
  })
  const at = `/agenda/contact/person/${id}`
  let page = await giulia.submit(await giulia.get(`${at}?do=note`), '/note', { content: 'preferisce la mattina' })
  expect(page.text).toContain('preferisce la mattina')
  page = await giulia.get(`${at}?do=promise`)
  page = await giulia.submit(page, '/promise', { at: '2026-11-24T03:00', subject: 'vuole sapere' })
  expect(page.status).toBe(409)
  expect(page.html).toContain('value="vuole sapere"')
  page = await giulia.submit(page, '/promise', { at: '2026-11-24T10:00' })
  expect(page.text).toContain('Promesso per martedì 24 novembre')
  page = await giulia.submit(await giulia.get(`${at}?do=book`), '/waiting')
  expect(page.text).toContain('lista d’attesa')
})

test('only who has taken a callback records its outcome; others, other tenants and wrong addresses are kept out', async () => {
  const { id } = await ask('+393205550714')
  const page = await next()
  expect(idOf(page)).toBe(id)
  const others = await boss.get(`/agenda/contact/callback/${id}`)
  expect(others.text).toContain('Giulia')
  expect(others.html).not.toContain('name="outcome"')
  const csrf = /name="csrf" value="([^"]+)"/.exec(others.html)![1]!
  const forced = await boss.post(`/agenda/contact/callback/${id}/outcome`, [
    ['csrf', csrf],
    ['outcome', 'answered'],
  ])
  expect(forced.status).toBe(409)
  expect((await giulia.get('/agenda/contact/callback/x')).status).toBe(400)
  for (const path of [`person/${id}`, 'nothing/1', `callback/${id}/nonsense`])
    expect((await giulia.get(`/agenda/contact/${path}`)).status, path).toBe(404)
  const elsewhere = await service.newTenant('altrove')
  await makePerson(service, { email: 'spia@altrove.example', role: 'agent', tenantId: elsewhere.id })
  const spy = await signIn(service, 'spia@altrove.example', 'altrove')
  expect((await spy.get(`/agenda/contact/callback/${id}`)).status).toBe(404)
  const back = await giulia.submit(page, '/release')
  expect(back.text).toContain('Restituito')
  // It is left to colleagues for a while.
  expect((await next()).url).toContain('nothing=1')
  service.clock.now += 11 * 60_000
  expect(idOf(await next())).toBe(id)
})

test('an appointment is moved by the same grid, also from the screen of its person, and taken back', async () => {
  const { make } = service.tenant
  const { id: contactId } = await make('contacts', { firstName: 'Lia', lastName: 'Moro', phone: '+393205550715' })
  const a = await make('appointments', {
    ...{ serviceIds: [office.service.id], start: '2026-12-01T10:00:00+01:00', contactId, as: 'staff' },
  })
  let page = await giulia.get(`/agenda/contact/person/${contactId}?do=move&appointment=${a.id}`)
  page = await giulia.submit(page, '/move')
  expect(page.text).toContain('Spostato:')
  page = await giulia.submit(page, '/take-back')
  expect((await service.tenant.call('GET', `/v1/appointments/${a.id}`)).body.start).toBe('2026-12-01T10:00:00+01:00')
  expect(page.text).toContain('Annullato')
  // An appointment of somebody else is not moved from here.
  const other = await giulia.get(
    `/agenda/contact/person/${(await make('contacts', { firstName: 'A', lastName: 'B' })).id}?do=move&appointment=${a.id}`,
  )
  expect(other.html).not.toContain('/move"')
})

test('a form that is sent twice makes one contact and one callback', async () => {
  const page = await giulia.submit(await giulia.get('/agenda/contact'), '/agenda/contact/number', {
    number: '06 6982 1400',
  })
  const typed = { firstName: 'Una', lastName: 'Sola' }
  await giulia.submit(page, '/person', typed)
  await giulia.submit(page, '/person', typed)
  const { items } = (await service.tenant.call('POST', '/v1/contacts/lookup', { text: 'una sola' })).body
  expect(items).toHaveLength(1)
})

test('several services, a duration and an office are booked as chosen; a time that is not offered needs a reason', async () => {
  const { make, call } = service.tenant
  const at = { locationIds: [office.location.id] }
  const long = await make('services', { name: 'Lunga', durationMinutes: 30, durationOptions: [60], ...at })
  const one = await make('services', { name: 'Prima', durationMinutes: 20, combinable: true, ...at })
  const two = await make('services', { name: 'Seconda', durationMinutes: 10, combinable: true, ...at })
  const serviceIds = [office.service.id, long.id, one.id, two.id]
  await call('PATCH', `/v1/agents/${office.agent.id}`, { serviceIds }, { headers: { 'if-match': '*' } })
  const { id: contactId } = await make('contacts', { firstName: 'Ida', lastName: 'Piano', phone: '+393205550716' })
  const screen = `/agenda/contact/person/${contactId}?do=book`
  const booked = async (page: Shown) => {
    expect(page.text).toContain('Prenotato:')
    const id = /booked=([0-9a-f-]{36})/.exec(page.url)![1]
    return (await call('GET', `/v1/appointments/${id}`)).body
  }
  const both = await giulia.submit(await giulia.get(`${screen}&service=${one.id}&also=${two.id}`), '/book')
  expect(await booked(both)).toMatchObject({ serviceIds: [one.id, two.id], durationMinutes: 30, contactId })
  const hour = await giulia.submit(await giulia.get(`${screen}&service=${long.id}&minutes=60`), '/book')
  expect(await booked(hour)).toMatchObject({ durationMinutes: 60, locationId: office.location.id })
  const other = { insist: '1', other: '2026-12-03T19:30', start: null }
  const page = await giulia.get(`${screen}&service=${long.id}&agent=${office.agent.id}`)
  const unreasoned = await giulia.submit(page, '/book', { ...other, reason: '' })
  expect([unreasoned.status, unreasoned.html.includes('2026-12-03T19:30')]).toEqual([400, true])
  const late = await booked(await giulia.submit(page, '/book', { ...other, reason: 'arriva dal lavoro' }))
  expect(late).toMatchObject({ start: '2026-12-03T19:30:00+01:00', agentId: office.agent.id })
})
