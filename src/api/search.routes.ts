// Search everywhere: a booking code, a number in any spelling, a name or an e-mail address.
import type { Api } from '../http/api.ts'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { findByCode } from '../domain/appointment/appointment.sql.ts'
import { findCallbackByCode, listCallbacks, type Callback } from '../domain/callback/callback.sql.ts'
import { presentCallback } from '../domain/callback/callback-json.ts'
import { CallbackShown } from '../domain/callback/callback.schema.ts'
import { presentRow } from '../domain/catalogue/records/records.ts'
import { contacts } from '../domain/contact/contact.resource.ts'
import { findContact } from '../domain/contact/contact.sql.ts'
import { toE164 } from '../domain/contact/phone.ts'
import { peopleFor } from '../domain/contact/recognise.ts'
import type { Deps } from '../domain/deps.ts'
import { hasScope, tenantOf } from '../http/access.ts'
import { refuseSearchBy } from '../http/field-masking.hook.ts'
import { problems } from '../http/headers.ts'
import { reachFor } from '../http/reach.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import { isWithin } from '../kernel/permissions/principal.ts'
import { EntryShown, presentEntry } from './agenda.routes.ts'

const MOST_CALLBACKS = 10

export const FoundShown = Type.Object(
  {
    appointments: Type.Array(EntryShown),
    callbacks: Type.Array(CallbackShown),
    contacts: Type.Array(Type.Object({}, { additionalProperties: true })),
  },
  { title: 'Found', additionalProperties: false },
)

export function searchRoutes(app: Api, deps: Deps): void {
  app.post('/v1/search', {
    config: withScope('contacts:read', 'none'),
    schema: {
      ...documentedUnder('contacts')(
        'searchEverywhere',
        'Find by code, number, name or e-mail; in the body, not in an address',
      ),
      body: Type.Object(
        { text: Type.String({ minLength: 2, maxLength: 200, pattern: '\\S' }) },
        { additionalProperties: false },
      ),
      response: { 200: FoundShown, ...problems },
    },
    handler: async (request) => {
      await refuseSearchBy(deps, request, ['lastName', 'phone', 'email', 'externalId'])
      const [db, tenantId, reach] = [deps.db.kysely, tenantOf(request), reachFor(request)]
      const config = await configOf(deps, tenantId)
      const text = request.body.text.trim()
      const code = text.toUpperCase().replace(/[\s-]/g, '')
      const number = /\d{4}/.test(text) ? toE164(text, config.settings.country) : null
      const mayCallbacks = hasScope(request, 'callbacks:read')
      const [a, byCode, byNumber, people] = await Promise.all([
        hasScope(request, 'appointments:read') ? findByCode(db, tenantId, code) : undefined,
        mayCallbacks ? findCallbackByCode(db, tenantId, code) : undefined,
        mayCallbacks && number !== null
          ? listCallbacks(db, tenantId, {
              number,
              within: reach,
              after: null,
              limit: MOST_CALLBACKS,
              latestFirst: true,
            })
          : [],
        peopleFor(db, tenantId, text, config.settings.country),
      ])
      const isMine = (c: Callback): boolean =>
        c.owner_agent_id === null || isWithin(reach, { agentId: c.owner_agent_id })
      const isSeen = a !== undefined && isWithin(reach, { agentId: a.agent_id, locationId: a.location_id })
      const person = isSeen && a.contact_id !== null ? await findContact(db, tenantId, a.contact_id) : undefined
      const arrivedAt = (a?.document as { arrivedAt?: string } | undefined)?.arrivedAt ?? null
      const { first_name = null, last_name = null, phone = null } = person ?? {}
      const entry = isSeen
        ? [presentEntry({ ...a, arrived_at: arrivedAt, notes: null, first_name, last_name, phone })]
        : []
      return {
        appointments: entry,
        callbacks: [...(byCode && isMine(byCode) ? [byCode] : []), ...byNumber].map((c) =>
          presentCallback(c, config),
        ) as never,
        contacts: people.map((row) => presentRow(contacts, row)),
      }
    },
  })
}
