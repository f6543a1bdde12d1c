// One contact as a whole: timeline, notes, possible duplicates, and merging two records of one person.
import Type from 'typebox'
import { actorNames } from '../application/identity/user.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import type { Api } from '../http/api.ts'
import { decodeTimeCursor, encodeTimeCursor, PageOf, pageOf, PageQuery } from '../platform/schema/paging.ts'
import { problems } from '../http/headers.ts'
import { presentRow } from '../domain/catalogue/records/records.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { DateTime, Id, IdParams, oneOf } from '../platform/schema/schema.ts'
import { findTenant } from '../domain/tenant/tenant.sql.ts'
import { reachFor } from '../http/reach.ts'
import { contactFacts } from '../domain/contact/summary.sql.ts'
import { hiddenFor, refuseSearchBy } from '../http/field-masking.hook.ts'
import { mergeContacts, unmergeContacts } from '../domain/contact/merge.ts'
import { peopleFor } from '../domain/contact/recognise.ts'
import {
  duplicatesOf,
  insertNote,
  TIMELINE_KINDS,
  timelineOf,
  type TimelineRow,
} from '../domain/contact/timeline.sql.ts'
import { contacts } from '../domain/contact/contact.resource.ts'
import { wordsIn } from '../domain/script/run.ts'
import { channelsOf } from '../application/messaging/gateway.sql.ts'
import { isWithin } from '../kernel/permissions/principal.ts'
import type { Row } from '../domain/catalogue/records/resource.ts'
import { partsOf } from '../domain/contact/merge.sql.ts'

const Any = Type.Object({}, { additionalProperties: true })
const Contacts = Type.Object({ items: Type.Array(Any) }, { additionalProperties: false })
export const TimelineShown = PageOf(
  Type.Object({ kind: oneOf(TIMELINE_KINDS), id: Id, at: DateTime, data: Any }, { additionalProperties: false }),
  'ContactTimeline',
)

const docs = documentedUnder('contacts')

const reading = withScope('contacts:read', 'none')

const writing = withScope('contacts:write', 'none')

const merging = withScope('contacts:merge', 'none')

const db = (deps: Deps) => deps.db.kysely

async function contactOf(deps: Deps, tenantId: string, id: string): Promise<Row> {
  const row = await findRow(db(deps), 'contacts', tenantId, id)
  if (!row) throw new AppError('not_found', { what: 'contact' })
  return row
}

function lookUpContactsRoute(app: Api, deps: Deps): void {
  app.post('/v1/contacts/lookup', {
    config: reading,
    schema: {
      ...docs(
        'lookUpContacts',
        'Find contacts by the beginning of their names, or by number, e-mail or external id; at most 30',
      ),
      body: Type.Object(
        { text: Type.String({ minLength: 2, maxLength: 200, pattern: '\\S' }) },
        { additionalProperties: false },
      ),
      response: { 200: Contacts, ...problems },
    },
    handler: async (request) => {
      await refuseSearchBy(deps, request, ['lastName', 'phone', 'email', 'externalId'])
      const tenantId = tenantOf(request)
      const text = request.body.text.trim()
      const country = (await findTenant(db(deps), tenantId))!.document.country as string | undefined
      return {
        items: (await peopleFor(db(deps), tenantId, text, country ?? 'IT')).map((row) => presentRow(contacts, row)),
      }
    },
  })
}

