// Creates API keys: the token is returned once, only its hash is stored.
import type { Deps } from '../../domain/deps.ts'
import type { Tx } from '../../platform/database/tx.ts'
import type { ApiKeyRow } from '../../platform/database/tables.ts'
import { insertKey } from './api-key.sql.ts'
import { deriveSecret, formatToken, hashSecret } from '../../kernel/crypto/token.ts'
import type { Scope } from '../../kernel/permissions/scopes.ts'

type NewKey = { tenantId: string; name: string; scopes: readonly Scope[]; expiresAt: Date | null }
/** Derives the same token again for a repeated request; see `deriveSecret`. */
export type Derivation = { callerSecret: string; idempotencyKey: string }

/** Inserts a key and returns it with its token, which is not stored. */
export async function createKey(
  deps: Deps,
  tx: Tx,
  key: NewKey,
  derivation?: Derivation,
): Promise<{ row: ApiKeyRow; token: string }> {
  const id = deps.newId()
  const token = tokenOf(deps, key.tenantId, id, derivation)
  const row: ApiKeyRow = {
    tenant_id: key.tenantId,
    id,
    name: key.name,
    secret_hash: hashSecret(token.split('.')[2]!),
    scopes: [...key.scopes],
    created_at: new Date(deps.now()),
    expires_at: key.expiresAt,
    revoked_at: null,
  }
  await insertKey(tx, row)
  return { row, token }
}

/** The token of a key: derived if the request has an Idempotency-Key, else random. */
export function tokenOf(deps: Deps, tenantId: string, id: string, derivation: Derivation | undefined): string {
  const secret = derivation
    ? deriveSecret(derivation.callerSecret, derivation.idempotencyKey, id)
    : deps.randomBytes(32)
  return formatToken(deps.clocks.of(tenantId) ? 'agt' : 'agd', tenantId, id, secret)
}
