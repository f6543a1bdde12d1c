-- Campaigns, callbacks and what they promise. Why this shape: a callback is claimed by rank within its campaign, so the two columns
-- that decide (rank_at, due_at) are computed when it is written; the window's capacity is a counter whose check is the guarantee;
-- one open request a number is a unique index, whatever the application believes.

create table campaigns (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  external_id text,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id)
);
create unique index campaigns_external_id on campaigns (tenant_id, external_id);

create table callbacks (
  tenant_id uuid not null,
  id uuid not null,
  campaign_id uuid not null,
  code text not null,
  status text not null constraint callbacks_status
    check (status in ('scheduled', 'queued', 'in_progress', 'completed', 'exhausted', 'expired', 'cancelled')),
  channel text not null constraint callbacks_channel check (channel in ('phone', 'web')),
  -- the number that is called next, E.164
  number text,
  contact_id uuid,
  owner_agent_id uuid,
  -- what was promised, half-open
  window_from timestamptz not null,
  window_to timestamptz not null,
  -- the next attempt, not before and not after: the allowed hours that it lies in
  due_at timestamptz not null,
  hours_end timestamptz not null,
  -- the promise is void from here on
  expires_at timestamptz not null,
  -- order of the claim: due_at less the minutes that the priority is worth, so that waiting counts too
  rank_at timestamptz not null,
  attempts integer not null default 0,
  lease_id uuid,
  lease_until timestamptz,
  queued_at timestamptz,
  finished_at timestamptz,
  outcome text,
  -- the counter that the promise holds
  bucket_start timestamptz,
  reservation_id uuid,
  external_id text,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, contact_id) references contacts (tenant_id, id),
  constraint callbacks_window check (window_from < window_to),
  constraint callbacks_lease check ((status = 'in_progress') = (lease_until is not null and lease_id is not null)),
  constraint callbacks_queued check ((status = 'queued') = (queued_at is not null)),
  constraint callbacks_finished check ((status in ('completed', 'exhausted', 'expired', 'cancelled')) = (finished_at is not null)),
  constraint callbacks_outcome check (status <> 'completed' or outcome is not null),
  constraint callbacks_number check (channel <> 'phone' or number is not null),
  constraint callbacks_attempts check (attempts >= 0)
);
create unique index callbacks_code on callbacks (tenant_id, code);
create unique index callbacks_external_id on callbacks (tenant_id, external_id) where external_id is not null;
create unique index callbacks_open_number on callbacks (tenant_id, campaign_id, number)
  where number is not null and status in ('scheduled', 'queued', 'in_progress');
create index callbacks_due on callbacks (tenant_id, campaign_id, rank_at) where status = 'scheduled';
create index callbacks_leased on callbacks (tenant_id, lease_until) where status = 'in_progress';
create index callbacks_expiring on callbacks (tenant_id, expires_at) where status in ('scheduled', 'queued');
create index callbacks_hours on callbacks (tenant_id, hours_end) where status = 'scheduled';
create index callbacks_numbers on callbacks (tenant_id, number, created_at) where number is not null;

-- How many callbacks were promised in a bucket of a campaign.
create table callback_buckets (
  tenant_id uuid not null,
  campaign_id uuid not null,
  starts_at timestamptz not null,
  used integer not null,
  capacity integer not null,
  primary key (tenant_id, campaign_id, starts_at),
  constraint callback_buckets_capacity check (used <= capacity),
  constraint callback_buckets_not_negative check (used >= 0)
);

-- Numbers that nobody may call.
create table do_not_call (
  tenant_id uuid not null,
  number text not null,
  reason text,
  created_at timestamptz not null,
  primary key (tenant_id, number)
);
