// A refusal of the service as an error.
import type { Problem } from './api.d.ts'

/** The service refused a call (RFC 9457). `code` is stable: compare it, not the texts. */
export class AgendaError extends Error {
  readonly status: number
  /** Stable code, such as `slot_taken`; `http_<status>` when something else than the service answered. */
  readonly code: string
  /** What is wrong with which field. */
  readonly errors: NonNullable<Problem['errors']>
  /** The id of the request, to quote when asking for help. */
  readonly requestId: string | null
  /** The whole problem document; it can have further fields, such as `existingId`. */
  readonly problem: Problem & Record<string, unknown>

  constructor(status: number, problem: Record<string, unknown>, requestId: string | null, cause?: unknown) {
    const code = typeof problem.code === 'string' ? problem.code : `http_${status}`
    const [first] = Array.isArray(problem.errors) ? (problem.errors as { pointer?: string; detail?: string }[]) : []
    const place = first?.pointer === undefined ? '' : ` (${first.pointer}: ${first.detail ?? ''})`
    super(typeof problem.detail === 'string' ? problem.detail + place : `HTTP ${status}`, { cause })
    this.name = 'AgendaError'
    this.status = status
    this.code = code
    this.problem = { ...problem, status, code } as Problem & Record<string, unknown>
    this.errors = this.problem.errors ?? []
    this.requestId = requestId
  }
}
