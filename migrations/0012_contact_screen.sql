-- The contact screen: further numbers and addresses of a contact, scripts and conversations, states of agents, screen pops,
-- messages that citizens send, texts that agents reuse.

-- A person has several numbers and addresses; `phone` and `email` stay the first ones, to which messages go.
alter table contacts add column further_phones text[];
alter table contacts add column further_emails text[];
create index contacts_further_phones on contacts using gin (further_phones) where further_phones is not null;
create index contacts_further_emails on contacts using gin (further_emails) where further_emails is not null;

-- A script for conversations. `document` is the draft; what agents get is the version `published`.
create table scripts (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  external_id text,
  document jsonb not null,
  published integer,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id),
  constraint scripts_external_id unique (tenant_id, external_id)
);

-- Published versions; never changed, because conversations under way keep theirs.
create table script_versions (
  tenant_id uuid not null,
  script_id uuid not null,
  number integer not null,
  document jsonb not null,
  author text not null,
  created_at timestamptz not null,
  primary key (tenant_id, script_id, number),
  foreign key (tenant_id, script_id) references scripts (tenant_id, id)
);

-- Conversations. `position` is the current step; null once the conversation has ended.
create table script_runs (
  tenant_id uuid not null,
  id uuid not null,
  script_id uuid not null,
  script_version integer not null,
  contact_id uuid,
  callback_id uuid,
  appointment_id uuid,
  -- the announced call in which it took place
  call_id uuid,
  campaign_id uuid,
  agent_id uuid,
  actor text not null,
  position integer,
  document jsonb not null,
  started_at timestamptz not null,
  updated_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  constraint script_runs_end check ((position is null) = (ended_at is not null))
);
create index script_runs_contact on script_runs (tenant_id, contact_id, id) where contact_id is not null;
create index script_runs_callback on script_runs (tenant_id, callback_id, id) where callback_id is not null;
create index script_runs_appointment on script_runs (tenant_id, appointment_id, id) where appointment_id is not null;
create index script_runs_call on script_runs (tenant_id, call_id, id) where call_id is not null;
create index script_runs_started on script_runs (tenant_id, script_id, started_at);

-- The steps that a conversation has shown, in order, each with its answer. A step taken back is deleted.
create table script_run_steps (
  tenant_id uuid not null,
  run_id uuid not null,
  position integer not null,
  script_id uuid not null,
  script_version integer not null,
  step_id text not null,
  answer jsonb,
  entered_at timestamptz not null,
  left_at timestamptz,
  primary key (tenant_id, run_id, position),
  foreign key (tenant_id, run_id) references script_runs (tenant_id, id)
);

-- What people who handle contacts are doing, one row a period; the row without an end is the current state.
create table agent_states (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  agent_id uuid,
  state text not null check (state in ('free', 'busy', 'wrap_up', 'pause', 'away')),
  reason text,
  campaign_id uuid,
  subject_id uuid,
  started_at timestamptz not null,
  -- when a wrap-up ends by itself
  until_at timestamptz,
  -- when the person's browser was last heard of
  seen_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create unique index agent_states_current on agent_states (tenant_id, user_id) where ended_at is null;
create index agent_states_started on agent_states (tenant_id, started_at);

-- Calls that a telephone system announced, kept for a day.
create table screen_pops (
  tenant_id uuid not null,
  id uuid not null,
  -- null: whoever opens its signed address
  user_id uuid,
  number text,
  contact_id uuid,
  callback_id uuid,
  document jsonb not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create index screen_pops_created on screen_pops (tenant_id, created_at);

-- What citizens write to the office: answers to messages, waiting for somebody to answer.
create table inbound_messages (
  tenant_id uuid not null,
  id uuid not null,
  channel text not null,
  sender text not null,
  contact_id uuid,
  reply_to uuid,
  owner_id uuid,
  status text not null default 'open' check (status in ('open', 'answered', 'closed')),
  dedupe_key text,
  document jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index inbound_messages_once on inbound_messages (tenant_id, dedupe_key) where dedupe_key is not null;
create index inbound_messages_contact on inbound_messages (tenant_id, contact_id, id) where contact_id is not null;
create index inbound_messages_open on inbound_messages (tenant_id, id) where status = 'open';

-- Texts that agents send again and again.
create table saved_messages (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  external_id text,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id),
  constraint saved_messages_external_id unique (tenant_id, external_id)
);
create index contacts_first_names on contacts (tenant_id, lower(first_name) text_pattern_ops) where archived_at is null;
