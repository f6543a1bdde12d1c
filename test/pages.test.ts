// The citizens' pages over HTTP, as a browser without JavaScript sees them; accidents, refusals, and who may see what.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildApp } from '../src/app.ts'
import { sweep } from '../src/schedule-loop.ts'
import { formOf, newCitizen, nthTime, solve, timesIn, type Citizen, type Shown } from './helpers/citizen.ts'
import { appOfItsOwn, makeOffice, START, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office
const MINUTE = 60_000
const QUESTIONS = [
  { id: 'motivo', label: 'Motivo', type: 'choice', required: true, options: ['Rinnovo', 'Smarrimento'] },
  { id: 'dettagli', label: 'Dettagli', type: 'long_text', maxLength: 200 },
]

beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, {
    agents: 2,
    service: {
      externalId: 'cie',
      whatToBring: 'Una fototessera.',
      questions: QUESTIONS,
      channels: [{ type: 'in_person' }, { type: 'phone' }],
      cancelNoticeMinutes: 60,
      moveNoticeMinutes: 60,
    },
  })
})
afterAll(() => service.close())
beforeEach(() => (service.clock.now = START))

const settings = (booking: object) =>
  service.tenant.call('PATCH', `/v1/tenants/${service.tenant.id}`, { booking }, { headers: { 'if-match': '*' } })

let number = 0
const person = (more: Record<string, string> = {}) => ({
  firstName: 'Ada',
  lastName: `Neri ${(number += 1)}`,
  email: `ada${number}@posta.example`,
  phone: '',
  ...more,
})

const timePath = (query = '') => `/prova/book/time?service=cie&channel=in_person&month=2026-11${query}`

/** Chooses the nth offered time; returns the page after it. */
async function choose(citizen: Citizen, n = 0, url = timePath()): Promise<Shown> {
  const { page, at } = await nthTime(citizen, await citizen.get(url), n)
  return citizen.submit(page, '/book/time', { at })
}

/** Goes from the landing page to the summary. */
async function toSummary(
  citizen: Citizen,
  n = 0,
  who: Record<string, string> = person(),
  url?: string,
): Promise<Shown> {
  const details = await choose(citizen, n, url)
  expect(details.url).toMatch(/details/)
  const applicant = await citizen.submit(details, 'details', { answer_motivo: 'Rinnovo' })
  expect(applicant.url).toMatch(/applicant/)
  const summary = await citizen.submit(applicant, 'applicant', who)
  expect(summary.url).toMatch(/summary/)
  return summary
}

async function confirm(citizen: Citizen, summary: Shown): Promise<Shown> {
  return citizen.submit(summary, 'summary', { consent: 'yes', altcha: await solve(summary.html) })
}

async function freeAgain(page: Shown, citizen: Citizen): Promise<void> {
  const id = /appointments\/([0-9a-f-]{36})/.exec(page.url)![1]!
  service.clock.now = START
  expect((await citizen.post(`/prova/appointments/${id}/cancel`, [])).status).toBe(200)
  await service.settle()
}

const messages = async () => {
  await service.settle()
  return (await service.tenant.call('GET', '/v1/messages')).body.items
}

