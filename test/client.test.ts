// The client package against the service over HTTP: the recipes of portal, dialler, CRM and voice bot, rivals, lost answers, pages.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgendaError, createAgenda, ifMatch, readNotice, type Agenda, type WebhookError } from '../src/client/index.ts'
import { startReceiver, type Receiver } from './helpers/receiver.ts'
import { makeOffice, startService, type Office, type TestService } from './helpers/service.ts'

let service: TestService
let office: Office
let receiver: Receiver
let base: string
let agenda: Agenda
beforeAll(async () => {
  service = await startService()
  office = await makeOffice(service.tenant, { agents: 2 })
  receiver = await startReceiver()
  base = await service.app.listen({ port: 0, host: '127.0.0.1' })
  agenda = createAgenda({ baseUrl: base, key: service.tenant.key, language: 'en' })
})
afterAll(async () => {
  await receiver.close()
  await service.close()
})
const person = (n: number) => ({ firstName: 'Ada', lastName: `Neri ${n}`, email: `ada${n}@posta.example` })
const refusal = (error: unknown): AgendaError => {
  if (error instanceof AgendaError) return error
  throw error
}

test('a portal reads free times, holds one, books it for a citizen, and moves it with the citizen’s token', async () => {
  const serviceId: string = office.service.id
  const { days } = await agenda.get('/v1/slots', {
    query: { serviceId: [serviceId], from: '2026-11-24', to: '2026-11-25' },
  })
  const [first, second] = days[0]!.slots
  const hold = await agenda.post('/v1/holds', { body: { serviceIds: [serviceId], start: first!.start } })
  const booked = await agenda.post('/v1/appointments', {
    body: { holdId: hold.id, contact: person(1), metadata: { portal: 'yes' } },
  })
  expect([booked.id, booked.status, booked.metadata]).toEqual([hold.id, 'confirmed', { portal: 'yes' }])
  if (!('manageToken' in booked)) throw new Error('no token')
  const citizen = createAgenda({ baseUrl: base, key: booked.manageToken })
  const path = { id: booked.id }
  const moved = await citizen.post('/v1/appointments/{id}/rescheduling', { path, body: { start: second!.start } })
  expect(Date.parse(moved.start)).toBe(Date.parse(second!.start))
  const refused = await citizen
    .post('/v1/appointments/{id}/rescheduling', { path, body: { start: '2026-11-24T03:00:00+01:00' } })
    .catch(refusal)
  expect(refused).toMatchObject({ status: 409, code: 'outside_schedule', name: 'AgendaError' })
  expect((refused as AgendaError).requestId).toMatch(/^[0-9a-f-]{36}$/)
  const amended = await agenda.patch('/v1/appointments/{id}', {
    ...{ path, ifMatch: ifMatch(moved), body: { notes: 'Rings first' } },
  })
  expect(amended.notes).toBe('Rings first')
})

test('a dialler leases what is due, reports results, and gives the rest back', async () => {
  const campaign = await agenda.post('/v1/campaigns', {
    body: { name: 'Calls', capacity: { kind: 'fixed', perBucket: 9 } },
  })
  for (const number of ['+393330000031', '+393330000032'])
    await agenda.post('/v1/callbacks', { body: { campaignId: campaign.id, number, when: { kind: 'now' } } })
  service.clock.now += 2 * 3_600_000
  const path = { id: campaign.id }
  const lease = await agenda.post('/v1/campaigns/{id}/leases', { path, body: { max: 10, leaseSeconds: 60 } })
  expect(lease.items.length).toBe(2)
  const [one, other] = lease.items
  const of = { path: { id: campaign.id, leaseId: lease.leaseId } }
  const results = [{ callbackId: one!.id, outcome: 'answered' as const }]
  const settled = await agenda.post('/v1/campaigns/{id}/leases/{leaseId}/results', { ...of, body: { results } })
  expect(settled.items).toMatchObject([{ callbackId: one!.id, status: 'completed' }])
  await agenda.post('/v1/campaigns/{id}/leases/{leaseId}/return', { ...of, body: { callbackIds: [other!.id] } })
  const again = await agenda.get('/v1/callbacks/{id}', { path: { id: other!.id }, query: { expand: ['campaign'] } })
  expect([again.status, again.campaign?.name]).toEqual(['scheduled', 'Calls'])
})

