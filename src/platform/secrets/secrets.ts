// A tenant's secrets: keys for cookies, links and signatures, and credentials for other systems. Sealed at rest by the vault.
import type { CoreDeps } from '../core-deps.ts'
import { memoizeByObject } from '../../kernel/memoize.ts'
import { readSecrets, writeSecret } from './secret.sql.ts'

type SecretDeps = Pick<CoreDeps, 'now' | 'db' | 'randomBytes' | 'vault'>
type OpenSecret = { purpose: string; secret: string; created_at: Date }

const knownTo = memoizeByObject((_db: CoreDeps['db']) => new Map<string, string>())
const contextOf = (purpose: string): string => `secret ${purpose}`

/** The tenant's secret for `purpose`: 256 random bits, created on first use, the same in all processes. Never inside a transaction. */
export async function secretOf(deps: SecretDeps, tenantId: string, purpose: string): Promise<string> {
  const cache = knownTo(deps.db)
  const key = `${tenantId} ${purpose}`
  const cached = cache.get(key)
  if (cached !== undefined) return cached
  const fresh = Buffer.from(deps.randomBytes(32)).toString('base64url')
  await putSecret(deps, { tenantId, purpose, secret: fresh, isReplaced: false })
  const [row] = await openSecrets(deps, tenantId, [purpose])
  cache.set(key, row!.secret)
  return row!.secret
}

/** The tenant's current secrets for the purposes, opened. Never inside a transaction. */
export async function openSecrets(
  deps: SecretDeps,
  tenantId: string,
  purposes: readonly string[],
): Promise<OpenSecret[]> {
  const rows = await readSecrets(deps.db.kysely, tenantId, purposes)
  return Promise.all(
    rows.map(async (row) => ({ ...row, secret: await deps.vault.open(tenantId, contextOf(row.purpose), row.secret) })),
  )
}

/** The secret sealed for `writeSecret`. Never inside a transaction. */
export const sealSecret = (deps: SecretDeps, tenantId: string, purpose: string, secret: string): Promise<string> =>
  deps.vault.seal(tenantId, contextOf(purpose), secret)

type NewSecret = {
  tenantId: string
  purpose: string
  secret: string
  isReplaced: boolean
}

/** Writes a secret; `isReplaced` = false keeps an existing one. */
export async function putSecret(deps: SecretDeps, { tenantId, purpose, secret, isReplaced }: NewSecret): Promise<void> {
  const sealed = await sealSecret(deps, tenantId, purpose, secret)
  await writeSecret(deps.db.kysely, tenantId, purpose, sealed, new Date(deps.now()), isReplaced)
}
