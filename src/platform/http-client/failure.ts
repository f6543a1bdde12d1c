// PURE. Evaluates the result of a request to an address that a tenant configured: failure codes, and headers of the answer.

/**
 * An error with a short code that may be stored and shown: `private_address`, `timeout`, `refused`, `not_found`, `tls`,
 * `connection`.
 */
export const failure = (code: string): Error => Object.assign(new Error(code), { failure: code })

export const failureOf = (error: unknown): string => {
  const { failure: known, code = '' } = error as { failure?: string; code?: string }
  if (known !== undefined) return known
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'not_found'
  if (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)) return 'tls'
  return 'connection'
}

export type Answer = { status: number; headers: Record<string, string | string[] | undefined> }

export const isTaken = ({ status }: Pick<Answer, 'status'>): boolean => status >= 200 && status < 300

/** A header of the answer; the first value when there are several. */
export function headerOf({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** `Retry-After` in ms from now (RFC 9110 §10.2.3: seconds or a date), at most an hour; null when absent or unreadable. */
export function retryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null
  const ms = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.min(3_600_000, Math.max(0, ms)) : null
}
