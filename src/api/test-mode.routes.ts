// Test mode: tenants for the tests of integrators, with a clock that can be moved. They send nothing and delete themselves.
import type { Api } from '../http/api.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { Id, IdParams, Instant, Zone } from '../platform/schema/schema.ts'
import { TIME_SPAN } from '../platform/schema/validation.ts'
import { moveClock, type BackgroundWork, type Moved } from '../application/test-mode/test-clock.ts'
import { createTestTenant, endTestTenant, refuseInstant } from '../application/test-mode/test-tenants.ts'
import { DAY, HOUR, MINUTE } from '../kernel/time/interval.ts'
import { instantOf, wallOf } from '../kernel/time/zone.ts'
import { TenantBody, TenantShown } from '../domain/tenant/tenant.schema.ts'
import { findTenant } from '../domain/tenant/tenant.sql.ts'
import { listTestTenants } from '../domain/tenant/test-tenant.sql.ts'
import type { TenantClock } from '../platform/tenant-clocks.ts'

const docs = documentedUnder('test mode')

const TestTenantBody = Type.Object(
  {
    ...Type.Partial(TenantBody).properties,
    startsAt: Type.Optional({
      ...Instant,
      description: 'The instant its clock begins at; by default the real time. It may lie up to two years ahead',
    }),
  },
  { additionalProperties: false },
)
const TestClockShown = Type.Object(
  {
    now: Type.String({ format: 'date-time', description: "The tenant's present time; it goes on by itself" }),
    timeZone: Zone,
    endsAt: Type.String({ format: 'date-time', description: 'When the tenant is deleted, in real time' }),
  },
  { title: 'TestClock', additionalProperties: false },
)
const MovedClock = Type.Object(
  {
    ...TestClockShown.properties,
    to: Type.String({ format: 'date-time', description: 'The instant that was asked for' }),
    isReached: Type.Boolean({
      description: 'False when so much fell due that the call ended on the way: call again with the same `to`',
    }),
    jobsRun: Type.Integer({ description: 'Messages, notices and other work done on the way' }),
  },
  { title: 'MovedTestClock', additionalProperties: false },
)
const ClockMove = Type.Object(
  {
    to: Type.Optional({ ...Instant, description: 'The instant to move to; not before the present one' }),
    by: Type.Optional(
      Type.String({
        format: 'time-span',
        description:
          'How far to move: an ISO 8601 duration of weeks, days, hours and minutes, in the time zone of the tenant',
      }),
    ),
  },
  { additionalProperties: false, description: 'Either `to` or `by`' },
)

/** The clock of the calling key's tenant. Throws `not_in_test_mode`. */
function clockOf(deps: Deps, request: FastifyRequest): TenantClock {
  const clock = deps.clocks.of(tenantOf(request))
  if (!clock) throw new AppError('not_in_test_mode')
  return clock
}

async function shown(deps: Deps, tenantId: string) {
  const tenant = await findTenant(deps.db.kysely, tenantId)
  if (!tenant) throw new AppError('not_found', { what: 'tenant' })
  if (!tenant.test_until) throw new AppError('not_in_test_mode')
  const config = await deps.snapshots.config(tenantId)
  return {
    now: new Date(deps.now()).toISOString(),
    timeZone: config!.timeZone,
    endsAt: tenant.test_until.toISOString(),
  }
}

/** The instant (epoch ms) that a body asks for. */
async function targetOf(deps: Deps, tenantId: string, { to, by }: { to?: string; by?: string }): Promise<number> {
  if ((to === undefined) === (by === undefined)) {
    const fault = { in: 'body', pointer: '', code: 'give_one', params: { limit: 'to, by' } } as const
    throw new AppError('invalid_request', { count: 1 }, { fields: [fault] })
  }
  if (to !== undefined) return Date.parse(to)
  const [, weeks, days, , hours, minutes] = TIME_SPAN.exec(by!)!.map((part) => Number.parseInt(part ?? '0', 10))
  const { timeZone } = (await deps.snapshots.config(tenantId))!
  // A day is a calendar day of the tenant: across a change of the clocks it has 23 or 25 hours.
  const sameTime = instantOf(timeZone, wallOf(timeZone, deps.now()) + (7 * weeks! + days!) * DAY)
  return sameTime + hours! * HOUR + minutes! * MINUTE
}

