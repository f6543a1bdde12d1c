// Concurrent clients of several processes on a real PostgreSQL: one winner, no overlap, no lost update, no deadlock, no 5xx.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from 'kysely'
import { effort } from './helpers/effort.ts'
import { describeOnRealPostgres } from './helpers/database.ts'
import type { Database } from '../src/platform/database/open.ts'
import type { HttpReply } from './helpers/process.ts'
import { counts, person, startRivals, type Rivals } from './helpers/rivals.ts'

const OPERATIONS = effort(10_000)

describeOnRealPostgres('rivals on PostgreSQL', (serverUrl) => {
  let rivals: Rivals
  let db: Database
  let tenantId: string

  beforeAll(async () => {
    rivals = await startRivals(serverUrl)
    ;({ db, tenantId } = rivals)
  })
  afterAll(() => rivals.stop())

  const call: Rivals['call'] = (...request) => rivals.call(...request)
  const make: Rivals['make'] = (...request) => rivals.make(...request)
  const office: Rivals['office'] = (...request) => rivals.office(...request)
  const at: Rivals['at'] = (...request) => rivals.at(...request)

  const deadlocks = async (): Promise<number> => {
    const { rows } = await sql<{
      deadlocks: number
    }>`select deadlocks from pg_stat_database where datname = current_database()`.execute(db.kysely)
    return rows[0]!.deadlocks
  }

  /** Overlapping live reservations of the same agent: there must be none, even if the application had a bug. */
  async function overlaps(): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*) from appointments a join appointments b on b.tenant_id = a.tenant_id and b.agent_id = a.agent_id and b.id > a.id
        and a.reservation_id <> b.reservation_id and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
       where a.tenant_id = ${tenantId} and a.status in ('held','pending','confirmed') and b.status in ('held','pending','confirmed')`.execute(
      db.kysely,
    )
    return rows[0]!.count
  }

  test('64 clients for one slot of one agent: one winner and 63 clear refusals', async () => {
    const { serviceId, agentIds } = await office(1)
    for (let round = 0; round < 8; round += 1) {
      const body = () => ({
        serviceIds: [serviceId],
        start: at(2, round * 30),
        contact: person(),
        ...(round % 2 === 0 ? { agentId: agentIds[0] } : {}),
      })
      const answers = await Promise.all(
        Array.from({ length: 64 }, () =>
          call(
            'POST',
            round % 4 === 3 ? '/v1/holds' : '/v1/appointments',
            round % 4 === 3 ? { serviceIds: [serviceId], start: at(2, round * 30) } : body(),
          ),
        ),
      )
      const { 201: won, ...lost } = counts(answers)
      expect(won, JSON.stringify(lost)).toBe(1)
      expect(
        Object.keys(lost).every((name) => ['409 slot_taken', '409 slot_held'].includes(name)),
        JSON.stringify(lost),
      ).toBe(true)
    }
    expect(await overlaps()).toBe(0)
    expect(await deadlocks()).toBe(0)
  })

  test('64 clients for a time that five agents have: five winners', async () => {
    const { serviceId } = await office(5)
    const answers = await Promise.all(
      Array.from({ length: 64 }, () =>
        call('POST', '/v1/appointments', { serviceIds: [serviceId], start: at(3), contact: person() }),
      ),
    )
    expect(counts(answers)).toEqual({ 201: 5, '409 slot_taken': 59 })
    expect(new Set(answers.filter((a) => a.status === 201).map((a) => a.body.agentId)).size).toBe(5)
  })

  test('64 requests with the same Idempotency-Key are one booking', async () => {
    const { serviceId } = await office(3)
    const body = { serviceIds: [serviceId], start: at(3), contact: person() }
    const idempotencyKey = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => call('POST', '/v1/appointments', body, { 'idempotency-key': idempotencyKey })),
    )
    expect(counts(answers)).toEqual({ 201: 64 })
    expect(new Set(answers.map((a) => JSON.stringify(a.body))).size).toBe(1)
    expect(await rivals.stored(serviceId)).toEqual({ appointments: 1, reservations: 1, agents: 1 })
  })

  test('bookings written together: each wins, loses or fails for itself', async () => {
    const { serviceId, agentIds } = await office(4)
    const { serviceId: limitedId } = await office(1, { limits: [{ scope: 'service', period: 'day', max: 3 }] })
    const contactId = (await make('contacts', person())).id
    const nobody = randomUUID()
    const externalId = `E-${randomUUID()}`
    const ask = (i: number): object => {
      const start = at(7, (i % 16) * 30)
      const usual = { serviceIds: [serviceId], start, contact: person() }
      switch (i % 6) {
        case 0:
          return { ...usual, agentId: agentIds[i % 4] }
        case 1:
          return { ...usual, contact: undefined, contactId: nobody }
        case 2:
          return { ...usual, contact: undefined, contactId }
        case 3:
          return { ...usual, serviceIds: [limitedId] }
        case 4:
          return { ...usual, externalId: i % 12 === 4 ? externalId : `E-${randomUUID()}` }
        default:
          return usual
      }
    }
    const asked = Array.from({ length: 240 }, (_, i) => ask(i))
    const answers = await Promise.all(asked.map((body) => call('POST', '/v1/appointments', body)))
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    for (const [i, { status, body }] of answers.entries()) {
      if (i % 6 === 1) expect(['invalid_reference', 'slot_taken']).toContain(body.code)
      if (status !== 201) continue
      expect(new Date(body.start).toISOString()).toBe((asked[i] as { start: string }).start)
      const stored = (await call('GET', `/v1/appointments/${body.id}`)).body
      expect([stored.code, stored.agentId, stored.contactId]).toEqual([body.code, body.agentId, body.contactId])
    }
    const booked = answers.filter(({ status }) => status === 201)
    expect(booked.filter(({ body }) => body.serviceIds[0] === limitedId)).toHaveLength(3)
    expect(booked.filter(({ body }) => body.externalId === externalId).length).toBeLessThanOrEqual(1)
    expect(await overlaps()).toBe(0)
    // Nothing is reserved without an appointment, and no appointment is without its time and its one announcement.
    const { rows } = await sql<{ loose: number; silent: number }>`
      select (select count(*)::int from reservations r where r.tenant_id = ${tenantId} and r.kind = 'appointment'
                 and not exists (select 1 from appointments a where a.tenant_id = r.tenant_id and a.reservation_id = r.id)) as loose,
             (select count(*)::int from appointments a where a.tenant_id = ${tenantId}
                 and 1 <> (select count(*) from events e where e.tenant_id = a.tenant_id and e.subject_id = a.id
                             and e.type in ('appointment.booked', 'appointment.held'))) as silent`.execute(db.kysely)
    expect(rows[0]).toEqual({ loose: 0, silent: 0 })
  })

  test('a group session of eight seats takes eight of 64', async () => {
    const { serviceId } = await office(1, { seats: 8 })
    const answers = await Promise.all(
      Array.from({ length: 64 }, () =>
        call('POST', '/v1/appointments', { serviceIds: [serviceId], start: at(4), contact: person() }),
      ),
    )
    const { 201: won, ...lost } = counts(answers)
    expect(won).toBe(8)
    expect(Object.keys(lost)).toEqual(['409 seats_exhausted'])
    const { rows } = await sql<{
      used: number
    }>`select seats_used as used from reservations where tenant_id = ${tenantId} and service_id = ${serviceId}`.execute(
      db.kysely,
    )
    expect(rows).toEqual([{ used: 8 }])
  })

  test('daily limits of the service, of each agent and of one person hold', async () => {
    const limited = async (limits: object[], agents: number, contact?: object) => {
      const { serviceId } = await office(agents, { limits, durationMinutes: 5 })
      const contactId = contact ? (await make('contacts', contact)).id : undefined
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, i) =>
          call('POST', '/v1/appointments', {
            serviceIds: [serviceId],
            start: at(5, i * 5),
            ...(contactId ? { contactId } : { contact: person() }),
          }),
        ),
      )
      return counts(answers)
    }
    expect(await limited([{ scope: 'service', period: 'day', max: 7 }], 3)).toEqual({
      201: 7,
      '409 day_limit_reached': 57,
    })
    expect(await limited([{ scope: 'agent', period: 'week', max: 4 }], 3)).toEqual({
      201: 12,
      '409 week_limit_reached': 52,
    })
    const person2 = await limited([{ scope: 'contact', period: 'day', max: 2 }], 3, person())
    expect(person2[201]).toBe(2)
    expect(
      Object.keys(person2).every((k) => ['201', '409 contact_limit_reached', '409 day_limit_reached'].includes(k)),
      JSON.stringify(person2),
    ).toBe(true)
  })

  test(`${OPERATIONS} random operations by 32 clients over 20 agents: every answer is in the database`, async () => {
    const { serviceId, agentIds } = await office(20, {
      stepMinutes: 15,
      bufferAfterMinutes: 5,
      limits: [{ scope: 'agent', period: 'day', max: 14 }],
    })
    const contactId = (await make('contacts', person())).id
    const live: string[] = []
    const acknowledged = new Map<string, { version: number; status: string; start: string; agentId: string }>()
    const changes = new Map<string, number>()
    const statuses: Record<string, number> = {}
    let left = OPERATIONS
    const random = (n: number): number => Math.floor(Math.random() * n)
    const someStart = (): string => at(1 + random(10), random(34) * 15)

    const remember = (answer: HttpReply): void => {
      const { id, version, status, start, agentId } = answer.body
      changes.set(id, (changes.get(id) ?? 0) + 1)
      const before = acknowledged.get(id)
      if (!before || before.version < version) acknowledged.set(id, { version, status, start, agentId })
    }
    async function client(): Promise<void> {
      while (left > 0) {
        left -= 1
        const dice = Math.random()
        const id = live.length > 0 ? live[random(live.length)]! : null
        let answer: HttpReply
        let isNew = false
        if (id === null || dice < 0.4) {
          isNew = true
          const agentId = Math.random() < 0.5 ? { agentId: agentIds[random(20)] } : {}
          answer =
            dice < 0.15 || (id === null && dice < 0.5)
              ? await call('POST', '/v1/holds', { serviceIds: [serviceId], start: someStart(), ...agentId })
              : await call('POST', '/v1/appointments', {
                  serviceIds: [serviceId],
                  start: someStart(),
                  contactId,
                  ...agentId,
                })
        } else if (dice < 0.55) answer = await call('POST', '/v1/appointments', { holdId: id, contactId })
        else if (dice < 0.8) answer = await call('POST', `/v1/appointments/${id}/rescheduling`, { start: someStart() })
        else answer = await call('POST', `/v1/appointments/${id}/cancellation`, { reason: 'prova' })
        const name = answer.status < 300 ? '2xx' : `${answer.status} ${answer.body.code}`
        statuses[name] = (statuses[name] ?? 0) + 1
        if (answer.status >= 300) continue
        remember(answer)
        if (isNew) live.push(answer.body.id)
      }
    }
    await Promise.all(Array.from({ length: 32 }, client))

    expect(
      Object.keys(statuses).filter((s) => s.startsWith('5')),
      JSON.stringify(statuses),
    ).toEqual([])
    expect(statuses['2xx']).toBeGreaterThan(OPERATIONS * 0.15)
    expect(await overlaps()).toBe(0)
    expect(await deadlocks()).toBe(0)
    const rows = await db.kysely
      .selectFrom('appointments')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('agent_id', 'in', agentIds)
      .execute()
    const stored = new Map(rows.map((row) => [row.id, row]))
    for (const [id, seen] of acknowledged) {
      const row = stored.get(id)!
      expect(row, id).toBeTruthy()
      // The highest version that anybody was told is the stored one, with the same content: no update is lost.
      expect({
        version: row.version,
        status: row.status,
        start: row.starts_at.getTime(),
        agentId: row.agent_id,
      }).toEqual({ ...seen, start: Date.parse(seen.start) })
    }
    expect(stored.size).toBe(acknowledged.size)
    // The ledger contains exactly the time of the live appointments, and each event has one version.
    const reserved = await db.kysely
      .selectFrom('reservations')
      .select('id')
      .where('tenant_id', '=', tenantId)
      .where('agent_id', 'in', agentIds)
      .execute()
    const alive = rows.filter((row) => ['held', 'pending', 'confirmed'].includes(row.status))
    expect(new Set(reserved.map((r) => r.id))).toEqual(new Set(alive.map((row) => row.reservation_id)))
    const events = await db.kysely
      .selectFrom('events')
      .select((eb) => ['subject_id', eb.fn.countAll<number>().as('count')])
      .where('tenant_id', '=', tenantId)
      .groupBy('subject_id')
      .execute()
    const told = new Map(events.map((e) => [e.subject_id, e.count]))
    for (const row of rows) expect(told.get(row.id), row.id).toBe(row.version)
    // The counters of the daily limit equal the number of bookings.
    const counters = await db.kysely
      .selectFrom('usage_counters')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('service_id', '=', serviceId)
      .execute()
    for (const c of counters) {
      const agentId = c.key.split(':')[1]
      const booked = alive.filter(
        (row) => row.agent_id === agentId && row.starts_at.toISOString().startsWith(c.period_start),
      ).length
      expect(c.used, `${c.key} ${c.period_start}`).toBe(booked)
    }
    console.log(`${OPERATIONS} operations: ${JSON.stringify(statuses)}`)
  })
})
