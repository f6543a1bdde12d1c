// The schema follows the rules for a distributed engine, and the checker itself detects violations.
import { expect, test } from 'vitest'
import { migrationNames, readMigration, statementsOf } from '../src/platform/database/migrate.ts'
import { migrationFaults, statementFaults } from './helpers/sql-rules.ts'

test('the migrations follow the rules for a distributed engine', async () => {
  for (const name of migrationNames()) expect(await migrationFaults(statementsOf(readMigration(name)))).toEqual([])
})

test.each([
  ['select * from appointments where id = $1', 'rule 6'],
  ['select * from appointments a join contacts c on c.id = a.contact_id where a.tenant_id = $1', 'rule 6'],
  ['select * from appointments where tenant_id::text = $1', 'rule 6'],
  ['insert into events (id) values ($1)', 'rule 1'],
  ['update appointments set updated_at = clock_timestamp() where tenant_id = $1', 'rule 7'],
  [
    "update contacts set document = document || jsonb_build_object('a', document->'b') where tenant_id = $1",
    'of a column',
  ],
  ["update contacts set name = case when $2 then to_char(now(), 'YYYY') end where tenant_id = $1", 'inside CASE'],
  ['insert into events (tenant_id, id) values ($1, (select id from events e where e.tenant_id = $1))', 'inside VALUES'],
  [
    'insert into counts (tenant_id, n) values ($1, $2) on conflict (tenant_id) do update set at = coalesce(counts.at, now())',
    'inside CASE or COALESCE',
  ],
  ['with x as (delete from events where tenant_id = $1 returning id) select * from x', 'rule 8'],
  ['select pg_advisory_lock(1)', 'rule 9'],
])('names the rule broken by %s', async (sql, rule) => {
  expect((await statementFaults(sql)).join()).toContain(rule)
})

test('accepts a statement of one tenant', async () => {
  expect(
    await statementFaults(
      'select a.id from appointments a join contacts c on c.tenant_id = $1 and c.id = a.contact_id where a.tenant_id = $1',
    ),
  ).toEqual([])
})

test.each([
  ['create table t (id uuid primary key)', 'rule 1'],
  ['create table t (tenant_id uuid not null, id uuid not null, primary key (id, tenant_id))', 'rule 1'],
  ['create trigger t before insert on events execute function f()', 'rule 3'],
])('names the rule broken by %s', async (sql, rule) => {
  expect((await migrationFaults([sql])).join()).toContain(rule)
})