describe('a citizen books', () => {
  test('in the steps it needs, with the outcome of the Italian model and a message with the personal link', async () => {
    const citizen = newCitizen(service.app)
    const landing = await citizen.get('/prova')
    expect(landing.text).toMatch(/lun 23 nov, 09:00/)
    expect(landing.html).toContain('data-element="service-booking-access"')
    const place = await citizen.get('/prova/book?service=cie')
    expect(place.html).toContain('data-element="appointment-booking"')
    expect(place.text).toMatch(/Municipio.*Per telefono/)
    const summary = await toSummary(citizen)
    for (const text of [
      'Carta d’identità',
      'lunedì 23 novembre 2026, 09:00–09:30',
      'Rinnovo',
      'Ada Neri',
      'posta.example',
    ])
      expect(summary.text).toContain(text)
    const done = await confirm(citizen, summary)
    expect(done.url).toMatch(/confirmed$/)
    for (const text of [
      'Appuntamento confermato',
      '09:00–09:30',
      'Cosa serve',
      'fototessera',
      'Aggiungi al tuo calendario',
    ])
      expect(done.text).toContain(text)
    const [message] = await messages()
    expect(message).toMatchObject({ template: 'booked', status: 'queued', language: 'it' })
    const link = /https:\/\/agenda\.example(\/prova\/m\/\S+)/.exec(message.text)![1]!
    const elsewhere = newCitizen(service.app)
    const own = await elsewhere.get(link)
    expect(own.url).toMatch(/^\/prova\/appointments\/[0-9a-f-]{36}$/)
    expect(own.text).toContain('Confermato')
    const file = await elsewhere.get(`${own.url}/appointment.ics`)
    expect(file.html).toContain('DTSTART;TZID=Europe/Rome:20261123T090000')
    expect(file.html).toContain('BEGIN:VTIMEZONE')
    expect(file.html).not.toContain('Neri')
    await freeAgain(own, elsewhere)
  })

  test('by telephone without an e-mail address', async () => {
    const citizen = newCitizen(service.app)
    const phone = '/prova/book/time?service=cie&channel=phone&month=2026-11'
    const details = await choose(citizen, 0, phone)
    const applicant = await citizen.submit(details, 'details', { answer_motivo: 'Rinnovo' })
    const faulty = await citizen.submit(applicant, 'applicant', person({ email: '', phone: '12' }))
    expect(faulty.status).toBe(422)
    expect(faulty.html).toContain('aria-invalid="true"')
    const summary = await citizen.submit(faulty, 'applicant', { phone: '0746 123456' })
    const done = await confirm(citizen, summary)
    expect(done.text).toContain('Ti chiamiamo noi al +390746123456')
    await freeAgain(done, citizen)
  })

  test('in English, by the browser’s language and by the switch', async () => {
    const citizen = newCitizen(service.app, { 'accept-language': 'en-GB,en;q=0.9' })
    expect((await citizen.get('/prova')).text).toContain('Book an appointment')
    expect((await citizen.get('/prova?lang=it')).text).toContain('Prenota un appuntamento')
    expect((await citizen.get('/prova')).text).toContain('Prenota un appuntamento')
  })

  test('by a deep link that names external ids, and learns when a service is unknown', async () => {
    const citizen = newCitizen(service.app)
    const page = await citizen.get(
      `/prova/book?service=cie&location=${office.location.id}&agent=${office.agent.id}&lang=en`,
    )
    expect(page.text).toContain('Operatore 1')
    expect(page.html).toMatch(/value="in_person [0-9a-f-]{36}"\s+checked/)
    expect((await citizen.get('/prova/book?service=altro')).status).toBe(404)
    expect((await citizen.get('/nessuno')).status).toBe(404)
  })

  test('and finds why a month has nothing, with the next free time', async () => {
    const page = await newCitizen(service.app).get('/prova/book/time?service=cie&channel=in_person&month=2027-02')
    expect(page.status).toBe(200)
    const nothing = await service.tenant.make('closures', {
      firstDay: '2027-01-01',
      lastDay: '2027-01-31',
      reason: 'x',
    })
    const closed = await newCitizen(service.app).get('/prova/book/time?service=cie&channel=in_person&month=2027-01')
    expect(closed.text).toContain('L’ufficio è chiuso.')
    expect(closed.text).toMatch(/Prossimo orario libero: lun 23 nov, 09:00/)
    await service.tenant.call('DELETE', `/v1/closures/${nothing.id}`, undefined, { headers: { 'if-match': '*' } })
  })
})

describe('what a citizen is told', () => {
  test('an office without times points to the other one, and the tenant’s own words are shown', async () => {
    const near = await service.tenant.make('locations', { name: 'Sede vicina' })
    const far = await service.tenant.make('locations', { name: 'Sede lontana' })
    const made = await service.tenant.make('services', { name: 'Pratica', externalId: 'pratica', durationMinutes: 30 })
    const skills = { serviceIds: [made.id], locationIds: [far.id] }
    const agent = await service.tenant.make('agents', { name: 'Solo lì', ...skills })
    await service.tenant.make('schedules', {
      ownerKind: 'agent',
      ownerId: agent.id,
      validFrom: '2026-01-05',
      rules: [{ rrule: 'FREQ=WEEKLY;BYDAY=WE', windows: [{ from: '09:00', to: '10:00' }] }],
    })
    const texts = { it: { intro: 'Benvenuti allo sportello.', footer: 'Chiusi a Ferragosto.' } }
    await settings({ texts, supportPhone: '0746 000999' })
    const citizen = newCitizen(service.app)
    const landing = await citizen.get('/prova')
    expect(landing.text).toContain('Benvenuti allo sportello.')
    expect(landing.html).toContain('Chiusi a Ferragosto.')
    expect(landing.html).toContain('href="tel:0746000999"')
    const nothing = await citizen.get(`/prova/book/time?service=pratica&channel=in_person&location=${near.id}`)
    expect(nothing.text).toContain('Nessun orario libero: 23 nov – 20 dic')
    expect(nothing.text).toMatch(/Prima altrove o in altro modo: Sede lontana, mer 25 nov, 09:00/)
    await settings({ texts: null, supportPhone: null })
  })
})

