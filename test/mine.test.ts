// "My appointments": opened by a code, for those who have something and silently for those who do not; what can be done there.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { confirmAs, newCitizen, nthTime, type Citizen } from './helpers/citizen.ts'
import { makeOffice, START, startService, type TestService } from './helpers/service.ts'

let service: TestService
const TIME = '/prova/book/time?service=cie&channel=in_person'
beforeAll(async () => {
  service = await startService()
  await makeOffice(service.tenant, { agents: 3, service: { externalId: 'cie', channels: [{ type: 'in_person' }] } })
})
afterAll(() => service.close())
beforeEach(() => void (service.clock.now = START))

async function book(n: number, who: Record<string, string>): Promise<string> {
  const citizen = newCitizen(service.app)
  const { page, at } = await nthTime(citizen, await citizen.get(TIME), n)
  const applicant = await citizen.submit(page, '/book/time', { at })
  const own = await confirmAs(citizen, applicant, { firstName: 'Ada', lastName: 'Neri', phone: '', ...who })
  return own.split('/').at(-1)!
}

/** The code in the last message to an address; undefined if there is none. */
async function codeFor(address: string): Promise<string | undefined> {
  await service.settle()
  const client = await service.deps.db.pool.connect()
  const { rows } = await client.query(
    "select document from messages where recipient = $1 and template = 'access_code' order by id desc limit 1",
    [address],
  )
  client.release()
  return /\b\d{6}\b/.exec(JSON.stringify((rows[0] as any)?.document ?? {}))?.[0]
}

async function enter(citizen: Citizen, means: string, address = means) {
  const asked = await citizen.submit(await citizen.get('/prova/mine'), '/mine/code', { means })
  const code = await codeFor(address)
  return citizen.submit(asked, '/mine/enter', { code: code ?? '000000' })
}

test('a code opens what is theirs: appointments, details, reminders, messages, and nothing of others', async () => {
  const id = await book(0, { email: 'Ada@posta.example' })
  const other = await book(1, { email: 'altra@posta.example' })
  const citizen = newCitizen(service.app)
  const mine = await enter(citizen, 'ada@POSTA.example', 'ada@posta.example')
  expect(mine.url).toBe('/prova/mine')
  expect(mine.text).toMatch(/In arrivo.*Carta d’identità.*Confermato/)
  expect(mine.html).toContain(`/prova/mine/appointments/${id}`)
  expect(mine.html).not.toContain(other)
  expect(mine.headers['cache-control']).toBe('no-store')
  const own = await citizen.get(`/prova/mine/appointments/${id}`)
  expect(own.url).toBe(`/prova/appointments/${id}`)
  expect((await citizen.get(`/prova/mine/appointments/${other}`)).status).toBe(404)
  // A browser without the code: nothing.
  for (const path of [`/mine/appointments/${id}`, '/mine/data.json', '/mine/erasure'])
    expect((await newCitizen(service.app).get(`/prova${path}`)).status).toBe(404)
})

test('what they have said is theirs to see: ratings of visits, and the last answer to each consent', async () => {
  const id = await book(6, { email: 'voto@posta.example' })
  const { body: a } = await service.tenant.call('GET', `/v1/appointments/${id}`)
  const consents = `/v1/contacts/${a.contactId}/consents`
  for (const isGiven of [true, false]) {
    const { status } = await service.tenant.call('POST', consents, { purpose: 'newsletter', isGiven })
    expect(status).toBe(201)
    service.clock.now += 1_000
  }
  service.clock.now = Date.parse(a.end) + 60_000
  const citizen = newCitizen(service.app)
  await enter(citizen, 'voto@posta.example')
  const own = await citizen.get(`/prova/mine/appointments/${id}`)
  await citizen.submit(own, '/rating', { stars: '4' })
  const mine = await citizen.get('/prova/mine')
  expect(mine.text).toMatch(/Passati Carta d’identità Passato /)
  expect(mine.text).toMatch(/Le mie valutazioni.*Carta d’identità: 4 stelle su 5/)
  expect(mine.text).toMatch(/I miei consensi newsletter ?: non dato/)
  expect(mine.text).not.toMatch(/newsletter ?: dato/)
})

test('in the demo without a mail server the page shows the code, and nowhere else', async () => {
  await book(3, { email: 'demo@posta.example' })
  const citizen = newCitizen(service.app)
  const asked = await citizen.submit(await citizen.get('/prova/mine'), '/mine/code', { means: 'demo@posta.example' })
  expect(asked.text).not.toMatch(/\d{6}/)
  service.deps.demoTenantId = service.tenant.id
  const code = /il codice è (\d{6})/.exec((await citizen.get('/prova/mine')).text)![1]
  delete service.deps.demoTenantId
  expect(await codeFor('demo@posta.example')).toBe(code)
})

