// The workspace as people use it, without JavaScript: booking by telephone, the day's work, changes of hours with the affected
// appointments, rearranging, people and their privacy, reports, administration; and texts of people are always escaped.
import { afterAll, beforeAll, expect, test } from 'vitest'
import fc from 'fast-check'
import { fromText, toCsv } from '../src/http/csv.ts'
import { linesOf, rulesOf, ruleWords } from '../src/workspace/team/schedule-text.ts'
import { signedAddress, signedText } from '../src/workspace/agenda/widgets.ts'
import { forecast, type Hour } from '../src/application/reports/forecast.ts'
import { niceCeiling } from '../src/ui/plot.ts'
import { agendaEn } from '../src/workspace/words/agenda.en.ts'
import { workspaceEn } from '../src/workspace/words/workspace.en.ts'
import { workspaceIt } from '../src/workspace/words/workspace.it.ts'
import { applyRetention } from '../src/application/privacy/erasure.ts'
import { hiddenFrom, mask } from '../src/domain/tenant/field-masking.ts'
import { DEFAULT_PRIVACY } from '../src/domain/tenant/people-settings.ts'
import { createHmac } from 'node:crypto'
import { DAY } from '../src/kernel/time/interval.ts'
import { formatDate } from '../src/kernel/time/zone.ts'
import { makePerson, signedCaller, signIn } from './helpers/people.ts'
import type { Citizen } from './helpers/citizen.ts'
import { makeOffice, PERSON, startService, type TestService } from './helpers/service.ts'

let service: TestService
let office: Awaited<ReturnType<typeof makeOffice>>
let clerk: Citizen
let boss: Citizen
let admin: Citizen
const AGENT = 'sportello@ufficio.example'

beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { agents: 2 })
  const [one, two] = office.agents
  await makePerson(service, { email: AGENT, role: 'agent', agentId: one.id, name: 'Rita Sportello' })
  await makePerson(service, { email: 'capo@ufficio.example', role: 'supervisor' })
  await makePerson(service, { email: 'admin@ufficio.example', role: 'administrator' })
  await makePerson(service, { email: 'occhio@ufficio.example', role: 'auditor' })
  await makePerson(service, { email: 'parte@ufficio.example', role: 'supervisor', agentIds: [two.id] })
  clerk = await signIn(service, AGENT)
  boss = await signIn(service, 'capo@ufficio.example')
  admin = await signIn(service, 'admin@ufficio.example')
})
afterAll(() => service.close())

const bookAt = async (start: string, agentId = office.agent.id, person: object = PERSON) =>
  service.tenant.make('appointments', { serviceIds: [office.service.id], start, agentId, contact: person })
const read = async (id: string) => (await service.tenant.call('GET', `/v1/appointments/${id}`)).body

test('a clerk books for somebody on the telephone: found by number, first free time, one form', async () => {
  const known = await service.tenant.make('contacts', { firstName: 'Piera', lastName: 'Conti', phone: '+390612345678' })
  const page = await clerk.get('/agenda/book')
  const found = await clerk.submit(page, '/agenda/book/person', { look: '06 1234 5678' })
  expect(found.text).toContain('Piera Conti')
  // The search text is in no URL.
  expect(clerk.visited.join(' ')).not.toMatch(/1234.{0,3}5678/)
  const booked = await clerk.submit(found, '/agenda/book', {})
  expect(booked.url).toMatch(/^\/agenda\/appointments\/[0-9a-f-]{36}\?booked=1$/)
  const id = booked.url.slice(21, 57)
  expect(await read(id)).toMatchObject({ contactId: known.id, audience: 'staff', status: 'confirmed' })
  // A new person by name; the error is shown at the missing field and nothing else is lost.
  const again = await clerk.get('/agenda/book')
  const bad = await clerk.submit(again, '/agenda/book', { contact: '', firstName: 'Ugo', lastName: '', phone: '12' })
  expect(bad.status).toBeGreaterThanOrEqual(400)
  expect(bad.html).toContain('value="Ugo"')
  const good = await clerk.submit(bad, '/agenda/book', { contact: '', firstName: 'Ugo', lastName: 'Bassi', phone: '' })
  expect(good.url).toContain('booked=1')
  expect(good.text).toContain('Prenotato per Ugo Bassi. Non parte nessun messaggio')
  // The form has both a found and a new person: nobody is booked until the clerk chooses one.
  const both = await clerk.submit(found, '/agenda/book', { firstName: 'Zoe', lastName: 'Contini' })
  expect([both.status, both.text.includes('Scegli una delle due')]).toEqual([422, true])
  expect(both.html).toContain('value="Zoe"')
  const clear = await clerk.submit(both, '/agenda/book', { contact: 'new' })
  expect(clear.text).toContain('Prenotato per Zoe Contini.')
  // Several contacts are found: none is preselected.
  await service.tenant.make('contacts', { firstName: 'Piero', lastName: 'Contini' })
  const several = await clerk.submit(page, '/agenda/book/person', { look: 'cont' })
  expect(several.html).not.toMatch(/name="contact"[^>]*checked/)
  const nobody = await clerk.submit(several, '/agenda/book', {})
  expect([nobody.status, nobody.text.includes('Indica per chi')]).toEqual([422, true])
  // A corrected digit: the contact proposed for the first number is not kept for the second; and nobody is proposed for an unknown name.
  await service.tenant.make('contacts', { firstName: 'Andrea', lastName: 'Caruso', phone: '+393205551031' })
  await service.tenant.make('contacts', { firstName: 'Andrea', lastName: 'Caruso', phone: '+393205551047' })
  const wrong = await clerk.submit(await clerk.get('/agenda/book'), '/agenda/book/person', { look: '320 555 1031' })
  expect(wrong.html).toMatch(/name="contact"[^>]*checked/)
  const corrected = await clerk.submit(wrong, '/agenda/book/person', { look: '320 555 1047' })
  const proposed = /<input[^>]*name="contact"[^>]*value="([^"]+)"[^>]*checked/.exec(corrected.html)![1]!
  expect((await service.tenant.call('GET', `/v1/contacts/${proposed}`)).body.phone).toBe('+393205551047')
  const unknown = await clerk.submit(wrong, '/agenda/book/person', { look: 'Zanzibar Nuova' })
  expect(unknown.html).not.toMatch(/name="contact"[^>]*checked/)
  // The agent who calls sees the extension.
  const inside = await clerk.submit(await clerk.get('/agenda/book'), '/agenda/book', {
    ...{ contact: '', firstName: 'Int', lastName: 'Erno', phone: '06 69821234 int. 5' },
  })
  expect(await read(inside.url.slice(21, 57))).toMatchObject({ notes: 'Interno 5' })
  // Another service: the time of the service before is not among its times, so its first time is proposed.
  const shown = await clerk.get('/agenda/book')
  const elsewhere = await clerk.submit(shown, '/book/times', { start: '2030-01-01T09:00:00+01:00' })
  expect(elsewhere.html).toMatch(/name="start"[^>]*checked/)
  // Sent twice, booked once.
  const form = await clerk.get('/agenda/book')
  const twice = { contact: '', firstName: 'Due', lastName: 'Volte', phone: '' }
  const first = await clerk.submit(form, '/agenda/book', twice)
  const second = await clerk.submit(form, '/agenda/book', twice)
  expect(first.url).toContain('booked=1')
  expect(second.url).toBe(first.url)
})