describe('an accident ends well', () => {
  test('a double click takes the time once and books once', async () => {
    const citizen = newCitizen(service.app)
    const page = await citizen.get(timePath())
    const at = timesIn(page.html)[3]!
    const [one, two] = await Promise.all([
      citizen.submit(page, '/book/time', { at }),
      citizen.submit(page, '/book/time', { at }),
    ])
    expect(one.url).toBe(two.url)
    const applicant = await citizen.submit(one, 'details', { answer_motivo: 'Rinnovo' })
    const summary = await citizen.submit(applicant, 'applicant', person())
    const altcha = await solve(summary.html)
    const send = () => citizen.submit(summary, 'summary', { consent: 'yes', altcha })
    const done = await Promise.all([send(), send()])
    expect(done[0].url).toBe(done[1].url)
    const list = (await service.tenant.call('GET', `/v1/appointments?status=confirmed`)).body.items
    expect(list.length).toBe(1)
    await freeAgain(done[0], citizen)
  })

  test('back, another time, another window: the last choice counts, the typed text stays, the old window is told', async () => {
    const citizen = newCitizen(service.app)
    const first = await citizen.get(timePath())
    const details = await citizen.submit(first, '/book/time', { at: timesIn(first.html)[0]! })
    const typed = await citizen.submit(details, 'details', {
      answer_motivo: 'Smarrimento',
      answer_dettagli: 'due\n\nrighe',
    })
    // The second window: the same service again, and the time that the first window holds is still offered to the same browser.
    const second = await citizen.get(timePath())
    expect(timesIn(second.html)).toContain(timesIn(first.html)[0]!)
    const moved = await citizen.submit(second, '/book/time', { at: timesIn(first.html)[1]! })
    expect(moved.url).toMatch(/applicant/)
    const told = await citizen.submit(typed, 'applicant', person())
    expect(told.text).toContain('In un’altra finestra è stato scelto un altro orario')
    expect(told.text).toContain('09:30–10:00')
    expect(told.text).toContain('Smarrimento')
    const back = await citizen.get(told.url.replace(/summary.*/, 'details'))
    expect(back.html).toContain('due\n\nrighe')
    const list = (await service.tenant.call('GET', '/v1/appointments?status=held')).body.items
    expect(list.length).toBe(1)
    const given = await citizen.submit(told, 'abandonment')
    expect(given.text).toContain('L’orario è di nuovo libero.')
    expect((await service.tenant.call('GET', '/v1/appointments?status=held')).body.items.length).toBe(0)
  })

  test('an expired hold loses nothing, and is taken again with one click', async () => {
    const citizen = newCitizen(service.app)
    const summary = await toSummary(citizen, 2)
    service.clock.now += 11 * MINUTE
    const over = await citizen.get(summary.url)
    expect(over.status).toBe(200)
    expect(over.text).toContain('Il tempo per concludere è scaduto')
    expect(over.text).toContain('Ada Neri')
    const again = await citizen.submit(over, '/again')
    expect(again.url).toMatch(/summary/)
    const done = await confirm(citizen, again)
    expect(done.text).toContain('10:00–10:30')
    await freeAgain(done, citizen)
  })

  test('the hold is extended once', async () => {
    const citizen = newCitizen(service.app)
    const details = await choose(citizen, 5)
    expect(details.text).toContain('fino alle 08:10')
    const longer = await citizen.submit(details, 'extension', { answer_dettagli: 'non ancora inviato' })
    expect(longer.text).toContain('fino alle 08:20')
    expect(longer.html).toContain('non ancora inviato')
    expect(longer.html).not.toContain('/extension')
    const id = /book\/([0-9a-f-]{36})/.exec(details.url)![1]!
    expect((await citizen.post(`/prova/book/${id}/extension`, [])).text).toContain('fino alle 08:20')
    service.clock.now += 15 * MINUTE
    expect((await citizen.get(details.url)).text).toContain('fino alle 08:20')
    await citizen.post(`/prova/book/${id}/abandonment`, [])
  })

  test('a time just taken by someone else: others are offered, the choice can be made again', async () => {
    const citizens = [newCitizen(service.app), newCitizen(service.app), newCitizen(service.app)]
    const pages = await Promise.all(citizens.map((c) => c.get(timePath())))
    const at = timesIn(pages[0]!.html)[6]!
    const ends = await Promise.all(citizens.map((c, i) => c.submit(pages[i]!, '/book/time', { at })))
    const late = ends.filter((page) => page.status === 409)
    expect(late.length).toBe(1)
    expect(late[0]!.text).toMatch(/Qualcuno sta prenotando questo orario|Nessun operatore/)
    expect(timesIn(late[0]!.html)).not.toContain(at)
    service.clock.now += 11 * MINUTE
  })

  test('a form without a time, an address without a draft, a foreign draft', async () => {
    const citizen = newCitizen(service.app)
    const page = await citizen.get(timePath())
    const empty = await citizen.submit(page, '/book/time', {})
    expect(empty.status).toBe(422)
    expect(empty.text).toContain('Scegli un orario.')
    const summary = await toSummary(citizen, 8)
    const stranger = newCitizen(service.app)
    for (const name of ['time', 'details', 'applicant', 'summary']) {
      const refused = await stranger.get(summary.url.replace('summary', name))
      expect(refused.status).toBe(404)
      expect(refused.text).toContain('Questa prenotazione non è più aperta')
    }
    await citizen.submit(summary, 'abandonment')
  })
})

