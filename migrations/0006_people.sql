-- People sign in: users, sessions, one-time links, failed attempts; the record of who did what; notes and consents of contacts.

create table users (
  tenant_id uuid not null,
  id uuid not null,
  -- as it was typed, folded to lower case
  email text not null,
  name text not null,
  role text not null,
  -- the agent whose agenda this person keeps
  agent_id uuid,
  -- null = set by invitation or by a provider of identities
  password_hash text,
  totp_secret text,
  -- the last step that was used: a code counts once (RFC 6238 §5.2)
  totp_step bigint,
  recovery_hashes text[] not null default '{}',
  -- issuer and subject at a provider of identities
  subject text,
  status text not null default 'invited',
  document jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  signed_in_at timestamptz,
  primary key (tenant_id, id),
  constraint users_status check (status in ('invited', 'active', 'blocked')),
  constraint users_role check (role in ('agent', 'supervisor', 'administrator', 'integrator', 'auditor'))
);
create unique index users_email on users (tenant_id, email);
create unique index users_subject on users (tenant_id, subject) where subject is not null;

create table sessions (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  secret_hash text not null,
  -- a page that was loading while the secret changed still brings the old one
  previous_hash text,
  rotated_at timestamptz not null,
  -- how the person proved who they are: password, totp, provider, embedded
  proof text not null,
  browser text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create index sessions_user on sessions (tenant_id, user_id, id);
create index sessions_over on sessions (tenant_id, expires_at);

-- Invitations, links for a new password, entries for a frame, the link for the first administrator (of the tenant itself): each
-- opens once.
create table one_time_links (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  purpose text not null,
  secret_hash text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, id),
  constraint one_time_links_purpose check (purpose in ('invitation', 'reset', 'frame', 'first'))
);
create index one_time_links_user on one_time_links (tenant_id, user_id);

-- Failures to sign in, by what is slowed down for them: an account asked from unknown browsers, or one known browser.
create table sign_in_failures (
  tenant_id uuid not null,
  key text not null,
  failures integer not null,
  first_at timestamptz not null,
  closed_until timestamptz,
  primary key (tenant_id, key)
);
create index sign_in_failures_over on sign_in_failures (tenant_id, first_at);

-- Who did what. Rows are only ever added; the rule about statements in the tests refuses any other.
create table audit_entries (
  tenant_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text,
  result integer not null,
  data jsonb not null,
  primary key (tenant_id, id)
);
create index audit_entries_subject on audit_entries (tenant_id, subject, id) where subject is not null;
create index audit_entries_actor on audit_entries (tenant_id, actor, id);

create table contact_notes (
  tenant_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  author text not null,
  content text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create index contact_notes_contact on contact_notes (tenant_id, contact_id, id);

-- What a person agreed to, in the words that were shown, and when they took it back.
create table consents (
  tenant_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  purpose text not null,
  is_given boolean not null,
  wording text,
  source text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create index consents_contact on consents (tenant_id, contact_id, id);

alter table contacts add column merged_into uuid;
alter table contacts add column erased_at timestamptz;
create index contacts_names on contacts (tenant_id, lower(last_name) text_pattern_ops, lower(first_name) text_pattern_ops)
  where archived_at is null;
create index callbacks_contact on callbacks (tenant_id, contact_id, window_from) where contact_id is not null;
