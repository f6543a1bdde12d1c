// Row types of configuration, appointments and callbacks, and the list of all tables (more in the other
// *-tables.ts), as
// the database returns them: instants as Date, local dates as YYYY-MM-DD, int8 as number.
import type { Generated } from 'kysely'
import type { MessageRow, JobRow, TemplateRow, GatewayRow, WebhookRow, WebhookDeliveryRow } from './message-tables.ts'
import type { PeopleTables } from './people-tables.ts'
import type { ContactScreenTables } from './contact-screen-tables.ts'
import type { Json, Document } from './json.ts'

type Versioned = {
  version: Generated<number>
  created_at: Date
  updated_at: Date
  archived_at: Date | null
}
type Keyed = { tenant_id: string; id: string; document: Json<Document> } & Versioned
type Named = Keyed & { name: string; external_id: string | null }

export type TenantRow = {
  id: string
  slug: string
  name: string
  document: Json<Document>
  config_version: Generated<number>
  /** Of test tenants: how far its clock is ahead (ms), when it is deleted, and whose key created it. */
  test_ahead: Generated<number | null>
  test_until: Generated<Date | null>
  test_of: Generated<string | null>
} & Versioned

export type ApiKeyRow = {
  tenant_id: string
  id: string
  name: string
  secret_hash: string
  scopes: string[]
  created_at: Date
  expires_at: Date | null
  revoked_at: Date | null
}

export type OwnerKind = 'agent' | 'pool' | 'location'
type Owned = { owner_kind: OwnerKind; owner_id: string }

type AgentRow = Named & { pool_id: string | null; desk: number | null }
type ScheduleRow = Keyed & Owned & { validity: string }
type OpeningRow = Keyed & Owned & { period: string }
type AbsenceRow = Keyed & { agent_id: string; period: string }
type ClosureRow = Keyed & { location_id: string | null; period: string }

type ContactRow = Keyed & {
  first_name: string
  last_name: string
  email: string | null
  phone: string | null
  external_id: string | null
  identity: string | null
  merged_into: string | null
  further_phones: string[] | null
  further_emails: string[] | null
  erased_at: Date | null
}

export type ReservationKind = 'appointment' | 'hold' | 'session' | 'released'
type ReservationRow = {
  tenant_id: string
  id: string
  agent_id: string
  period: string
  kind: ReservationKind
  expires_at: Date | null
  service_id: string | null
  starts_at: Date | null
  ends_at: Date | null
  seats_used: Generated<number>
  seats: Generated<number>
}

export type AppointmentStatus = 'held' | 'pending' | 'confirmed' | 'cancelled' | 'completed' | 'no_show'
export type AppointmentRow = {
  tenant_id: string
  id: string
  code: string
  status: AppointmentStatus
  service_ids: string[]
  location_id: string
  agent_id: string
  starts_at: Date
  ends_at: Date
  time_zone: string
  channel: string
  seats: number
  contact_id: string | null
  reservation_id: string | null
  manage_hash: string | null
  external_id: string | null
  document: Json<Document>
  hold_expires_at: Date | null
  cancelled_at: Date | null
  outcome_at: Date | null
  version: Generated<number>
  created_at: Date
  updated_at: Date
}

type EventRow = {
  tenant_id: string
  subject_id: string
  id: string
  type: string
  at: Date
  actor: string
  data: Json<Document>
}

type UsageCounterRow = {
  tenant_id: string
  service_id: string
  key: string
  period_start: string
  used: number
  capacity: number
}

export type IdempotencyKeyRow = {
  tenant_id: string
  principal: string
  key_hash: string
  request_hash: string
  status: number
  body: string
  headers: Json<Record<string, string>>
  created_at: Date
}

export type CallbackRow = {
  tenant_id: string
  id: string
  campaign_id: string
  code: string
  status: CallbackStatus
  channel: 'phone' | 'web'
  number: string | null
  contact_id: string | null
  owner_agent_id: string | null
  window_from: Date
  window_to: Date
  due_at: Date
  hours_end: Date
  expires_at: Date
  rank_at: Date
  attempts: Generated<number>
  lease_id: string | null
  lease_until: Date | null
  queued_at: Date | null
  finished_at: Date | null
  outcome: string | null
  bucket_start: Date | null
  reservation_id: string | null
  external_id: string | null
  document: Json<Document>
  version: Generated<number>
  created_at: Date
  updated_at: Date
  look_at: Date
  leased_at: Date | null
  owner_until: Date | null
  escalate_at: Date | null
  escalated_at: Date | null
  delivery_id: string | null
  settled: Generated<string[]>
}

export type CampaignStateRow = {
  tenant_id: string
  campaign_id: string
  paced_at: Date | null
  failures: Generated<number>
  open_until: Date | null
  failure: string | null
  pusher: string | null
  pusher_until: Date | null
}

