-- The line before a tenant's booking pages (name 'booking'). One row for each tenant that uses it; the people in line are not stored: each has a signed
-- ticket with a number, and the row says up to which number people may enter.
create table waiting_rooms (
  tenant_id uuid not null,
  name text not null,
  -- the last number given
  issued bigint not null,
  -- numbers up to this one could enter at called_at; more follow from the time since and the tenant's pace
  called double precision not null,
  called_at timestamptz not null,
  -- the draw before an opening: how many take part; the last number before it and the seed of the order, once it has taken place
  draw_at timestamptz,
  draw_count bigint not null default 0,
  draw_before bigint,
  draw_seed text,
  primary key (tenant_id, name)
);
