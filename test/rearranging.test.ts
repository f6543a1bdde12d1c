// Appointments that change agent or time: only to agents who work then, exactly as shown; people are told after the undo period; and
// undo works.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drain } from '../src/platform/jobs/jobs.ts'
import { queuesFor } from '../src/queues.ts'
import { makePerson, signIn } from './helpers/people.ts'
import { makeOffice, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office & { agents: any[] }
/** Works on Monday, Wednesday and Friday only, and has no appointments: the least loaded agent of all. */
let partTime: any

beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { agents: 2, service: { moveNoticeMinutes: 60 } })
  const { tenant } = service
  partTime = await tenant.make('agents', {
    ...{ name: 'Anna Part Time', serviceIds: [office.service.id], locationIds: [office.location.id] },
  })
  const rules = [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,WE,FR', windows: [{ from: '09:00', to: '12:30' }] }]
  await tenant.make('schedules', { ownerKind: 'agent', ownerId: partTime.id, validFrom: '2026-01-05', rules })
  await makePerson(service, { email: 'capo@prova.example', role: 'supervisor' })
})
afterAll(() => service.close())

const call = (method: string, url: string, body?: unknown) => service.tenant.call(method, url, body)
let n = 0
const bookAt = async (start: string, agentId: string): Promise<any> => {
  n += 1
  const contact = { firstName: 'Persona', lastName: `Numero${n}`, email: `p${n}@posta.example` }
  const body = { serviceIds: [office.service.id], start, agentId, contact, as: 'staff' }
  const answer = await call('POST', '/v1/appointments', body)
  expect(answer.status).toBe(201)
  return answer.body
}
const read = async (id: string): Promise<any> => (await call('GET', `/v1/appointments/${id}`)).body
const work = () => drain(service.deps, queuesFor(1))
const messagesAbout = async (id: string, template: string): Promise<any[]> =>
  (await call('GET', `/v1/messages?subjectId=${id}`)).body.items.filter((m: any) => m.template === template)

test('a colleague is chosen only among those who work then; one who is off only by name, rule by rule', async () => {
  // On a Tuesday the part-time agent is off.
  const a = await bookAt('2026-12-01T09:00:00+01:00', office.agents[0].id)
  const fair = await call('POST', `/v1/appointments/${a.id}/reassignment`, {})
  expect(fair.body.agentId).toBe(office.agents[1].id)
  const { body } = await call('GET', `/v1/appointments/${a.id}/alternatives`)
  expect(body.agentIds).toEqual([office.agents[0].id])
  const refused = await call('POST', `/v1/appointments/${a.id}/reassignment`, { agentId: partTime.id })
  expect([refused.status, refused.body.code]).toEqual([409, 'outside_schedule'])
  const insisted = { agentId: partTime.id, rules: ['outside_schedule'] }
  const given = await call('POST', `/v1/appointments/${a.id}/reassignment`, insisted)
  expect(given.body).toMatchObject({ agentId: partTime.id })
  expect(given.body.override.rules).toEqual(['outside_schedule'])
  const nameless = await call('POST', `/v1/appointments/${a.id}/reassignment`, { rules: ['outside_schedule'] })
  expect(nameless.status).toBe(400)
})

test('an override without a named agent never falls on who is off', async () => {
  const at = { serviceIds: [office.service.id], start: '2026-12-01T16:00:00+01:00', as: 'staff' }
  const contact = { firstName: 'Fuori', lastName: 'Orario' }
  const anyone = await call('POST', '/v1/appointments', { ...at, contact, override: { reason: 'urgenza' } })
  expect([anyone.status, anyone.body.code]).toEqual([409, 'outside_schedule'])
  const only = { reason: 'urgenza', rules: ['not_on_grid'] }
  const wrongRule = await call('POST', '/v1/appointments', { ...at, contact, agentId: partTime.id, override: only })
  expect(wrongRule.body.code).toBe('outside_schedule')
  const named = { ...at, contact, agentId: office.agents[0].id, override: { reason: 'urgenza' } }
  expect((await call('POST', '/v1/appointments', named)).status).toBe(201)
})

