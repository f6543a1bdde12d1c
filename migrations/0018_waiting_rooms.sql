-- The line before a tenant's booking pages (name 'booking'). One row for each tenant that uses it; the people in line are not stored: each
-- has a signed ticket with a number, and the row says up to which number people may enter.
create table waiting_rooms (
  tenant_id uuid not null,
  name text not null,
  -- the last number given
  issued bigint not null,
  -- numbers up to this one could enter at called_at; more follow from the time since and the pace, in people a minute
  called double precision not null,
  called_at timestamptz not null,
  pace double precision not null,
  primary key (tenant_id, name)
);

-- The draw before an opening (at): how many take part; the last number before it and the seed of the order, once it has taken place.
create table waiting_draws (
  tenant_id uuid not null,
  at timestamptz not null,
  count bigint not null,
  before bigint,
  seed text,
  primary key (tenant_id, at)
);

-- Forms that have got a place already: the work of one form is worth one place. The id says when the form was made.
create table waiting_forms (
  tenant_id uuid not null,
  id uuid not null,
  primary key (tenant_id, id)
);
