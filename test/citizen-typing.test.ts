// What a citizen typed or chose counts: after a lost time, in a second window, in another month, and in any spelling.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { asciiEmail, meantEmail, shownEmail } from '../src/domain/contact/email.ts'
import { extensionOf, toE164 } from '../src/domain/contact/phone.ts'
import { newCitizen, nthTime, timesIn, type Citizen, type Shown } from './helpers/citizen.ts'
import { makeOffice, START, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office
const PERSON = { firstName: 'Ada', lastName: 'Bini', email: 'ada@example.org', phone: '(+39) 333 1234567' }
const TIME = '/prova/book/time?service=cie&channel=in_person'

beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { service: { externalId: 'cie', channels: [{ type: 'in_person' }] } })
  const booking = { captcha: 'none' }
  await service.tenant.call('PATCH', `/v1/tenants/${service.tenant.id}`, { booking }, { headers: { 'if-match': '*' } })
})
afterAll(() => service.close())
beforeEach(() => void (service.clock.now = START))

/** Goes to the summary with the nth offered time. */
async function toSummary(citizen: Citizen, nth: number, person: Record<string, string> = PERSON): Promise<Shown> {
  const times = await citizen.get(TIME)
  const { page, at } = await nthTime(citizen, times, nth)
  const applicant = await citizen.submit(page, '/book/time', { at })
  return citizen.submit(applicant, '/applicant', { ...person, details: 'Con due figli' })
}

test('a time that ran out on the summary is taken again by confirming, if nobody has it', async () => {
  const citizen = newCitizen(service.app)
  const summary = await toSummary(citizen, 0)
  service.clock.now = START + 3_600_000
  const done = await citizen.submit(summary, '/summary', { consent: 'yes' })
  expect([done.status, done.url]).toEqual([200, expect.stringMatching(/\/confirmed$/)])
})

test('a time that ran out and went to somebody else leads to the times, with everything typed', async () => {
  const [late, quick] = [newCitizen(service.app), newCitizen(service.app)]
  const summary = await toSummary(late, 3)
  const at = /name="held" value="(\d+)"/.exec(summary.html)![1]!
  service.clock.now = START + 3_600_000
  const body = {
    serviceIds: [office.service.id],
    start: new Date(Number(at)).toISOString(),
    contact: { firstName: 'Eva', lastName: 'Tre', email: 'eva@example.org' },
    channel: 'in_person',
    locationId: office.location.id,
  }
  const taken = await service.tenant.call('POST', '/v1/appointments', body)
  expect([taken.status, taken.body.errors]).toEqual([201, undefined])
  const lost = await late.submit(summary, '/summary', { consent: 'yes' })
  expect([lost.url, lost.html]).toEqual([
    expect.stringMatching(/\/time\?.*gone=/),
    expect.stringContaining('id="faults"'),
  ])
  const again = await late.submit(lost, '/time', { at: timesIn(lost.html)[2]! })
  expect(again.url).toMatch(/\/summary$/)
  expect(again.text).toContain('Con due figli')
  expect((await quick.get(again.url)).status).toBe(404)
})

test('after giving up, the pages of the draft ask nobody for anything', async () => {
  const citizen = newCitizen(service.app)
  const summary = await toSummary(citizen, 5)
  const applicant = await citizen.get(summary.url.replace('/summary', '/applicant'))
  await citizen.submit(summary, '/abandonment', {})
  for (const step of ['details', 'applicant', 'summary'])
    expect((await citizen.get(summary.url.replace('/summary', `/${step}`))).url).toMatch(/\/time(\?|$)/)
  expect((await citizen.submit(applicant, '/applicant', PERSON)).url).toMatch(/\/time(\?|$)/)
})