test('the day’s work: is here, done, did not come, undone; and tasks without an outcome wait on the first page', async () => {
  const a = await bookAt('2026-11-23T10:30:00+01:00')
  const today = await clerk.get('/agenda')
  expect(today.text).toContain('Ada Neri')
  const page = await clerk.get(`/agenda/appointments/${a.id}`)
  await clerk.submit(page, '/arrival', {})
  expect(await read(a.id)).toMatchObject({ arrivedAt: expect.any(String) })
  expect((await clerk.get('/agenda')).text).toContain('È qui')
  service.clock.now += 3.5 * 3_600_000
  // Two idle hours end a session.
  clerk = await signIn(service, AGENT)
  boss = await signIn(service, 'capo@ufficio.example')
  admin = await signIn(service, 'admin@ufficio.example')
  const waiting = await clerk.get('/agenda')
  expect(waiting.text).toMatch(/Senza esito \([1-4]\)/)
  await clerk.submit(waiting, `${a.id}/outcome`, { outcome: 'completed' })
  expect((await read(a.id)).status).toBe('completed')
  await clerk.submit(await clerk.get(`/agenda/appointments/${a.id}`), '/outcome', {})
  expect((await read(a.id)).status).toBe('confirmed')
  const types = (await service.tenant.call('GET', `/v1/appointments/${a.id}/history`)).body.items.map(
    (e: any) => e.type,
  )
  expect(types).toEqual(
    expect.arrayContaining(['appointment.arrived', 'appointment.completed', 'appointment.outcome_undone']),
  )
})

test('an appointment is moved to a free time and back again', async () => {
  const a = await bookAt('2026-11-24T09:00:00+01:00', office.agent.id, {
    firstName: 'Mia',
    lastName: 'Mossa',
    email: 'mia@posta.example',
  })
  const times = await clerk.get(`/agenda/appointments/${a.id}?date=2026-11-25`)
  const moved = await clerk.submit(times, '/move', { start: '2026-11-25T10:00:00+01:00' })
  expect(moved.text).toContain(
    'Mia Mossa: ora mercoledì 25 novembre, 10:00, Operatore 1. Il messaggio va a mia@posta.example',
  )
  expect((await read(a.id)).start).toBe('2026-11-25T10:00:00+01:00')
  const back = await clerk.submit(moved, '/undo-move', {})
  expect(back.url).toContain('moved=back')
  expect((await read(a.id)).start).toBe('2026-11-24T09:00:00+01:00')
  const taken = await clerk.submit(times, '/move', { start: '2026-11-24T03:00:00+01:00' })
  expect(taken.status).toBe(409)
  expect(taken.text).toContain('Fuori orario')
})

