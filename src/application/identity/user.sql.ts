// All SQL of people who sign in.
import { sql, type Selectable } from 'kysely'
import type { UserRow, UserStatus } from '../../platform/database/people-tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'
import type { Role } from '../../kernel/permissions/roles.ts'

export type User = Selectable<UserRow>
type NewUser = {
  tenantId: string
  id: string
  email: string
  name: string
  role: Role
  agentId: string | null
  document: Record<string, unknown>
  now: Date
}

export async function insertUser(tx: Tx, u: NewUser): Promise<User> {
  return tx
    .insertInto('users')
    .values({
      tenant_id: u.tenantId,
      id: u.id,
      email: u.email,
      name: u.name,
      role: u.role,
      agent_id: u.agentId,
      document: JSON.stringify(u.document),
      created_at: u.now,
      updated_at: u.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function findUser(db: Db, tenantId: string, id: string): Promise<User | undefined> {
  return db.selectFrom('users').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id).executeTakeFirst()
}

export async function findUserBy(
  db: Db,
  tenantId: string,
  column: 'email' | 'subject',
  value: string,
): Promise<User | undefined> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(column, '=', value)
    .executeTakeFirst()
}

export async function lockUser(tx: Tx, tenantId: string, id: string): Promise<User | undefined> {
  return tx
    .selectFrom('users')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

export async function listUsers(db: Db, tenantId: string, after: string | null, limit: number): Promise<User[]> {
  let query = db.selectFrom('users').selectAll().where('tenant_id', '=', tenantId).orderBy('id').limit(limit)
  if (after !== null) query = query.where('id', '>', after)
  return query.execute()
}

export type UserChange = Partial<{
  name: string
  email: string
  role: Role
  agent_id: string | null
  password_hash: string | null
  totp_secret: string | null
  totp_step: number | null
  recovery_hashes: string[]
  passkey_count: number
  subject: string | null
  status: UserStatus
  signed_in_at: Date
  document: Record<string, unknown>
}>

export async function updateUser(tx: Tx, tenantId: string, id: string, change: UserChange, now: Date): Promise<User> {
  const { document, recovery_hashes, ...columns } = change
  return tx
    .updateTable('users')
    .set((eb) => ({
      ...columns,
      ...(document ? { document: JSON.stringify(document) } : {}),
      ...(recovery_hashes ? { recovery_hashes: sql<string[]>`${sql.val(recovery_hashes)}::text[]` } : {}),
      version: eb('version', '+', 1),
      updated_at: now,
    }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Counts all users of a tenant, and the active administrators other than `but`. */
export async function countUsers(
  db: Db,
  tenantId: string,
  but: string | null,
): Promise<{ all: number; administrators: number }> {
  const row = await db
    .selectFrom('users')
    .select((eb) => [
      eb.fn.countAll<number>().as('all'),
      eb.fn
        .countAll<number>()
        .filterWhere('role', '=', 'administrator')
        .filterWhere('status', '=', 'active')
        .filterWhere((on) => (but === null ? on.lit(true) : on('id', '<>', but)))
        .as('administrators'),
    ])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return { all: Number(row.all), administrators: Number(row.administrators) }
}

/** Names of people by id. */
async function namesOf(db: Db, tenantId: string, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('users')
    .select(['id', 'name'])
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map((row) => [row.id, row.name]))
}

/** Returns a function that adds `actorName` for actors `user:<id>`; keys, citizens and the service itself have none. */
export async function actorNames(
  db: Db,
  tenantId: string,
  entries: readonly { actor: string }[],
): Promise<(actor: string) => { actorName?: string }> {
  const idOf = (actor: string): string | undefined => /^user:(.+)$/.exec(actor)?.[1]
  const ids = entries.flatMap(({ actor }) => idOf(actor) ?? [])
  const names = await namesOf(db, tenantId, [...new Set(ids)])
  return (actor) => {
    const actorName = names.get(idOf(actor) ?? '')
    return actorName === undefined ? {} : { actorName }
  }
}
