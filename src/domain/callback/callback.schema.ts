// Request and response schemas for callbacks, their windows and their leases.
import Type from 'typebox'
import { OUTCOMES } from '../catalogue/campaign/retry.ts'
import { PageQuery } from '../../platform/schema/paging.ts'
import {
  DateTime,
  ExternalId,
  Id,
  Instant,
  Metadata,
  MetadataChange,
  Nullable,
  RecordOf,
  Zone,
  defaulted,
  oneOf,
} from '../../platform/schema/schema.ts'

const Any = Type.Object({}, { additionalProperties: true })
const Phone = Type.String({ minLength: 3, maxLength: 40 })
const Country = Type.String({ pattern: '^[A-Z]{2}$', description: 'Of numbers written without a prefix' })
const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' })

export const WhenBody = Type.Union(
  [
    Type.Object({ kind: Type.Literal('now') }, { additionalProperties: false }),
    Type.Object({ kind: Type.Literal('at'), at: Instant }, { additionalProperties: false }),
    Type.Object({ kind: Type.Literal('window'), from: Instant, to: Instant }, { additionalProperties: false }),
  ],
  { description: 'As soon as can be promised, at a time, or in a window' },
)

export const CallbackBody = Type.Object(
  {
    campaignId: Id,
    channel: defaulted(Type.Union([Type.Literal('phone'), Type.Literal('web')], { default: 'phone' })),
    number: Type.Optional(Phone),
    furtherNumbers: Type.Optional(Type.Array(Phone, { maxItems: 5, description: 'Tried in order after the first' })),
    country: Type.Optional(Country),
    timeZone: Type.Optional({ ...Zone, description: 'Where the person is; by the number’s country otherwise' }),
    when: defaulted({ ...WhenBody, default: { kind: 'now' } }),
    contactId: Type.Optional(Id),
    ownerAgentId: Type.Optional({ ...Id, description: 'Personal: this agent calls; after a grace anyone does' }),
    reason: Type.Optional(Reason),
    priority: Type.Optional(Type.Integer({ minimum: -100, maximum: 100 })),
    data: defaulted(
      Type.Record(
        Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,39}$' }),
        Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]),
        { maxProperties: 50, default: {}, description: 'Handed through to the dialler; read by segments' },
      ),
    ),
    externalId: Type.Optional(ExternalId),
    metadata: Type.Optional(Metadata),
    source: Type.Optional(oneOf(['api', 'page', 'agent', 'ivr', 'bot', 'widget', 'import'])),
  },
  { additionalProperties: false },
)

export const QuickBody = Type.Object(
  {
    campaign: { ...ExternalId, description: 'Id or external id of the campaign' },
    number: Phone,
    at: Type.Optional({ ...Instant, description: 'As soon as can be promised by default' }),
    reason: Type.Optional(Reason),
    source: Type.Optional(oneOf(['ivr', 'bot'])),
    callId: Type.Optional({ ...ExternalId, description: 'The same call twice is one request' }),
  },
  { additionalProperties: false },
)
export const QuickShown = Type.Object(
  {
    id: Id,
    code: Type.String(),
    isNew: Type.Boolean(),
    windowFrom: DateTime,
    windowTo: DateTime,
    waitMinutes: Type.Integer({ description: 'By then the call is promised, from now' }),
    say: Type.String({ description: 'A sentence to be read out, in the language of Accept-Language or of the tenant' }),
  },
  { title: 'QuickCallback', additionalProperties: false },
)

const StatusName = oneOf(['scheduled', 'queued', 'in_progress', 'completed', 'exhausted', 'expired', 'cancelled'])