test('an absence shows what it would hit before it counts, and is not for others to enter', async () => {
  const a = await bookAt('2026-11-26T10:00:00+01:00', office.agent.id, { firstName: 'Ivo', lastName: 'Colpito' })
  const page = await clerk.get('/agenda/hours')
  const preview = await clerk.submit(page, '/hours/absence', {
    from: '2026-11-26T09:30',
    to: '2026-11-26T11:00',
    reason: 'visita',
  })
  expect(preview.text).toContain('Colpisce un appuntamento')
  expect(preview.text).toContain('Ivo Colpito')
  const none = await clerk.submit(page, '/hours/absence', { from: '2026-12-26T09:30', to: '2026-12-26T11:00' })
  expect(none.text).toContain('Non colpisce nessun appuntamento')
  // Refused input stays as typed, in its own form, with the error at its own field.
  for (const kind of ['absence', 'opening']) {
    const typed = { from: '2026-12-26T11:00', to: '2026-12-26T09:30', reason: 'tutto mio' }
    const wrong = await clerk.submit(page, `/hours/${kind}`, typed)
    expect(wrong.status).toBeGreaterThanOrEqual(400)
    for (const [name, value] of Object.entries(typed))
      expect(wrong.html).toMatch(new RegExp(`id="${kind}-${name}"[^>]*value="${value}"`))
    expect(wrong.html).toMatch(new RegExp(`href="#${kind}-(from|to)"`))
  }
  const before = (await service.tenant.call('GET', '/v1/absences')).body.items.length
  await clerk.submit(preview, '/hours/absence', {})
  expect((await service.tenant.call('GET', '/v1/absences')).body.items.length).toBe(before + 1)
  // Agents cannot change the hours of others, by page or by API.
  const call = await signedCaller(service, AGENT)
  const other = { agentId: office.agents[1].id, firstDay: '2026-12-01', lastDay: '2026-12-01' }
  expect((await call('POST', '/v1/absences', other)).body.code).toBe('outside_reach')
  expect(
    (
      await call('POST', '/v1/schedules', {
        ownerKind: 'location',
        ownerId: office.location.id,
        validFrom: '2027-01-01',
        rules: [],
      })
    ).body.code,
  ).toBe('outside_reach')

  // The supervisor sees the appointment and who could take it, and gives it away; the citizen is told.
  const affected = await boss.get('/agenda/team/affected')
  expect(affected.text).toContain('Ivo Colpito')
  const proposed = await boss.submit(affected, '/team/preview', { ids: [a.id], mode: 'best' })
  expect(proposed.text).toContain('Stessa ora, Operatore 2')
  const done = await boss.submit(proposed, '/team/rearrange', { reason: 'Collega malata' })
  expect(done.text).toMatch(/Ivo Colpito *: da .* a .*, Operatore 2/)
  expect((await read(a.id)).agentId).toBe(office.agents[1].id)
  const limited = await signedCaller(service, 'parte@ufficio.example')
  const mine = await bookAt('2026-11-27T10:00:00+01:00', office.agent.id, { firstName: 'Non', lastName: 'Sua' })
  expect(
    (await limited('POST', '/v1/rearrangements', { appointmentIds: [mine.id], mode: 'ask', reason: 'x' })).body.code,
  ).toBe('outside_reach')
  expect((await limited('GET', `/v1/appointments/${mine.id}`)).status).toBe(404)
  const seen = (await limited('GET', '/v1/agenda?from=2026-11-23T00:00:00Z&to=2026-12-01T00:00:00Z')).body.items
  expect(seen.map((e: any) => e.agentId).every((id: string) => id === office.agents[1].id)).toBe(true)
})

test('who cannot be moved is asked to choose, with the personal link', async () => {
  const a = await bookAt('2026-12-03T10:00:00+01:00', office.agent.id, {
    firstName: 'Eva',
    lastName: 'Sceglie',
    email: 'eva@posta.example',
  })
  const call = await signedCaller(service, 'capo@ufficio.example')
  const answer = await call('POST', '/v1/rearrangements', {
    appointmentIds: [a.id],
    mode: 'ask',
    reason: 'Sede allagata',
  })
  expect(answer.body.items).toEqual([{ id: a.id, result: 'asked' }])
  const { items } = (await service.tenant.call('GET', '/v1/messages')).body
  const message = items.find((m: any) => m.template === 'choose')
  expect(message).toMatchObject({
    recipient: 'eva@posta.example',
    subject: expect.stringContaining('Scegli un altro orario'),
  })
  expect(message.text).toContain('/prova/m/')
  expect(message.text).toContain('Sede allagata')
})

test('new weekly hours show what would lie outside them, count from their day, and lines say what rules say', async () => {
  await bookAt('2026-12-10T12:00:00+01:00', office.agents[1].id, { firstName: 'Pia', lastName: 'Tardi' })
  const page = await boss.get(`/agenda/hours?agent=${office.agents[1].id}`)
  const lines = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`day${i}`, '9-11:30']))
  const preview = await boss.submit(page, '/hours/week', { ...lines, validFrom: '2026-12-07' })
  expect(preview.text).toContain('Pia Tardi')
  const saved = await boss.submit(preview, '/hours/week', {})
  expect(saved.text).toContain('09:00–11:30')
  const bad = await boss.submit(page, '/hours/week', { day2: '9-8' })
  expect(bad.status).toBe(422)
  expect(bad.html).toContain('value="9-8"')
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 47 }), { maxLength: 6 }), { minLength: 7, maxLength: 7 }),
      (days) => {
        const clock = (half: number): string => `${String(half >> 1).padStart(2, '0')}:${half % 2 ? '30' : '00'}`
        const text = days.map((halves) => {
          const edges = [...new Set(halves)].sort((a, b) => a - b)
          return edges.flatMap((edge, i) => (i % 2 === 1 ? [`${clock(edges[i - 1]!)}-${clock(edge)}`] : [])).join(', ')
        })
        const read = rulesOf(text)
        return 'rules' in read && JSON.stringify(linesOf(read.rules)) === JSON.stringify(text)
      },
    ),
  )
  expect(
    ruleWords({ rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH', windows: [{ from: '08:30', to: '13:00' }] }, 'it'),
  ).toBe('ogni lunedì e giovedì, 08:30–13:00; ogni 2 settimane')
  expect(ruleWords({ rrule: 'FREQ=MONTHLY;BYDAY=1MO', windows: [{ from: '08:30', to: '13:00' }] }, 'en')).toContain(
    'FREQ=MONTHLY;BYDAY=1MO',
  )
})