function createRoute(app: Api, deps: Deps): void {
  app.post('/v1/test-tenants', {
    config: { access: { kind: 'key', scope: 'tenant:write', platform: true } },
    schema: {
      ...docs('createTestTenant', 'Create an empty test tenant; answers its first key, `agt.…`, shown once'),
      description:
        'For automatic tests: the tenant has a clock that `POST /v1/test-clock` moves, sends nothing to anyone (messages, notices and ' +
        'contacts count as delivered), and is deleted with everything in it after seven days. A tenant can have twenty at once.',
      body: TestTenantBody,
      response: {
        201: Type.Object({
          tenant: TenantShown,
          apiKey: Type.String({ description: 'Shown once; it has every scope' }),
          testClock: TestClockShown,
        }),
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const { startsAt, ...given } = request.body
      // Test tenants create no others: their number is the matter of the tenant that stands behind them.
      if (request.clock) throw new AppError('not_for_test_tenants')
      const random = Buffer.from(deps.randomBytes(5)).toString('hex')
      const body = { slug: `test-${random}`, name: 'Test', ...given }
      const parentId = request.principal?.kind === 'platform' ? null : tenantOf(request)
      const { tenant, apiKey, id } = await createTestTenant(deps, {
        ...{ body, parentId },
        startsAt: startsAt === undefined ? null : Date.parse(startsAt),
      })
      const testClock = await deps.clocks.inTimeOf(id, () => shown(deps, id))
      return reply.code(201).header('location', `/v1/tenants/${id}`).send({ tenant, apiKey, testClock })
    },
  })
}

const ListedTestTenant = Type.Object(
  {
    id: Id,
    slug: Type.String(),
    name: Type.String(),
    now: Type.String({ format: 'date-time', description: 'What time it is there' }),
    createdAt: Type.String({ format: 'date-time', description: 'When it was made, by its own clock' }),
    endsAt: Type.String({ format: 'date-time', description: 'When it is deleted, in real time' }),
  },
  { title: 'TestTenant', additionalProperties: false },
)

function listRoute(app: Api, deps: Deps): void {
  app.get('/v1/test-tenants', {
    config: { access: { kind: 'key', scope: 'tenant:read', platform: true } },
    schema: {
      ...docs('listTestTenants', 'List test tenants'),
      description: 'Those that keys of this tenant created; for the operator, all of them.',
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: PageOf(ListedTestTenant, 'TestTenantPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query
      const parentId = request.principal?.kind === 'platform' ? null : tenantOf(request)
      const rows = await listTestTenants(deps.db.kysely, parentId, decodeIdCursor(cursor), limit + 1)
      const page = pageOf(rows, limit, ({ id }) => encodeCursor(id))
      const items = page.items.map(({ id, slug, name, createdAt, endsAt, ahead }) => ({
        ...{ id, slug, name, createdAt: createdAt.toISOString(), endsAt: endsAt.toISOString() },
        now: new Date(deps.clocks.real() + ahead).toISOString(),
      }))
      return { ...page, items }
    },
  })
}

function endRoute(app: Api, deps: Deps): void {
  app.delete('/v1/test-tenants/:id', {
    config: { access: { kind: 'key', scope: 'tenant:write', platform: true } },
    schema: {
      ...docs(
        'deleteTestTenant',
        'Delete a test tenant with everything in it, by a key of its own or of the tenant that created it',
      ),
      params: IdParams,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const id = idOf(request)
      const principal = request.principal!
      const tenant = await findTenant(deps.db.kysely, id)
      const isTheirs = principal.kind === 'platform' || [tenant?.id, tenant?.test_of].includes(principal.tenantId)
      if (!tenant || !isTheirs) throw new AppError('not_found', { what: 'tenant' })
      await endTestTenant(deps, id)
      return reply.code(204).send(null)
    },
  })
}

function readClockRoute(app: Api, deps: Deps): void {
  app.get('/v1/test-clock', {
    config: withScope('tenant:read'),
    schema: {
      ...docs('getTestClock', 'What time it is for this test tenant'),
      response: { 200: TestClockShown, ...problems },
    },
    handler: (request) => shown(deps, clockOf(deps, request).tenantId),
  })
}

function moveClockRoute(app: Api, deps: Deps, work: BackgroundWork): void {
  app.post('/v1/test-clock', {
    config: withScope('tenant:write'),
    schema: {
      ...docs('moveTestClock', 'Move the clock of this test tenant forward'),
      description:
        'Everything that falls due on the way is done in the order of its instants: reminders, promised callbacks, holds that end, ' +
        'retries. Periodic tasks run at every full hour and at the end.',
      body: ClockMove,
      response: { 200: MovedClock, ...problems },
    },
    handler: async (request) => {
      const clock = clockOf(deps, request)
      const target = await targetOf(deps, clock.tenantId, request.body)
      refuseInstant(deps, target)
      const moved: Moved = await moveClock(deps, clock, target, work)
      return { ...(await shown(deps, clock.tenantId)), to: new Date(target).toISOString(), ...moved }
    },
  })
}

export function testModeRoutes(app: Api, deps: Deps, work: BackgroundWork): void {
  createRoute(app, deps)
  listRoute(app, deps)
  endRoute(app, deps)
  readClockRoute(app, deps)
  moveClockRoute(app, deps, work)
}
