// A conversation and the findings of a script as the API shows them.
import Type from 'typebox'
import { DateTime, Id, Nullable } from '../../platform/schema/schema.ts'
import { documentOfRun } from './facts.ts'
import type { Conversation } from './run.ts'

const Any = Type.Object({}, { additionalProperties: true })

export const FindingShown = Type.Object(
  {
    stepId: Nullable(Type.String()),
    code: Type.String(),
    what: Type.Optional(Type.String()),
    isError: Type.Boolean({ description: 'Errors prevent publication' }),
  },
  { title: 'ScriptFinding', additionalProperties: false },
)

export const ConversationShown = Type.Object(
  {
    id: Id,
    scriptId: Id,
    scriptVersion: Type.Integer(),
    contactId: Nullable(Id),
    callbackId: Nullable(Id),
    appointmentId: Nullable(Id),
    callId: Nullable(Id),
    language: Type.String(),
    position: Nullable(Type.Integer({ description: 'Of the open step; null once the conversation has ended' })),
    step: Nullable(Any),
    proposedOutcome: Nullable(Type.String()),
    steps: Type.Array(
      Type.Object({
        position: Type.Integer(),
        stepId: Type.String(),
        scriptId: Id,
        answer: Type.Optional(Type.Unknown()),
        enteredAt: DateTime,
        leftAt: Nullable(DateTime),
      }),
      { description: 'Shown so far, in order' },
    ),
    answers: Type.Record(Type.String(), Type.Unknown(), { description: 'By step' }),
    facts: Type.Record(Type.String(), Type.Unknown(), { description: 'Values of the variables in texts' }),
    startedAt: DateTime,
    endedAt: Nullable(DateTime),
  },
  { title: 'Conversation', additionalProperties: false },
)

export function presentConversation({ run, steps, step, answers, facts }: Conversation) {
  const { language = 'it', outcomes = {} } = documentOfRun(run)
  return {
    id: run.id,
    scriptId: run.script_id,
    scriptVersion: run.script_version,
    contactId: run.contact_id,
    callbackId: run.callback_id,
    appointmentId: run.appointment_id,
    callId: run.call_id,
    language,
    position: run.position,
    step: step as Record<string, unknown> | null,
    proposedOutcome: Object.values(outcomes).at(-1) ?? null,
    steps: steps.map((one) => ({
      position: one.position,
      stepId: one.stepId,
      scriptId: one.scriptId,
      ...(one.answer === null ? {} : { answer: one.answer }),
      enteredAt: one.enteredAt.toISOString(),
      leftAt: one.leftAt?.toISOString() ?? null,
    })),
    answers,
    facts: JSON.parse(JSON.stringify(facts)) as Record<string, unknown>,
    startedAt: run.started_at.toISOString(),
    endedAt: run.ended_at?.toISOString() ?? null,
  }
}
