// Conversations by REST: begin with the script of a callback, appointment or person, answer, go back.
import { staffLanguageOf, type StaffLanguage } from '../kernel/language.ts'
import { languageNamed } from '../locales/words.ts'
import type { Api } from '../http/api.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { configOf } from '../domain/availability/current-config.ts'
import { findAppointment } from '../domain/appointment/appointment.sql.ts'
import { findCallback } from '../domain/callback/callback.sql.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import type { TenantConfig } from '../domain/catalogue/tenant-config.ts'
import { findContact } from '../domain/contact/contact.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { ConversationShown, presentConversation } from '../domain/script/conversation-json.ts'
import { answerRun, beginRun, conversationOf, nameRun, readRun, returnInRun, speakIn } from '../domain/script/run.ts'
import { latestRun, type Subject } from '../domain/script/run.sql.ts'
import { scriptFor } from '../domain/script/script-for.ts'
import { AnswerBody } from '../domain/script/script.schema.ts'
import type { Answer } from '../domain/script/script.ts'
import { actorOf, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { reachFor } from '../http/reach.ts'
import { documentedUnder, idOf, withScope } from '../http/route.ts'
import { AppError, bodyFault, missing } from '../kernel/errors.ts'
import { isWithin } from '../kernel/permissions/principal.ts'
import { HOUR } from '../kernel/time/interval.ts'
import { Id, IdParams, oneOf } from '../platform/schema/schema.ts'

/** A conversation goes on where it was left if it began within this time; ms. */
const SAME_CONTACT = 12 * HOUR

const docs = documentedUnder('conversations')
const working = withScope('callbacks:work', 'none')
const one = { 200: ConversationShown, ...problems }
const Position = Type.Integer({ minimum: 0, maximum: 10_000 })

const BeginBody = Type.Object(
  {
    callbackId: Type.Optional(Id),
    appointmentId: Type.Optional(Id),
    callId: Type.Optional({ ...Id, description: 'An announced call' }),
    contactId: Type.Optional(Id),
    scriptId: Type.Optional({ ...Id, description: 'Another script than that of the callback or appointment' }),
    language: Type.Optional(oneOf(['it', 'en'], { description: 'The person’s by default' })),
    again: Type.Optional(Type.Boolean({ description: 'From the start, even if one is under way' })),
  },
  { additionalProperties: false },
)

/** The callback or appointment of the subject, within the caller's reach. Throws `not_found`. */
async function subjectOf(deps: Deps, request: FastifyRequest, tenantId: string, subject: Subject) {
  const [db, reach] = [deps.db.kysely, reachFor(request)]
  const callback = subject.callbackId === undefined ? undefined : await findCallback(db, tenantId, subject.callbackId)
  const appointment =
    subject.appointmentId === undefined ? undefined : await findAppointment(db, tenantId, subject.appointmentId)
  const isMine =
    (!callback || callback.owner_agent_id === null || isWithin(reach, { agentId: callback.owner_agent_id })) &&
    (!appointment || isWithin(reach, { agentId: appointment.agent_id, locationId: appointment.location_id }))
  if (subject.callbackId !== undefined && (!callback || !isMine)) throw new AppError('not_found', { what: 'callback' })
  if (subject.appointmentId !== undefined && (!appointment || !isMine))
    throw new AppError('not_found', { what: 'appointment' })
  return { callback, appointment }
}

/** The person that the request names, or that the callback or appointment has. Throws `not_found`. */
async function contactFor(
  deps: Deps,
  tenantId: string,
  named: string | undefined,
  { callback, appointment }: Awaited<ReturnType<typeof subjectOf>>,
): Promise<string | null> {
  if (named === undefined) return callback?.contact_id ?? appointment?.contact_id ?? null
  if (!(await findRow(deps.db.kysely, 'contacts', tenantId, named)))
    throw new AppError('not_found', { what: 'contact' })
  return named
}

async function languageOf(deps: Deps, config: TenantConfig, contactId: string | null): Promise<StaffLanguage> {
  const contact = contactId === null ? undefined : await findContact(deps.db.kysely, config.tenantId, contactId)
  return staffLanguageOf(languageNamed(contact?.locale) ?? config.settings.locale)
}

const nameOf = (request: FastifyRequest, config: TenantConfig): string => {
  const { principal } = request
  if (principal?.kind !== 'user') return config.name
  return config.agents.get(principal.agentId ?? '')?.name ?? principal.name
}

const agentIn = ({ principal }: FastifyRequest): string | null =>
  principal?.kind === 'user' ? principal.agentId : null

function beginRoute(app: Api, deps: Deps): void {
  app.post('/v1/conversations', {
    config: working,
    schema: {
      ...docs('beginConversation', 'Begin the script of a callback, appointment or person, or go on with it'),
      body: BeginBody,
      response: { 200: ConversationShown, 201: ConversationShown, ...problems },
    },
    handler: async (request, reply) => {
      const config = await configOf(deps, tenantOf(request))
      const { again, scriptId: wanted, language, ...subject } = request.body
      if (Object.values(subject).every((id) => id === undefined)) throw missing('/callbackId')
      const about = await subjectOf(deps, request, config.tenantId, subject)
      const isAnew = again === true || wanted !== undefined
      const since = new Date(deps.now() - SAME_CONTACT)
      const known = isAnew ? undefined : await latestRun(deps.db.kysely, config.tenantId, subject, since)
      if (known) return presentConversation(await conversationOf(deps.db.kysely, config, known))
      const { callback, appointment } = about
      const contactId = await contactFor(deps, config.tenantId, subject.contactId, about)
      if (wanted !== undefined && !(await findRow(deps.db.kysely, 'scripts', config.tenantId, wanted)))
        throw bodyFault('/scriptId', 'invalid_reference', { what: 'script', id: wanted })
      const scriptId = wanted ?? scriptFor(config, about)
      if (scriptId === null) throw new AppError('script_not_published')
      const begun = await beginRun(deps, config, {
        ...{ scriptId, contactId, callbackId: callback?.id ?? null, appointmentId: appointment?.id ?? null },
        callId: subject.callId ?? null,
        campaignId: callback?.campaign_id ?? null,
        agentId: agentIn(request),
        agentName: nameOf(request, config),
        language: language ?? (await languageOf(deps, config, contactId)),
        actor: actorOf(request),
      })
      return reply.code(201).send(presentConversation(begun))
    },
  })
}

function latestRoute(app: Api, deps: Deps): void {
  app.get('/v1/conversations', {
    config: working,
    schema: {
      ...docs(
        'findConversation',
        'The conversation about a callback, appointment, call or person that is under way or ended today',
      ),
      querystring: Type.Object(
        {
          callbackId: Type.Optional(Id),
          appointmentId: Type.Optional(Id),
          callId: Type.Optional(Id),
          contactId: Type.Optional(Id),
        },
        { additionalProperties: false },
      ),
      response: {
        200: Type.Object({ items: Type.Array(ConversationShown, { maxItems: 1 }) }, { additionalProperties: false }),
        ...problems,
      },
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const subject = request.query
      if (Object.values(subject).every((id) => id === undefined)) throw missing('callbackId', 'query')
      await subjectOf(deps, request, config.tenantId, subject)
      const run = await latestRun(deps.db.kysely, config.tenantId, subject, new Date(deps.now() - SAME_CONTACT))
      return { items: run ? [presentConversation(await conversationOf(deps.db.kysely, config, run))] : [] }
    },
  })
}

export function conversationRoutes(app: Api, deps: Deps): void {
  beginRoute(app, deps)
  latestRoute(app, deps)

  app.get('/v1/conversations/:id', {
    config: working,
    schema: { ...docs('getConversation', 'Read a conversation with its open step'), params: IdParams, response: one },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      return presentConversation(await readRun(deps.db.kysely, config, idOf(request)))
    },
  })

  app.post('/v1/conversations/:id/answers', {
    config: working,
    schema: {
      ...docs('answerStep', 'Answer the open step and go on; the same answer again changes nothing'),
      params: IdParams,
      body: Type.Object({ position: Position, answer: Type.Optional(AnswerBody) }, { additionalProperties: false }),
      response: one,
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const { position, answer = null } = request.body
      const given = { id: idOf(request), position, answer: answer as Answer | null, actor: actorOf(request) }
      return presentConversation(await answerRun(deps, config, given))
    },
  })

  app.post('/v1/conversations/:id/return', {
    config: working,
    schema: {
      ...docs('returnToStep', 'Go back to an earlier step; the steps after it are taken back'),
      params: IdParams,
      body: Type.Object({ position: Position }, { additionalProperties: false }),
      response: one,
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const { position } = request.body
      return presentConversation(await returnInRun(deps, config, { id: idOf(request), position }))
    },
  })

  app.post('/v1/conversations/:id/language', {
    config: working,
    schema: {
      ...docs('changeLanguage', 'Go on in another language; step and answers stay'),
      params: IdParams,
      body: Type.Object({ language: oneOf(['it', 'en']) }, { additionalProperties: false }),
      response: one,
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      await speakIn(deps, config.tenantId, idOf(request), request.body.language)
      return presentConversation(await readRun(deps.db.kysely, config, idOf(request)))
    },
  })

  app.post('/v1/conversations/:id/contact', {
    config: working,
    schema: {
      ...docs('nameConversation', 'Say who the conversation is with'),
      params: IdParams,
      body: Type.Object({ contactId: Id }, { additionalProperties: false }),
      response: one,
    },
    handler: async (request) => {
      const config = await configOf(deps, tenantOf(request))
      const { contactId } = request.body
      if (!(await findRow(deps.db.kysely, 'contacts', config.tenantId, contactId)))
        throw new AppError('not_found', { what: 'contact' })
      await nameRun(deps, config.tenantId, idOf(request), contactId)
      return presentConversation(await readRun(deps.db.kysely, config, idOf(request)))
    },
  })
}
