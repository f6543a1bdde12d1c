-- Test tenants: a clock of their own, and a day on which they are deleted. All three are null for other tenants.
-- test_ahead: milliseconds by which the tenant's clock is ahead of the real one; test_of: the tenant whose key created it.
alter table tenants
  add column test_ahead bigint check (test_ahead >= 0),
  add column test_until timestamptz,
  add column test_of uuid,
  add constraint tenants_test_check check ((test_ahead is null) = (test_until is null));
create index tenants_in_test on tenants (test_until) where test_until is not null;
