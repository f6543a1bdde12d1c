-- Handing callbacks over: what the clock must look at, deliveries to queues, circuits and pacing, figures, bulk loads.
-- Why this shape: one instant a row (look_at) tells the sweep when something about it may change, so one index serves leases,
-- hours, promises, owners and supervisors; a delivery is a row of its own, so that its key stays the same however often it is
-- sent; figures are counted in the transaction that causes them, so that a page of them never scans the history.

alter table campaigns add column connector text not null default 'pull';

-- the default makes the sweep look at once at rows that were written without it
alter table callbacks add column look_at timestamptz not null default '1970-01-01T00:00:00Z';
alter table callbacks add column leased_at timestamptz;
alter table callbacks add column owner_until timestamptz;
alter table callbacks add column escalate_at timestamptz;
alter table callbacks add column escalated_at timestamptz;
alter table callbacks add column delivery_id uuid;
-- leases and deliveries whose result was taken: the same result again changes nothing
alter table callbacks add column settled uuid[] not null default '{}';
update callbacks set leased_at = updated_at where status = 'in_progress';
alter table callbacks drop constraint callbacks_lease;
alter table callbacks drop constraint callbacks_queued;
alter table callbacks add constraint callbacks_lease
  check ((status = 'in_progress') = (lease_until is not null and lease_id is not null and leased_at is not null));
alter table callbacks add constraint callbacks_queued
  check ((status = 'queued') = (queued_at is not null and delivery_id is not null));
drop index callbacks_leased;
drop index callbacks_expiring;
drop index callbacks_hours;
create index callbacks_look on callbacks (tenant_id, look_at) where status in ('scheduled', 'queued', 'in_progress');
create index callbacks_next on callbacks (tenant_id, campaign_id, due_at) where status = 'scheduled';
create index callbacks_window on callbacks (tenant_id, window_from, id);

-- What changed since: read by live streams. Identifiers are ordered by time.
create index events_stream on events (tenant_id, id);

-- What processes share about a campaign: how fast it goes, whether its endpoint answers, who pushes.
create table campaign_states (
  tenant_id uuid not null,
  campaign_id uuid not null,
  -- pacing: pushes up to this instant are spent
  paced_at timestamptz,
  failures integer not null default 0,
  -- the circuit is open until then; the first push after it decides
  open_until timestamptz,
  failure text,
  pusher uuid,
  pusher_until timestamptz,
  primary key (tenant_id, campaign_id)
);

-- One hand-over of a callback to a queue, or its withdrawal from there.
create table deliveries (
  tenant_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  callback_id uuid not null,
  kind text not null constraint deliveries_kind check (kind in ('contact', 'withdrawal')),
  status text not null default 'pending' constraint deliveries_status check (status in ('pending', 'delivered', 'parked', 'dropped')),
  -- those that are sent in one message, which keeps its key when it is sent again
  batch_id uuid not null,
  attempts integer not null default 0,
  due_at timestamptz not null,
  failure text,
  document jsonb not null,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (tenant_id, id),
  constraint deliveries_settled check ((status = 'pending') = (settled_at is null)),
  constraint deliveries_failure check (status <> 'parked' or failure is not null)
);
create index deliveries_due on deliveries (tenant_id, campaign_id, due_at) where status = 'pending';
create index deliveries_parked on deliveries (tenant_id, id) where status = 'parked';
create index deliveries_callback on deliveries (tenant_id, callback_id);

-- Figures of a campaign by day: attempts by outcome, promises kept, late and missed, with the seconds of delay.
create table callback_counts (
  tenant_id uuid not null,
  campaign_id uuid not null,
  day date not null,
  kind text not null,
  n bigint not null,
  seconds bigint not null,
  primary key (tenant_id, campaign_id, day, kind)
);

-- Bulk loads: the text that was sent, how far it was read, and what was refused.
create table contact_loads (
  tenant_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  status text not null constraint contact_loads_status check (status in ('waiting', 'done', 'failed')),
  content text,
  document jsonb not null,
  -- characters read so far
  position bigint not null default 0,
  size bigint not null,
  rows_read integer not null default 0,
  accepted integer not null default 0,
  duplicates integer not null default 0,
  refused integer not null default 0,
  due_at timestamptz not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  constraint contact_loads_finished check ((status = 'waiting') = (finished_at is null))
);
create index contact_loads_waiting on contact_loads (tenant_id, due_at) where status = 'waiting';

create table load_refusals (
  tenant_id uuid not null,
  load_id uuid not null,
  line integer not null,
  code text not null,
  content text not null,
  primary key (tenant_id, load_id, line)
);
