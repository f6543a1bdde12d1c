-- Bookings and holds of citizens whose address nobody has confirmed: how many of a day's places they have, and how many come from one
-- network. The document keeps a keyed hash of the network, never its address.
create index appointments_unproven on appointments (tenant_id, agent_id, starts_at)
  where document ? 'unproven' and status in ('held', 'pending', 'confirmed');
create index appointments_unproven_block on appointments (tenant_id, (document ->> 'unproven'))
  where document ? 'unproven' and status in ('held', 'pending', 'confirmed');
