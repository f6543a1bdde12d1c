-- Tenants, keys, configuration, contacts, the ledger of reserved time, appointments, events, counters, idempotency.
-- Why this shape: every key and constraint starts with tenant_id, so that the same schema can be sharded by tenant;
-- what crosses tenants (slugs) is a table of its own. Configuration is read whole and validated at the edge, so each
-- configuration table has the columns that statements filter on and one document for the rest.

create extension if not exists btree_gist;

create table tenants (
  id uuid primary key,
  slug text not null,
  name text not null,
  document jsonb not null,
  -- rises with every change of the tenant's configuration; caches of all processes are keyed by it
  config_version bigint not null default 1,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz
);

create table tenant_slugs (
  slug text primary key,
  tenant_id uuid not null
);

create table api_keys (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  secret_hash text not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);

create table locations (
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
create unique index locations_external_id on locations (tenant_id, external_id);

create table services (
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
create unique index services_external_id on services (tenant_id, external_id);

create table pools (
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
create unique index pools_external_id on pools (tenant_id, external_id);

-- Named agents, and the unnamed desks of pools (pool_id and desk set).
create table agents (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  external_id text,
  pool_id uuid,
  desk integer,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, pool_id) references pools (tenant_id, id),
  constraint agents_desk_has_pool check ((pool_id is null) = (desk is null))
);
create unique index agents_external_id on agents (tenant_id, external_id);
create unique index agents_desk on agents (tenant_id, pool_id, desk);

-- One small row an agent: locked by every booking before it touches the ledger, and its version tells caches that the
-- agent's reserved time changed. Apart from agents so that a booking rewrites 60 bytes and not the agent's document.
create table agent_calendars (
  tenant_id uuid not null,
  agent_id uuid not null,
  version bigint not null default 1,
  primary key (tenant_id, agent_id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
) with (fillfactor = 50);

-- Versions of recurring hours of an agent, pool or location; validity is half-open in local dates.
create table schedules (
  tenant_id uuid not null,
  id uuid not null,
  owner_kind text not null constraint schedules_owner_kind check (owner_kind in ('agent', 'pool', 'location')),
  owner_id uuid not null,
  validity daterange not null,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id),
  constraint schedules_no_overlap exclude using gist (tenant_id with =, owner_id with =, validity with &&) where (archived_at is null)
);

-- Extra time beside the schedule, of an agent, pool or location.
create table openings (
  tenant_id uuid not null,
  id uuid not null,
  owner_kind text not null constraint openings_owner_kind check (owner_kind in ('agent', 'pool', 'location')),
  owner_id uuid not null,
  period tstzrange not null,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id)
);

create table absences (
  tenant_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  period tstzrange not null,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);

-- location_id null: the whole tenant is closed.
create table closures (
  tenant_id uuid not null,
  id uuid not null,
  location_id uuid,
  period tstzrange not null,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, location_id) references locations (tenant_id, id)
);

