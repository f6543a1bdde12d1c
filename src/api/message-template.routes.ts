// The tenant's own message texts by REST: returned with the default texts, checked when saved, with a preview.
import type { Api } from '../http/api.ts'
import { documentedUnder, withScope } from '../http/route.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { TenantConfig } from '../domain/catalogue/tenant-config.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import type { Language } from '../kernel/language.ts'
import { hasScope, tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { LanguageName, Nullable, oneOf } from '../platform/schema/schema.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { DAY, HOUR, MINUTE } from '../kernel/time/interval.ts'
import { clockOf } from '../locales/dates.ts'
import { speakerOf } from '../application/messaging/compose.ts'
import {
  isAccount,
  kindOf,
  MESSAGE_KINDS,
  variablesOf,
  type MessageKind,
  type Template,
} from '../application/messaging/message-kinds.ts'
import { momentOf, ofAppointment, ofCallback } from '../application/messaging/wording.ts'
import { defaultTemplate, render, templateFaults, type Content } from '../application/messaging/render.ts'
import { dropTemplate, findTemplate, listTemplates, writeTemplate } from '../application/messaging/suppression.sql.ts'
import { textDocument } from '../application/messaging/text.ts'

const Texts = {
  subject: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
  body: Type.Optional(Type.String({ minLength: 1, maxLength: 5000, description: 'An empty line begins a paragraph' })),
  sms: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
}
const TextsBody = Type.Object(Texts, { additionalProperties: false, minProperties: 1, description: 'Liquid templates' })
const KindName = oneOf(MESSAGE_KINDS)
const Params = Type.Object({ kind: KindName, language: LanguageName }, { additionalProperties: false })
export const TemplateShown = Type.Object(
  {
    kind: Type.String(),
    language: Type.String(),
    subject: Type.String(),
    body: Type.String(),
    sms: Type.String(),
    isOwn: Type.Boolean({ description: 'false: the service’s own texts' }),
    variables: Type.Array(Type.String()),
    calendarMethod: Nullable(Type.String()),
    isOptional: Type.Boolean({ description: 'Can be unsubscribed from' }),
  },
  { title: 'MessageTemplate', additionalProperties: false },
)
const PreviewShown = Type.Object(
  {
    subject: Type.String(),
    text: Type.String(),
    html: Type.String(),
    sms: Type.Object(
      { text: Type.String(), encoding: Type.String(), segments: Type.Integer() },
      { additionalProperties: false },
    ),
  },
  { title: 'MessagePreview', additionalProperties: false },
)

const shown = (kind: MessageKind, language: Language, own: Partial<Template> | undefined) => ({
  kind,
  language,
  ...defaultTemplate(kind, language),
  ...own,
  isOwn: own !== undefined,
  variables: [...variablesOf(kind)],
  calendarMethod: kindOf(kind).method ?? null,
  isOptional: kindOf(kind).isOptional ?? false,
})

/** Throws the faults of the texts, each with a pointer. */
function check(kind: MessageKind, texts: Partial<Template>): void {
  const [first, ...rest] = templateFaults(kind, texts)
  if (!first) return
  const fields = [first, ...rest].map(({ field, code, detail }) => ({
    ...{ in: 'body' as const, pointer: `/${field}`, code, params: { detail } },
  }))
  throw new AppError(first.code, { detail: first.detail }, { fields })
}

/** Content of a message about invented data, for previews. */
function sampleOf(config: TenantConfig, kind: MessageKind, language: Language, now: number): Content {
  const speaker = speakerOf(config, language)
  const [service] = config.services.values()
  const [location] = config.locations.values()
  const zone = config.timeZone
  const start = Math.ceil(now / DAY) * DAY + 9 * HOUR
  const name = language === 'it' ? 'Ada Neri' : 'Ada Smith'
  const [firstName = '', lastName = ''] = name.split(' ')
  const { about } = { about: variablesOf(kind) }
  const appointment = ofAppointment(speaker, {
    ...{ serviceIds: service ? [service.id] : [], start, end: start + 20 * MINUTE, timeZone: zone },
    ...{ channel: 'in_person', locationId: location?.id ?? '', places: 1, code: 'K7P4X2MA' },
    oldStart: start - DAY,
  })
  const callback = ofCallback(speaker, {
    ...{ from: start, to: start + HOUR, zone, code: 'K7P4X2MA', number: '+390612345678' },
  })
  const said = about.includes('promise')
    ? callback
    : about.includes('service')
      ? appointment
      : { facts: [], variables: {} }
  return {
    kind,
    language,
    office: config.name,
    name,
    facts: said.facts,
    link: kindOf(kind).link && 'https://example.org/…',
    variables: {
      ...{ name, firstName, lastName, email: 'ada@example.org', phone: '+390612345678', count: 3 },
      ...{
        until: clockOf(zone, start),
        newWhen: momentOf(speaker, zone, start - DAY),
        reason: '…',
        failure: 'http_500',
      },
      ...{ since: momentOf(speaker, zone, now), date: appointment.variables.date, list: '09:00 …', code: 'K7P4X2MA' },
      ...said.variables,
    },
  }
}

/** Only those who manage users may edit messages with sign-in links: others could redirect the links. Throws `forbidden`. */
function refuseAccount(request: FastifyRequest, kind: MessageKind): void {
  if (isAccount(kind) && !hasScope(request, 'users:write')) throw new AppError('forbidden', { scope: 'users:write' })
}

export function templateRoutes(app: Api, deps: Deps): void {
  const docs = documentedUnder('messages')
  const reading = withScope('messages:read')
  const writing = withScope('messages:write')

  app.get('/v1/message-templates', {
    config: reading,
    schema: {
      ...docs('listMessageTemplates', 'The texts of all messages, with the variables that each may use'),
      response: { 200: Type.Object({ items: Type.Array(TemplateShown) }), ...problems },
    },
    handler: async (request) => {
      const rows = await listTemplates(deps.db.kysely, tenantOf(request))
      const own = (kind: string, language: string) =>
        rows.find((row) => row.kind === kind && row.language === language)?.document as Partial<Template> | undefined
      return {
        items: MESSAGE_KINDS.flatMap((kind) =>
          (['it', 'en'] as const).map((language) => shown(kind, language, own(kind, language))),
        ),
      }
    },
  })

  app.put('/v1/message-templates/:kind/:language', {
    config: writing,
    schema: {
      ...docs('putMessageTemplate', 'Write own texts; what is left out stays the service’s own'),
      params: Params,
      body: TextsBody,
      response: { 200: TemplateShown, ...problems },
    },
    handler: async (request) => {
      refuseAccount(request, request.params.kind)
      const { kind, language } = request.params
      const texts = request.body
      check(kind, texts)
      const now = new Date(deps.now())
      await writeTemplate(deps.db.kysely, { tenantId: tenantOf(request), kind, language, texts, now })
      return shown(kind, language, texts)
    },
  })

  app.delete('/v1/message-templates/:kind/:language', {
    config: writing,
    schema: {
      ...docs('deleteMessageTemplate', 'Back to the service’s own texts'),
      params: Params,
      response: { 200: TemplateShown, ...problems },
    },
    handler: async (request) => {
      refuseAccount(request, request.params.kind)
      const { kind, language } = request.params
      await dropTemplate(deps.db.kysely, tenantOf(request), kind, language)
      return shown(kind, language, undefined)
    },
  })

  app.post('/v1/message-templates/:kind/:language/preview', {
    config: reading,
    schema: {
      ...docs('previewMessageTemplate', 'How a message would look, with these texts or those saved; nothing is sent'),
      params: Params,
      body: Type.Object(Texts, { additionalProperties: false }),
      response: { 200: PreviewShown, ...problems },
    },
    handler: async (request) => {
      const { kind, language } = request.params
      const config = await configOf(deps, tenantOf(request))
      const texts = request.body
      check(kind, texts)
      const own = await findTemplate(deps.db.kysely, config.tenantId, kind, language)
      const template = { ...defaultTemplate(kind, language), ...own, ...texts }
      const { sms, ...mail } = render(sampleOf(config, kind, language, deps.now()), template)
      return { ...mail, sms: textDocument(sms) }
    },
  })
}
