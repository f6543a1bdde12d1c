// Row types of scripts and conversations, states of agents, screen pops, messages from citizens and saved messages.
import type { Generated } from 'kysely'
import type { Document, Json } from './json.ts'

type Record = {
  tenant_id: string
  id: string
  name: string
  external_id: string | null
  document: Json<Document>
  version: Generated<number>
  created_at: Date
  updated_at: Date
  archived_at: Date | null
}

type ScriptVersionRow = {
  tenant_id: string
  script_id: string
  number: number
  document: Json<Document>
  author: string
  created_at: Date
}

export type ScriptRunRow = {
  tenant_id: string
  id: string
  script_id: string
  script_version: number
  contact_id: string | null
  callback_id: string | null
  appointment_id: string | null
  call_id: string | null
  campaign_id: string | null
  agent_id: string | null
  actor: string
  /** The current step; null once the conversation has ended. */
  position: number | null
  document: Json<Document>
  started_at: Date
  updated_at: Date
  ended_at: Date | null
}

type ScriptRunStepRow = {
  tenant_id: string
  run_id: string
  position: number
  script_id: string
  script_version: number
  step_id: string
  answer: Json<unknown> | null
  entered_at: Date
  left_at: Date | null
}

export type AgentState = 'free' | 'busy' | 'wrap_up' | 'pause' | 'away'
export type AgentStateRow = {
  tenant_id: string
  id: string
  user_id: string
  agent_id: string | null
  state: AgentState
  reason: string | null
  campaign_id: string | null
  subject_id: string | null
  started_at: Date
  until_at: Date | null
  seen_at: Date
  ended_at: Date | null
}

type ScreenPopRow = {
  tenant_id: string
  id: string
  user_id: string | null
  number: string | null
  contact_id: string | null
  callback_id: string | null
  document: Json<Document>
  created_at: Date
}

export type InboundMessageRow = {
  tenant_id: string
  id: string
  channel: string
  sender: string
  contact_id: string | null
  reply_to: string | null
  owner_id: string | null
  status: Generated<'open' | 'answered' | 'closed'>
  dedupe_key: string | null
  document: Json<Document>
  created_at: Date
  updated_at: Date
}

export type ContactScreenTables = {
  scripts: Record & { published: number | null }
  script_versions: ScriptVersionRow
  script_runs: ScriptRunRow
  script_run_steps: ScriptRunStepRow
  agent_states: AgentStateRow
  screen_pops: ScreenPopRow
  inbound_messages: InboundMessageRow
  saved_messages: Record
}
