-- What the citizens' pages need: the secret that seals their cookies and links, what they typed before they confirm, the
-- messages that tell them, and one row a means of contact, locked while open appointments are counted.

create table tenant_secrets (
  tenant_id uuid not null,
  purpose text not null,
  secret text not null,
  created_at timestamptz not null,
  primary key (tenant_id, purpose)
);

-- What a citizen chose and typed on the way to an appointment; removed soon after the last touch.
create table booking_drafts (
  tenant_id uuid not null,
  id uuid not null,
  document jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id)
);
create index booking_drafts_expiring on booking_drafts (tenant_id, expires_at);

-- A hash of each e-mail address and number that booked on the pages.
create table contact_means (
  tenant_id uuid not null,
  means_hash text not null,
  primary key (tenant_id, means_hash)
);

-- Messages to people, written in the transaction that causes them and sent after it.
create table messages (
  tenant_id uuid not null,
  id uuid not null,
  channel text not null constraint messages_channel check (channel in ('email')),
  template text not null,
  language text not null,
  subject_id uuid,
  recipient text not null,
  document jsonb not null,
  status text not null default 'queued' constraint messages_status check (status in ('queued', 'sent', 'parked')),
  attempts integer not null default 0,
  due_at timestamptz not null,
  sent_at timestamptz,
  failure text,
  provider_id text,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  constraint messages_sent check ((status = 'sent') = (sent_at is not null))
);
create index messages_due on messages (tenant_id, due_at) where status = 'queued';
create index messages_recipient on messages (tenant_id, lower(recipient), created_at);
create index contacts_email_folded on contacts (tenant_id, lower(email));
