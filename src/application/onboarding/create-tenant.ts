// Creates a tenant with its first API key.
import { createKey, tokenOf } from '../identity/api-keys.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { bodyFault } from '../../kernel/errors.ts'
import { answerRow, earlierAnswer, type IdempotencyScope } from '../../platform/idempotency/idempotency.ts'
import { rememberAnswer } from '../../platform/idempotency/idempotency.sql.ts'
import { settingsOf } from '../../domain/tenant/settings.ts'
import { checkTheme } from '../../domain/tenant/theme.ts'
import { claimSlug, insertTenant } from '../../domain/tenant/tenant.sql.ts'
import { tenantJson } from '../../domain/tenant/tenant-json.ts'
import { SCOPES } from '../../kernel/permissions/scopes.ts'

/** First path segments of URLs that cannot be slugs of tenants. */
const RESERVED = new Set([
  ...['v1', 'docs', 'assets', 'healthz', 'readyz', 'metrics', 'openapi', 'examples', 'widget', 'embed'],
  ...['agenda', 'admin', 'login', 'logout', 'account', 'static', 'public', 'api', 'auth', 'oauth'],
])

export type NewTenant = { tenant: Record<string, unknown>; apiKey: string; id: string }

/**
 * Creates a tenant with its first key, which has all scopes. Throws `slug_taken`; a repeated request with the same
 * Idempotency-Key gets the earlier answer instead, and its key is derived again.
 */
export async function createTenant(
  deps: Deps,
  body: Record<string, unknown>,
  repeat: { scope: Omit<IdempotencyScope, 'tenantId'>; callerSecret: string } | null = null,
): Promise<NewTenant> {
  const { slug, name, ...document } = body as { slug: string; name: string }
  if (RESERVED.has(slug)) throw bodyFault('/slug', 'slug_taken', { slug })
  checkTheme(settingsOf(document).theme)
  const id = deps.newId()
  const derivation = repeat ? { callerSecret: repeat.callerSecret, idempotencyKey: repeat.scope.key } : undefined
  const owner = await claimSlug(deps.db.kysely, slug, id)
  if (owner !== id) {
    const earlier = repeat ? await earlierAnswer(deps, { ...repeat.scope, tenantId: owner }) : null
    if (!earlier) throw bodyFault('/slug', 'slug_taken', { slug })
    const { tenant, keyId } = earlier.body as { tenant: Record<string, unknown>; keyId: string }
    return { tenant, apiKey: tokenOf(deps, owner, keyId, derivation), id: owner }
  }
  return transaction(deps.db, async (tx) => {
    const tenant = tenantJson(await insertTenant(tx, { id, slug, name, document, now: new Date(deps.now()) }))
    const key = { tenantId: id, name: 'administration', scopes: [...SCOPES], expiresAt: null }
    const { token, row } = await createKey(deps, tx, key, derivation)
    if (repeat) {
      const answer = { status: 201, body: { tenant, keyId: row.id } }
      await tx.executeQuery(rememberAnswer(answerRow({ ...repeat.scope, tenantId: id }, answer, deps.now())))
    }
    return { tenant, apiKey: token, id }
  })
}
