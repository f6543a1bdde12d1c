// The audit log by REST: in pages, or all of it as NDJSON.
import type { Api } from '../http/api.ts'
import { Readable } from 'node:stream'
import Type, { type Static, type TObject } from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { tenantOf } from '../http/access.ts'
import { decodeIdCursor, encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { DateTime, Id, Instant, Nullable } from '../platform/schema/schema.ts'
import { listAudit, type AuditEntry, type AuditFilter } from '../platform/audit/audit.sql.ts'

export const AuditShown = Type.Object(
  {
    id: Id,
    at: DateTime,
    actor: Type.String({ description: 'user:<id>, key:<id>, platform or unknown' }),
    action: Type.String(),
    subject: Nullable(Type.String()),
    result: Type.Integer(),
    data: Type.Object({ fields: Type.Optional(Type.Array(Type.String())) }, { additionalProperties: true }),
  },
  { title: 'AuditEntry', additionalProperties: false },
)
const auditQuery = {
  actor: Type.Optional(Type.String({ maxLength: 80 })),
  action: Type.Optional(Type.String({ maxLength: 120 })),
  subject: Type.Optional(Id),
  from: Type.Optional(Instant),
  to: Type.Optional(Instant),
}

const presentAudit = (e: AuditEntry) => ({
  id: e.id,
  at: e.at.toISOString(),
  actor: e.actor,
  action: e.action,
  subject: e.subject,
  result: e.result,
  data: e.data,
})

type AuditQuery = Static<TObject<typeof auditQuery>>

function auditFilter({ from, to, actor, action, subject }: AuditQuery): Omit<AuditFilter, 'before' | 'limit'> {
  const dates = {
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }
  return { actor, action, subject, ...dates }
}

export function auditRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('people')

  app.get('/v1/audit-entries', {
    config: withScope('audit:read'),
    schema: {
      ...docs('listAuditEntries', 'Who did what, newest first; entries are never changed or removed'),
      querystring: Type.Object({ ...PageQuery, ...auditQuery }, { additionalProperties: false }),
      response: { 200: PageOf(AuditShown, 'AuditEntryPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query
      const filter = { ...auditFilter(request.query), before: decodeIdCursor(cursor), limit: limit + 1 }
      const page = pageOf(await listAudit(deps.db.kysely, tenantOf(request), filter), limit, (e) => encodeCursor(e.id))
      return { ...page, items: page.items.map(presentAudit) }
    },
  })

  app.get('/v1/audit-entries/export', {
    config: withScope('audit:read'),
    schema: {
      ...docs('exportAuditEntries', 'The same as lines of JSON, all of them'),
      querystring: Type.Object(auditQuery, { additionalProperties: false }),
      response: { '4xx': problems['4xx'] },
    },
    handler: async (request, reply) => {
      const [tenantId, filter] = [tenantOf(request), auditFilter(request.query)]
      async function* lines(): AsyncGenerator<string> {
        let before: string | null = null
        for (;;) {
          const page: AuditFilter = { ...filter, before, limit: 1000 }
          const rows: AuditEntry[] = await deps.db.reading((db) => listAudit(db, tenantId, page))
          for (const row of rows) yield `${JSON.stringify(presentAudit(row))}\n`
          if (rows.length < 1000) return
          before = rows.at(-1)!.id
        }
      }
      reply.header('content-disposition', 'attachment; filename="audit.ndjson"')
      return reply.type('application/x-ndjson').send(Readable.from(lines()))
    },
  })
}