test('of many, each gets a place of its own, never on an earlier day; what is proposed is done, and taken back unheard', async () => {
  const [first] = office.agents
  // Four appointments of one agent; the colleague is free for some of them only.
  const times = ['09:00', '09:30', '10:00', '10:30'].map((clock) => `2026-12-03T${clock}:00+01:00`)
  const mine = []
  for (const start of times) mine.push(await bookAt(start, first.id))
  for (const start of times.slice(0, 2)) await bookAt(start, office.agents[1].id)
  await work()
  const absence = { agentId: first.id, firstDay: '2026-12-03', lastDay: '2026-12-03' }
  await call('POST', '/v1/absences', absence)
  const ids = mine.map((a) => a.id)
  const { items } = (await call('POST', '/v1/rearrangements/proposals', { appointmentIds: ids, mode: 'best' })).body
  expect(items.map((p: any) => p.result)).toEqual(['move', 'move', 'reassign', 'reassign'])
  expect(new Set(items.map((p: any) => `${p.agentId} ${p.start}`)).size).toBe(4)
  expect(items.map((p: any) => p.agentId)).not.toContain(partTime.id)
  for (const p of items) expect(Date.parse(p.start)).toBeGreaterThanOrEqual(Date.parse('2026-12-03T00:00:00+01:00'))
  const plan = items.map((p: any) => ({ appointmentId: p.id, agentId: p.agentId, start: p.start }))
  const order = { plan, reason: 'malattia', notifyAfterSeconds: 60 }
  const done = (await call('POST', '/v1/rearrangements', order)).body.items
  expect(done.map((one: any) => [one.agentId, one.start])).toEqual(items.map((p: any) => [p.agentId, p.start]))
  await work()
  // The message about the move waits for the minute in which everything can be undone.
  expect((await messagesAbout(ids[0], 'moved')).map((m) => m.status)).toEqual(['queued'])
  service.clock.now += 30_000
  const undone = (await call('POST', '/v1/rearrangements/undo', { appointmentIds: ids, reason: 'errore' })).body.items
  expect(undone.map((one: any) => one.result)).toEqual(['moved', 'moved', 'reassigned', 'reassigned'])
  for (const [i, id] of ids.entries()) {
    const a = await read(id)
    expect([Date.parse(a.start), a.agentId]).toEqual([Date.parse(times[i]!), first.id])
  }
  service.clock.now += 120_000
  await work()
  for (const id of ids) expect((await messagesAbout(id, 'moved')).filter((m) => m.status !== 'dropped')).toEqual([])
})

test('a day that is given away goes to others, at whatever time', async () => {
  const [one, two] = office.agents
  const starts = ['2026-12-14T09:00:00+01:00', '2026-12-14T09:30:00+01:00']
  const mine = await Promise.all(starts.map((start) => bookAt(start, one.id)))
  // The colleagues are busy at the same times, so another time must be found.
  for (const start of starts) for (const other of [two, partTime]) await bookAt(start, other.id)
  const body = { appointmentIds: mine.map((a) => a.id), mode: 'best', awayAgentId: one.id }
  const { items } = (await call('POST', '/v1/rearrangements/proposals', body)).body
  expect(items.map((p: any) => p.result)).toEqual(['move', 'move'])
  expect(items.some((p: any) => p.agentId === one.id)).toBe(false)
  const { places } = (await call('GET', `/v1/appointments/${mine[0].id}/alternatives?awayAgentId=${one.id}`)).body
  expect(places.length).toBeGreaterThan(0)
  expect(places.some((p: any) => p.agentId === one.id)).toBe(false)
  const boss = await signIn(service, 'capo@prova.example')
  const list = await boss.get(`/agenda/team/affected?agent=${one.id}&date=2026-12-14`)
  const preview = await boss.submit(list, '/agenda/team/preview', { mode: 'best', agentId: '' })
  const options = [...preview.html.matchAll(/<option\s+value="([^"]*)"/g)].map((m) => m[1]!)
  expect(options.filter((value) => value.startsWith('move'))).not.toHaveLength(0)
  expect(options.some((value) => value.includes(one.id))).toBe(false)
})

