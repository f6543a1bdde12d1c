// All SQL of a tenant's own secrets, made when first needed. They seal cookies and links; nothing is encrypted with them.
import type { Db } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { keptFor } from '../kept.ts'

const knownTo = keptFor((_db: Deps['db']) => new Map<string, string>())

/** The tenant's secret for `purpose`: 256 random bits, the same in all processes. */
export async function secretOf(deps: Deps, tenantId: string, purpose: string): Promise<string> {
  const cache = knownTo(deps.db)
  const key = `${tenantId} ${purpose}`
  const cached = cache.get(key)
  if (cached !== undefined) return cached
  const db = deps.db.kysely
  const fresh = Buffer.from(deps.randomBytes(32)).toString('base64url')
  await writeSecret(db, tenantId, purpose, fresh, new Date(deps.now()), false)
  const [row] = await readSecrets(db, tenantId, [purpose])
  cache.set(key, row!.secret)
  return row!.secret
}

/** Secrets of a tenant by purpose, as they are now. */
export async function readSecrets(
  db: Db,
  tenantId: string,
  purposes: readonly string[],
): Promise<{ purpose: string; secret: string; created_at: Date }[]> {
  return db
    .selectFrom('tenant_secrets')
    .select(['purpose', 'secret', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .where('purpose', 'in', purposes)
    .execute()
}

/** Writes a secret; `isReplaced` = false leaves one that is there already. */
export async function writeSecret(
  db: Db,
  tenantId: string,
  purpose: string,
  secret: string,
  now: Date,
  isReplaced: boolean,
): Promise<void> {
  await db
    .insertInto('tenant_secrets')
    .values({ tenant_id: tenantId, purpose, secret, created_at: now })
    .onConflict((conflict) => {
      const taken = conflict.columns(['tenant_id', 'purpose'])
      return isReplaced ? taken.doUpdateSet({ secret, created_at: now }) : taken.doNothing()
    })
    .execute()
}
