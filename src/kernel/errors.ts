// The service's only error class and the catalogue of problem codes with their HTTP status.
// The text of each code is in locales/; a code without a text does not compile.

/** Stable problem codes → HTTP status (RFC 9110). The names are part of the public API. */
const PROBLEMS = {
  // the request itself
  invalid_request: 400,
  invalid_json: 400,
  malformed_http: 400,
  head_too_large: 431,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  body_too_large: 413,
  unsupported_media_type: 415,
  precondition_required: 428,
  precondition_failed: 412,
  idempotency_key_reused: 422,
  idempotency_key_invalid: 400,
  invalid_cursor: 400,
  internal_error: 500,
  secret_unreadable: 503,
  sign_in_busy: 503,
  database_unavailable: 503,
  stopping: 503,
  conflict: 409,
  // configuration
  invalid_reference: 422,
  invalid_recurrence: 422,
  recurrence_never_falls: 422,
  too_many_streams: 429,
  number_not_called: 422,
  date_too_far: 422,
  invalid_window: 422,
  invalid_period: 422,
  external_id_taken: 409,
  slug_taken: 409,
  schedule_overlap: 409,
  contact_exists: 409,
  still_in_use: 409,
  archived: 409,
  managed_by_pool: 409,
  invalid_service_rules: 422,
  unknown_holidays: 422,
  illegible_theme: 422,
  invalid_phone: 422,
  // slots and booking
  range_too_long: 422,
  services_not_combinable: 422,
  service_unavailable: 409,
  duration_not_offered: 422,
  channel_not_offered: 422,
  agent_not_qualified: 409,
  agent_elsewhere: 409,
  outside_schedule: 409,
  outside_location_hours: 409,
  holiday: 409,
  closure: 409,
  absence: 409,
  does_not_fit: 409,
  not_on_grid: 409,
  too_soon: 409,
  too_late_for_next_day: 409,
  beyond_horizon: 409,
  reserved_for_staff: 409,
  day_limit_reached: 409,
  week_limit_reached: 409,
  slot_taken: 409,
  slot_held: 409,
  recently_released: 409,
  seats_exhausted: 409,
  no_agent_free: 409,
  contact_limit_reached: 409,
  hold_expired: 409,
  hold_mismatch: 422,
  contact_required: 422,
  answer_required: 422,
  answer_invalid: 422,
  answer_unknown: 422,
  too_late_to_cancel: 409,
  too_late_to_move: 409,
  reason_required: 422,
  staff_only: 403,
  invalid_transition: 409,
  not_started_yet: 409,
  undo_over: 409,
  too_many_rivals: 409,
  proof_needed: 409,
  day_crowded: 409,
  work_needed: 422,
  too_many_open: 409,
  too_many_requests: 429,
  // callbacks
  window_full: 409,
  campaign_in_use: 409,
  script_in_use: 409,
  window_closed: 409,
  agent_not_free: 409,
  do_not_call: 409,
  too_many_callbacks: 429,
  campaign_full: 409,
  // conversations and agents
  script_faults: 422,
  script_not_published: 409,
  conversation_over: 409,
  conversation_moved_on: 409,
  answer_out_of_range: 422,
  no_address: 422,
  // messages and calendars
  template_syntax: 422,
  template_variable: 422,
  unreadable_message: 422,
  address_not_allowed: 422,
  unreadable_calendar: 422,
  offer_over: 409,
  limit_reached: 409,
  not_in_test_mode: 409,
  not_for_test_tenants: 409,
  clock_moving: 409,
  clock_backwards: 422,
  // public booking pages
  booking_closed: 403,
  draft_gone: 404,
  link_invalid: 404,
  access_over: 404,
  changed_elsewhere: 409,
  // people who sign in
  sign_in_refused: 401,
  sign_in_paused: 429,
  code_refused: 401,
  passkey_refused: 401,
  sign_in_again: 403,
  not_oneself: 403,
  second_factor_needed: 403,
  email_taken: 409,
  last_administrator: 409,
  password_short: 422,
  password_weak: 422,
  password_breached: 422,
  outside_reach: 403,
  provider_failed: 502,
  provider_unproven: 403,
  wallet_keys_unfit: 422,
  provider_unknown_person: 403,
  not_mergeable: 422,
  cross_site: 403,
  already_extended: 409,
  appointment_not_matched: 404,
  activation_expired: 409,
  email_needed: 422,
  // starting the program
  folder_in_use: 500,
  database_too_old: 500,
  database_not_empty: 500,
  invalid_setting: 500,
} as const

export type ProblemCode = keyof typeof PROBLEMS
export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[]
export const statusOf = (code: ProblemCode): number => PROBLEMS[code]

/** Location of a fault in the request: a JSON pointer (RFC 6901) into the body, or a named query parameter or header. */
export type FieldFault = {
  in: 'body' | 'query' | 'path' | 'header'
  pointer: string
  code: string
  detail?: string
  params?: Params
}
export type Params = Readonly<Record<string, string | number | boolean | undefined>>

/** A refusal or failure with a stable code; `params` fill the text of the code, `extra` is added to the problem document. */
export class AppError extends Error {
  readonly code: ProblemCode
  readonly params: Params
  readonly fields: readonly FieldFault[]
  readonly extra: Readonly<Record<string, unknown>>

  constructor(
    code: ProblemCode,
    params: Params = {},
    options: {
      fields?: readonly FieldFault[]
      extra?: Record<string, unknown>
      cause?: unknown
      message?: string
    } = {},
  ) {
    super(options.message ?? code, { cause: options.cause })
    this.code = code
    this.params = params
    this.fields = options.fields ?? []
    this.extra = options.extra ?? {}
  }

  get status(): number {
    return PROBLEMS[this.code]
  }
}

/** The error for a missing required field of the body or query parameter. */
export function missing(pointer: string, where: 'body' | 'query' = 'body'): AppError {
  return new AppError('invalid_request', { count: 1 }, { fields: [{ in: where, pointer, code: 'missing' }] })
}

/** The error when another record has the external id; `existingId` is its id, so that callers need not search. */
export function externalIdTaken(existingId?: string): AppError {
  const fields = [{ in: 'body' as const, pointer: '/externalId', code: 'external_id_taken' }]
  return new AppError(
    'external_id_taken',
    {},
    { fields, ...(existingId === undefined ? {} : { extra: { existingId } }) },
  )
}

/** The error for a fault in one place of the body: `bodyFault('/windows/0', 'invalid_window')`. */
export function bodyFault(pointer: string, code: ProblemCode, params: Params = {}): AppError {
  return new AppError(code, params, { fields: [{ in: 'body', pointer, code, params }] })
}
