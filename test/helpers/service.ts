// The whole service in this process on a test database, with a clock that tests step. Checks every answer against its schema and every
// statement against the rules for a distributed engine.
import type { FastifyInstance, InjectOptions } from 'fastify'
import { Ajv, type ValidateFunction } from 'ajv'
import { buildApp } from '../../src/app.ts'
import { createDeps } from '../../src/main.ts'
import { createPubSub } from '../../src/platform/pubsub/pubsub.ts'
import { EVENT_TYPES } from '../../src/platform/events/catalogue.ts'
import { shownEvent } from '../../src/platform/events/event-shape.ts'
import { undeclared } from '../../src/platform/events/event.schema.ts'
import { ProblemSchema } from '../../src/http/problem.ts'
import { addOwnFormats } from '../../src/platform/schema/validation.ts'
import type { Deps } from '../../src/domain/deps.ts'
import { queuesFor } from '../../src/queues.ts'
import { drain } from '../../src/platform/jobs/jobs.ts'
import { openTestDatabase, type TestDatabase } from './database.ts'
import { checkStatements } from './sql-rules.ts'
import { createTenant } from '../../src/application/onboarding/create-tenant.ts'

export const PLATFORM_KEY = 'platform-key-of-the-tests-0123456789abcdef'
/** Monday, 2026-11-23, 08:00 in Rome. */
export const START = Date.parse('2026-11-23T07:00:00Z')

type Reply = { status: number; body: any; headers: Record<string, unknown> }
type Call = (
  method: string,
  url: string,
  body?: unknown,
  options?: { headers?: Record<string, string>; key?: string | null },
) => Promise<Reply>

export type TestTenant = { id: string; key: string; call: Call; make: (path: string, body: unknown) => Promise<any> }

export type TestService = {
  app: FastifyInstance
  deps: Deps
  database: TestDatabase
  clock: { now: number }
  statements: Set<string>
  tenant: TestTenant
  newTenant: (slug: string, body?: Record<string, unknown>) => Promise<TestTenant>
  /** Does all side work that is due, and the work that follows from it. */
  settle: () => Promise<number>
  close: () => Promise<void>
}

const ajv = new Ajv({ strict: false, allErrors: true })
addOwnFormats(ajv)
ajv.addSchema(ProblemSchema)
const compiled = new WeakMap<object, ValidateFunction>()

/** Refuses an answer that does not match the route's schema for its status. */
function checkAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const responses = request.routeOptions.schema?.response as Record<string, object> | undefined
    const schema = responses?.[reply.statusCode] ?? responses?.[`${Math.floor(reply.statusCode / 100)}xx`]
    const isJson = /json/.test(String(reply.getHeader('content-type')))
    if (!schema || !isJson || typeof payload !== 'string' || payload === '') return payload
    let validate = compiled.get(schema)
    if (!validate) compiled.set(schema, (validate = ajv.compile(JSON.parse(JSON.stringify(schema)) as object)))
    if (!validate(JSON.parse(payload))) {
      throw new Error(
        `answer of ${request.method} ${request.url} breaks its schema: ${ajv.errorsText(validate.errors)}\n${payload.slice(0, 500)}`,
      )
    }
    return payload
  })
}

/** Content type of a text body: calendar, mail or contact list. */
export const textType = (body: string): string =>
  body.startsWith('BEGIN:VCALENDAR') ? 'text/calendar' : /^From: /.test(body) ? 'message/rfc822' : 'text/csv'

/** NDJSON is text, not one JSON document: each line is a document. */
export const isJson = (answer: { headers: Record<string, unknown>; body: string }): boolean =>
  answer.body.startsWith('{') && !String(answer.headers['content-type']).includes('ndjson')

export function caller(app: FastifyInstance, defaultKey: string): Call {
  return async (method, url, body, options = {}) => {
    const key = options.key === undefined ? defaultKey : options.key
    const headers: Record<string, string> = {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...options.headers,
    }
    if (typeof body === 'string') headers['content-type'] ??= textType(body)
    const request: InjectOptions = { method: method, url, headers }
    if (body !== undefined) request.payload = body as object
    const answer = await app.inject(request)
    const text = answer.body
    return { status: answer.statusCode, body: isJson(answer) ? JSON.parse(text) : text, headers: answer.headers }
  }
}

/** The installation's key in tests. */
export const SECRET_KEY = Buffer.alloc(32, 7)