const shown = {
  id: Id,
  code: Type.String(),
  campaignId: Id,
  status: StatusName,
  channel: Type.String(),
  number: Nullable(Type.String()),
  numbers: Type.Array(Type.String()),
  joinLink: Type.Optional(Type.String()),
  contactId: Nullable(Id),
  ownerAgentId: Nullable(Id),
  windowFrom: DateTime,
  windowTo: DateTime,
  dueAt: DateTime,
  expiresAt: DateTime,
  priority: Type.Integer(),
  attempts: Type.Integer(),
  outcome: Nullable(Type.String()),
  reason: Type.Optional(Type.String()),
  data: Any,
  scriptRef: Type.Optional(Type.String()),
  scriptId: Type.Optional({ ...Id, description: 'Of its segment; else the campaign’s' }),
  segment: Type.Optional(Type.String()),
  source: Type.String(),
  externalId: Type.Optional(Type.String()),
  cancellation: Type.Optional(Any),
  metadata: Type.Optional(Metadata),
  contact: Type.Optional(RecordOf('Contact')),
  campaign: Type.Optional(RecordOf('Campaign')),
  ownerAgent: Type.Optional(RecordOf('Agent')),
  deliveryId: Nullable(Id),
  escalatedAt: Nullable(DateTime),
  leaseId: Nullable(Id),
  leaseUntil: Nullable(DateTime),
  finishedAt: Nullable(DateTime),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
}
export const CallbackShown = Type.Object(shown, { title: 'Callback', additionalProperties: false })
export const AskedShown = Type.Object(
  {
    ...shown,
    isNew: Type.Boolean({ description: 'false: the number already waits, this is its open request' }),
    expectedWaitSeconds: Nullable(Type.Integer({ description: 'For `now`: by then it is promised' })),
  },
  { title: 'AskedCallback', additionalProperties: false },
)

const ExpandQuery = {
  expand: Type.Optional(
    Type.Array(oneOf(['contact', 'campaign', 'ownerAgent']), {
      maxItems: 3,
      uniqueItems: true,
      description: 'Whole records beside their ids: expand=contact&expand=campaign',
    }),
  ),
}
export const GetQuery = Type.Object(ExpandQuery, { additionalProperties: false })
export const AmendBody = Type.Object({ metadata: MetadataChange }, { additionalProperties: false })
export const CallbackQuery = Type.Object(
  {
    ...PageQuery,
    ...ExpandQuery,
    campaignId: Type.Optional(Id),
    status: Type.Optional(StatusName),
    contactId: Type.Optional(Id),
    ownerAgentId: Type.Optional(Id),
    externalId: Type.Optional(ExternalId),
    from: Type.Optional(Instant),
    to: Type.Optional(Instant),
    late: Type.Optional(Type.Boolean({ description: 'Only open ones whose window has passed' })),
    escalated: Type.Optional(
      Type.Boolean({ description: 'Only open ones that nobody has tried in time: the supervisor’s list' }),
    ),
  },
  { additionalProperties: false },
)

export const SearchBody = Type.Object(
  { number: Phone, country: Type.Optional(Country) },
  { additionalProperties: false },
)

export const WindowQuery = Type.Object(
  {
    campaignId: Id,
    from: Type.Optional(Instant),
    to: Type.Optional(Instant),
    country: Type.Optional({ ...Country, description: 'Where the person is, if not where the campaign is' }),
    timeZone: Type.Optional(Zone),
  },
  { additionalProperties: false },
)
export const WindowsShown = Type.Object(
  {
    timeZone: Type.String(),
    items: Type.Array(Type.Object({ from: DateTime, to: DateTime, remaining: Type.Integer() })),
  },
  { title: 'CallbackWindows', additionalProperties: false },
)

export const CancelBody = Type.Object({ reason: Type.Optional(Reason) }, { additionalProperties: false })
export const PostponeBody = Type.Object({ when: WhenBody }, { additionalProperties: false })

const result = {
  outcome: oneOf(OUTCOMES),
  at: Type.Optional({ ...Instant, description: 'When the attempt ended; now by default' }),
  startedAt: Type.Optional({ ...Instant, description: 'When it began; the lease’s begin by default' }),
  note: Type.Optional(Type.String({ maxLength: 1000 })),
  callAgainAt: Type.Optional({ ...Instant, description: 'The person asked for it' }),
  answers: Type.Optional(
    Type.Record(
      Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,39}$' }),
      Type.Union([
        Type.String({ maxLength: 4000 }),
        Type.Number(),
        Type.Boolean(),
        Type.Array(Type.String({ maxLength: 100 }), { maxItems: 40 }),
      ]),
      { maxProperties: 300, additionalProperties: false, description: 'What was answered to the script, by question' },
    ),
  ),
  doNotCall: Type.Optional(Type.Boolean({ description: 'Puts the number on the list and ends the callback' })),
}
export const AttemptBody = Type.Object(
  {
    ...result,
    leaseId: Type.Optional({ ...Id, description: 'The lease, or the delivery of a pushed contact' }),
    conversationId: Type.Optional({ ...Id, description: 'The conversation whose answers go with it; it ends' }),
  },
  { additionalProperties: false },
)