test('a CRM subscribes, checks the signature of notices, and reads on by cursor what it missed', async () => {
  const hook = await agenda.post('/v1/webhooks', { body: { url: receiver.url, types: ['appointment.*'] } })
  const booked = await agenda.post('/v1/appointments', {
    body: { serviceIds: [office.service.id], start: '2026-11-25T09:00:00+01:00', contact: person(2) },
  })
  await service.settle()
  const got = receiver.got.find((one) => one.body.data.subjectId === booked.id)
  const received = {
    secret: hook.secret,
    headers: got!.headers as Record<string, string>,
    body: got!.raw,
    now: service.clock.now,
  }
  const notice = await readNotice(received)
  if (notice.type !== 'appointment.booked') throw new Error(notice.type)
  expect([notice.data.appointment?.id, notice.data.after?.status]).toEqual([booked.id, 'confirmed'])
  const fault = (change: object) =>
    readNotice({ ...received, ...change }).catch((error: unknown) => (error as WebhookError).code)
  expect(await fault({ body: got!.raw.replace('booked', 'moved') })).toBe('wrong_signature')
  expect(await fault({ now: service.clock.now + 600_000 })).toBe('too_old')
  expect(await fault({ headers: {} })).toBe('missing_header')
  expect(await fault({ secret: 'whsec_ä' })).toBe('malformed_secret')
  const capitals = Object.fromEntries(
    Object.entries(received.headers).map(([name, value]) => [name.toUpperCase(), value]),
  )
  expect((await readNotice({ ...received, headers: capitals })).type).toBe('appointment.booked')

  service.clock.now += 11_000
  const seen: string[] = []
  for await (const event of agenda.all('/v1/events', { query: { subjectId: booked.id, limit: 1 } }))
    seen.push(event.type)
  expect(seen).toEqual(['appointment.booked'])
})

test('a voice bot asks for a callback by the campaign’s own name and reads the sentence out', async () => {
  await agenda.post('/v1/campaigns', {
    body: { name: 'Bot', externalId: 'front-desk', capacity: { kind: 'fixed', perBucket: 9 } },
  })
  const body = { campaign: 'front-desk', number: '+393330000041', source: 'bot' as const, callId: 'call-1' }
  const asked = await agenda.post('/v1/callbacks/quick', { body })
  expect([asked.isNew, asked.say.length > 10]).toEqual([true, true])
  expect((await agenda.post('/v1/callbacks/quick', { body })).id).toBe(asked.id)
  const found = await agenda.post('/v1/callbacks/search', { body: { number: '+393330000041' } })
  expect(found.items.map((one) => one.id)).toEqual([asked.id])
})

test('of 64 clients that want one time, as many get it as there are agents', async () => {
  const body = { serviceIds: [office.service.id as string], start: '2026-11-26T09:00:00+01:00' }
  const patient = createAgenda({ baseUrl: base, key: service.tenant.key, retries: 0 })
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, n) =>
      patient
        .post('/v1/appointments', { body: { ...body, contact: person(100 + n) } })
        .then((one) => one.id)
        .catch((error: unknown) => refusal(error).code),
    ),
  )
  const won = answers.filter((answer) => /^[0-9a-f-]{36}$/.test(answer))
  expect(won.length).toBe(2)
  expect(new Set(answers.filter((answer) => !won.includes(answer)))).toEqual(new Set(['slot_taken']))
  const from = new Date(body.start).toISOString()
  const stored = await agenda.get('/v1/appointments', { query: { from, to: '2026-11-26T08:01:00Z' } })
  expect(stored.items.map((one) => one.id).sort()).toEqual(won.sort())
})

/** A proxy that does what is asked and then loses the answer, `times` times. */
async function lossy(times: number): Promise<{ url: string; server: Server; asked: () => number }> {
  let asked = 0
  const server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !/^(host|connection|content-length)$/.test(name)),
      )
      const answer = await fetch(base + request.url!, {
        ...{ method: request.method!, headers: headers as Record<string, string> },
        ...(parts.length > 0 ? { body: Buffer.concat(parts).toString() } : {}),
      })
      asked += 1
      if (asked <= times) return void request.socket.destroy()
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
      response.end(await answer.text())
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked: () => asked }
}