function readContactTimelineRoute(app: Api, deps: Deps): void {
  app.get('/v1/contacts/:id/timeline', {
    config: reading,
    schema: {
      ...docs(
        'readContactTimeline',
        'Visits, callbacks, attempts, messages, notes, ratings and consents of a contact, latest first',
      ),
      params: IdParams,
      querystring: Type.Object(
        {
          ...PageQuery,
          kind: Type.Optional(
            Type.Array(oneOf(TIMELINE_KINDS), { maxItems: 9, description: 'Only these; everything by default' }),
          ),
        },
        { additionalProperties: false },
      ),
      response: { 200: TimelineShown, ...problems },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const { id } = await contactOf(deps, tenantId, idOf(request))
      const { limit, cursor, kind } = request.query
      const reach = reachFor(request)
      // Omit items of agents outside the caller's reach, as their own URLs do.
      const isMine = (r: TimelineRow): boolean =>
        !('agentId' in r.data) || r.data.agentId === null || isWithin(reach, r.data)
      const read = await timelineOf(db(deps), tenantId, id, decodeTimeCursor(cursor), limit + 1, kind)
      const page = pageOf(read, limit, (row) => encodeTimeCursor(row.at, row.id))
      const rows = page.items.filter(isMine)
      const nameOf = await actorNames(
        db(deps),
        tenantId,
        rows.map((r) => ({ actor: String(r.data.author) })),
      )
      const shown = rows.map(async (r) => {
        const { actorName } = nameOf(String(r.data.author))
        const words = r.kind === 'conversation' ? await wordsIn(db(deps), tenantId, r.id) : {}
        const data = { ...r.data, ...words, ...(actorName === undefined ? {} : { authorName: actorName }) }
        return { ...r, at: r.at.toISOString(), data }
      })
      const items = await Promise.all(shown)
      return { items, nextCursor: page.nextCursor }
    },
  })
}

const VisitShown = Type.Object({
  id: Id,
  start: Type.String(),
  status: Type.String(),
  serviceIds: Type.Array(Id),
  locationId: Id,
  agentId: Id,
  timeZone: Type.String(),
})
export const SummaryShown = Type.Object(
  {
    contact: Any,
    numbers: Type.Array(Type.String(), {
      description: 'All numbers, those of merged contacts included; the first is for messages',
    }),
    emails: Type.Array(Type.String()),
    waysToWrite: Type.Array(oneOf(['email', 'text'] as const), {
      description: 'How a message can be sent to the contact',
    }),
    nextVisits: Type.Array(VisitShown),
    lastVisit: Type.Union([VisitShown, Type.Null()]),
    noShows: Type.Integer(),
    visits: Type.Integer(),
    openCallbacks: Type.Array(
      Type.Object({
        id: Id,
        windowFrom: Type.String(),
        windowTo: Type.String(),
        status: Type.String(),
        campaignId: Id,
        agentId: Type.Union([Id, Type.Null()]),
      }),
    ),
    lastRating: Type.Union([Any, Type.Null()]),
    consents: Type.Array(Type.Object({ purpose: Type.String(), isGiven: Type.Boolean(), at: Type.String() })),
    unanswered: Type.Integer({ description: 'Messages that wait for an answer' }),
  },
  { title: 'ContactSummary', additionalProperties: false },
)

function readContactSummaryRoute(app: Api, deps: Deps): void {
  app.get('/v1/contacts/:id/summary', {
    config: reading,
    schema: {
      ...docs('readContactSummary', 'A contact at a glance: numbers, visits, no-shows, callbacks, rating, consents'),
      params: IdParams,
      response: { 200: SummaryShown, ...problems },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const row = await contactOf(deps, tenantId, idOf(request))
      const [facts, parts, hidden, texts] = await Promise.all([
        contactFacts(db(deps), tenantId, row.id, new Date(deps.now())),
        partsOf(db(deps), tenantId, row.id),
        hiddenFor(deps, request),
        channelsOf(db(deps), tenantId),
      ])
      const all = (first: string, further: string): string[] => [
        ...new Set([row, ...parts].flatMap((one) => [one[first] ?? [], one[further] ?? []].flat() as string[])),
      ]
      const reach = reachFor(request)
      const isMine = (one: { agentId: string | null }): boolean => one.agentId === null || isWithin(reach, one)
      return {
        contact: presentRow(contacts, row),
        numbers: hidden.has('phone') ? [] : all('phone', 'further_phones'),
        emails: hidden.has('email') ? [] : all('email', 'further_emails'),
        waysToWrite: [
          ...(row.email == null ? [] : (['email'] as const)),
          ...(row.phone == null || texts.length === 0 ? [] : (['text'] as const)),
        ],
        ...facts,
        nextVisits: facts.nextVisits.filter((one) => isWithin(reach, one)),
        lastVisit: facts.lastVisit && isWithin(reach, facts.lastVisit) ? facts.lastVisit : null,
        openCallbacks: facts.openCallbacks.filter(isMine),
      }
    },
  })
}

