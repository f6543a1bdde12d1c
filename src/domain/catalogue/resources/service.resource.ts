// Services as records: rules that one schema cannot state.
import { forgetCounters } from '../../availability/limits.sql.ts'
import { bodyFault } from '../../../kernel/errors.ts'
import { requireAllLive, requireLive } from '../records/references.ts'
import type { Body, Resource } from '../records/resource.ts'
import { ServiceBody } from '../service.schema.ts'
import type { Question } from '../visit.ts'

function repeatedAt<T>(values: readonly T[]): number {
  return values.findIndex((value, i) => values.indexOf(value) !== i)
}

/** Checks rules that the schema cannot express. */
function checkRules(body: Body): void {
  const questions = body.questions as Question[]
  const repeated = repeatedAt(questions.map((q) => q.id))
  if (repeated >= 0) throw bodyFault(`/questions/${repeated}/id`, 'invalid_service_rules', { rule: 'questions.id' })
  questions.forEach((question, i) => {
    const choosing = question.type === 'choice' || question.type === 'choices'
    if (choosing !== (question.options !== undefined))
      throw bodyFault(`/questions/${i}/options`, 'invalid_service_rules', { rule: 'questions.options' })
    const { minimum = -Infinity, maximum = Infinity } = question
    if (minimum > maximum)
      throw bodyFault(`/questions/${i}/maximum`, 'invalid_service_rules', { rule: 'questions.maximum' })
  })
  const channels = repeatedAt((body.channels as { type: string }[]).map((c) => c.type))
  if (channels >= 0) throw bodyFault(`/channels/${channels}`, 'invalid_service_rules', { rule: 'channels' })
  const limits = repeatedAt(
    (body.limits as { scope: string; period: string; audience?: string }[]).map(
      (l) => `${l.scope} ${l.period} ${l.audience}`,
    ),
  )
  if (limits >= 0) throw bodyFault(`/limits/${limits}`, 'invalid_service_rules', { rule: 'limits' })
  if ((body.seats as number) > 1 && (body.releaseDelayMinutes as number) > 0)
    throw bodyFault('/releaseDelayMinutes', 'invalid_service_rules', { rule: 'releaseDelayMinutes' })
}

export const services: Resource = {
  path: 'services',
  name: 'service',
  table: 'services',
  description: 'what can be booked: duration, buffers, step, notice, horizon, channels, questions, limits',
  body: ServiceBody,
  columns: { name: 'name', externalId: 'external_id' },
  filters: { externalId: 'external_id', name: 'name' },
  scopes: { read: 'configuration:read', write: 'configuration:write' },
  isConfiguration: true,
  async prepare(context, body) {
    checkRules(body)
    await requireAllLive(context, {
      table: 'locations',
      what: 'location',
      ids: body.locationIds as string[],
      pointer: '/locationIds',
    })
    await requireLive(context, {
      table: 'scripts',
      what: 'script',
      id: body.scriptId as string | undefined,
      pointer: '/scriptId',
    })
    return {}
  },
  async afterWrite(context, body) {
    const before = context.before?.document.limits
    if (context.before && JSON.stringify(before) !== JSON.stringify(body.limits))
      await forgetCounters(context.tx, context.tenantId, context.id)
  },
}