test('a summary confirms what it shows: after a change in another window it asks again', async () => {
  const citizen = newCitizen(service.app)
  const first = await toSummary(citizen, 6)
  const applicant = await citizen.get(first.url.replace('/summary', '/applicant'))
  await citizen.submit(applicant, '/applicant', { ...PERSON, firstName: 'Due', lastName: 'Secondo' })
  const asked = await citizen.submit(first, '/summary', { consent: 'yes' })
  expect(asked.url).toMatch(/\/summary\?said=other$/)
  expect(asked.text).toContain('Due Secondo')
  expect(asked.text).toContain('In un’altra finestra è stato cambiato qualcosa')
  expect((await citizen.submit(asked, '/summary', { consent: 'yes' })).url).toMatch(/\/confirmed$/)
})

test('a time in the address is marked on its day, in the list and in the calendar, and an odd one is ignored', async () => {
  const citizen = newCitizen(service.app)
  const { at } = await nthTime(citizen, await citizen.get(TIME), 12)
  for (const view of ['', '&view=calendar']) {
    const page = await citizen.get(`${TIME}${view}&at=${encodeURIComponent(at)}`)
    expect(timesIn(page.html)).toContain(at)
    expect(page.html.match(/class="tile wanted"/g)).toHaveLength(1)
    const taken = await citizen.submit(page, '/book/time', { at })
    expect(taken.url).toMatch(/\/applicant$/)
  }
  for (const bad of ['x', '<b>', '9999-99-99T00:00:00.000Z y'])
    expect((await newCitizen(service.app).get(`${TIME}&at=${encodeURIComponent(bad)}`)).html).not.toContain(
      'tile wanted',
    )
})

test('an extension reaches whoever calls; an odd e-mail is questioned; an international one is shown as typed', async () => {
  const citizen = newCitizen(service.app)
  const summary = await toSummary(citizen, 9, {
    ...PERSON,
    email: 'ada@gmial.com',
    phone: 'tel. 06 69821234 interno 12',
  })
  expect(summary.text).toContain('Volevi scrivere ada@gmail.com?')
  const corrected = await citizen.submit(summary, '/applicant', {})
  expect([corrected.url, corrected.text.includes('ada@gmail.com'), corrected.text.includes('Volevi')]).toEqual([
    summary.url,
    true,
    false,
  ])
  const applicant = await citizen.get(summary.url.replace('/summary', '/applicant'))
  const right = await citizen.submit(applicant, '/applicant', { email: 'ada@xn--universit-y1a.it' })
  expect(right.text).toContain('ada@università.it')
  const done = await citizen.submit(right, '/summary', { consent: 'yes' })
  expect(done.text).toContain('ada@università.it')
  const id = /appointments\/([^/]+)/.exec(done.url)![1]!
  const { body: booked } = await service.tenant.call('GET', `/v1/appointments/${id}`)
  const { body: contact } = await service.tenant.call('GET', `/v1/contacts/${booked.contactId}`)
  expect([contact.phone, booked.notes]).toEqual(['+390669821234', 'Interno 12\nCon due figli'])
})

test('numbers and addresses in the spellings of people', () => {
  for (const [text, number] of [
    ['(+39) 333 1234567', '+393331234567'],
    [' +39 333 1234567 ', '+393331234567'],
    ['(0039) 333.123.4567', '+393331234567'],
    ['＋39 333/1234567', '+393331234567'],
    ['Tel: 333-1234567', '+393331234567'],
    ['06 69821234, interno 12', '+390669821234'],
    ['trecento', null],
    ['12', null],
  ] as const)
    expect([text, toE164(text, 'IT')]).toEqual([text, number])
  expect([extensionOf('06 69821234 int. 5', 'IT'), extensionOf('06 69821234', 'IT')]).toEqual(['5', null])
  expect(shownEmail('a@b.it') + shownEmail('') + asciiEmail('') + asciiEmail('x')).toBe('a@b.itx')
  expect(asciiEmail('nino@Università.it')).toBe('nino@xn--universit-y1a.it')
  for (const real of ['a@tin.it', 'a@comune.rieti.it', 'a@ymail.com', 'a@gmail.com', 'a@web.it', ''])
    expect([real, meantEmail(real)]).toEqual([real, null])
  expect(meantEmail('a@gmial.com')).toBe('a@gmail.com')
})