describe('against abuse', () => {
  test('without script the link in an e-mail confirms, once and in time', async () => {
    const citizen = newCitizen(service.app)
    const who = person()
    const summary = await toSummary(citizen, 1, who)
    const waiting = await citizen.submit(summary, 'summary', { consent: 'yes', altcha: 'x' })
    expect(waiting.url).toMatch(/activation$/)
    expect(waiting.text).toContain(who.email)
    const [message] = await messages()
    expect(message).toMatchObject({ template: 'activate', recipient: who.email })
    const link = /https:\/\/agenda\.example(\/prova\/activate\/\S+)/.exec(message.text)![1]!
    service.clock.now += 20 * MINUTE
    const elsewhere = newCitizen(service.app)
    const page = await elsewhere.get(link)
    expect((await service.tenant.call('GET', '/v1/appointments?status=confirmed')).body.items.length).toBe(0)
    const done = await elsewhere.submit(page, '/activate/')
    expect(done.text).toContain('Appuntamento confermato')
    expect((await elsewhere.submit(page, '/activate/')).url).toBe(done.url)
    expect((await elsewhere.get(`${link}x`)).status).toBeLessThan(500)
    await freeAgain(done, elsewhere)
  })

  test('a link that is opened too late gives the time back and keeps what was typed', async () => {
    const citizen = newCitizen(service.app)
    const summary = await toSummary(citizen, 1)
    await citizen.submit(summary, 'summary', { consent: 'yes' })
    const [message] = await messages()
    const link = /https:\/\/agenda\.example(\/prova\/activate\/\S+)/.exec(message.text)![1]!
    service.clock.now += 31 * MINUTE
    const late = await newCitizen(service.app).get(link)
    expect(late.status).toBe(409)
    expect(late.text).toContain('Il tempo per confermare è finito')
    expect((await citizen.get(summary.url)).text).toContain('Ada Neri')
  })

  test('a solution counts for its own draft only, and a wrong one for none', async () => {
    const one = newCitizen(service.app)
    const two = newCitizen(service.app)
    const mine = await toSummary(one, 0)
    const theirs = await toSummary(two, 0, person(), timePath('&x'))
    const altcha = await solve(mine.html)
    expect((await two.submit(theirs, 'summary', { consent: 'yes', altcha })).url).toMatch(/activation$/)
    service.clock.now += 60 * MINUTE
  })

  test('without script and without e-mail the office decides', async () => {
    const citizen = newCitizen(service.app)
    const summary = await toSummary(citizen, 1, person({ email: '', phone: '320 5551234' }))
    const done = await citizen.submit(summary, 'summary', { consent: 'yes' })
    expect(done.text).toContain('Richiesta ricevuta')
    expect((await service.tenant.call('GET', '/v1/appointments?status=pending')).body.items.length).toBe(1)
    await freeAgain(done, citizen)
  })

  test('the tenant may ask everyone to confirm by e-mail, within its minutes', async () => {
    await settings({ emailConfirmationMinutes: 15 })
    const citizen = newCitizen(service.app)
    const summary = await toSummary(citizen, 1)
    const waiting = await confirm(citizen, summary)
    expect(waiting.text).toContain('entro le 08:15')
    const sent = await citizen.submit(waiting, 'activation-mail')
    expect(sent.text).toContain('inviato di nuovo')
    for (let i = 0; i < 4; i += 1) await citizen.submit(sent, 'activation-mail')
    expect((await citizen.submit(sent, 'activation-mail')).status).toBe(429)
    await settings({ emailConfirmationMinutes: null })
    service.clock.now += 16 * MINUTE
  })

  test('one e-mail address or number has at most so many open appointments, rivals included', async () => {
    await settings({ maxOpenAppointments: 2 })
    const who = { email: 'tanti@posta.example' }
    const citizens = [0, 1, 2, 3].map(() => newCitizen(service.app))
    const summaries: Shown[] = []
    for (const [i, citizen] of citizens.entries()) summaries.push(await toSummary(citizen, i, person(who)))
    const ends = await Promise.all(summaries.map((summary, i) => confirm(citizens[i]!, summary)))
    expect(ends.filter((page) => page.text.includes('Appuntamento confermato')).length).toBe(2)
    const refused = ends.filter((page) => page.status === 409)
    expect(refused.length).toBe(2)
    expect(refused[0]!.text).toContain('Troppi appuntamenti aperti')
    for (const [i, page] of ends.entries()) if (page.url.includes('confirmed')) await freeAgain(page, citizens[i]!)
    await settings({ maxOpenAppointments: null })
    service.clock.now += 60 * MINUTE
  })

  test('one address sends so many forms a minute; the refusal is a page that says what to do', async () => {
    const app = await appOfItsOwn(service.deps, { publicRate: 3 })
    const citizen = newCitizen(app)
    for (let i = 0; i < 3; i += 1) expect((await citizen.post('/prova/find', [['code', 'x']])).status).toBe(422)
    const refused = await citizen.post('/prova/find', [['code', 'x']])
    expect(refused.status).toBe(429)
    expect(refused.text).toContain('Troppe richieste')
    expect((await citizen.get('/prova')).status).toBe(200)
    await app.close()
  })

  test('forms from other sites are refused', async () => {
    const strange: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://altrove.example' },
    ]
    for (const headers of strange) {
      const citizen = newCitizen(service.app, headers)
      const answer = await citizen.post('/prova/find', [['code', 'ABCD2345']])
      expect(answer.status).toBe(403)
      expect(answer.text).toContain('Inviato da un altro sito')
    }
  })
})