test('callbacks: the next one is taken, its outcome told, another time promised', async () => {
  const campaign = await service.tenant.make('campaigns', {
    name: 'Richiami',
    citizenHours: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR'], from: '08:00', to: '20:00' }],
  })
  await service.tenant.make('callbacks', { campaignId: campaign.id, number: '+393205550111', reason: 'Carta scaduta' })
  const list = await clerk.get('/agenda/callbacks')
  expect(list.text).toContain('+39 320 555 0111')
  const one = await clerk.submit(list, '/callbacks/next', { campaign: campaign.id })
  expect(one.html).toContain('href="tel:+393205550111"')
  expect(one.text).toContain('Carta scaduta')
  const told = await clerk.submit(one, '/attempt', { outcome: 'no_answer', summary: 'squilla a vuoto' })
  expect(told.url).toContain('outcome=no_answer')
  const nothing = await clerk.submit(told, '/callbacks/next', { campaign: campaign.id })
  expect(nothing.text).toContain('non c’è niente da fare')
  const page = await clerk.get(one.url)
  expect((await clerk.submit(page, '/postponement', { at: '2026-11-24T15:30' })).url).toContain('done=postponed')
  expect((await clerk.get(one.url)).text).toContain('15:30')
  expect((await clerk.submit(page, '/postponement', { at: 'domani' })).status).toBe(400)
})

test('a form that is not taken comes back with what was typed, and says why at the field', async () => {
  const campaign = await service.tenant.make('campaigns', {
    name: 'Promesse',
    citizenHours: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR'], from: '08:00', to: '20:00' }],
  })
  const promise = { campaignId: campaign.id, number: '12', reason: 'rinnovo della carta' }
  const refused = await clerk.submit(await clerk.get('/agenda/callbacks'), '/agenda/callbacks', promise)
  expect(refused.status).toBe(400)
  expect(refused.html).toContain('value="rinnovo della carta"')
  expect(refused.html).toContain('href="#number"')
  const made = await clerk.submit(refused, '/agenda/callbacks', { number: '+393205550144' })
  expect(made.url).toContain('done=saved')
  const mine = await clerk.submit(made, '/take', {})
  const late = await clerk.submit(mine, '/attempt', { outcome: 'no_answer', summary: 'ha detto di sì', again: 'mai' })
  expect(late.url).toContain('outcome=no_answer')
  const gone = await clerk.submit(made, '/postponement', { at: 'domani' })
  expect(gone.html).toMatch(/id="at"[^>]*value="domani"/)
  const a = await bookAt('2026-12-03T11:00:00+01:00')
  const page = await clerk.get(`/agenda/appointments/${a.id}?date=2026-12-03`)
  const taken = await clerk.submit(page, '/move', { start: '2026-12-03T03:00:00+01:00', reason: 'lo chiede lei' })
  expect(taken.status).toBe(409)
  expect(taken.html).toContain('value="lo chiede lei"')
  expect(taken.html).toContain('name="start"')
  const contact = await clerk.get(`/agenda/contacts/${a.contactId}`)
  const bad = await clerk.submit(contact, `/agenda/contacts/${a.contactId}`, { firstName: 'Adele', email: 'non così' })
  expect(bad.html).toContain('value="Adele"')
  expect(bad.html).toContain('value="non così"')
  const affected = await boss.get(`/agenda/team/affected?agent=${office.agent.id}&date=2026-12-03`)
  const preview = await boss.submit(affected, '/team/preview', { mode: 'next' })
  const unnamed = await boss.submit(preview, '/team/rearrange', { reason: '' })
  expect(unnamed.status).toBe(400)
  expect(unnamed.html).toContain('name="mode" value="next"')
  const body = { campaignId: campaign.id, number: '+393205550145', source: 'pigeon' }
  expect((await service.tenant.call('POST', '/v1/callbacks', body)).body.errors[0].detail).toContain('api, page, agent')
})

test('one person’s whole story, notes, and two records made one', async () => {
  const { tenant } = service
  const first = await tenant.make('contacts', {
    firstName: 'Anna',
    lastName: 'Doppia',
    phone: '+390611111111',
    notes: 'chiama piano',
  })
  const second = await tenant.make('contacts', {
    firstName: 'Anna',
    lastName: 'Doppia',
    email: 'anna@posta.example',
    externalId: 'crm-7',
    attributes: { vip: true },
  })
  const a = await tenant.make('appointments', {
    serviceIds: [office.service.id],
    start: '2026-12-01T10:00:00+01:00',
    contactId: second.id,
  })
  const page = await clerk.get(`/agenda/contacts/${first.id}`)
  expect(page.text).toContain('Forse la stessa persona')
  const noted = await clerk.submit(page, '/notes', { content: 'Porta il cane' })
  expect(noted.text).toContain('Porta il cane')
  expect(noted.text).toContain('Rita Sportello')
  // Comparing and merging needs its own right, shows both records side by side, and asks for confirmation.
  expect((await clerk.get(`/agenda/contacts/${first.id}`)).text).not.toContain('Confronta e unisci')
  const mine = await boss.get(`/agenda/contacts/${first.id}`)
  expect(mine.text).toContain('Confronta e unisci')
  const compared = await boss.get(`/agenda/contacts/${first.id}/merge?other=${second.id}`)
  expect(compared.text).toContain('La stessa persona?')
  const merged = await boss.submit(compared, `/${first.id}/merge`, {})
  expect(merged.text).toContain('Carta d’identità')
  expect(await read(a.id)).toMatchObject({ contactId: first.id })
  expect((await tenant.call('GET', `/v1/contacts/${first.id}`)).body).toMatchObject({
    email: 'anna@posta.example',
    phone: '+390611111111',
    externalId: 'crm-7',
    attributes: { vip: true },
    notes: 'chiama piano',
  })
  expect((await tenant.call('POST', `/v1/contacts/${first.id}/merge`, { otherId: second.id })).body.code).toBe(
    'not_mergeable',
  )
  expect((await tenant.call('POST', `/v1/contacts/${first.id}/merge`, { otherId: first.id })).body.code).toBe(
    'not_mergeable',
  )
})

