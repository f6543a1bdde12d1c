// Citizens' actions that once led to a dead end: another location, a lost time, an extra slash, a shared address, a past visit.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { toE164 } from '../src/domain/contact/phone.ts'
import { asciiDigits } from '../src/kernel/digits.ts'
import { newCitizen, nthTime, solve, timesIn } from './helpers/citizen.ts'
import { appOfItsOwn, makeOffice, START, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office & { agents: any[] }
let other: any
const DAY = 86_400_000

beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, {
    agents: 2,
    service: { externalId: 'cie', combinable: true, channels: [{ type: 'in_person' }, { type: 'video' }] },
  })
  other = await service.tenant.make('services', {
    ...{ name: 'Residenza', durationMinutes: 20, combinable: true, description: 'Il cambio di casa.' },
    channels: [{ type: 'in_person' }, { type: 'video' }],
  })
  for (const agent of office.agents)
    await service.tenant.call(
      'PATCH',
      `/v1/agents/${agent.id}`,
      { serviceIds: [office.service.id, other.id] },
      { headers: { 'if-match': '*' } },
    )
  const booking = { supportPhone: '+390746123456' }
  await service.tenant.call('PATCH', `/v1/tenants/${service.tenant.id}`, { booking }, { headers: { 'if-match': '*' } })
})
afterAll(() => service.close())
beforeEach(() => void (service.clock.now = START))

const TIME = '/prova/book/time?service=cie&channel=in_person'

test('the place that was chosen is ticked, and every other one can be chosen instead', async () => {
  const citizen = newCitizen(service.app)
  const times = await citizen.get(TIME)
  const back = /class="back" href="([^"]+)"/.exec(times.html)![1]!.replaceAll('&amp;', '&')
  const place = await citizen.get(back)
  expect(place.html).toMatch(new RegExp(`value="in_person ${office.location.id}"[^>]*checked`))
  expect(place.html).toContain('value="video"')
  const details = await citizen.submit(times, '/book/time', { at: timesIn(times.html)[0]! })
  const step = /href="(\/prova\/book\/[^"]+\/place\?[^"]+)"/.exec(details.html)![1]!.replaceAll('&amp;', '&')
  const inside = await citizen.get(step)
  expect(inside.html).toContain('value="video"')
  // The other place is chosen inside the draft: pressing one of its times moves what is held.
  const video = await citizen.get(`${step.split('/place')[0]!}/time?service=cie&way=video`)
  const after = await citizen.submit(video, '/time', { at: timesIn(video.html)[0]! })
  expect(after.url.split('/')[3]).toBe(details.url.split('/')[3])
  expect(after.text).toContain('In videochiamata')
})

test('the address of the time page keeps the service after a refusal', async () => {
  const citizen = newCitizen(service.app)
  const page = await citizen.get(TIME)
  const refused = await citizen.submit(page, '/book/time', {})
  expect(refused.status).toBe(422)
  const again = await citizen.get(refused.url)
  expect([again.status, timesIn(again.html).length > 0]).toEqual([200, true])
  const english = /href="([^"]*lang=en)"/.exec(refused.html)![1]!.replaceAll('&amp;', '&')
  expect((await citizen.get(english)).text).toContain('Carta d’identità')
})

test('a slash at the end and capital letters lead to the page; nothing leads to another host', async () => {
  const get = (url: string) => service.app.inject({ url, headers: { accept: 'text/html' } })
  const to = async (url: string) => {
    const answer = await get(url)
    return [answer.statusCode, answer.headers.location]
  }
  expect(await to('/prova/')).toEqual([301, '/prova'])
  expect(await to('/PROVA/find/?lang=en')).toEqual([301, '/prova/find?lang=en'])
  expect((await get('//altrove.example/')).statusCode).toBe(404)
  expect((await get('/prova/nulla')).statusCode).toBe(404)
})

test('a token of thousands of letters is an unknown link, said on a page', async () => {
  const answer = await newCitizen(service.app).get(`/prova/m/${'x'.repeat(3000)}`)
  expect([answer.status, answer.html.startsWith('<!doctype html>')]).toEqual([404, true])
})

test('who is refused for the network’s use reads the true wait and the office’s telephone', async () => {
  const app = await appOfItsOwn(service.deps, { publicRate: 3 })
  const citizen = newCitizen(app)
  const page = await citizen.get(TIME)
  let answer = page
  for (let i = 0; i < 8; i += 1) answer = await citizen.submit(page, '/book/time', { at: timesIn(page.html)[0]! })
  expect(answer.status).toBe(429)
  expect(answer.text).toContain('Riprova tra 10 min.')
  expect(answer.html).toContain('href="tel:+390746123456"')
  await app.close()
})