describe('the own appointment', () => {
  test('is moved, its own time counting as free, then cancelled, and the calendar file follows', async () => {
    const citizen = newCitizen(service.app)
    const done = await confirm(citizen, await toSummary(citizen, 4))
    const own = done.url.replace('/confirmed', '')
    const page = await citizen.get(`${own}/move`)
    const before = timesIn(page.html)
    // The present time is shown, and cannot be chosen.
    const present = /value="([^"]+)"\s+class="[^"]*"\s+disabled/.exec(page.html)![1]
    expect(page.html).toMatch(/disabled\s*>\s*\d\d:\d\d<span class="unseen">, il tuo orario attuale/)
    const check = await citizen.get(
      `${own}/move/check?at=${encodeURIComponent(before.findLast((time) => time !== present)!)}`,
    )
    expect(check.text).toMatch(/Orario attuale.*\d\d:\d\d–.*Nuovo orario.*\d\d:\d\d–/)
    const moved = await citizen.submit(check, '/move')
    expect(moved.text).toContain('Appuntamento spostato')
    const file = await citizen.get(`${own}/appointment.ics`)
    expect(Number(/SEQUENCE:(\d+)/.exec(file.html)![1])).toBeGreaterThan(1)
    expect((await messages())[0].template).toBe('moved')
    const asking = await citizen.get(`${own}/cancel`)
    const cancelled = await citizen.submit(asking, '/cancel', { reason: 'Non serve più' })
    expect(cancelled.text).toContain('L’appuntamento è annullato')
    expect((await messages())[0].template).toBe('cancelled')
    expect((await citizen.submit(asking, '/cancel', { reason: '' })).status).toBe(200)
    expect((await messages()).filter((m: any) => m.template === 'cancelled').length).toBeGreaterThan(0)
  })

  test('cannot be moved or cancelled within the notice', async () => {
    const citizen = newCitizen(service.app)
    const done = await confirm(citizen, await toSummary(citizen, 4))
    const own = done.url.replace('/confirmed', '')
    const { body } = await service.tenant.call('GET', `/v1/appointments/${own.split('/').pop()}`)
    service.clock.now = Date.parse(body.start) - 30 * MINUTE
    const page = await citizen.get(own)
    expect(page.text).toContain('È troppo tardi per modificare')
    const refused = await citizen.post(`${own}/cancel`, [])
    expect(refused.status).toBe(409)
    expect(refused.text).toContain('Troppo tardi per annullare')
    expect((await citizen.get(`${own}/move`)).status).toBe(409)
    await freeAgain(done, citizen)
  })

  test('is rated after the visit with stars, then reasons and words', async () => {
    const citizen = newCitizen(service.app)
    const done = await confirm(citizen, await toSummary(citizen, 4))
    const own = done.url.replace('/confirmed', '')
    expect((await citizen.post(`${own}/rating`, [['stars', '5']])).status).toBe(409)
    service.clock.now = Date.parse('2026-11-23T12:00:00Z')
    const page = await citizen.get(own)
    expect((await citizen.submit(page, '/rating')).status).toBe(422)
    const more = await citizen.submit(page, '/rating', { stars: '2' })
    expect(more.text).toContain('Dove hai incontrato difficoltà?')
    await citizen.submit(more, '/rating', { reasons: ['Lunga attesa', 'inventato'], comment: 'Un’ora in piedi' })
    const id = own.split('/').pop()!
    const { body } = await service.tenant.call('GET', `/v1/appointments/${id}`)
    expect(body.rating).toMatchObject({ stars: 2, reasons: ['Lunga attesa'], comment: 'Un’ora in piedi' })
  })

  test('is found by code and means, and nobody learns whether one exists', async () => {
    const citizen = newCitizen(service.app)
    const who = person({ phone: '320 5557777' })
    const done = await confirm(citizen, await toSummary(citizen, 6, who))
    const code = /<strong class="code">([A-Z0-9]{8})/.exec(done.html)![1]!
    const stranger = newCitizen(service.app)
    const page = await stranger.get('/prova/find')
    const wrong = [
      { code, means: 'altra@posta.example' },
      { code: 'ZZZZ9999', means: who.email },
      { code: 'ZZZZ9999', means: 'altra@posta.example' },
    ]
    const plain = (shown: Shown, typed: { code: string; means: string }) =>
      shown.text.replaceAll(typed.code, '').replaceAll(typed.means, '')
    const texts: string[] = []
    for (const typed of wrong) {
      const answer = await stranger.submit(page, '/find', typed)
      expect(answer.status).toBe(404)
      texts.push(plain(answer, typed))
    }
    expect(new Set(texts).size).toBe(1)
    const own = done.url.replace('/confirmed', '')
    expect((await stranger.get(own)).status).toBe(404)
    const lower = ` ${code.toLowerCase().slice(0, 4)} ${code.toLowerCase().slice(4)}`
    expect((await stranger.submit(page, '/find', { code: lower, means: '+39 320 555 7777' })).url).toBe(own)
    await freeAgain(done, citizen)
  })

  test('opens to nobody by a wrong, foreign or renewed link', async () => {
    const booked = await service.tenant.make('appointments', {
      serviceIds: [office.service.id],
      start: '2026-11-25T09:00:00+01:00',
      contact: { firstName: 'Ada', lastName: 'Bis', email: 'bis@posta.example' },
      answers: { motivo: 'Rinnovo' },
    })
    const citizen = newCitizen(service.app)
    expect((await citizen.get(`/prova/m/${booked.manageToken}`)).text).toContain('Confermato')
    const other = await service.newTenant('altrui')
    expect(other.id).not.toBe(service.tenant.id)
    for (const url of [
      `/altrui/m/${booked.manageToken}`,
      `/prova/m/${booked.manageToken.slice(0, -2)}xx`,
      `/prova/m/${booked.id.replaceAll('-', '')}.AAAAAAAAAAAAAAAAAAAAAA`,
      '/prova/m/x',
    ]) {
      const refused = await newCitizen(service.app).get(url)
      expect(refused.status, url).toBe(404)
    }
    // The cookie of one tenant opens nothing of another tenant.
    expect((await citizen.get(`/altrui/appointments/${booked.id}`)).status).toBe(404)
  })
})