test('a long history is read in pages, nothing twice and nothing left out, though all of it came in one moment', async () => {
  const { tenant } = service
  const person = await tenant.make('contacts', { firstName: 'Zita', lastName: 'Lunga' })
  for (let n = 1; n <= 205; n += 1) await tenant.make(`contacts/${person.id}/notes`, { content: `nota ${n}.` })
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const url: string = `/v1/contacts/${person.id}/timeline?limit=90${cursor && `&cursor=${cursor}`}`
    const { body } = await tenant.call('GET', url)
    seen.push(...body.items.map((item: any) => item.data.content))
    cursor = body.nextCursor
  }
  expect(seen).toEqual(Array.from({ length: 205 }, (_, n) => `nota ${205 - n}.`))
  const page = await clerk.get(`/agenda/contacts/${person.id}`)
  expect(page.text).toContain('nota 6.')
  const earlier = /href="(\/agenda\/contacts\/[^"]+cursor=[^"]+)"/.exec(page.html)![1]!
  expect((await clerk.get(earlier)).text).toContain('nota 5.')
  expect((await clerk.get(`/agenda/contacts/${person.id}?cursor=x`)).status).toBe(400)
})

test('privacy: consents, everything handed out, erasure that leaves no trace of the person, retention by rule', async () => {
  const { tenant } = service
  const secret = 'Zorba Segretissimo'
  const contact = await tenant.make('contacts', {
    firstName: 'Zorba',
    lastName: 'Segretissimo',
    email: 'zorba@posta.example',
    phone: '+390622222222',
  })
  const a = await tenant.make('appointments', {
    serviceIds: [office.service.id],
    start: '2026-12-02T10:00:00+01:00',
    contactId: contact.id,
    notes: 'nota su Zorba',
  })
  const page = await admin.get(`/agenda/contacts/${contact.id}`)
  await admin.submit(page, '/consents', { purpose: 'newsletter', wording: 'Sì, scrivetemi', isGiven: '1' })
  expect((await tenant.call('GET', `/v1/contacts/${contact.id}/consents`)).body.items).toMatchObject([
    { purpose: 'newsletter', isGiven: true, wording: 'Sì, scrivetemi' },
  ])
  const file = JSON.parse((await admin.get(`/agenda/contacts/${contact.id}/export`)).html)
  expect(file.contact).toMatchObject({ email: 'zorba@posta.example' })
  expect(file.appointments[0].document.notes).toBe('nota su Zorba')
  expect(JSON.stringify(file)).not.toMatch(/manage_hash|tenant_id/)
  // Coming appointments must be cancelled first.
  expect((await admin.submit(page, '/erasure', {})).status).toBe(409)
  await tenant.call('POST', `/v1/appointments/${a.id}/cancellation`, { as: 'staff', reason: 'su richiesta di Zorba' })
  await service.settle()
  expect((await admin.submit(page, '/erasure', {})).url).toBe('/agenda/contacts?done=erased')
  const traces: string[] = []
  for (const table of [
    'contacts',
    'appointments',
    'callbacks',
    'events',
    'messages',
    'contact_notes',
    'consents',
    'audit_entries',
    'waiting_entries',
    'jobs',
  ] as const) {
    const rows = await service.deps.db.kysely
      .selectFrom(table as 'contacts')
      .selectAll()
      .where('tenant_id', '=', tenant.id)
      .execute()
    if (/zorba|segretissimo|622222222/i.test(JSON.stringify(rows))) traces.push(table)
  }
  expect(traces).toEqual([])
  expect(secret).toContain('Zorba')
  expect((await tenant.call('GET', `/v1/appointments/${a.id}`)).body.status).toBe('cancelled')

  const old = await tenant.make('contacts', { firstName: 'Vecchia', lastName: 'Conoscenza' })
  await tenant.call(
    'PATCH',
    `/v1/tenants/${tenant.id}`,
    { privacy: { contactDays: 30 } },
    { headers: { 'if-match': '*' } },
  )
  expect(await applyRetention(service.deps, tenant.id)).toBe(0)
  service.clock.now += 31 * DAY
  expect(await applyRetention(service.deps, tenant.id)).toBeGreaterThan(0)
  service.clock.now -= 31 * DAY
  expect((await tenant.call('GET', `/v1/contacts/${old.id}`)).body.lastName).toBe('–')
  await tenant.call(
    'PATCH',
    `/v1/tenants/${tenant.id}`,
    { privacy: { contactDays: 0 } },
    { headers: { 'if-match': '*' } },
  )
})

