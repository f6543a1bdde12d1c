// The limit that a refused count ran into, read from the error of the database.
import { violationOf } from '../db/tx.ts'
import { AppError } from '../errors.ts'

export type LimitViolation = {
  /** Whose limit: another agent may still have room under an agent's own; nobody has under the others. */
  scope: 'agent' | 'service' | 'contact'
  refusal: AppError
}

/** Which limit an error tells of, from the row that PostgreSQL quotes; null when it is about something else. */
export function limitViolation(error: unknown): LimitViolation | null {
  if (violationOf(error)?.constraint !== 'usage_counters_limit') return null
  const { detail = '' } = error as { detail?: string }
  const [, scope = 'service', period = 'day'] = /(agent|service|contact):[0-9a-f-]{36}:(day|week)/.exec(detail) ?? []
  if (scope === 'contact') return { scope, refusal: new AppError('contact_limit_reached') }
  const code = period === 'week' ? 'week_limit_reached' : 'day_limit_reached'
  return {
    scope: scope as 'agent' | 'service',
    refusal: new AppError(code, {}, { fields: [{ in: 'body', pointer: '/start', code }] }),
  }
}