describe('the pages are safe', () => {
  test('strict policy, closed cookies, no framing, nothing kept of personal pages', async () => {
    const citizen = newCitizen(service.app)
    const summary = await toSummary(citizen, 3)
    const csp = String(summary.headers['content-security-policy'])
    expect(csp).toContain("default-src 'none'")
    expect(csp).toContain("frame-ancestors 'self'")
    expect(csp).not.toContain('unsafe')
    expect(summary.headers['cache-control']).toBe('no-store')
    expect(summary.headers['referrer-policy']).toBe('same-origin')
    expect(summary.html).not.toMatch(/<script(?![^>]*src=)|\sstyle=|\son[a-z]+=/)
    const cookies = (await service.app.inject({ url: '/prova?lang=en' })).headers['set-cookie']
    for (const cookie of [cookies].flat()) expect(cookie).toMatch(/HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/)
    await citizen.submit(summary, 'abandonment')
  })

  test('no personal data in addresses or in the log', async () => {
    const lines: string[] = []
    const app = await buildApp(service.deps, {
      logLevel: 'trace',
      trustProxy: false,
      logTo: { write: (line: string) => void lines.push(line) },
    })
    const citizen = newCitizen(app)
    const who = { firstName: 'Zenobia', lastName: 'Quaranta', email: 'zenobia@posta.example', phone: '320 5559999' }
    const done = await confirm(citizen, await toSummary(citizen, 3, who))
    await newCitizen(app).post('/prova/find', [
      ['code', 'ABCD2345'],
      ['means', who.email],
    ])
    await freeAgain(done, citizen)
    const told = `${citizen.visited.join('\n')}\n${lines.join('\n')}`
    expect(told).not.toMatch(/zenobia|quaranta|5559999/i)
    await app.close()
  })

  test('typed markup stays text', async () => {
    const citizen = newCitizen(service.app)
    const evil = '<img src=x onerror=alert(1)>"\'&'
    const details = await choose(citizen, 3)
    const applicant = await citizen.submit(details, 'details', { answer_motivo: 'Rinnovo', answer_dettagli: evil })
    const summary = await citizen.submit(applicant, 'applicant', person())
    expect(summary.html).not.toContain('<img src=x')
    expect(summary.text).toContain(evil)
    const search = await citizen.get(`/prova?q=${encodeURIComponent(evil)}`)
    expect(search.html).not.toContain('<img src=x')
    await citizen.submit(summary, 'abandonment')
  })

  test('bad input is answered by a page, never by a fault of ours', async () => {
    const citizen = newCitizen(service.app)
    const addresses = [
      '/prova?q=%00',
      '/prova?channel=x&q=' + 'a'.repeat(500),
      '/prova/book',
      '/prova/book?service=x',
      `/prova/book?${'service=cie&'.repeat(30)}`,
      '/prova/book/time?service=cie&channel=phone&month=9999-99&day=x&view=y',
      '/prova/book/time?service=cie&channel=in_person&places=-1&duration=999',
      '/prova/book/time?service=cie&way=in_person%20nowhere',
      '/prova/book/x/summary',
      '/prova/appointments/x',
      '/prova/appointments/x/appointment.ics',
      '/prova/activate/x',
      '/prova/m/x.y',
      '/assets/x/../../package.json',
      '/assets/x/%2e%2e/package.json',
      '/prova/logo',
    ]
    for (const url of addresses) expect((await citizen.get(url)).status, url).toBeLessThan(500)
    const page = await citizen.get(timePath())
    const { fields } = formOf(page.html, '/book/time')
    const bodies: [string, string][][] = [
      [],
      [...fields, ['at', 'x']],
      [...fields, ['at', '9999-12-31T23:59:59.999Z x']],
      [...fields, ['at', '2026-11-23T08:00:00.001Z x']],
      [
        ['service', 'cie'],
        ['channel', 'in_person'],
        ['at', timesIn(page.html)[0]!],
        ['draft', 'x.y'],
      ],
    ]
    for (const body of bodies)
      expect((await citizen.post('/prova/book/time', body)).status, JSON.stringify(body)).toBeLessThan(500)
    service.clock.now += 11 * MINUTE
  })

  test('a theme that cannot be read is refused with its ratio', async () => {
    const change = (theme: object) =>
      service.tenant.call('PATCH', `/v1/tenants/${service.tenant.id}`, { theme }, { headers: { 'if-match': '*' } })
    const refused = await change({ accent: '#9ad0ff' })
    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({ code: 'illegible_theme' })
    expect(refused.body.errors[0]).toMatchObject({ pointer: '/theme/accent' })
    expect(refused.body.detail).toMatch(/1\.\d\d:1/)
    expect((await change({ headerText: '#888888' })).status).toBe(422)
    const logo = `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64')}`
    expect((await change({ accent: '#7a0019', headerBackground: '#7a0019', logo })).status).toBe(200)
    const citizen = newCitizen(service.app)
    const page = await citizen.get('/prova')
    const sheet = await citizen.get(/href="(\/prova\/theme\.css[^"]*)"/.exec(page.html)![1]!)
    expect(sheet.html).toContain('--accent:#7a0019')
    expect((await citizen.get('/prova/logo')).headers['content-type']).toContain('svg')
  })
})