test('a role sees no more of a person than it may, by API and page', async () => {
  const a = await bookAt('2026-12-04T10:00:00+01:00', office.agent.id, {
    firstName: 'Carla',
    lastName: 'Riservata',
    email: 'carla@posta.example',
    phone: '+390633333333',
    notes: 'cose sue',
  })
  const auditor = await signedCaller(service, 'occhio@ufficio.example')
  const shown = (await read(a.id)).contactId
  for (const url of [
    `/v1/contacts/${shown}`,
    `/v1/contacts/${shown}/timeline`,
    '/v1/contacts?limit=200',
    `/v1/appointments/${a.id}`,
    '/v1/agenda?from=2026-12-04T00:00:00Z&to=2026-12-05T00:00:00Z',
    `/agenda/contacts/${shown}`,
    `/agenda/appointments/${a.id}`,
    '/agenda/calendar?as=list&view=day&date=2026-12-04',
  ]) {
    const text = JSON.stringify((await auditor('GET', url)).body)
    expect(text, url).not.toMatch(/Riservata|carla@posta|33333333|cose sue/)
  }
  expect((await auditor('GET', `/v1/contacts/${shown}`)).body).toMatchObject({ lastName: 'R.', phone: '…33' })
  // Searching would reveal a hidden name letter by letter.
  for (const [url, body] of [
    ['/v1/contacts/lookup', { text: 'Ri' }],
    ['/v1/contacts/search', { phone: '+390633333333' }],
    ['/v1/callbacks/search', { number: '+390633333333' }],
  ] as const)
    expect((await auditor('POST', url, body)).status, url).toBe(403)
  const settings = { privacy: { ...DEFAULT_PRIVACY, hidden: { agent: ['phone' as const] } } }
  expect(mask({ firstName: 'A', lastName: 'B', phone: '+3906' }, hiddenFrom(settings, 'agent'))).toEqual({
    firstName: 'A',
    lastName: 'B',
    phone: '…06',
  })
  expect(hiddenFrom(settings, 'auditor').has('email')).toBe(true)
})

