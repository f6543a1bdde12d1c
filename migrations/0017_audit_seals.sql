-- The audit log in a chain of hashes. A seal covers the entries that were not sealed before; its hash contains the one of the seal before it,
-- so that an entry cannot be changed, added or removed later without all seals after it. Sealed in batches and not one by one, because a
-- chain of single entries would make all changes of a tenant wait for each other.

alter table audit_entries add column seal bigint;

create table audit_seals (
  tenant_id uuid not null,
  number bigint not null,
  entries integer not null,
  hash text not null,
  -- made with a secret of the tenant that is sealed at rest: a copy of the database alone cannot make it
  signature text not null,
  created_at timestamptz not null,
  primary key (tenant_id, number)
);

create index audit_entries_unsealed on audit_entries (tenant_id, id) where seal is null;
create index audit_entries_seal on audit_entries (tenant_id, seal, id);