describe('what an attacker tried', () => {
  test('a draft’s id opens nothing, before and after it became an appointment', async () => {
    const citizen = newCitizen(service.app)
    const done = await confirm(citizen, await toSummary(citizen, 2))
    const draft = /book\/([0-9a-f-]{36})/.exec(citizen.visited.join(' '))![1]!.replaceAll('-', '')
    for (const token of [`${draft}.x`, `${draft}.`, draft]) {
      const stranger = newCitizen(service.app)
      expect((await stranger.get(`/prova/activate/${token}`)).status).toBe(404)
      expect((await stranger.post(`/prova/activate/${token}`, [])).status).toBe(404)
      expect(stranger.jar.has('agenda_appointments')).toBe(false)
    }
    await freeAgain(done, citizen)
  })

  test('a name and an e-mail address do not reveal, nor take over, somebody’s number', async () => {
    const victim = newCitizen(service.app)
    const who = person({ phone: '+39 320 1234567' })
    const first = await confirm(victim, await toSummary(victim, 0, who))
    const attacker = newCitizen(service.app)
    const phone = '/prova/book/time?service=cie&channel=phone&month=2026-11'
    const second = await confirm(attacker, await toSummary(attacker, 3, { ...who, phone: '+39 06 69812345' }, phone))
    expect(second.text).toContain('+390669812345')
    expect(second.html).not.toContain('3201234567')
    await freeAgain(first, victim)
    await freeAgain(second, attacker)
  })

  test('confirming, giving up and choosing another time at once end in one consistent state', async () => {
    const clear = () => sweep({ ...service.deps, now: () => START + 40 * MINUTE })
    await clear()
    for (let round = 0; round < 6; round += 1) {
      const citizen = newCitizen(service.app)
      const before = (await service.tenant.call('GET', '/v1/appointments?status=confirmed')).body.items.length
      const summary = await toSummary(citizen, 1)
      const at = /\d\d:\d\d(?=–)/.exec(summary.text)![0]
      const altcha = await solve(summary.html)
      const times = await citizen.get(timePath())
      const [done] = await Promise.all([
        citizen.submit(summary, 'summary', { consent: 'yes', altcha }),
        round % 2 === 0
          ? citizen.submit(summary, 'abandonment')
          : citizen.submit(times, '/book/time', { at: timesIn(times.html)[5]! }),
      ])
      const held = (await service.tenant.call('GET', '/v1/appointments?status=held')).body.items
      const booked = (await service.tenant.call('GET', '/v1/appointments?status=confirmed')).body.items
      if (done.url.endsWith('confirmed')) {
        expect(booked.length).toBe(before + 1)
        expect(done.text).toContain(`${at}–`)
        expect(held.length).toBe(0)
        await freeAgain(done, citizen)
      } else expect(booked.length, done.url).toBe(before)
      service.clock.now += 31 * MINUTE
      await citizen.get('/prova')
      service.clock.now = START
      await clear()
    }
  })

  test('a mailbox gets few links, whatever the case of its address and however many ask at once', async () => {
    const citizen = newCitizen(service.app)
    const summary = await toSummary(citizen, 1, person({ email: 'bersaglio@posta.example' }))
    const waiting = await citizen.submit(summary, 'summary', { consent: 'yes' })
    await Promise.all(Array.from({ length: 12 }, () => citizen.submit(waiting, 'activation-mail')))
    const other = newCitizen(service.app)
    const again = await toSummary(other, 2, person({ email: 'BERSAGLIO@posta.example' }))
    expect((await other.submit(again, 'summary', { consent: 'yes' })).status).toBe(429)
    const sent = (await messages()).filter((m: any) => m.recipient.toLowerCase() === 'bersaglio@posta.example')
    expect(sent.length).toBe(5)
    for (const message of sent) expect(message.text).not.toContain('Ada')
    service.clock.now += 61 * MINUTE
    await sweep(service.deps)
  })

  test('a link proves the address that it was sent to, and no other', async () => {
    const citizen = newCitizen(service.app)
    const who = person()
    const summary = await toSummary(citizen, 1, who)
    await citizen.submit(summary, 'summary', { consent: 'yes' })
    const link = /https:\/\/agenda\.example(\/prova\/activate\/\S+)/.exec((await messages())[0].text)![1]!
    const id = /book\/([0-9a-f-]{36})/.exec(summary.url)![1]!
    const other = { ...who, email: 'vittima@posta.example', step: 'applicant' }
    await citizen.post(`/prova/book/${id}/extension`, Object.entries(other))
    expect((await citizen.post(link, [])).status).toBe(404)
    expect((await service.tenant.call('GET', '/v1/messages')).body.items[0].recipient).toBe(who.email)
    service.clock.now += 61 * MINUTE
    await sweep(service.deps)
  })

  test('changing the address again and again does not keep the slot', async () => {
    const citizen = newCitizen(service.app)
    const summary = await toSummary(citizen, 1)
    const id = /book\/([0-9a-f-]{36})/.exec(summary.url)![1]!
    await citizen.submit(summary, 'summary', { consent: 'yes' })
    for (let i = 0; i < 6; i += 1) {
      service.clock.now += 20 * MINUTE
      await citizen.post(`/prova/book/${id}/applicant`, Object.entries(person()))
      await citizen.post(`/prova/book/${id}/summary`, [['consent', 'yes']])
    }
    await sweep(service.deps)
    expect((await service.tenant.call('GET', '/v1/appointments?status=held')).body.items).toEqual([])
  })

  test('names are names', async () => {
    const citizen = newCitizen(service.app)
    const details = await choose(citizen, 1)
    const applicant = await citizen.submit(details, 'details', { answer_motivo: 'Rinnovo' })
    const refused = await citizen.submit(applicant, 'applicant', person({ firstName: 'Vinci: https://evil.example' }))
    expect(refused.status).toBe(422)
    const summary = await citizen.submit(refused, 'applicant', { firstName: 'Ada\r\n\u0007  Maria' })
    expect(summary.text).toContain('Ada Maria')
    await citizen.submit(summary, 'abandonment')
  })

  test('a slot cannot be kept for ever by changing one’s mind', async () => {
    const citizen = newCitizen(service.app)
    const page = await citizen.get(timePath())
    const times = timesIn(page.html)
    await citizen.submit(page, '/book/time', { at: times[2]! })
    for (let i = 0; i < 12; i += 1) {
      service.clock.now += 4 * MINUTE
      await citizen.submit(page, '/book/time', { at: times[2 + (i % 2)]! })
      const [held] = (await service.tenant.call('GET', '/v1/appointments?status=held')).body.items
      if (held && Date.parse(held.holdExpiresAt) > service.clock.now && service.clock.now - START < 30 * MINUTE)
        expect(Date.parse(held.holdExpiresAt)).toBeLessThanOrEqual(START + 30 * MINUTE)
    }
    service.clock.now += 31 * MINUTE
    await sweep(service.deps)
  })

  test('one address cannot hold slot after slot', async () => {
    const app = await appOfItsOwn(service.deps, { publicRate: 3 })
    const ends: number[] = []
    for (let i = 0; i < 8; i += 1) {
      const citizen = newCitizen(app)
      const page = await citizen.get(timePath())
      ends.push((await citizen.submit(page, '/book/time', { at: timesIn(page.html)[0]! })).status)
    }
    expect(ends).toEqual([200, 200, 200, 200, 200, 200, 429, 429])
    await app.close()
    service.clock.now += 31 * MINUTE
    await sweep(service.deps)
  })

  test('the address of a client is what the nearest proxy says, not what the client says', async () => {
    const app = await appOfItsOwn(service.deps, { publicRate: 2 }, 1)
    const ends: number[] = []
    for (let i = 0; i < 4; i += 1) {
      const citizen = newCitizen(app, { 'x-forwarded-for': `6.6.6.${i}, 203.0.113.7` })
      ends.push((await citizen.post('/prova/find', [['code', 'x']])).status)
    }
    expect(ends).toEqual([422, 422, 429, 429])
    await app.close()
  })

  test('half characters, JSON and other kinds of bodies are refused or taken, never a fault of ours', async () => {
    const citizen = newCitizen(service.app)
    const details = await choose(citizen, 1)
    const id = /book\/([0-9a-f-]{36})/.exec(details.url)![1]!
    const cut = await citizen.submit(details, 'details', {
      answer_motivo: 'Rinnovo',
      answer_dettagli: 'a' + '😀'.repeat(3000),
    })
    expect(cut.status).toBe(422)
    expect((await citizen.post(`/prova/book/${id}/applicant`, [['firstName', `${'a'.repeat(99)}😀`]])).status).toBe(422)
    const cookie = [...citizen.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const bodies: [string, unknown][] = [
      ['/prova/find', { code: [1], means: 'x' }],
      ['/prova/book/time', { service: { length: 3 }, at: 'x' }],
      [`/prova/book/${id}/applicant`, { firstName: [1] }],
      [`/prova/book/${id}/summary`, { consent: [[]], held: [3] }],
    ]
    for (const [url, payload] of bodies) {
      const answer = await service.app.inject({ method: 'POST', url, payload: payload as object, headers: { cookie } })
      expect(answer.statusCode, url).toBe(415)
    }
    await citizen.post(`/prova/book/${id}/abandonment`, [])
  })

  test('the same time for more people is a new choice, not a fault', async () => {
    const group = await makeOffice(service.tenant, { service: { name: 'Corso', externalId: 'corso', seats: 8 } })
    expect(group.service.seats).toBe(8)
    const citizen = newCitizen(service.app)
    const page = await citizen.get('/prova/book/time?service=corso&channel=in_person&month=2026-12')
    const at = timesIn(page.html)[0]!
    const one = await citizen.submit(page, '/book/time', { at })
    const three = await citizen.submit(page, '/book/time', { at, places: '3' })
    expect([one.status, three.status]).toEqual([200, 200])
    expect(three.text).toContain('Persone: 3')
    service.clock.now += 31 * MINUTE
    await sweep(service.deps)
  })
})
