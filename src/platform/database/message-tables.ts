// Row types of background jobs, messages and webhooks.
import type { Generated } from 'kysely'
import type { Document, Json } from './json.ts'

/** `dropped`: too late to be useful; `suppressed`: nothing is sent to the address. */
type MessageStatus = 'queued' | 'sent' | 'delivered' | 'bounced' | 'parked' | 'dropped' | 'suppressed'
export type MessageRow = {
  tenant_id: string
  id: string
  channel: string
  template: string
  language: string
  subject_id: string | null
  contact_id: string | null
  recipient: string
  document: Json<Document>
  status: Generated<MessageStatus>
  attempts: Generated<number>
  due_at: Date
  sent_at: Date | null
  failure: string | null
  provider_id: string | null
  dedupe_key: string | null
  expires_at: Date | null
  erased_at: Date | null
  created_at: Date
}

export type JobRow = {
  tenant_id: string
  id: string
  queue: string
  lane: string | null
  key: string | null
  due_at: Date
  attempts: Generated<number>
  payload: Json<Document>
  failure: string | null
  parked_at: Date | null
  created_at: Date
}

export type TemplateRow = {
  tenant_id: string
  kind: string
  language: string
  document: Json<Document>
  version: Generated<number>
  created_at: Date
  updated_at: Date
}

export type GatewayRow = {
  tenant_id: string
  channel: string
  document: Json<Document>
  version: Generated<number>
  created_at: Date
  updated_at: Date
}

export type WebhookRow = {
  tenant_id: string
  id: string
  url: string
  types: string[]
  status: Generated<'active' | 'paused' | 'disabled'>
  owner: string | null
  description: string | null
  failing_since: Date | null
  failure: string | null
  version: Generated<number>
  created_at: Date
  updated_at: Date
}

export type WebhookDeliveryRow = {
  tenant_id: string
  id: string
  webhook_id: string
  event_id: string
  subject_id: string
  type: string
  status: Generated<'pending' | 'delivered' | 'parked' | 'dropped'>
  attempts: Generated<number>
  body: string
  response_status: number | null
  failure: string | null
  milliseconds: number | null
  created_at: Date
  settled_at: Date | null
}
