// PURE. The version a caller wants to change must be the stored one (If-Match, RFC 9110 §13.1.1).
import { AppError } from './errors.ts'

export function checkVersion(wanted: number | null, version: number): void {
  if (wanted !== null && wanted !== version) throw new AppError('precondition_failed', { version })
}
