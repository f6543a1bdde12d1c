// Parked jobs (failed for good) by REST: list and restart.
import type { Api } from '../http/api.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { problems } from '../http/headers.ts'
import { CountShown, DateTime, Id, IdParams, Nullable } from '../platform/schema/schema.ts'
import { listParked, wakeJob } from '../platform/jobs/job.sql.ts'

const JobShown = Type.Object(
  {
    id: Id,
    queue: Type.String(),
    attempts: Type.Integer(),
    failure: Nullable(Type.String()),
    createdAt: DateTime,
    parkedAt: DateTime,
  },
  { additionalProperties: false, title: 'ParkedJob' },
)

export function jobRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('operations')

  app.get('/v1/jobs', {
    config: withScope('messages:read'),
    schema: {
      ...docs('listParkedJobs', 'Side work that failed for good, newest first'),
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: PageOf(JobShown, 'ParkedJobPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query
      const rows = await listParked(deps.db.kysely, tenantOf(request), decodeIdCursor(cursor), limit + 1)
      const page = pageOf(rows, limit, (job) => encodeCursor(job.id))
      return {
        ...page,
        items: page.items.map((job) => ({
          ...{ id: job.id, queue: job.queue, attempts: job.attempts, failure: job.failure },
          ...{ createdAt: job.created_at.toISOString(), parkedAt: job.parked_at!.toISOString() },
        })),
      }
    },
  })

  app.post('/v1/jobs/:id/replay', {
    config: withScope('messages:write'),
    schema: {
      ...docs('replayJob', 'Try it again'),
      params: IdParams,
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const id = idOf(request)
      const isThere = await wakeJob(deps.db.kysely, tenantOf(request), id, new Date(deps.now()))
      if (!isThere) throw new AppError('not_found', { what: 'job' })
      return { count: 1 }
    },
  })
}
