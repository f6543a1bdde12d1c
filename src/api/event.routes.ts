// The events of a tenant by REST, oldest first: for integrators who want to be sure that they have missed nothing.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import { mayRead } from '../application/webhooks/webhooks.ts'
import type { Deps } from '../domain/deps.ts'
import { maskDeep } from '../domain/tenant/field-masking.ts'
import { scopesOf, tenantOf } from '../http/access.ts'
import { hiddenFor } from '../http/field-masking.hook.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { uuidAt } from '../kernel/uuid.ts'
import { EVENT_TYPES, isWanted, WANTED_TYPES } from '../platform/events/catalogue.ts'
import { presentEvent, type ShownEvent } from '../platform/events/event-shape.ts'
import { EventShown } from '../platform/events/event.schema.ts'
import { eventsAfter } from '../platform/events/event.sql.ts'
import { decodeIdCursor, encodeCursor, PageQuery } from '../platform/schema/paging.ts'
import { Id, Instant, oneOf } from '../platform/schema/schema.ts'

/**
 * Ids are made before their transaction commits, so an event could still appear behind a younger one. Events are listed only after this
 * time (ms), in which transactions end: whoever goes on from a cursor misses none.
 */
const SETTLED = 10_000
const NOTHING: ShownEvent = { before: null, after: null, details: {} }

export function eventRoutes(app: Api, deps: Deps): void {
  app.get('/v1/events', {
    config: withScope('webhooks:write'),
    schema: {
      ...documentedUnder('webhooks')(
        'listEvents',
        'What happened, oldest first, to go on from at any time with nextCursor; an event is listed 10 s after it happened. ' +
          'Whoever lacks the permission to read its subject gets type, time and ids',
      ),
      querystring: Type.Object(
        {
          ...PageQuery,
          types: Type.Optional(
            Type.Array(oneOf(WANTED_TYPES), { maxItems: 50, description: 'Types, or groups of them; all by default' }),
          ),
          subjectId: Type.Optional(Id),
          since: Type.Optional({
            ...Instant,
            description: 'Where to begin without a cursor; the oldest event by default',
          }),
        },
        { additionalProperties: false },
      ),
      response: {
        200: Type.Object(
          {
            items: Type.Array(EventShown),
            nextCursor: Type.String({ description: 'Where to go on, now or at any later time' }),
            hasMore: Type.Boolean(),
          },
          { title: 'EventPage', additionalProperties: false },
        ),
        ...problems,
      },
    },
    handler: async (request) => {
      const { limit, cursor, types, subjectId, since } = request.query
      const start = since === undefined ? null : uuidAt(Date.parse(since))
      const after = decodeIdCursor(cursor) ?? start
      const settled = uuidAt(deps.now() - SETTLED)
      const wanted = types === undefined ? EVENT_TYPES : EVENT_TYPES.filter((type) => isWanted(types, type))
      const filter = { after, before: settled, types: wanted, subjectId, limit: limit + 1 }
      const rows = await eventsAfter(deps.db.kysely, tenantOf(request), filter)
      const hidden = await hiddenFor(deps, request)
      const rights = { scopes: scopesOf(request) }
      const items = rows.slice(0, limit).map((row) => {
        const { before, after: now, details, ...event } = presentEvent(row)
        const told = mayRead(rights, row.type)
          ? (maskDeep({ before, after: now, details }, hidden) as ShownEvent)
          : NOTHING
        const actor = told === NOTHING ? '' : event.actor
        return { ...event, type: row.type as (typeof EVENT_TYPES)[number], subjectId: row.subject_id, actor, ...told }
      })
      const hasMore = rows.length > limit
      return { items, nextCursor: encodeCursor(items.at(-1)?.id ?? after ?? settled), hasMore }
    },
  })
}
