// A tenant of twenty agents on a real PostgreSQL, and stored appointments in bulk.
import pg from 'pg'
import { migrate } from '../../src/platform/database/migrate.ts'
import { openDatabase } from '../../src/platform/database/open.ts'
import { send, startProcess } from '../helpers/process.ts'
import { testDeps } from '../helpers/service.ts'
import { createOnServer } from '../helpers/database.ts'
import { createTenant } from '../../src/application/onboarding/create-tenant.ts'

export type Fixture = {
  url: string
  key: string
  tenantId: string
  agentIds: string[]
  serviceId: string
  shortServiceId: string
  locationId: string
  drop: () => Promise<void>
}

/**
 * Creates the tenant by REST: 20 agents, Monday to Friday 8 to 18; one service of 30 minutes and one of 5 minutes, the latter around the
 * clock.
 */
export async function makeFixture(server: string): Promise<Fixture> {
  const { url, drop } = await createOnServer(server)
  const db = await openDatabase({ url, folder: '', poolSize: 2 })
  await migrate(db.pool, new Date())
  const { id: tenantId, apiKey: key } = await createTenant(
    testDeps({ db, url, folder: '', drop }.db, { now: Date.now() }),
    {
      slug: 'misura',
      name: 'Misura',
      timeZone: 'Europe/Rome',
      locale: 'it',
      country: 'IT',
      holdMinutes: 10,
    },
  )
  await db.close()
  const service = await startProcess(['--no-demo'], { DATABASE_URL: url })
  const make = async (path: string, body: unknown): Promise<{ id: string }> => {
    const answer = await send(service.base, key, 'POST', `/v1/${path}`, body)
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
    return answer.body as { id: string }
  }
  const locationId = (await make('locations', { name: 'Sede' })).id
  const serviceId = (await make('services', { name: 'Mezz’ora', durationMinutes: 30, horizon: { days: 200 } })).id
  const shortServiceId = (await make('services', { name: 'Cinque minuti', durationMinutes: 5, horizon: { days: 400 } }))
    .id
  const agentIds: string[] = []
  for (let i = 0; i < 20; i += 1) {
    const agent = await make('agents', { name: `Agente ${i}`, serviceIds: [serviceId] })
    await make('schedules', {
      ownerKind: 'agent',
      ownerId: agent.id,
      validFrom: '2026-01-01',
      rules: [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '08:00', to: '18:00' }] }],
    })
  }
  for (let i = 0; i < 20; i += 1) {
    const agent = await make('agents', { name: `Notte ${i}`, serviceIds: [shortServiceId] })
    await make('schedules', {
      ownerKind: 'agent',
      ownerId: agent.id,
      validFrom: '2026-01-01',
      rules: [{ rrule: 'FREQ=DAILY', windows: [{ from: '00:00', to: '24:00' }] }],
    })
    agentIds.push(agent.id)
  }
  await service.stop()
  return { url, key, tenantId, agentIds, serviceId, shortServiceId, locationId, drop }
}

/** Fills the tenant's past with stored appointments up to `total`, and gives every weekday agent 40 future busy times. */
export async function fill(fixture: Fixture, total: number): Promise<void> {
  const client = new pg.Client({ connectionString: fixture.url })
  await client.connect()
  const { rows } = await client.query<{ count: string }>('select count(*) from appointments')
  const missing = total - Number(rows[0]!.count)
  if (missing > 0) {
    const make = `with made as (
      select uuidv as id, ($2::uuid[])[1 + n % 20] as agent_id, timestamptz '2026-10-01' - (n / 20) * interval '30 minutes' as starts
        from (select n, gen_random_uuid() as uuidv from generate_series($4::int, $4::int + $5::int - 1) n) s)
      insert into reservations (tenant_id, id, agent_id, period, kind) select $1, id, agent_id, tstzrange(starts, starts + interval '30 minutes'), 'appointment' from made where $3::uuid is not null`
    const { rows: agents } = await client.query<{ id: string }>(
      `select id from agents where tenant_id = $1 and name like 'Agente%' order by id`,
      [fixture.tenantId],
    )
    const ids = agents.map((a) => a.id)
    const { rows: last } = await client.query<{ n: string }>(
      'select count(*) as n from reservations where upper(period) < now()',
    )
    await client.query(make, [fixture.tenantId, ids, fixture.serviceId, Number(last[0]!.n), missing])
    await client.query(
      `insert into contacts (tenant_id, id, first_name, last_name, document, created_at, updated_at)
       select $1, $2, 'A', 'B', '{}', now(), now() on conflict do nothing`,
      [fixture.tenantId, '01900000-0000-7000-8000-000000000001'],
    )
    await client.query(
      `insert into appointments (tenant_id, id, code, status, service_ids, location_id, agent_id, starts_at, ends_at, time_zone, channel, seats,
         contact_id, reservation_id, document, outcome_at, created_at, updated_at)
       select r.tenant_id, r.id, upper(substr(md5(r.id::text), 1, 12)), 'completed', array[$2::uuid], $3, r.agent_id, lower(r.period), upper(r.period), 'Europe/Rome', 'in_person', 1,
         '01900000-0000-7000-8000-000000000001', r.id, '{"minutes":30,"audience":"public"}', upper(r.period), now(), now()
         from reservations r where r.tenant_id = $1 and upper(r.period) < now() and not exists (select 1 from appointments a where a.tenant_id = $1 and a.id = r.id)`,
      [fixture.tenantId, fixture.serviceId, fixture.locationId],
    )
    await client.query(
      `insert into reservations (tenant_id, id, agent_id, period, kind)
       select $1, gen_random_uuid(), a.id, tstzrange(s, s + interval '30 minutes'), 'appointment'
         from agents a, generate_series(date_trunc('day', now()) + interval '1 day 9 hours', now() + interval '40 days', interval '1 day') s
        where a.tenant_id = $1 and a.name like 'Agente%' on conflict do nothing`,
      [fixture.tenantId],
    )
  }
  await client.query('vacuum analyze')
  await client.end()
}
