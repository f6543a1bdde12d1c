// Which limit refused a count: known from the statement that failed.
import { counterIn } from '../availability/limits.sql.ts'
import { failedStatement, violationOf } from '../../platform/database/tx.ts'
import { AppError } from '../../kernel/errors.ts'

type LimitViolation = {
  /** Scope of the limit: with `agent`, another agent may still be free; with the others, nobody is. */
  scope: 'agent' | 'service' | 'contact'
  refusal: AppError
}

/** The limit that a statement of `countUp` reached, in a transaction of `atomically` or `runIn`; null for other errors. */
export function limitViolation(error: unknown): LimitViolation | null {
  if (violationOf(error)?.constraint !== 'usage_counters_limit') return null
  const { scope, period } = counterIn(failedStatement(error)) ?? { scope: 'service', period: 'day' }
  if (scope === 'contact') return { scope, refusal: new AppError('contact_limit_reached') }
  const code = period === 'week' ? 'week_limit_reached' : 'day_limit_reached'
  return { scope, refusal: new AppError(code, {}, { fields: [{ in: 'body', pointer: '/start', code }] }) }
}
