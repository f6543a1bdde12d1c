// PURE. The longest range of days for which slots are listed.
import { AppError } from '../../kernel/errors.ts'
import { parseDate } from '../../kernel/time/zone.ts'

const MAX_DAYS = 92

/** Throws `range_too_long` if local dates are in the wrong order or span too many days. */
export function checkRange(from: string, to: string): void {
  const days = parseDate(to) - parseDate(from)
  if (days < 0 || days >= MAX_DAYS)
    throw new AppError('range_too_long', {}, { fields: [{ in: 'query', pointer: 'to', code: 'range_too_long' }] })
}
