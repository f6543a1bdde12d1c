-- Citizens who sign in with a service that vouches for them (OpenID Connect, SPID, CIE).
-- What the service said of the person: names, e-mail address, number, fiscal number; null for those who came by a code.
alter table citizen_access add column person jsonb;
-- People are recognised by the attribute `fiscalNumber` of their contact.
create index contacts_fiscal_number on contacts (tenant_id, upper(document -> 'attributes' ->> 'fiscalNumber'))
  where document -> 'attributes' ->> 'fiscalNumber' is not null;