test('the work of a form grows with what its network sends, before anybody is refused', async () => {
  const app = await appOfItsOwn(service.deps, { publicRate: 60 })
  const citizen = newCitizen(app)
  const workOf = async (): Promise<number> => {
    const { html } = await citizen.get('/prova/callback')
    const challenge = /data-challenge="([^"]+)"/.exec(html)![1]!.replaceAll('&quot;', '"')
    return JSON.parse(challenge).parameters.data.level as number
  }
  await service.tenant.make('campaigns', {
    name: 'Richiami',
    capacity: { kind: 'fixed', perBucket: 5 },
    isPublic: true,
  })
  const before = await workOf()
  for (let i = 0; i < 70; i += 1) await citizen.post('/prova/find', [['code', 'x']])
  expect(await workOf()).toBe(before + 2)
  await app.close()
})

async function booked(citizen: ReturnType<typeof newCitizen>, n: number): Promise<string> {
  const { page, at } = await nthTime(citizen, await citizen.get(TIME), n)
  const details = await citizen.submit(page, '/book/time', { at })
  const applicant = details.url.includes('details') ? await citizen.submit(details, 'details', {}) : details
  const who = { firstName: 'Ada', lastName: `Neri ${n}`, email: `ada${n}@posta.example`, phone: '' }
  const summary = await citizen.submit(applicant, 'applicant', who)
  const done = await citizen.submit(summary, 'summary', { consent: 'yes', altcha: await solve(summary.html) })
  return /appointments\/([0-9a-f-]{36})/.exec(done.url)![1]!
}

test('what is said of an appointment is so: cancelled, past, missed, and the way to the same again', async () => {
  const citizen = newCitizen(service.app)
  const id = await booked(citizen, 3)
  const own = `/prova/appointments/${id}`
  const tab = await citizen.get(`${own}/move`)
  await citizen.submit(await citizen.get(`${own}/cancel`), '/cancel', { reason: '' })
  // In the other tab: the page says "cancelled", not "too late".
  const moved = await citizen.submit(tab, '/move', { at: timesIn(tab.html)[5]! })
  expect(moved.text).not.toContain('Troppo tardi')
  expect((await citizen.get(`${own}/move`)).text).toContain('Un appuntamento annullato non si sposta')
  const stale = await citizen.get(`${own}?said=moved`)
  expect(stale.text).not.toContain('Appuntamento spostato')
  expect(stale.html).toContain(`way=in_person+${office.location.id}`)

  const second = await booked(citizen, 4)
  service.clock.now = START + 20 * DAY
  const past = await citizen.get(`/prova/appointments/${second}`)
  expect(past.text).toContain('Questo appuntamento è passato.')
  expect(past.text).not.toContain('Aggiungi al tuo calendario')
  await service.tenant.call('POST', `/v1/appointments/${second}/outcome`, { outcome: 'no_show' })
  const missed = await citizen.get(`/prova/appointments/${second}`)
  expect(missed.text).toContain('Se invece c’eri, dillo all’ufficio.')
  expect(missed.text).toContain('Prenota di nuovo lo stesso')
})

test('who lost the code is sent the links of what is to come, and a stranger learns nothing', async () => {
  const citizen = newCitizen(service.app)
  const id = await booked(citizen, 6)
  const page = await newCitizen(service.app).get('/prova/find')
  const ask = (means: string) => newCitizen(service.app).submit(page, '/find/links', { means })
  const [known, unknown] = [await ask('ADA6@posta.example'.toLowerCase()), await ask('nessuno@posta.example')]
  expect(known.text).toBe(unknown.text)
  expect(known.text).toContain('i collegamenti arrivano entro pochi minuti')
  await ask('ada6@posta.example')
  const { items } = (await service.tenant.call('GET', `/v1/messages?subjectId=${id}`)).body
  const sent = items.filter((m: any) => m.template === 'again')
  expect(sent.map((m: any) => m.recipient)).toEqual(['ada6@posta.example'])
  expect(sent[0].text).toContain('/prova/m/')
})

test('a service that was added to the visit can be left out again', async () => {
  const page = await newCitizen(service.app).get(`/prova/book?service=${office.service.id}&service=${other.id}`)
  expect(page.text).toContain('In una sola visita, 50 minuti in tutto')
  expect(page.text).toContain('Il cambio di casa.')
  expect(page.html).toContain(`href="/prova/book?service=${office.service.id}"`)
})