test('what people type stays text on every page, and in every file', async () => {
  const { tenant } = service
  const evil = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>'
  const contact = await tenant.make('contacts', {
    firstName: evil,
    lastName: evil,
    notes: evil,
    externalId: evil.slice(0, 40),
  })
  const location = await tenant.make('locations', { name: evil })
  const agent = await tenant.make('agents', { name: evil, serviceIds: [office.service.id], locationIds: [location.id] })
  await tenant.make('schedules', {
    ownerKind: 'agent',
    ownerId: agent.id,
    validFrom: '2026-01-05',
    rules: [{ rrule: 'FREQ=DAILY', windows: [{ from: '08:00', to: '18:00' }] }],
  })
  const a = await tenant.make('appointments', {
    serviceIds: [office.service.id],
    start: '2026-12-09T10:00:00+01:00',
    agentId: agent.id,
    contactId: contact.id,
    notes: evil,
  })
  await tenant.make('campaigns', { name: evil, scriptRef: 'javascript:alert(1)' })
  await clerk.submit(await clerk.get(`/agenda/contacts/${contact.id}`), '/notes', { content: evil })
  await tenant.call('POST', `/v1/contacts/${contact.id}/consents`, {
    purpose: 'x',
    isGiven: true,
    wording: evil,
    source: evil.slice(0, 90),
  })
  await makePerson(service, { email: 'male@ufficio.example', role: 'agent', name: evil })
  const pages = [
    '/agenda',
    '/agenda/calendar?view=day&date=2026-12-09',
    '/agenda/calendar?view=team&date=2026-12-09',
    '/agenda/calendar?as=list&view=day&date=2026-12-09',
    `/agenda/appointments/${a.id}`,
    `/agenda/contacts/${contact.id}`,
    '/agenda/book',
    '/agenda/hours',
    `/agenda/hours?agent=${agent.id}`,
    '/agenda/team?date=2026-12-09',
    '/agenda/team/queues',
    '/agenda/callbacks',
    '/agenda/reports',
    '/agenda/settings/locations',
    `/agenda/settings/locations/${location.id}`,
    '/agenda/settings/agents',
    '/agenda/settings/users',
    '/agenda/settings/audit',
    '/agenda/settings/webhooks',
    '/agenda/settings/explanation',
    '/agenda/settings/data',
    '/agenda/account',
    `/agenda?done=${encodeURIComponent(evil)}`,
    `/agenda/calendar?view=${encodeURIComponent(evil)}&date=${encodeURIComponent(evil)}`,
    `/agenda/reports?report=${encodeURIComponent(evil)}`,
    `/agenda/settings/explanation?service=${encodeURIComponent(evil)}`,
  ]
  for (const url of pages) {
    const { html, status } = await admin.get(url)
    expect(status, url).toBeLessThan(500)
    expect(html, url).not.toMatch(/<script>alert|<img src=x|href="javascript:/i)
  }
  const searched = await admin.submit(await admin.get('/agenda/contacts'), '/agenda/contacts', {
    text: evil.slice(0, 100),
  })
  expect(searched.html).not.toMatch(/<script>alert/)
  // A cell that a spreadsheet would execute is escaped, and is imported unchanged.
  const csv = toCsv(['id', 'name'], [{ id: '1', name: '=HYPERLINK("http://x")' }])
  expect(csv).toContain("'=HYPERLINK")
  expect(fromText(csv, {})).toEqual([{ id: '1', name: '=HYPERLINK("http://x")' }])
})

test('administration: made, changed and refused by forms of the schema; everything out and in again', async () => {
  const page = await admin.get('/agenda/settings/services/new')
  const bad = await admin.submit(page, '/agenda/settings/services', { name: 'Nuovo', durationMinutes: '-3' })
  expect(bad.status).toBe(400)
  expect(bad.html).toContain('value="-3"')
  expect(bad.html).toMatch(/href="#durationMinutes"/)
  const made = await admin.submit(page, '/agenda/settings/services', {
    ...{ name: 'Nuovo', durationMinutes: '20', locationIds: [office.location.id], 'questions.0.id': 'targa' },
    ...{ 'questions.0.label': 'Targa', 'questions.0.type': 'text', 'questions.0.required': 'true' },
  })
  const id = made.url.slice('/agenda/settings/services/'.length).split('?')[0]!
  const stored = async () => (await service.tenant.call('GET', `/v1/services/${id}`)).body
  expect(await stored()).toMatchObject({
    name: 'Nuovo',
    durationMinutes: 20,
    questions: [{ id: 'targa', label: 'Targa', type: 'text', required: true }],
  })
  // Saving without changes changes nothing, not even the version.
  const { version } = await stored()
  const same = await admin.submit(await admin.get(`/agenda/settings/services/${id}`), `services/${id}`, {})
  expect(same.url).toContain('done=saved')
  expect((await stored()).version).toBe(version)
  // A change that somebody else made meanwhile is not overwritten.
  const form = await admin.get(`/agenda/settings/services/${id}`)
  await service.tenant.call('PATCH', `/v1/services/${id}`, { name: 'Altrui' }, { headers: { 'if-match': '*' } })
  expect((await admin.submit(form, `services/${id}`, { name: 'Mio' })).status).toBe(412)
  await admin.submit(await admin.get(`/agenda/settings/services/${id}`), `services/${id}/archive`, {})
  expect((await stored()).archivedAt).not.toBeNull()

  for (const path of [
    'locations',
    'services',
    'agents',
    'pools',
    'schedules',
    'openings',
    'absences',
    'closures',
    'holiday-calendars',
    'campaigns',
    'contacts',
    'appointments',
    'callbacks',
    'ratings',
  ])
    for (const format of ['csv', 'json'])
      expect((await admin.get(`/agenda/settings/data/${path}.${format}`)).status, path).toBe(200)
  const csv = (await admin.get('/agenda/settings/data/agents.csv')).html
  const data = await admin.get('/agenda/settings/data')
  const back = await admin.submit(data, '/agenda/settings/data', {
    collection: 'agents',
    text: `${csv.trimEnd().replace('Operatore 1', 'Operatore Uno')}\n`,
  })
  expect(back.text).toMatch(/0 create, \d+ cambiate, 0 rifiutate/)
  expect((await service.tenant.call('GET', `/v1/agents/${office.agent.id}`)).body).toMatchObject({
    name: 'Operatore Uno',
    serviceIds: [office.service.id],
  })
  const some = await admin.submit(data, '/agenda/settings/data', {
    collection: 'locations',
    text: 'name;timeZone\nBuona;Europe/Rome\nCattiva;Marte\n',
  })
  expect(some.text).toMatch(/1 create, 0 cambiate, 1 rifiutate/)
  expect(some.text).toContain('timeZone')
})

test('own texts and people who sign in go out and come in too; who is new is invited', async () => {
  const url = '/agenda/settings/data'
  const out = async (path: string) => JSON.parse((await admin.get(`${url}/${path}.json`)).html).items as any[]
  const into = async (collection: string, text: string) =>
    (await admin.submit(await admin.get(url), url, { collection, text })).text
  const put = { subject: 'A presto, {{ firstName }}' }
  expect((await service.tenant.call('PUT', '/v1/message-templates/survey/it', put)).status).toBe(200)
  const texts = await out('message-templates')
  expect(texts).toMatchObject([{ kind: 'survey', language: 'it', subject: 'A presto, {{ firstName }}' }])
  const rows = [
    { ...texts[0], subject: 'Ci rivediamo, {{ firstName }}' },
    { kind: 'survey', language: 'it', subject: '{{ unknown }}' },
  ]
  expect(await into('message-templates', JSON.stringify(rows))).toContain('unknown')
  expect((await out('message-templates'))[0].subject).toBe('Ci rivediamo, {{ firstName }}')
  const people = await out('users')
  const known = people.find((p) => p.email === AGENT)
  expect(JSON.stringify(people)).not.toMatch(/password|totp|secret/i)
  const csv = `email;name;role\n${AGENT.toUpperCase()};Rita Cambiata;agent\nnuova@ufficio.example;Nuova Persona;agent\n`
  await into('users', csv)
  const after = await out('users')
  expect(after.find((p) => p.id === known.id).name).toBe('Rita Cambiata')
  expect(after.find((p) => p.email === 'nuova@ufficio.example')).toMatchObject({ status: 'invited' })
  await into('users', JSON.stringify([{ ...known }]))
  expect((await out('users')).find((p) => p.id === known.id).name).toBe('Rita Sportello')
})

test('reports: the same figures in plot, table and CSV; a forecast whose error is of weeks that it has not seen', async () => {
  const call = await signedCaller(service, 'capo@ufficio.example')
  for (const report of [
    'appointments',
    'utilisation',
    'notice',
    'firstFree',
    'callbacks',
    'attempts',
    'ratings',
    'forecast',
  ]) {
    const range = report === 'utilisation' ? '?from=2026-11-20&to=2026-12-20' : '?from=2026-11-20&to=2027-01-20'
    const json = await call('GET', `/v1/reports/${report}${range}`)
    expect(json.status, report).toBe(200)
    const csv = await call('GET', `/v1/reports/${report}${range}&format=csv`)
    expect(
      String(csv.body).trim().split('\r\n').length === 1 ? String(csv.body).trim().split('\n').length : 0,
      report,
    ).toBe(json.body.rows.length + 1)
    const page = await boss.get(
      `/agenda/reports?report=${report}&from=2026-11-20&to=${report === 'utilisation' ? '2026-12-20' : '2027-01-20'}`,
    )
    expect(page.status, report).toBe(200)
    if (json.body.rows.length > 0) expect(page.html, report).toMatch(/<svg class="plot"[\s\S]*<table>/)
  }
  const byAgent = (await call('GET', '/v1/reports/appointments?by=agent&from=2026-11-20&to=2027-01-20')).body
  const byWeek = (await call('GET', '/v1/reports/appointments?by=week&from=2026-11-20&to=2027-01-20')).body
  const total = (report: any): number => report.rows.reduce((sum: number, row: any) => sum + row.values[0], 0)
  expect(total(byAgent)).toBe(total(byWeek))
  expect(total(byAgent)).toBeGreaterThan(8)
  expect((await call('GET', '/v1/reports/notice?by=agent')).status).toBe(400)

  // Ten people every Monday at nine, with one closed week in between: the forecast is ten, its error zero.
  const monday = 20_780 - ((20_780 + 3) % 7)
  const hours: Hour[] = Array.from({ length: 12 }, (_, week) => week)
    .filter((week) => week !== 5)
    .map((week) => ({ day: formatDate(monday - 7 * week), hour: 9, n: 10, minutes: 300 }))
  const made = forecast(hours, monday + 1)
  expect(made.cells).toEqual([{ weekday: 0, hour: 9, expected: 10, minutes: 300, seats: 6 }])
  expect(made.heldOut).toBe(4)
  expect(made.wape).toBeCloseTo(0)
  const shifted = forecast(
    [...hours.filter((h) => h.day !== formatDate(monday)), { day: formatDate(monday), hour: 9, n: 20, minutes: 600 }],
    monday + 1,
  )
  expect(shifted.wape).toBeCloseTo(10 / 50)
  expect([0.3, 1, 1.2, 47, 501].map(niceCeiling)).toEqual([0.5, 1, 2, 50, 1000])
})

test('a widget’s address is signed with what is shown, and only its place shows it', async () => {
  const url = signedAddress('https://crm.example/scheda?x=1', 'chiave', { contact: 'c1', at: '5' })
  const parameters = new URL(url).searchParams
  const signature = parameters.get('signature')!
  parameters.delete('signature')
  expect(signedText(parameters)).toBe('at=5\ncontact=c1\nx=1')
  expect(createHmac('sha256', 'chiave').update(signedText(parameters)).digest('base64url')).toBe(signature)
  const { tenant } = service
  const widget = { id: 'crm', name: 'CRM', url: 'https://crm.example/scheda', places: ['contact'] }
  await tenant.call(
    'PATCH',
    `/v1/tenants/${tenant.id}`,
    { workspace: { widgets: [widget] } },
    { headers: { 'if-match': '*' } },
  )
  const contact = await tenant.make('contacts', { firstName: 'Con', lastName: 'Riquadro' })
  const page = await clerk.get(`/agenda/contacts/${contact.id}`)
  expect(page.html).toMatch(/<iframe[^>]*src="https:\/\/crm\.example\/scheda\?[^"]*signature=/)
  expect(String(page.headers['content-security-policy'])).toContain("frame-src 'self' https://crm.example")
})

