-- Citizens who open what is theirs with a code sent to their e-mail address or telephone number.
create table citizen_access (
  tenant_id uuid not null,
  id uuid not null,
  -- an e-mail address in lower case, or an E.164 number
  means text not null,
  tries integer not null default 0,
  -- when the right code was entered; before that the row opens nothing
  opened_at timestamptz,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id)
);
create index citizen_access_expiring on citizen_access (tenant_id, expires_at);
create index citizen_access_means on citizen_access (tenant_id, means, created_at);