test('nobody learns whether an address is known, a code is tried five times, and it ends', async () => {
  await book(2, { email: 'nota@posta.example' })
  const pages = []
  for (const means of ['nota@posta.example', 'ignota@posta.example', '333 1234567']) {
    const citizen = newCitizen(service.app)
    const page = await citizen.submit(await citizen.get('/prova/mine'), '/mine/code', { means })
    pages.push([page.status, page.text.replace(/\S+@[a-z.]+|\+39\d+/, 'X')])
  }
  expect(new Set(pages.map((p) => JSON.stringify(p))).size).toBe(1)
  expect(await codeFor('ignota@posta.example')).toBeUndefined()
  const thief = newCitizen(service.app)
  const asked = await thief.submit(await thief.get('/prova/mine'), '/mine/code', { means: 'nota@posta.example' })
  const right = (await codeFor('nota@posta.example'))!
  for (let i = 0; i < 5; i += 1) {
    const wrong = await thief.submit(asked, '/mine/enter', { code: right === '000000' ? '111111' : '000000' })
    expect([wrong.status, wrong.text.includes('Il codice non è giusto')]).toEqual([422, true])
  }
  expect((await thief.submit(asked, '/mine/enter', { code: right })).status).toBe(422)
  const late = newCitizen(service.app)
  const form = await late.submit(await late.get('/prova/mine'), '/mine/code', { means: 'nota@posta.example' })
  const code = (await codeFor('nota@posta.example'))!
  service.clock.now += 11 * 60_000
  expect((await late.submit(form, '/mine/enter', { code })).status).toBe(422)
  // The code is in no log of the office: its messages do not show it.
  const { items } = (await service.tenant.call('GET', '/v1/messages?limit=100')).body
  expect(JSON.stringify(items)).not.toContain(code)
})

test('reminders follow the wish, details change, the access ends by itself and by hand', async () => {
  const id = await book(3, { email: 'wish@posta.example', phone: '+39 320 1112223' })
  await service.settle()
  const citizen = newCitizen(service.app)
  const mine = await enter(citizen, 'wish@posta.example')
  const dueOf = async () => {
    const client = await service.deps.db.pool.connect()
    const { rows } = await client.query(
      "select payload->>'ruleId' rule from jobs where queue = 'reminders' and payload->>'appointmentId' = $1 order by 1",
      [id],
    )
    client.release()
    return rows.map((row: any) => row.rule)
  }
  const saved = await citizen.submit(mine, '/mine/reminders', { when: 'twoHours', channel: 'email' })
  expect(saved.text).toContain('Salvato.')
  await service.settle()
  expect(await dueOf()).toEqual(['own-two-hours'])
  await citizen.submit(saved, '/mine/reminders', { when: 'none' })
  expect(await dueOf()).toEqual([])
  const renamed = await citizen.submit(saved, '/mine/details', { firstName: 'Adele', phone: '0746 555666' })
  expect(renamed.url).toBe('/prova/mine?said=saved')
  const { body } = await service.tenant.call('GET', `/v1/appointments/${id}`)
  const contact = (await service.tenant.call('GET', `/v1/contacts/${body.contactId}`)).body
  expect([contact.firstName, contact.phone, contact.email]).toEqual(['Adele', '+390746555666', 'wish@posta.example'])
  const wrong = await citizen.submit(saved, '/mine/details', { phone: '12' })
  expect(wrong.status).toBe(422)
  await citizen.post('/prova/mine/end', [])
  expect((await citizen.get('/prova/mine/data.json')).status).toBe(404)
  const again = newCitizen(service.app)
  await enter(again, 'wish@posta.example')
  service.clock.now += 121 * 60_000
  const over = await again.get('/prova/mine/erasure')
  expect([over.status, over.text.includes('Il tuo accesso è finito')]).toEqual([404, true])
})

test('all data are taken along, and deleted with everything that is to come; who shares the address keeps theirs', async () => {
  const id = await book(4, { email: 'via@posta.example' })
  const other = await book(5, { email: 'via@posta.example', firstName: 'Ugo' })
  const citizen = newCitizen(service.app)
  await enter(citizen, 'via@posta.example')
  const { html: data } = await citizen.get('/prova/mine/data.json')
  const { people } = JSON.parse(data)
  // What is about the person, and no marks or copies of the service itself.
  expect(data).not.toMatch(/<!doctype|BEGIN:VCALENDAR|manage_hash|unproven/)
  expect(people.map((p: any) => [p.contact.email, p.appointments.length])).toEqual([
    ['via@posta.example', 1],
    ['via@posta.example', 1],
  ])
  const statusOf = async (one: string) => (await service.tenant.call('GET', `/v1/appointments/${one}`)).body.status
  const asked = await citizen.get('/prova/mine/erasure')
  expect(asked.text).toContain('Di chi cancellare i dati?')
  expect((await citizen.submit(asked, '/mine/erasure')).status).toBe(422)
  const ada = people.find((p: any) => p.contact.firstName === 'Ada').contact.id
  const done = await citizen.submit(asked, '/mine/erasure', { contact: ada })
  expect(done.text).toContain('I tuoi dati sono stati cancellati.')
  expect([await statusOf(id), await statusOf(other)]).toEqual(['cancelled', 'confirmed'])
  // The one who is left needs no choice.
  const last = await citizen.submit(await citizen.get('/prova/mine/erasure'), '/mine/erasure')
  expect(last.text).toContain('I tuoi dati sono stati cancellati.')
  expect(await statusOf(other)).toBe('cancelled')
  const found = await service.tenant.call('POST', '/v1/contacts/search', { email: 'via@posta.example' })
  expect(found.body.items).toEqual([])
})
