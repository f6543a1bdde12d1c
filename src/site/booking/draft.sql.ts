// All SQL of drafts: what citizens typed before confirming. Drafts are deleted soon after their last change.
import type { Db, Tx } from '../../platform/database/tx.ts'
import type { Draft } from './draft.ts'

export async function findDraft(db: Db, tenantId: string, id: string, now: Date): Promise<Draft | undefined> {
  const row = await db
    .selectFrom('booking_drafts')
    .select('document')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row?.document as Draft | undefined
}

export async function lockDraft(tx: Tx, tenantId: string, id: string): Promise<Draft | undefined> {
  const row = await tx
    .selectFrom('booking_drafts')
    .select('document')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row?.document as Draft | undefined
}

/** Inserts or updates a draft. */
export async function saveDraft(
  db: Db,
  tenantId: string,
  id: string,
  draft: Draft,
  now: Date,
  expiresAt: Date,
): Promise<void> {
  const document = JSON.stringify(draft)
  await db
    .insertInto('booking_drafts')
    .values({ tenant_id: tenantId, id, document, created_at: now, updated_at: now, expires_at: expiresAt })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'id']).doUpdateSet({ document, updated_at: now, expires_at: expiresAt }),
    )
    .execute()
}

/** Deletes the expired drafts of one tenant. */
export async function forgetDrafts(db: Db, tenantId: string, now: Date): Promise<void> {
  await db.deleteFrom('booking_drafts').where('tenant_id', '=', tenantId).where('expires_at', '<=', now).execute()
}