export type DeliveryRow = {
  tenant_id: string
  id: string
  campaign_id: string
  callback_id: string
  kind: 'contact' | 'withdrawal'
  status: Generated<'pending' | 'delivered' | 'parked' | 'dropped'>
  batch_id: string
  attempts: Generated<number>
  due_at: Date
  failure: string | null
  document: Json<Document>
  created_at: Date
  settled_at: Date | null
}

export type ContactLoadRow = {
  tenant_id: string
  id: string
  campaign_id: string
  status: 'waiting' | 'done' | 'failed'
  content: string | null
  document: Json<Document>
  position: Generated<number>
  size: number
  rows_read: Generated<number>
  accepted: Generated<number>
  duplicates: Generated<number>
  refused: Generated<number>
  due_at: Date
  created_at: Date
  finished_at: Date | null
}

type DraftRow = {
  tenant_id: string
  id: string
  document: Json<Document>
  created_at: Date
  updated_at: Date
  expires_at: Date
}

export type CitizenAccessRow = {
  tenant_id: string
  id: string
  means: string
  tries: Generated<number>
  opened_at: Date | null
  created_at: Date
  expires_at: Date
  person: unknown
}

export type FeedRow = {
  tenant_id: string
  id: string
  owner_kind: 'agent' | 'location' | 'pool'
  owner_id: string
  secret_hash: string
  shows_names: boolean
  created_at: Date
  revoked_at: Date | null
}

export type ExternalCalendarRow = {
  tenant_id: string
  id: string
  agent_id: string
  kind: 'ics' | 'caldav'
  document: Json<Document>
  etag: string | null
  last_modified: string | null
  read_at: Date | null
  failing_since: Date | null
  failure: string | null
  warned_at: Date | null
  version: Generated<number>
  created_at: Date
  updated_at: Date
}

export type WaitingRow = {
  tenant_id: string
  id: string
  contact_id: string
  appointment_id: string | null
  service_ids: string[]
  location_id: string | null
  earliest_at: Date
  latest_at: Date
  status: Generated<'waiting' | 'offered' | 'taken' | 'ended'>
  offers: Generated<number>
  offer_hold_id: string | null
  offer_start: Date | null
  offer_until: Date | null
  told_at: Date | null
  document: Json<Document>
  created_at: Date
  updated_at: Date
}

export type WaitingRoomRow = {
  tenant_id: string
  name: string
  issued: number
  called: number
  called_at: Date
  pace: number
}
export type WaitingDrawRow = { tenant_id: string; at: Date; count: number; before: number | null; seed: string | null }

export type Tables = PeopleTables &
  ContactScreenTables & {
    tenants: TenantRow
    tenant_slugs: { slug: string; tenant_id: string }
    api_keys: ApiKeyRow
    locations: Named
    services: Named
    pools: Named
    agents: AgentRow
    agent_calendars: { tenant_id: string; agent_id: string; version: Generated<number> }
    schedules: ScheduleRow
    openings: OpeningRow
    absences: AbsenceRow
    closures: ClosureRow
    holiday_calendars: Named
    campaigns: Named & { connector: Generated<string> }
    callbacks: CallbackRow
    callback_buckets: { tenant_id: string; campaign_id: string; starts_at: Date; used: number; capacity: number }
    do_not_call: { tenant_id: string; number: string; reason: string | null; created_at: Date }
    campaign_states: CampaignStateRow
    deliveries: DeliveryRow
    callback_counts: { tenant_id: string; campaign_id: string; day: string; kind: string; n: number; seconds: number }
    contact_loads: ContactLoadRow
    load_refusals: { tenant_id: string; load_id: string; line: number; code: string; content: string }
    contacts: ContactRow
    reservations: ReservationRow
    appointments: AppointmentRow
    events: EventRow
    usage_counters: UsageCounterRow
    idempotency_keys: IdempotencyKeyRow
    tenant_secrets: { tenant_id: string; purpose: string; secret: string; created_at: Date }
    data_keys: { tenant_id: string; id: string; wrapped: string; created_at: Date }
    booking_drafts: DraftRow
    citizen_access: CitizenAccessRow
    contact_means: { tenant_id: string; means_hash: string }
    messages: MessageRow
    jobs: JobRow
    message_templates: TemplateRow
    suppressions: { tenant_id: string; channel: string; address: string; reason: string; created_at: Date }
    text_gateways: GatewayRow
    webhooks: WebhookRow
    webhook_deliveries: WebhookDeliveryRow
    calendar_feeds: FeedRow
    external_calendars: ExternalCalendarRow
    external_busy: { tenant_id: string; calendar_id: string; agent_id: string; starts_at: Date; ends_at: Date }
    waiting_entries: WaitingRow
    waiting_rooms: WaitingRoomRow
    waiting_draws: WaitingDrawRow
    waiting_forms: { tenant_id: string; id: string }
  }

export type CallbackStatus =
  'scheduled' | 'queued' | 'in_progress' | 'completed' | 'exhausted' | 'expired' | 'cancelled'