test('a move is told after its undo is over, or not at all; the same move twice is one', async () => {
  const a = await bookAt('2026-12-09T09:00:00+01:00', office.agents[0].id)
  await work()
  const url = `/v1/appointments/${a.id}/rescheduling`
  const to = (clock: string) => `2026-12-09T${clock}:00+01:00`
  const late = { start: to('10:00'), as: 'staff', reason: 'x', notifyAfterSeconds: 20 }
  const moved = await call('POST', url, late)
  const again = await call('POST', url, late)
  expect([moved.body.version, again.body.version]).toEqual([2, 2])
  await work()
  expect((await call('DELETE', `/v1/appointments/${a.id}/notice`)).status).toBe(200)
  service.clock.now += 60_000
  await work()
  expect((await messagesAbout(a.id, 'moved')).map((m) => [m.status, m.failure])).toEqual([['dropped', 'withheld']])
  expect((await call('DELETE', `/v1/appointments/${a.id}/notice`)).body.code).toBe('undo_over')
  // Without `notifyAfterSeconds` the person is told at once, and is told of the undo too.
  await call('POST', url, { start: to('11:00'), as: 'staff', reason: 'x' })
  await work()
  expect((await call('DELETE', url)).body.start).toContain('10:00')
  await work()
  expect((await messagesAbout(a.id, 'moved')).filter((m) => m.status === 'queued').length).toBe(2)
  expect((await call('DELETE', url)).body.code).toBe('undo_over')
  // With `notify: false` nobody is told.
  await call('POST', url, { start: to('12:00'), as: 'staff', reason: 'x', notify: false })
  await work()
  expect((await messagesAbout(a.id, 'moved')).length).toBe(3)
  const citizen = await call('POST', url, { start: to('09:00'), notify: false })
  expect(citizen.body.errors[0].pointer).toBe('/notify')
})

test('the pages show who would be where, do just that, and take it back', async () => {
  const a = await bookAt('2026-12-15T09:30:00+01:00', office.agents[0].id)
  const boss = await signIn(service, 'capo@prova.example')
  const list = await boss.get(`/agenda/team/affected?agent=${office.agents[0].id}&date=2026-12-15`)
  const preview = await boss.submit(list, '/team/preview', { ids: [a.id], mode: 'best' })
  expect(preview.text).toContain(`Numero${n}`)
  expect(preview.text).toContain('Stessa ora, Operatore 2')
  const done = await boss.submit(preview, '/team/rearrange', { reason: 'malattia' })
  expect(done.text).toMatch(/da martedì 15 dicembre, 09:30, Operatore 1 a martedì 15 dicembre, 09:30, Operatore 2/)
  expect(done.text).toContain('tra 60 secondi')
  // Returning to this page later shows the result and the undo button; no form is sent again.
  const again = /data-address="([^"]+)"/.exec(done.html)![1]!
  const returned = await boss.get(again)
  expect(returned.text).toContain(`Numero${n}`)
  expect(returned.html).toContain('action="/agenda/team/undo"')
  expect((await boss.get('/agenda/team/rearranged?ids=x,..%2f')).status).toBe(200)
  const back = await boss.submit(done, '/team/undo', {})
  expect(back.text).toContain('tutto è come prima')
  expect((await read(a.id)).agentId).toBe(office.agents[0].id)
  // A named colleague who is off is offered as an exception, together with the rule that forbids it.
  const named = await boss.submit(list, '/team/preview', { ids: [a.id], mode: 'reassign', agentId: partTime.id })
  expect(named.text).toContain('Anna Part Time, comunque (')
  // The appointment's own page offers the same.
  const page = await boss.get(`/agenda/appointments/${a.id}`)
  expect(page.text).toContain('Anna Part Time (occupato o non in servizio)')
  const refused = await boss.submit(page, '/reassignment', { agentId: partTime.id })
  expect(refused.text).toContain('Passa comunque a Anna Part Time')
  expect((await read(a.id)).agentId).toBe(office.agents[0].id)
  const history = await boss.get(`/agenda/appointments/${a.id}/history`)
  expect(history.text).toContain('capo@prova.example')
  expect(history.text).not.toMatch(/\buser\b/)
})
