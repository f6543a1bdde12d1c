// Schema of a script and of its answers, as the API and files of exported scripts have them.
import Type from 'typebox'
import { ExternalId, Id, LongText, Name, oneOf } from '../../platform/schema/schema.ts'
import { Condition } from '../catalogue/campaign/campaign.schema.ts'
import { OUTCOMES } from '../catalogue/campaign/retry.ts'
import { ANSWER_KINDS } from './script.ts'

const MOST_STEPS = 300
const StepId = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$', description: 'Names the step inside its script' })
const OptionId = Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' })

/** A text in the languages of the service. */
const TextShown = Type.Object(
  { it: Type.Optional(LongText), en: Type.Optional(LongText) },
  {
    additionalProperties: false,
    description: 'Markdown (bold, italics, lists, links) with variables such as {{contact.firstName}}',
  },
)
const common = { id: StepId, name: Type.Optional(Type.String({ maxLength: 80, description: 'For the author' })) }
const closed = { additionalProperties: false }

const Act = Type.Union(
  [
    Type.Object({ kind: Type.Literal('book'), serviceId: Id }, closed),
    Type.Object({ kind: Type.Literal('promise'), campaignId: Type.Optional(Id) }, closed),
    Type.Object({ kind: Type.Literal('send'), messageId: { ...Id, description: 'A saved message' } }, closed),
    Type.Object({ kind: Type.Literal('outcome'), outcome: oneOf(OUTCOMES) }, closed),
    Type.Object({ kind: Type.Literal('widget'), widgetId: Type.String({ pattern: '^[a-z0-9-]{1,30}$' }) }, closed),
    Type.Object({ kind: Type.Literal('note'), text: TextShown }, closed),
  ],
  { description: 'What the agent is offered to do; outcome and note happen by themselves' },
)

const StepShown = Type.Union(
  [
    Type.Object({ ...common, kind: Type.Literal('say'), text: TextShown, next: StepId }, closed),
    Type.Object(
      {
        ...common,
        kind: Type.Literal('ask'),
        text: TextShown,
        hint: Type.Optional(TextShown),
        answer: oneOf(ANSWER_KINDS),
        options: Type.Optional(Type.Array(Type.Object({ id: OptionId, label: TextShown }, closed), { maxItems: 40 })),
        isRequired: Type.Optional(Type.Boolean()),
        min: Type.Optional(Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 })),
        max: Type.Optional(Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 })),
        writesTo: Type.Optional(
          Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,39}$', description: 'Attribute of the contact' }),
        ),
        goTo: Type.Optional(
          Type.Record(Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,39}$' }), StepId, {
            additionalProperties: false,
            description: 'Next step by answer: `yes`, `no` or the id of an option',
          }),
        ),
        next: StepId,
      },
      closed,
    ),
    Type.Object(
      {
        ...common,
        kind: Type.Literal('branch'),
        cases: Type.Array(
          Type.Object({ when: Type.Array(Condition, { minItems: 1, maxItems: 20 }), next: StepId }, closed),
          { minItems: 1, maxItems: 20 },
        ),
        next: StepId,
      },
      closed,
    ),
    Type.Object(
      { ...common, kind: Type.Literal('do'), act: Act, text: Type.Optional(TextShown), next: StepId },
      closed,
    ),
    Type.Object({ ...common, kind: Type.Literal('script'), scriptId: Id }, closed),
    Type.Object({ ...common, kind: Type.Literal('end'), text: Type.Optional(TextShown) }, closed),
  ],
  { description: 'say, ask, branch, do, script (goes on with another one), end' },
)

export const ScriptBody = Type.Object(
  {
    name: Name,
    externalId: Type.Optional(ExternalId),
    description: Type.Optional(Type.String({ maxLength: 500 })),
    start: StepId,
    steps: Type.Array(StepShown, { minItems: 1, maxItems: MOST_STEPS }),
  },
  { additionalProperties: false },
)

/** An answer to a question of a script. */
export const AnswerBody = Type.Union(
  [
    Type.String({ maxLength: 4000 }),
    Type.Number(),
    Type.Boolean(),
    Type.Array(Type.String({ maxLength: 40 }), { maxItems: 40, uniqueItems: true }),
    Type.Null(),
  ],
  { description: 'null: nothing was said' },
)