test('a booking whose answers are lost is tried again and made once; a refusal is not tried again', async () => {
  const { url, server, asked } = await lossy(2)
  const remote = createAgenda({ baseUrl: url, key: service.tenant.key })
  const body = { serviceIds: [office.service.id as string], start: '2026-11-27T09:00:00+01:00', contact: person(3) }
  const booked = await remote.post('/v1/appointments', { body })
  expect(asked()).toBe(3)
  const list = await agenda.get('/v1/appointments', { query: { contactId: booked.contactId! } })
  expect(list.items.map((one) => one.id)).toEqual([booked.id])
  const wrong = await remote
    .post('/v1/appointments', { body: { ...body, start: '2026-11-27T09:07:00+01:00' } })
    .catch(refusal)
  expect([(wrong as AgendaError).code, asked()]).toEqual(['not_on_grid', 4])
  server.close()
  const dead = createAgenda({ baseUrl: url, key: 'x', retries: 0 })
  expect(await dead.get('/v1/services').catch(refusal)).toMatchObject({
    ...{ status: 0, code: 'unreachable', cause: expect.any(Error) },
    message: expect.stringContaining('ECONNREFUSED'),
  })
  expect(() => createAgenda({ baseUrl: 'not a url', key: 'x' })).toThrow(TypeError)
  const given = AbortSignal.abort(new Error('enough'))
  await expect(agenda.get('/v1/services', { signal: given })).rejects.toThrow('enough')
})

test('a change whose answer is lost is not reported as the change of somebody else', async () => {
  const contact = await agenda.post('/v1/contacts', { body: person(77) })
  const { url, server } = await lossy(1)
  const remote = createAgenda({ baseUrl: url, key: service.tenant.key })
  const change = { path: { id: contact.id }, ifMatch: ifMatch(contact), body: { lastName: 'Verdi' } }
  const unsure = await remote.patch('/v1/contacts/{id}', change).catch(refusal)
  expect(unsure).toMatchObject({ status: 0, code: 'outcome_unknown' })
  expect((await agenda.get('/v1/contacts/{id}', { path: { id: contact.id } })).lastName).toBe('Verdi')
  // Without a lost answer it was somebody else.
  expect(await remote.patch('/v1/contacts/{id}', change).catch(refusal)).toMatchObject({ code: 'precondition_failed' })
  server.close()
})

test('the client is told to wait, and waits', async () => {
  let calls = 0
  const busy: typeof fetch = (url, init) => {
    calls += 1
    const wait = { status: 429, headers: { 'retry-after': '0', 'content-type': 'application/problem+json' } }
    return calls < 3 ? Promise.resolve(new Response('{"code":"too_many_requests"}', wait)) : fetch(url, init)
  }
  const patient = createAgenda({ baseUrl: base, key: service.tenant.key, fetch: busy })
  expect((await patient.get('/v1/services')).items.length).toBe(1)
  calls = -10
  const refused = await patient.get('/v1/services').catch(refusal)
  expect([(refused as AgendaError).code, calls]).toEqual(['too_many_requests', -6])
})

test('lists come as one loop over all pages', async () => {
  const ids = new Set<string>()
  for await (const one of agenda.all('/v1/appointments', { query: { limit: 2 } })) ids.add(one.id)
  const whole = await agenda.get('/v1/appointments', { query: { limit: 200 } })
  expect([...ids]).toEqual(whole.items.map((one) => one.id))
  expect(ids.size).toBeGreaterThan(3)
})

test('the common acts can be done from a terminal', async () => {
  const run = (...words: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, AGENDA_URL: base, AGENDA_KEY: service.tenant.key }
      execFile(process.execPath, ['--no-warnings', 'src/client/cli.ts', ...words], { env }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err })
      })
    })
  await agenda.patch('/v1/services/{id}', {
    path: { id: office.service.id },
    ifMatch: '*',
    body: { externalId: 'cie' },
  })
  expect(JSON.parse((await run('services')).out)).toMatchObject([{ externalId: 'cie' }])
  const slots = JSON.parse((await run('slots', 'cie', '--from', '2026-11-30', '--to', '2026-11-30')).out)
  const person = ['--first', 'Ada', '--last', 'Riga', '--email', 'riga@posta.example']
  const booked = JSON.parse((await run('book', 'cie', '--start', slots.days[0].slots[0].start, ...person)).out)
  expect(booked.status).toBe('confirmed')
  const moved = await run('move', booked.id, '--start', '2026-11-30T09:07:00+01:00')
  expect([moved.code, moved.err.startsWith('not_on_grid: ')]).toEqual([1, true])
  expect(JSON.parse((await run('cancel', booked.id, '--reason', 'prova')).out).status).toBe('cancelled')
  const listed = JSON.parse((await run('get', '/v1/appointments', 'sort=-createdAt', 'limit=1')).out)
  expect(listed.items[0].id).toBe(booked.id)
  const help = await run('fly')
  expect([help.code, help.err.includes('there is no command fly')]).toEqual([2, true])
})

test('its types are those of the API description (npm run client:types writes them)', () => {
  const described = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as object
  const hash = createHash('sha256').update(JSON.stringify(described)).digest('hex')
  expect(readFileSync('src/client/api.d.ts', 'utf8')).toContain(`openapi: ${hash}`)
})
