-- What a merge of two contacts moved and filled in, so that it can be taken back. Ids and names of fields only: no personal data.
create table contact_merges (
  tenant_id uuid not null,
  id uuid not null,
  kept_id uuid not null,
  other_id uuid not null,
  -- table → ids of the rows that belonged to the other
  moved jsonb not null,
  -- fields of the kept one that came from the other
  filled jsonb not null,
  created_at timestamptz not null,
  undone_at timestamptz,
  primary key (tenant_id, id)
);
create index contact_merges_other on contact_merges (tenant_id, other_id);
create index contacts_merged on contacts (tenant_id, merged_into) where merged_into is not null;