export const AcceptBody = Type.Object(
  {
    deliveryId: Id,
    leaseSeconds: defaulted(Type.Integer({ minimum: 5, maximum: 3600, default: 600 })),
  },
  { additionalProperties: false },
)

export const LeaseBody = Type.Object(
  {
    max: defaulted(Type.Integer({ minimum: 1, maximum: 500, default: 10 })),
    leaseSeconds: defaulted(Type.Integer({ minimum: 5, maximum: 3600, default: 120 })),
    waitSeconds: defaulted(
      Type.Integer({ minimum: 0, maximum: 20, default: 0, description: 'How long to wait when nothing is due' }),
    ),
    agentId: Type.Optional({ ...Id, description: 'Whose personal callbacks come too' }),
  },
  { additionalProperties: false },
)
export const LeaseShown = Type.Object(
  { leaseId: Id, until: DateTime, items: Type.Array(CallbackShown) },
  { title: 'CallbackLease', additionalProperties: false },
)
const Ids = Type.Array(Id, { minItems: 1, maxItems: 500, uniqueItems: true })
export const ExtensionBody = Type.Object(
  { callbackIds: Ids, leaseSeconds: Type.Integer({ minimum: 5, maximum: 3600 }) },
  { additionalProperties: false },
)
export const HeldCallbacks = Type.Object(
  {
    count: Type.Integer(),
    callbackIds: Type.Array(Id, {
      description:
        'Those that the lease still had. The others were withdrawn, were returned, or have a result: do not call them',
    }),
  },
  { title: 'HeldCallbacks', additionalProperties: false },
)
export const ReturnBody = Type.Object({ callbackIds: Ids }, { additionalProperties: false })
export const ResultsBody = Type.Object(
  {
    results: Type.Array(Type.Object({ callbackId: Id, ...result }, { additionalProperties: false }), {
      minItems: 1,
      maxItems: 500,
    }),
  },
  { additionalProperties: false },
)
export const ResultsShown = Type.Object(
  {
    items: Type.Array(Type.Object({ callbackId: Id, status: Nullable(Type.String()), code: Nullable(Type.String()) })),
  },
  { title: 'SettledResults', additionalProperties: false },
)
export const CountersShown = Type.Object(
  {
    ...Object.fromEntries(
      [
        'scheduled',
        'due',
        'queued',
        'parked',
        'outstanding',
        'late',
        'escalated',
        'completed',
        'exhausted',
        'expired',
        'cancelled',
      ].map((name) => [name, Type.Integer()]),
    ),
    from: Type.String(),
    to: Type.String(),
    promises: Type.Object({ kept: Type.Integer(), late: Type.Integer(), missed: Type.Integer() }),
    keptPercent: Nullable(
      Type.Number({
        description: 'First attempts begun within their window, of all first attempts and missed promises',
      }),
    ),
    averageDelaySeconds: Nullable(Type.Integer({ description: 'From the start of the window to the first attempt' })),
    attempts: Type.Record(Type.String(), Type.Integer(), { description: 'By outcome' }),
  },
  { title: 'CampaignCounters', additionalProperties: false },
)
export const TakeBody = Type.Object(
  {
    leaseSeconds: defaulted(Type.Integer({ minimum: 5, maximum: 3600, default: 600 })),
    agentId: Type.Optional({ ...Id, description: 'Who takes it; needed for a personal callback' }),
  },
  { additionalProperties: false },
)
export const IdentifyBody = Type.Object({ contactId: Id }, { additionalProperties: false })
export const BarBody = Type.Object(
  { number: Phone, country: Type.Optional(Country), reason: Type.Optional(Reason) },
  { additionalProperties: false },
)
export const BarredShown = Type.Object(
  // Absent for roles that may not see notes.
  { number: Type.String(), reason: Type.Optional(Nullable(Type.String())), createdAt: DateTime },
  { title: 'BarredNumber', additionalProperties: false },
)
