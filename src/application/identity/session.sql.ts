// All SQL of sessions, one-time links and failed attempts to sign in.
import type { Selectable } from 'kysely'
import type { LinkPurpose, LinkRow, SessionRow } from '../../platform/database/people-tables.ts'
import type { Db, Tx } from '../../platform/database/tx.ts'

type Session = Selectable<SessionRow>
export type Link = Selectable<LinkRow>

export async function insertSession(tx: Tx, row: SessionRow): Promise<void> {
  await tx.insertInto('sessions').values(row).execute()
}

/** A session with its user, whether or not it is still valid. */
export async function findSession(db: Db, tenantId: string, id: string) {
  return db
    .selectFrom('sessions as s')
    .innerJoin('users as u', (join) => join.onRef('u.tenant_id', '=', 's.tenant_id').onRef('u.id', '=', 's.user_id'))
    .select([
      ...(['s.id', 's.user_id', 's.secret_hash', 's.previous_hash', 's.rotated_at', 's.proof'] as const),
      ...([
        's.expires_at',
        's.ended_at',
        's.seen_at',
        's.created_at',
        'u.role',
        'u.agent_id',
        'u.name',
        'u.email',
      ] as const),
      ...(['u.status', 'u.document', 'u.totp_secret', 'u.passkey_count'] as const),
    ])
    .where('s.tenant_id', '=', tenantId)
    .where('u.tenant_id', '=', tenantId)
    .where('s.id', '=', id)
    .executeTakeFirst()
}

export async function listSessions(db: Db, tenantId: string, userId: string, now: Date): Promise<Session[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('id', 'desc')
    .limit(50)
    .execute()
}

export async function touchSession(
  db: Db,
  tenantId: string,
  id: string,
  change: Partial<Pick<SessionRow, 'seen_at' | 'secret_hash' | 'previous_hash' | 'rotated_at'>>,
  presentHash?: string,
): Promise<boolean> {
  let query = db.updateTable('sessions').set(change).where('tenant_id', '=', tenantId).where('id', '=', id)
  if (presentHash !== undefined) query = query.where('secret_hash', '=', presentHash)
  return (await query.executeTakeFirst()).numUpdatedRows > 0n
}

/** Ends one session of a person, or all except one (`but`); returns the number ended. */
export async function endSessions(
  db: Db,
  tenantId: string,
  userId: string,
  which: { id: string } | { but: string | null },
  now: Date,
): Promise<number> {
  let query = db
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
  if ('id' in which) query = query.where('id', '=', which.id)
  else if (which.but !== null) query = query.where('id', '<>', which.but)
  return Number((await query.executeTakeFirst()).numUpdatedRows)
}

export async function insertLink(tx: Tx, row: LinkRow): Promise<void> {
  await tx.insertInto('one_time_links').values(row).execute()
}

export async function findLink(db: Db, tenantId: string, id: string): Promise<Link | undefined> {
  return db
    .selectFrom('one_time_links')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Marks a link as used; false if it was used already. */
export async function useLink(tx: Tx, tenantId: string, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('one_time_links')
    .set({ used_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Ends the unused links of a person: all of them, or those of one purpose. */
export async function endLinks(
  tx: Tx,
  tenantId: string,
  userId: string,
  now: Date,
  purpose?: LinkPurpose,
): Promise<void> {
  let query = tx
    .updateTable('one_time_links')
    .set({ used_at: now })
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
  if (purpose !== undefined) query = query.where('purpose', '=', purpose)
  await query.execute()
}

/** Whether a link of this purpose was created for the person after `since`. */
export async function hasLinkSince(
  db: Db,
  tenantId: string,
  userId: string,
  purpose: LinkPurpose,
  since: Date,
): Promise<boolean> {
  const row = await db
    .selectFrom('one_time_links')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .where('purpose', '=', purpose)
    .where('created_at', '>', since)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function findFailures(db: Db, tenantId: string, key: string) {
  return db
    .selectFrom('sign_in_failures')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('key', '=', key)
    .executeTakeFirst()
}

/** Counts a failure and returns the number since `since`. */
export async function countFailure(db: Db, tenantId: string, key: string, now: Date, since: Date): Promise<number> {
  const row = await db
    .insertInto('sign_in_failures')
    .values({ tenant_id: tenantId, key, failures: 1, first_at: now, closed_until: null })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'key']).doUpdateSet((eb) => ({
        failures: eb
          .case()
          .when('sign_in_failures.first_at', '<', since)
          .then(1)
          .else(eb('sign_in_failures.failures', '+', 1))
          .end(),
        first_at: eb
          .case()
          .when('sign_in_failures.first_at', '<', since)
          .then(now)
          .else(eb.ref('sign_in_failures.first_at'))
          .end(),
      })),
    )
    .returning('failures')
    .executeTakeFirstOrThrow()
  return row.failures
}

export async function closeUntil(db: Db, tenantId: string, key: string, until: Date): Promise<void> {
  await db
    .updateTable('sign_in_failures')
    .set({ closed_until: until })
    .where('tenant_id', '=', tenantId)
    .where('key', '=', key)
    .execute()
}

export async function forgetFailures(db: Db, tenantId: string, key: string): Promise<void> {
  await db.deleteFrom('sign_in_failures').where('tenant_id', '=', tenantId).where('key', '=', key).execute()
}

/** Deletes sessions and links that expired before `before`, and failures that began before it. */
export async function forgetOldSessions(db: Db, tenantId: string, before: Date): Promise<void> {
  await db.deleteFrom('sessions').where('tenant_id', '=', tenantId).where('expires_at', '<', before).execute()
  await db.deleteFrom('one_time_links').where('tenant_id', '=', tenantId).where('expires_at', '<', before).execute()
  await db.deleteFrom('sign_in_failures').where('tenant_id', '=', tenantId).where('first_at', '<', before).execute()
}