create table holiday_calendars (
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
create unique index holiday_calendars_external_id on holiday_calendars (tenant_id, external_id);

create table contacts (
  tenant_id uuid not null,
  id uuid not null,
  first_name text not null,
  last_name text not null,
  email text,
  phone text,
  external_id text,
  -- same person by the same means of contact and name; keeps retries and rivals from creating the person twice
  identity text,
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (tenant_id, id)
);
create unique index contacts_external_id on contacts (tenant_id, external_id);
create unique index contacts_identity on contacts (tenant_id, identity);
create index contacts_email on contacts (tenant_id, email);
create index contacts_phone on contacts (tenant_id, phone);

-- The ledger: every reserved time of every agent, buffers included. The exclusion constraint is the guarantee that a
-- slot is never given twice; the slot engine only makes offers. Rows leave when their time is given back.
-- No foreign keys to and from it: agents are never deleted, reservation and appointment are written in one transaction,
-- and the two checks with their index cost a tenth of a booking.
create table reservations (
  tenant_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  period tstzrange not null,
  kind text not null constraint reservations_kind check (kind in ('appointment', 'hold', 'session', 'released')),
  -- holds and released slots end by themselves at this instant
  expires_at timestamptz,
  -- group sessions: who may join, and how many did
  service_id uuid,
  starts_at timestamptz,
  ends_at timestamptz,
  seats_used integer not null default 1,
  seats integer not null default 1,
  primary key (tenant_id, id),
  constraint reservations_seats check (seats_used between 0 and seats),
  constraint reservations_expiry check ((expires_at is not null) = (kind in ('hold', 'released'))),
  constraint reservations_session check ((service_id is not null and starts_at is not null and ends_at is not null) = (kind = 'session')),
  constraint reservations_no_overlap exclude using gist (tenant_id with =, agent_id with =, period with &&)
);
create index reservations_expiring on reservations (tenant_id, expires_at) where expires_at is not null;

create table appointments (
  tenant_id uuid not null,
  id uuid not null,
  code text not null,
  status text not null constraint appointments_status
    check (status in ('held', 'pending', 'confirmed', 'cancelled', 'completed', 'no_show')),
  service_ids uuid[] not null,
  location_id uuid not null,
  agent_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  time_zone text not null,
  channel text not null,
  seats integer not null,
  contact_id uuid,
  -- what keeps the time; null once the time is given back
  reservation_id uuid,
  manage_hash text,
  external_id text,
  document jsonb not null,
  hold_expires_at timestamptz,
  cancelled_at timestamptz,
  outcome_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, contact_id) references contacts (tenant_id, id),
  constraint appointments_order check (starts_at < ends_at),
  constraint appointments_hold check ((status = 'held') = (hold_expires_at is not null)),
  constraint appointments_cancelled check ((status = 'cancelled') = (cancelled_at is not null)),
  constraint appointments_outcome check ((status in ('completed', 'no_show')) = (outcome_at is not null)),
  constraint appointments_contact check (status in ('held', 'cancelled') or contact_id is not null),
  constraint appointments_reserved check (status not in ('held', 'pending', 'confirmed') or reservation_id is not null)
);
create unique index appointments_code on appointments (tenant_id, code);
create unique index appointments_external_id on appointments (tenant_id, external_id) where external_id is not null;
create index appointments_starts on appointments (tenant_id, starts_at, id);
create index appointments_agent on appointments (tenant_id, agent_id, starts_at);
create index appointments_contact_starts on appointments (tenant_id, contact_id, starts_at) where contact_id is not null;
create index appointments_held on appointments (tenant_id, hold_expires_at) where status = 'held';

-- What happened, in the same transaction as the change itself.
create table events (
  tenant_id uuid not null,
  subject_id uuid not null,
  id uuid not null,
  type text not null,
  at timestamptz not null,
  actor text not null,
  data jsonb not null,
  primary key (tenant_id, subject_id, id)
);

-- How much of a daily or weekly limit is used. The check is the limit: a booking over it fails as a whole.
create table usage_counters (
  tenant_id uuid not null,
  service_id uuid not null,
  key text not null,
  period_start date not null,
  used integer not null,
  capacity integer not null,
  primary key (tenant_id, service_id, key, period_start),
  constraint usage_counters_not_negative check (used >= 0),
  constraint usage_counters_limit check (used <= capacity)
);

-- Answers given under an Idempotency-Key: the same key and body get the same answer again.
create table idempotency_keys (
  tenant_id uuid not null,
  principal text not null,
  key_hash text not null,
  request_hash text not null,
  status integer not null,
  body text not null,
  headers jsonb not null,
  created_at timestamptz not null,
  constraint idempotency_keys_once primary key (tenant_id, principal, key_hash)
);
-- rows arrive in order of age: a block range index finds the old ones and costs an insert nothing
create index idempotency_keys_age on idempotency_keys using brin (created_at);
