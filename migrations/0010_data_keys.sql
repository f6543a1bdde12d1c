-- Each tenant's key that seals its secrets at rest (AES-256-GCM), wrapped with a key of the installation that is in no database.
create table data_keys (
  tenant_id uuid not null,
  id uuid not null,
  wrapped text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
