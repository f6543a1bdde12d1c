// English texts of all problem codes and field faults. `{name}` is replaced by the problem's parameter.
import type { ProblemCode } from '../kernel/errors.ts'

export type FaultCode =
  | 'missing'
  | 'unknown_field'
  | 'wrong_type'
  | 'wrong_format'
  | 'give_one'
  | 'too_deep'
  | 'not_allowed'
  | 'too_short'
  | 'too_long'
  | 'too_small'
  | 'too_large'
  | 'too_few'
  | 'too_many'
  | 'repeated'
  | 'invalid'
export type Words = {
  problems: Record<ProblemCode, readonly [title: string, detail: string]>
  faults: Record<FaultCode, string>
}

export const en: Words = {
  problems: {
    invalid_request: [
      'The request is not valid',
      'The request has {count} fault(s); each is listed with its place. Nothing was changed.',
    ],
    malformed_http: ['No HTTP request', 'What was sent is not a request of HTTP/1.1.'],
    head_too_large: ['Headers too large', 'The address and headers together are too large.'],
    invalid_json: [
      'The body is not JSON',
      'The body could not be read as JSON. Check quotes, commas and the encoding (UTF-8).',
    ],
    unauthenticated: [
      'Sign-in needed',
      'Send a valid API key as "Authorization: Bearer …". The key may be unknown, revoked or expired.',
    ],
    forbidden: ['Not allowed', 'This key may not do that; the permission "{scope}" is needed.'],
    not_found: ['Not found', 'There is no such {what} here.'],
    body_too_large: ['The body is too large', 'The request body may have {limit} bytes at most.'],
    unsupported_media_type: ['Unsupported media type', 'Send the body as application/json.'],
    precondition_required: [
      'If-Match needed',
      'Send the ETag that you last read in If-Match, so that nobody’s change is overwritten.',
    ],
    precondition_failed: [
      'Changed meanwhile',
      'Somebody changed this after you read it (now version {version}). Read it again and repeat your change.',
    ],
    idempotency_key_reused: [
      'Idempotency-Key already used',
      'This Idempotency-Key was used with a different request. Use a new key for a new request.',
    ],
    idempotency_key_invalid: [
      'Idempotency-Key not valid',
      'Use 8 to 255 visible ASCII characters, for example a UUID.',
    ],
    invalid_cursor: ['Cursor not valid', 'Use the cursor exactly as the page before returned it.'],
    internal_error: [
      'Something went wrong',
      'The fault is ours and has been recorded under the request id. Try again later.',
    ],
    sign_in_busy: ['Many are signing in right now', 'Try again in a few seconds.'],
    secret_unreadable: [
      'A secret cannot be opened',
      'It was sealed with the key {key}, which this process does not have. The operator adds it to AGENDA_SECRET_KEY.',
    ],
    stopping: ['About to stop', 'This process is about to stop. Send requests to another one.'],
    database_unavailable: [
      'Temporarily unavailable',
      'The database cannot be reached. Try again in a few seconds with the same Idempotency-Key.',
    ],
    conflict: ['Conflict', 'The change contradicts what is stored. Read the current state and try again.'],
    invalid_reference: ['Unknown reference', 'There is no active {what} with the id {id}.'],
    invalid_recurrence: [
      'Recurrence rule not valid',
      'The part {part} of the rule cannot be used. Allowed: FREQ=DAILY|WEEKLY|MONTHLY|YEARLY with ' +
        'INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, UNTIL, COUNT, WKST.',
    ],
    number_not_called: [
      'This number is not called',
      'We call ordinary numbers of the countries of this campaign only, never premium, shared cost or satellite numbers.',
    ],
    too_many_streams: [
      'Too many open streams',
      'Close one that is open, or read from one together: each stream carries all changes.',
    ],
    recurrence_never_falls: ['The rule has no date', 'The recurrence rule has no date between {from} and {to}.'],
    date_too_far: ['Date too far away', 'Choose a date between {from} and {to}.'],
    invalid_window: [
      'Time window not valid',
      'The window {from}–{to} overlaps another one, or a break lies outside its window.',
    ],
    invalid_period: ['Period not valid', 'The end must lie after the start, both on full minutes.'],
    external_id_taken: ['External id already used', 'Another record has this external id.'],
    slug_taken: ['Short name already used', 'Another tenant has the short name "{slug}".'],
    schedule_overlap: ['Schedules overlap', 'Another version of this schedule is valid in that period.'],
    contact_exists: [
      'Contact already there',
      'A contact with the same name and the same e-mail or phone exists already.',
    ],
    still_in_use: ['Still in use', '{count} future appointment(s) depend on it. Move or cancel them first.'],
    archived: ['Archived', 'This record is archived and cannot be changed.'],
    managed_by_pool: ['Managed by its pool', 'Desks are changed through their pool.'],
    invalid_service_rules: ['Service rules contradict each other', 'The rule {rule} contradicts another one.'],
    unknown_holidays: ['Unknown country or region', 'No public holidays are known for {country} {region}.'],
    invalid_phone: [
      'Phone number not valid',
      '{phone} is not a possible phone number. Write it with the country code, or name the country.',
    ],
    range_too_long: ['Range too long', 'Ask for 92 days at most, with the end not before the start.'],
    services_not_combinable: [
      'Services cannot be combined',
      'These services cannot be booked in one visit. Book them one by one.',
    ],
    service_unavailable: ['Service not available', 'The service {service} is not offered any more.'],
    duration_not_offered: ['Duration not offered', 'The service is not offered with {minutes} minutes.'],
    channel_not_offered: ['Channel not offered', 'The service is not offered by this channel.'],
    agent_not_qualified: [
      'Agent does not offer this',
      'The chosen agent does not offer this service. Choose another agent or any.',
    ],
    agent_elsewhere: [
      'Agent works elsewhere',
      'The chosen agent does not work at this location. Choose another location or agent.',
    ],
    outside_schedule: ['Outside working hours', 'Nobody works at that time. Choose one of the offered times.'],
    outside_location_hours: [
      'Location closed',
      'The location is closed at that time. Choose one of the offered times.',
    ],
    holiday: ['Public holiday', 'That day is a public holiday. Choose another day.'],
    closure: ['Closed', 'The location is closed on that occasion. Choose another day or location.'],
    absence: ['Agent absent', 'The agent is absent at that time. Choose another time or agent.'],
    does_not_fit: ['Too little time', 'The visit does not fit before the end of the opening. Choose an earlier time.'],
    not_on_grid: ['Not an offered start', 'Appointments do not start at that minute. Choose one of the offered times.'],
    too_soon: ['Too soon', 'The time is too soon or already past. Choose a later time.'],
    too_late_for_next_day: [
      'Too late for tomorrow',
      'Appointments for tomorrow can no longer be booked today. Choose a later day.',
    ],
    beyond_horizon: ['Too far ahead', 'The date cannot be booked yet. Choose an earlier date.'],
    reserved_for_staff: [
      'Kept for the office',
      'That time is given out by the office only. Choose another time or call the office.',
    ],
    day_limit_reached: [
      'Fully booked that day',
      'The number of appointments for that day is reached. Choose another day.',
    ],
    week_limit_reached: [
      'Fully booked that week',
      'The number of appointments for that week is reached. Choose another week.',
    ],
    slot_taken: ['Time just taken', 'Somebody else has this time. Choose another one.'],
    slot_held: [
      'Time being booked',
      'Somebody is booking this time right now. Choose another one, or try again in some minutes.',
    ],
    recently_released: [
      'Not free again yet',
      'This time was given back a moment ago and opens again shortly. Choose another one.',
    ],
    seats_exhausted: ['No places left', 'There are not enough places left. Choose another time.'],
    no_agent_free: ['Nobody free', 'No agent is free at that time. Choose another one.'],
    contact_limit_reached: [
      'Too many appointments',
      'This person has reached the number of appointments allowed in that period.',
    ],
    hold_expired: [
      'Reservation expired',
      'The time was held for you but the hold has expired. Choose a time again; nothing else is lost.',
    ],
    hold_mismatch: [
      'Differs from the reservation',
      'The hold is for another service, time or place. Leave those fields out when a hold is confirmed.',
    ],
    contact_required: ['Contact missing', 'Say who the appointment is for: contactId or contact.'],
    answer_required: ['Answer missing', 'The question "{label}" must be answered.'],
    answer_invalid: ['Answer not valid', 'The answer to "{label}" is not valid.'],
    answer_unknown: ['Unknown question', 'The service does not ask "{id}".'],
    too_late_to_cancel: [
      'Too late to cancel',
      'It can be cancelled up to {minutes} minutes before. Please contact the office.',
    ],
    too_late_to_move: [
      'Too late to move',
      'It can be moved up to {minutes} minutes before. Please contact the office.',
    ],
    reason_required: ['Reason needed', 'An exception to the rules needs a reason, which is recorded.'],
    staff_only: ['Staff only', 'Only staff may do that.'],
    invalid_transition: ['Not possible in this state', 'It is {status}; that does not allow "{action}".'],
    not_started_yet: ['Not started yet', 'An outcome can be recorded once the appointment has started.'],
    undo_over: [
      'Too late to take it back',
      'This can be taken back for ten minutes, as long as nothing else has happened since.',
    ],
    too_many_rivals: ['Very busy', 'Many people are booking at once. Try again in a moment.'],
    illegible_theme: [
      'Colours that cannot be read',
      '{text} on {background} has a contrast of {ratio}:1; at least {least}:1 is needed (WCAG 2.2 AA).',
    ],
    proof_needed: [
      'Please add an e-mail address',
      'Many bookings of this day are not confirmed. The places that are left go to those who confirm ' +
        'by e-mail: add your address, and open the link that we send. Or ring the office.',
    ],
    day_crowded: [
      'This day is in great demand right now',
      'Choose another day, or try again in some minutes: times that are not confirmed come free again.',
    ],
    work_needed: [
      'One moment more',
      'There is a rush right now, and your browser proves that you are no program. It takes some ' +
        'seconds: then press again. Your time is still chosen.',
    ],
    too_many_open: [
      'Too many open appointments',
      'This e-mail address or number already has {max} open appointments. Cancel one that is not needed, or contact the office.',
    ],
    too_many_requests: [
      'Too many requests',
      'Too many requests came in a short time: with this key, from you or from your network. Try again in {minutes} min.',
    ],
    booking_closed: [
      'Online booking is closed',
      'Appointments cannot be booked online here at the moment. Contact the office.',
    ],
    draft_gone: [
      'This booking is no longer open',
      'It was left for too long, or it began in another browser. Start again; no appointment was made.',
    ],
    access_over: ['Your access has ended', 'It holds for two hours. Ask for a new code to open your appointments.'],
    link_invalid: [
      'This link does not work',
      'It is incomplete, or a newer one has replaced it. Find the appointment with its code instead.',
    ],
    changed_elsewhere: [
      'Changed in another window',
      'This booking was changed in another window. Check it below and go on.',
    ],
    cross_site: [
      'Sent from another site',
      'For your safety forms are accepted only from our own pages. Open the page here and send it again.',
    ],
    already_extended: [
      'Already extended',
      'The time can be extended once. Finish now, or choose a time again later; what you typed is kept.',
    ],
    appointment_not_matched: [
      'No appointment matches',
      'No appointment matches this code together with this e-mail address or telephone number. Check both.',
    ],
    activation_expired: [
      'The time to confirm is over',
      'The appointment was not confirmed in time and was given back. Choose a time again; what you typed is kept.',
    ],
    email_needed: ['An e-mail address is needed', 'Write an e-mail address: the confirmation is sent there.'],
    template_syntax: ['Template not readable', 'The text is no valid template: {detail}'],
    template_variable: ['Unknown variable', 'Messages of this kind have no variable {detail}.'],
    unreadable_message: ['Message not readable', 'The message could not be read: {reason}'],
    address_not_allowed: [
      'Address not allowed',
      'This address cannot be used ({reason}). An https address outside private networks is needed.',
    ],
    not_for_test_tenants: [
      'Not for test tenants',
      'A test tenant cannot have test tenants. Use a key of the tenant behind it.',
    ],
    not_in_test_mode: ['Only in test mode', 'This works only in a test tenant, whose keys begin with “agt.”.'],
    clock_moving: ['The clock is being moved', 'Another call is moving the clock of this tenant. Wait for its answer.'],
    clock_backwards: ['Clocks do not go back', 'The clock stands at {now}. Choose that instant or a later one.'],
    limit_reached: ['Limit reached', 'There are {max} already, which is the limit.'],
    offer_over: ['Offer over', 'This time is no longer kept for you. Your appointment, if you have one, is as it was.'],
    unreadable_calendar: ['Calendar not readable', 'The calendar could not be read: {reason}'],
    script_in_use: [
      'Script in use',
      'Campaigns, services or incoming calls use this script ({count}). Give them another one first.',
    ],
    campaign_in_use: [
      'Callbacks wait',
      '{open} callbacks of this campaign are open. Let them end, or cancel them, before you archive it.',
    ],
    window_full: ['This time is full', 'All callbacks of that time are promised. Take one of the nearest windows.'],
    agent_not_free: [
      'This agent is not free then',
      'The agent is away or has something else at that time. Take another time, or let anyone call.',
    ],
    script_faults: ['The script cannot be published', 'It has {count} fault(s); each is listed with its step.'],
    script_not_published: ['No script', 'The script has not been published yet, or leads to one that has not.'],
    conversation_over: ['The conversation is over', 'Go back to one of its steps to change an answer.'],
    conversation_moved_on: [
      'The conversation has moved on',
      'Another step is open now. Read it, then answer that one.',
    ],
    answer_out_of_range: ['Answer out of range', 'The answer to "{label}" must be between {min} and {max}.'],
    no_address: ['No way to write', 'This person has no {channel} to which a message can go.'],
    window_closed: ['Nobody calls at this time', 'Nobody may or can call then. Take one of the nearest windows.'],
    do_not_call: ['This number is not called', 'The number is on the list of those who do not want to be called.'],
    too_many_callbacks: [
      'Too many requests for this number',
      'This number asked for {max} callbacks within a day. Try again tomorrow.',
    ],
    campaign_full: ['No more callbacks for now', '{max} callbacks are open already. Try again later.'],
    sign_in_refused: ['Not recognised', 'The e-mail address or the password is not right.'],
    sign_in_paused: [
      'Too many attempts',
      'Signing in is paused for some minutes after many attempts. Wait a little, or ask for a new password by e-mail: that works at once.',
    ],
    code_refused: ['Code not right', 'The code is not right or was used already. Type the one that the app shows now.'],
    passkey_refused: [
      'Passkey not accepted',
      'The passkey could not be checked, or the question was too old. Try once more, or use your password.',
    ],
    sign_in_again: [
      'Sign in again',
      'You signed in more than five minutes ago. Sign out and in again, then change your second factor.',
    ],
    not_oneself: ['Not here for yourself', 'Change your own password and second factor on the page of your account.'],
    second_factor_needed: ['Second factor needed', 'Your role needs a second factor. Set it up in your account first.'],
    email_taken: ['Address in use', 'Somebody already signs in with this e-mail address.'],
    last_administrator: [
      'Last administrator',
      'Somebody must remain who administers. Make another person an administrator first.',
    ],
    password_short: ['Password too short', 'Use at least 10 characters; several words are easy to remember.'],
    password_weak: ['Password too easy', 'This password is easy to guess. Several unrelated words make a better one.'],
    password_breached: ['Password known', 'This password is in lists that are used to break in. Choose another one.'],
    outside_reach: ['Outside your area', 'You may only do this for your own locations and agents.'],
    provider_failed: [
      'Sign-in service',
      'The organisation’s sign-in service did not answer as expected ({reason}). Try again, or use your password.',
    ],
    provider_unproven: [
      'Identity not proven',
      'The sign-in service gave neither a fiscal number nor a verified e-mail address. Sign in with a code instead.',
    ],
    wallet_keys_unfit: ['Keys unfit', 'No pass can be signed with these keys. Check the certificate and the key.'],
    provider_unknown_person: [
      'No access',
      'You are known to the sign-in service, but not here. Ask an administrator to invite you.',
    ],
    not_mergeable: ['Cannot be merged', 'Choose two different people.'],
    folder_in_use: [
      'Data folder in use',
      'The data folder {folder} is in use by process {owner}. Stop that process, choose another folder with --data, or set DATABASE_URL.',
    ],
    database_too_old: ['PostgreSQL too old', 'PostgreSQL 15 or newer is needed; this server is {version}.'],
    database_not_empty: ['Database not empty', 'The target database already has data; restore into an empty one.'],
    invalid_setting: ['Setting not valid', 'The setting {name} is not valid: {expected}.'],
  },
  faults: {
    missing: 'This field is required.',
    unknown_field: 'This field is not known here.',
    wrong_type: 'Must be of type {limit}.',
    give_one: 'Give exactly one of {limit}.',
    wrong_format: 'Must have the form {limit}.',
    too_deep: 'Nested too deeply: at most {limit} levels.',
    not_allowed: 'Must be one of: {limit}.',
    too_short: 'Must have at least {limit} characters.',
    too_long: 'May have at most {limit} characters.',
    too_small: 'Must be at least {limit}.',
    too_large: 'May be at most {limit}.',
    too_few: 'Must have at least {limit} entries.',
    too_many: 'May have at most {limit} entries.',
    repeated: 'Entries must not repeat.',
    invalid: 'Is not valid.',
  },
}
