// Several processes of the service on one new database of a server, and what their rivals' clients need.
import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { createTenant } from '../../src/application/onboarding/create-tenant.ts'
import { migrate } from '../../src/platform/database/migrate.ts'
import { openDatabase, type Database } from '../../src/platform/database/open.ts'
import { createOnServer } from './database.ts'
import { send, startProcess, type HttpReply, type ServiceProcess } from './process.ts'
import { testDeps } from './service.ts'

const PROCESSES = 3

type Way = {
  processes?: number
  /** The URL by which the processes reach the database; the test itself goes the direct way. */
  through?: (url: string) => string
  env?: Record<string, string>
}

/** Live rows of a service: its appointments, the reservations that they name, and the agents that have them. */
type Stored = { appointments: number; reservations: number; agents: number }

export type Rivals = {
  db: Database
  /** The direct way to the database. */
  url: string
  tenantId: string
  processes: ServiceProcess[]
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<HttpReply>
  make: (path: string, body: unknown) => Promise<any>
  /** An office of its own with agents who work from eight to six every day. */
  office: (agents: number, service?: object) => Promise<{ serviceId: string; agentIds: string[] }>
  /** Nine in the morning, `days` from now, UTC. */
  at: (days: number, minutes?: number) => string
  stored: (serviceId: string) => Promise<Stored>
  stop: () => Promise<void>
}

export const person = () => ({
  firstName: 'R',
  lastName: randomBytes(6).toString('hex'),
  email: `${randomUUID()}@posta.example`,
})

/** How many answers there were of each kind: `201`, or status and code. */
export function counts(answers: readonly HttpReply[]): Record<string, number> {
  const result: Record<string, number> = {}
  for (const a of answers) {
    const name = a.status === 201 ? '201' : `${a.status} ${a.body.code}`
    result[name] = (result[name] ?? 0) + 1
  }
  return result
}

const at = (days: number, minutes = 0): string =>
  new Date((Math.floor(Date.now() / 86_400_000) + days) * 86_400_000 + 9 * 3_600_000 + minutes * 60_000).toISOString()

/** Starts the processes, which migrate the database at the same time. */
export async function startRivals(serverUrl: string, way: Way = {}): Promise<Rivals> {
  const { url, drop } = await createOnServer(serverUrl)
  const db = await openDatabase({ url, folder: '', poolSize: 4 })
  const env = { DATABASE_URL: way.through?.(url) ?? url, ...way.env }
  const processes = await Promise.all(
    Array.from({ length: way.processes ?? PROCESSES }, () => startProcess(['--no-demo'], env)),
  )
  await migrate(db.pool, new Date())
  const office = { slug: 'gara', name: 'Gara', timeZone: 'UTC', locale: 'it', country: 'IT', holdMinutes: 10 }
  const { id: tenantId, apiKey } = await createTenant(testDeps({ ...db }, { now: Date.now() }), office)
  let turn = 0
  const call: Rivals['call'] = (method, path, body, headers) =>
    send(processes[(turn += 1) % processes.length]!.base, apiKey, method, path, body, headers)
  const make: Rivals['make'] = async (path, body) => {
    const answer = await call('POST', `/v1/${path}`, body)
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
    return answer.body
  }
  return {
    db,
    url,
    tenantId,
    processes,
    call,
    make,
    at,
    office: (agents, service) => makeOffice(make, agents, service),
    stored: (serviceId) => storedOf(db, tenantId, serviceId),
    stop: async () => {
      await Promise.all(processes.map((p) => p.stop()))
      await db.close()
      await drop()
    },
  }
}

async function makeOffice(make: Rivals['make'], agents: number, service: object = {}) {
  const locationIds = [(await make('locations', { name: 'Sede' })).id]
  const serviceId = (await make('services', { name: 'Servizio', durationMinutes: 30, locationIds, ...service })).id
  const agentIds: string[] = []
  for (let i = 0; i < agents; i += 1) {
    const agent = await make('agents', { name: `A${i}`, serviceIds: [serviceId] })
    await make('schedules', {
      ownerKind: 'agent',
      ownerId: agent.id,
      validFrom: '2026-01-01',
      rules: [{ rrule: 'FREQ=DAILY', windows: [{ from: '08:00', to: '18:00' }] }],
    })
    agentIds.push(agent.id)
  }
  return { serviceId, agentIds }
}

async function storedOf(db: Database, tenantId: string, serviceId: string): Promise<Stored> {
  const { rows } = await sql<Stored>`
    select (select count(*)::int from appointments a where a.tenant_id = ${tenantId} and ${serviceId} = any(a.service_ids)) as appointments,
           count(r.id)::int as reservations, count(distinct r.agent_id)::int as agents
      from reservations r
     where r.tenant_id = ${tenantId} and r.agent_id in (
             select g.id from agents g where g.tenant_id = ${tenantId} and g.document->'serviceIds' @> to_jsonb(array[${serviceId}::text]))`.execute(
    db.kysely,
  )
  return rows[0]!
}