test('an agent desktop shows the workspace in its frame by a link that opens once', async () => {
  const { tenant, app } = service
  const users = (await tenant.call('GET', '/v1/users?limit=200')).body.items
  const agent = users.find((u: any) => u.email === AGENT)
  const made = await tenant.call('POST', `/v1/users/${agent.id}/frame-link`, {})
  const path = new URL(made.body.url).pathname
  const first = await app.inject({ method: 'GET', url: path })
  expect(first.statusCode).toBe(303)
  expect((await app.inject({ method: 'GET', url: path })).statusCode).toBe(404)
  const cookie = first.cookies.map((c) => `${c.name}=${c.value}`).join('; ')
  expect((await app.inject({ method: 'GET', url: '/agenda', headers: { cookie } })).statusCode).toBe(200)
  const administrator = users.find((u: any) => u.role === 'administrator')
  expect((await tenant.call('POST', `/v1/users/${administrator.id}/frame-link`, {})).status).toBe(403)
})

test('colleagues’ changes are told as they happen', async () => {
  const { app } = service
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  const person = await signIn(service, AGENT)
  const gone = new AbortController()
  const stream = await fetch(`http://127.0.0.1:${port}/v1/agenda/stream`, {
    headers: { cookie: `agenda_session=${person.jar.get('agenda_session')}` },
    signal: gone.signal,
  })
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  const reader = stream.body!.getReader()
  let text = ''
  const until = async (wanted: string): Promise<void> => {
    while (!text.includes(wanted)) text += new TextDecoder().decode((await reader.read()).value)
  }
  await until(': following')
  const a = await bookAt('2026-12-11T10:00:00+01:00', office.agent.id, { firstName: 'Viva', lastName: 'Voce' })
  await until(a.id)
  expect(text).toContain('event: appointment.booked')
  expect(text).not.toContain('Voce')
  gone.abort()
})

test('Italian and English have the same words', () => {
  const names = (value: unknown, path = ''): string[] =>
    value !== null && typeof value === 'object'
      ? Object.entries(value).flatMap(([name, inside]) => names(inside, `${path}.${name}`))
      : [path]
  expect(names(workspaceIt).sort()).toEqual(names(workspaceEn).sort())
  expect(Object.keys(agendaEn).length).toBeGreaterThan(8)
})
