-- Passkeys (WebAuthn Level 3): public keys by which a person's device proves that it is theirs. Nothing of them is secret.
create table passkeys (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  credential_id text not null,
  public_key text not null,
  counter bigint not null,
  transports text[] not null,
  name text not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, id),
  constraint passkeys_once unique (tenant_id, credential_id)
);
create index passkeys_user on passkeys (tenant_id, user_id);

-- How many of them a person has: asked for with the person at every sign-in.
alter table users add column passkey_count integer not null default 0;