test('an appointment for somebody else says for whom, to the office too, and what they need; erasure takes it away', async () => {
  const wanted = { features: ['step_free'] }
  await service.tenant.call('PATCH', `/v1/locations/${office.location.id}`, wanted, { headers: { 'if-match': '*' } })
  await service.tenant.call(
    'PATCH',
    `/v1/services/${office.service.id}`,
    { supports: ['interpreter'] },
    { headers: { 'if-match': '*' } },
  )
  const citizen = newCitizen(service.app)
  const { page, at } = await nthTime(citizen, await citizen.get(TIME), 20)
  const form = await citizen.submit(page, '/book/time', { at })
  const who = { firstName: 'Ada', lastName: 'Neri', email: 'per-altri@posta.example', phone: '' }
  const unnamed = await citizen.submit(form, '/applicant', { ...who, forWhom: 'other' })
  expect([unnamed.status, unnamed.text.includes('Il suo nome')]).toEqual([422, true])
  expect(unnamed.html).toMatch(/value="other"\s+checked/)
  const half = await citizen.submit(form, '/applicant', { ...who, forWhom: 'other', otherFirstName: 'Nonno' })
  expect([half.status, half.text.includes('Il suo cognome')]).toEqual([422, true])
  const other = { forWhom: 'other', otherFirstName: 'Gino', otherLastName: 'Neri' }
  const summary = await citizen.submit(form, '/applicant', {
    ...who,
    ...other,
    needs: ['step_free', 'inventato'],
    interpreterLanguage: 'română',
  })
  for (const text of ['Gino Neri', 'Accesso senza gradini', 'română']) expect(summary.text).toContain(text)
  const done = await citizen.submit(summary, 'summary', { consent: 'yes', altcha: await solve(summary.html) })
  expect(done.text).toContain('Gino Neri')
  const id = /appointments\/([0-9a-f-]{36})/.exec(done.url)![1]!
  const { body } = await service.tenant.call('GET', `/v1/appointments/${id}`)
  expect(body).toMatchObject({
    attendees: ['Gino Neri'],
    needs: ['step_free', 'interpreter'],
    interpreterLanguage: 'română',
  })
  await service.tenant.call('POST', `/v1/appointments/${id}/cancellation`, {})
  await service.tenant.call('POST', `/v1/contacts/${body.contactId}/erasure`, undefined)
  const after = (await service.tenant.call('GET', `/v1/appointments/${id}`)).body
  expect([after.attendees, after.needs, after.interpreterLanguage]).toEqual([undefined, undefined, undefined])
})

test('anywhere, as soon as possible: the first line of several offices takes their earliest time', async () => {
  const tenant = await service.newTenant('sedi')
  const first = await makeOffice(tenant, { service: { externalId: 'cie', channels: [{ type: 'in_person' }] } })
  const second = await tenant.make('locations', { name: 'Delegazione' })
  const agent = await tenant.make('agents', {
    ...{ name: 'Altrove', serviceIds: [first.service.id], locationIds: [second.id] },
  })
  const rules = [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '07:30', to: '10:00' }] }]
  await tenant.make('schedules', { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-05', rules })
  const citizen = newCitizen(service.app)
  const landing = await citizen.get('/sedi')
  const lines = [...landing.html.matchAll(/name="at"\s+value="([^"]+)"/g)].map((match) => match[1]!)
  expect(landing.text).toContain('Ovunque, appena possibile')
  expect(lines).toHaveLength(3)
  expect(lines[0]!.split(' ')[0]).toBe(lines.map((line) => line.split(' ')[0]!).sort()[0])
  const form = await citizen.submit(landing, '/book/time', { at: lines[0]! })
  expect(form.url).toMatch(/applicant$/)
  // The place is open: the way back shows the times of all offices.
  const back = /href="(\/sedi\/book\/[^"]+\/time[^"]*)"/.exec(form.html)![1]!.replaceAll('&amp;', '&')
  expect((await citizen.get(back)).text).toMatch(/Municipio[\s\S]*Delegazione|Delegazione[\s\S]*Municipio/)
})

test('a time given up in one window is not taken again by another, and the page says so', async () => {
  const citizen = newCitizen(service.app)
  const { page, at } = await nthTime(citizen, await citizen.get(TIME), 3)
  const form = await citizen.submit(page, '/book/time', { at })
  const who = { firstName: 'Ada', lastName: 'Neri', email: 'rinuncia@posta.example', phone: '' }
  const summary = await citizen.submit(form, '/applicant', who)
  await citizen.post(summary.url.replace('/summary', '/abandonment'), [])
  const after = await citizen.submit(summary, 'summary', { consent: 'yes', altcha: await solve(summary.html) })
  expect(after.url).toMatch(/said=released/)
  expect(after.text).toContain('non è stato prenotato nulla')
})

test('capitals in the tenant’s name lead to its pages, and digits of other scripts are digits', async () => {
  const shouting = await service.app.inject({ url: '/PROVA?lang=it' })
  expect([shouting.statusCode, shouting.headers.location]).toEqual([301, '/prova?lang=it'])
  expect((await service.app.inject({ url: '/nessuno' })).statusCode).toBe(404)
  expect(toE164('٣٣٣١٢٣٤٥٦٧', 'IT')).toBe('+393331234567')
  expect(asciiDigits('०१२३४५६७८९ ٠٩ ۰۹ 09')).toBe('0123456789 09 09 09')
})