/** What the program itself starts with, but for the clock. */
export const testDeps = (db: TestDatabase['db'], clock: { now: number }): Deps => ({
  ...createDeps(
    db,
    { platformKey: PLATFORM_KEY, publicUrl: 'https://agenda.example', privateTargets: true, publicRate: 100_000 },
    () => clock.now,
    [SECRET_KEY],
  ),
  setUpToken: 'set-up-token-of-the-tests',
  mailAddress: 'no-reply@agenda.example',
  apiRate: 10_000_000,
})

/** Another application over the same database that counts calls by itself: what others of the test have asked does not count. */
export const appOfItsOwn = (
  deps: Deps,
  more: Partial<Deps>,
  trustProxy: number | false = false,
): Promise<FastifyInstance> =>
  buildApp({ ...deps, pubsub: createPubSub(undefined), ...more }, { logLevel: 'silent', trustProxy })

/** Fields of announced events, of the whole test, that the API would leave out, because their type does not declare them. */
async function undeclaredDetails({ db }: TestDatabase): Promise<string[]> {
  const rows = await db.kysely.selectFrom('events').select(['type', 'data']).execute()
  return [
    ...new Set(
      rows
        .filter(({ type }) => (EVENT_TYPES as string[]).includes(type))
        .flatMap(({ type, data }) => undeclared(type, shownEvent(type, data).details).map((name) => `${type} ${name}`)),
    ),
  ]
}

/** Starts a service with one tenant on an empty database; `observe` gets the application before its routes are added. */
export async function startService(options: { observe?: (app: FastifyInstance) => void } = {}): Promise<TestService> {
  const statements = new Set<string>()
  const database = await openTestDatabase((statement) => statements.add(statement))
  const clock = { now: START }
  const deps = testDeps(database.db, clock)
  const app = await buildApp(deps, {
    logLevel: process.env.TEST_LOG ?? 'silent',
    trustProxy: false,
    observe: (one) => {
      options.observe?.(one)
      checkAnswers(one)
    },
  })
  await app.ready()
  async function newTenant(slug: string, body: Record<string, unknown> = {}): Promise<TestTenant> {
    const defaults = { slug, name: slug, timeZone: 'Europe/Rome', locale: 'it', country: 'IT', holdMinutes: 10 }
    // All citizens of a test have one address and want the same day, so tests about other things would exceed the share of a day.
    const booking = { unprovenPercent: 100, ...(body.booking as object | undefined) }
    // People in tests sign in by password only; people.test.ts and passkeys.test.ts test the default.
    const signIn = { secondFactorFor: [], ...(body.signIn as object | undefined) }
    const { id, apiKey: key } = await createTenant(deps, { ...defaults, ...body, booking, signIn })
    const call = caller(app, key)
    return {
      id,
      key,
      call,
      async make(path, record) {
        const answer = await call('POST', `/v1/${path}`, record)
        if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
        return answer.body
      },
    }
  }
  return {
    app,
    deps,
    database,
    clock,
    statements,
    tenant: await newTenant('prova'),
    newTenant,
    settle: () => drain(deps, queuesFor(10)),
    async close() {
      const asked = [...statements]
      const faults = await undeclaredDetails(database)
      await app.close()
      await database.drop()
      if (faults.length > 0) throw new Error(`events with details that no type declares: ${faults.join(', ')}`)
      await checkStatements(asked)
    },
  }
}

export type Office = { location: any; service: any; agent: any; schedule: any }

/** The smallest bookable office: one location, one service of 30 minutes, one agent, Monday to Friday 9 to 13. */
export async function makeOffice(
  tenant: TestTenant,
  options: { service?: object; rules?: object[]; agents?: number } = {},
): Promise<Office & { agents: any[] }> {
  const location = await tenant.make('locations', { name: 'Municipio' })
  const service = await tenant.make('services', { name: 'Carta d’identità', durationMinutes: 30, ...options.service })
  const agents: any[] = []
  let schedule: any
  for (let i = 0; i < (options.agents ?? 1); i += 1) {
    const agent = await tenant.make('agents', {
      name: `Operatore ${i + 1}`,
      serviceIds: [service.id],
      locationIds: [location.id],
    })
    const rules = options.rules ?? [
      { rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '09:00', to: '13:00' }] },
    ]
    schedule = await tenant.make('schedules', { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-05', rules })
    agents.push(agent)
  }
  return { location, service, agent: agents[0], schedule, agents }
}

export const PERSON = { firstName: 'Ada', lastName: 'Neri', email: 'ada.neri@posta.example' }