function addContactNoteRoute(app: Api, deps: Deps): void {
  app.post('/v1/contacts/:id/notes', {
    config: writing,
    schema: {
      ...docs('addContactNote', 'Add a note to a contact'),
      params: IdParams,
      body: Type.Object(
        { content: Type.String({ minLength: 1, maxLength: 4000, pattern: '\\S' }) },
        { additionalProperties: false },
      ),
      response: { 201: Type.Object({ id: Id }, { additionalProperties: false }), ...problems },
    },
    handler: async (request, reply) => {
      const tenantId = tenantOf(request)
      const contact = await contactOf(deps, tenantId, idOf(request))
      const { content } = request.body
      const id = deps.newId()
      const note = { tenantId, id, contactId: contact.id, author: actorOf(request), content, now: new Date(deps.now()) }
      await insertNote(db(deps), note)
      return reply.code(201).send({ id })
    },
  })
}

function listContactDuplicatesRoute(app: Api, deps: Deps): void {
  app.get('/v1/contacts/:id/duplicates', {
    config: reading,
    schema: {
      ...docs('listContactDuplicates', 'Contacts with the same number, address or name'),
      params: IdParams,
      response: { 200: Contacts, ...problems },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const rows = await duplicatesOf(db(deps), tenantId, await contactOf(deps, tenantId, idOf(request)))
      return { items: rows.map((row) => presentRow(contacts, row)) }
    },
  })
}

function mergeContactsRoute(app: Api, deps: Deps): void {
  app.post('/v1/contacts/:id/merge', {
    config: merging,
    schema: {
      ...docs('mergeContacts', 'Make another contact part of this one: everything of it moves here, and it ends'),
      params: IdParams,
      body: Type.Object({ otherId: Id }, { additionalProperties: false }),
      response: { 200: Any, ...problems },
    },
    handler: async (request) => {
      const { otherId } = request.body
      return presentRow(
        contacts,
        await mergeContacts(deps, {
          tenantId: tenantOf(request),
          keptId: idOf(request),
          otherId,
          actor: actorOf(request),
        }),
      )
    },
  })
}

function unmergeContactRoute(app: Api, deps: Deps): void {
  app.delete('/v1/contacts/:id/merge', {
    config: merging,
    schema: {
      ...docs('unmergeContact', 'Take the merge back by which this contact ended: what was its own is its own again'),
      params: IdParams,
      response: { 200: Any, ...problems },
    },
    handler: async (request) => {
      await contactOf(deps, tenantOf(request), idOf(request))
      return presentRow(contacts, await unmergeContacts(deps, tenantOf(request), idOf(request), actorOf(request)))
    },
  })
}

function listMergedContactsRoute(app: Api, deps: Deps): void {
  app.get('/v1/contacts/:id/merged', {
    config: reading,
    schema: {
      ...docs('listMergedContacts', 'Contacts that became part of this one: their numbers and addresses find it too'),
      params: IdParams,
      response: { 200: Contacts, ...problems },
    },
    handler: async (request) => {
      const tenantId = tenantOf(request)
      const { id } = await contactOf(deps, tenantId, idOf(request))
      return { items: (await partsOf(db(deps), tenantId, id)).map((row) => presentRow(contacts, row)) }
    },
  })
}

export function personRoutes(app: Api, deps: Deps): void {
  lookUpContactsRoute(app, deps)
  readContactTimelineRoute(app, deps)
  readContactSummaryRoute(app, deps)
  addContactNoteRoute(app, deps)
  listContactDuplicatesRoute(app, deps)
  mergeContactsRoute(app, deps)
  unmergeContactRoute(app, deps)
  listMergedContactsRoute(app, deps)
}
