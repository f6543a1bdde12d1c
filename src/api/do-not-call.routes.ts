// The do-not-call list by REST.
import type { Api } from '../http/api.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import Type from 'typebox'
import { toE164 } from '../domain/contact/phone.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError, bodyFault } from '../kernel/errors.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { encodeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { CountShown } from '../platform/schema/schema.ts'
import * as schema from '../domain/callback/callback.schema.ts'
import { addToDoNotCall } from '../domain/callback/do-not-call/do-not-call.ts'
import { listDoNotCall, deleteDoNotCall } from '../domain/callback/do-not-call/do-not-call.sql.ts'
import { configOf } from '../domain/availability/current-config.ts'

export function doNotCallRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('callbacks')
  const writing = withScope('callbacks:write')
  const numberOf = (text: string, country: string): string => {
    const number = toE164(text, country)
    if (number === null) throw bodyFault('/number', 'invalid_phone', { phone: text })
    return number
  }

  app.post('/v1/do-not-call', {
    config: writing,
    schema: {
      ...docs('barNumber', 'Nobody may call this number: its open callbacks are cancelled, and withdrawn from queues'),
      body: schema.BarBody,
      response: { 200: schema.BarredShown, ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const body = request.body
      const number = numberOf(body.number, body.country ?? config.settings.country)
      const now = new Date(deps.now())
      await addToDoNotCall(deps, {
        tenantId: config.tenantId,
        number,
        reason: body.reason ?? null,
        actor: actorOf(request),
      })
      return { number, reason: body.reason ?? null, createdAt: now.toISOString() }
    },
  })

  app.post('/v1/do-not-call/removal', {
    config: writing,
    schema: {
      ...docs('unbarNumber', 'The number may be called again'),
      body: Type.Omit(schema.BarBody, ['reason']),
      response: { 200: CountShown, ...problems },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const body = request.body
      const number = numberOf(body.number, body.country ?? config.settings.country)
      return { count: (await deleteDoNotCall(deps.db.kysely, config.tenantId, number)) ? 1 : 0 }
    },
  })

  app.get('/v1/do-not-call', {
    config: withScope('callbacks:read'),
    schema: {
      ...docs('listBarredNumbers', 'Numbers that nobody may call'),
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
      response: { 200: PageOf(schema.BarredShown, 'BarredNumberPage'), ...problems },
    },
    handler: async (request) => {
      const { limit, cursor } = request.query
      const after = cursor === undefined ? null : Buffer.from(cursor, 'base64url').toString()
      if (after !== null && !/^\+\d{3,20}$/.test(after)) throw new AppError('invalid_cursor')
      const rows = await listDoNotCall(deps.db.kysely, tenantOf(request), after, limit + 1)
      const page = pageOf(rows, limit, (row) => encodeCursor(row.number))
      return {
        ...page,
        items: page.items.map((row) => ({
          number: row.number,
          reason: row.reason,
          createdAt: row.created_at.toISOString(),
        })),
      }
    },
  })
}
