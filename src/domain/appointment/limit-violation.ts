// Reads from a database error which limit refused a count.
import { violationOf } from '../../platform/database/tx.ts'
import { AppError } from '../../kernel/errors.ts'

type LimitViolation = {
  /** Scope of the limit: with `agent`, another agent may still be free; with the others, nobody is. */
  scope: 'agent' | 'service' | 'contact'
  refusal: AppError
}

/** The violated limit, parsed from the row that PostgreSQL quotes in the error; null for other errors. */
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
