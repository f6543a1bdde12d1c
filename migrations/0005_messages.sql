-- Side work and what leaves the house: one durable queue; messages by several channels with their receipts; templates; webhooks;
-- calendar feeds and external calendars; the waiting list.

-- Work that waits. `lane`: jobs of one lane run one after the other, in the order of their ids. `key`: one job of its name waits.
-- A claim moves due_at to the end of its lease: who dies is followed by another.
create table jobs (
  tenant_id uuid not null,
  id uuid not null,
  queue text not null,
  lane text,
  key text,
  due_at timestamptz not null,
  attempts integer not null default 0,
  payload jsonb not null,
  failure text,
  parked_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index jobs_key on jobs (tenant_id, queue, key) where key is not null;
create index jobs_due on jobs (tenant_id, queue, due_at) where parked_at is null;
create index jobs_lane on jobs (tenant_id, queue, lane, id) where lane is not null;
create index jobs_next on jobs (due_at) where parked_at is null;

alter table messages drop constraint messages_channel;
alter table messages add constraint messages_channel check (channel ~ '^[a-z]{2,20}$');
alter table messages drop constraint messages_status;
alter table messages add constraint messages_status
  check (status in ('queued', 'sent', 'delivered', 'bounced', 'parked', 'dropped', 'suppressed'));
alter table messages drop constraint messages_sent;
alter table messages add constraint messages_sent check ((status in ('sent', 'delivered', 'bounced')) = (sent_at is not null));
alter table messages add column contact_id uuid;
-- the same occasion is told once, however often it is come upon
alter table messages add column dedupe_key text;
-- after this it is of no use to anybody
alter table messages add column expires_at timestamptz;
alter table messages add column erased_at timestamptz;
drop index messages_due;
create unique index messages_dedupe on messages (tenant_id, dedupe_key) where dedupe_key is not null;
create index messages_subject on messages (tenant_id, subject_id, id);
create index messages_contact on messages (tenant_id, contact_id, id) where contact_id is not null;
create index messages_provider on messages (tenant_id, provider_id) where provider_id is not null;
create index messages_kept on messages (tenant_id, created_at) where erased_at is null;
insert into jobs (tenant_id, id, queue, due_at, attempts, payload, created_at)
  select tenant_id, id, 'mail', due_at, attempts, '{}', created_at from messages where status = 'queued';

create table message_templates (
  tenant_id uuid not null,
  kind text not null,
  language text not null,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, kind, language)
);

-- Addresses that nothing is sent to: they bounced, complained, or asked for it.
create table suppressions (
  tenant_id uuid not null,
  channel text not null,
  address text not null,
  reason text not null,
  created_at timestamptz not null,
  primary key (tenant_id, channel, address)
);

-- How text messages leave: one HTTP gateway a channel.
create table text_gateways (
  tenant_id uuid not null,
  channel text not null constraint text_gateways_channel check (channel ~ '^[a-z]{2,20}$' and channel <> 'email'),
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, channel)
);

create table webhooks (
  tenant_id uuid not null,
  id uuid not null,
  url text not null,
  types text[] not null,
  status text not null default 'active' constraint webhooks_status check (status in ('active', 'paused', 'disabled')),
  description text,
  failing_since timestamptz,
  failure text,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
create index webhooks_active on webhooks (tenant_id) where status = 'active';

-- Each notice of an event to a subscription: the log, and what is sent.
create table webhook_deliveries (
  tenant_id uuid not null,
  id uuid not null,
  webhook_id uuid not null,
  event_id uuid not null,
  subject_id uuid not null,
  type text not null,
  status text not null default 'pending' constraint webhook_deliveries_status
    check (status in ('pending', 'delivered', 'parked', 'dropped')),
  attempts integer not null default 0,
  body text not null,
  response_status integer,
  failure text,
  milliseconds integer,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (tenant_id, id)
);
create index webhook_deliveries_hook on webhook_deliveries (tenant_id, webhook_id, id);
create index webhook_deliveries_age on webhook_deliveries (tenant_id, created_at);

-- Secret addresses under which calendars of an agent, a location or a pool can be subscribed to.
create table calendar_feeds (
  tenant_id uuid not null,
  id uuid not null,
  owner_kind text not null constraint calendar_feeds_owner check (owner_kind in ('agent', 'location', 'pool')),
  owner_id uuid not null,
  secret_hash text not null,
  shows_names boolean not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);

-- Agents' calendars elsewhere, whose events are busy time here; `caldav` ones are written to as well.
create table external_calendars (
  tenant_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  kind text not null constraint external_calendars_kind check (kind in ('ics', 'caldav')),
  document jsonb not null,
  etag text,
  last_modified text,
  read_at timestamptz,
  failing_since timestamptz,
  failure text,
  warned_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);
create index external_calendars_agent on external_calendars (tenant_id, agent_id);
create table external_busy (
  tenant_id uuid not null,
  calendar_id uuid not null,
  agent_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (tenant_id, calendar_id, starts_at),
  constraint external_busy_order check (starts_at < ends_at)
);

-- People who would come earlier. `offer_*`: what is kept for one of them, for a while.
create table waiting_entries (
  tenant_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  appointment_id uuid,
  service_ids uuid[] not null,
  location_id uuid,
  earliest_at timestamptz not null,
  latest_at timestamptz not null,
  status text not null default 'waiting' constraint waiting_entries_status
    check (status in ('waiting', 'offered', 'taken', 'ended')),
  offers integer not null default 0,
  offer_hold_id uuid,
  offer_start timestamptz,
  offer_until timestamptz,
  told_at timestamptz,
  document jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  constraint waiting_entries_offer check ((status = 'offered') = (offer_hold_id is not null)),
  foreign key (tenant_id, contact_id) references contacts (tenant_id, id)
);
create index waiting_entries_open on waiting_entries (tenant_id, created_at) where status in ('waiting', 'offered');
create unique index waiting_entries_appointment on waiting_entries (tenant_id, appointment_id)
  where appointment_id is not null and status in ('waiting', 'offered');
