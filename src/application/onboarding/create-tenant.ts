// Creates a tenant with its first API key.
import { createKey, tokenOf, type Derivation } from '../identity/api-keys.ts'
import { transaction, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { bodyFault } from '../../kernel/errors.ts'
import { settingsOf } from '../../domain/tenant/settings.ts'
import { checkTheme } from '../../domain/tenant/theme.ts'
import { claimSlug, insertTenant, type NewTest } from '../../domain/tenant/tenant.sql.ts'
import { tenantJson } from '../../domain/tenant/tenant-json.ts'
import { SCOPES } from '../../kernel/permissions/scopes.ts'

/** First path segments of URLs that cannot be slugs of tenants. */
const RESERVED = new Set([
  ...['v1', 'docs', 'assets', 'healthz', 'readyz', 'metrics', 'openapi', 'examples', 'widget', 'embed'],
  ...['agenda', 'admin', 'login', 'logout', 'account', 'static', 'public', 'api', 'auth', 'oauth'],
])

type NewTenant = { tenant: Record<string, unknown>; apiKey: string; id: string }
/** What of a new tenant is kept to answer a repeated request: all but the key, which is derived again. */
export type CreatedTenant = { tenant: Record<string, unknown>; keyId: string }
/** How a repeated request is recognised, and its caller's key. */
export type RepeatedCreation = {
  derivation: Derivation
  /** What the same request created before, if the slug belongs to the tenant `owner`. */
  earlier: (owner: string) => Promise<CreatedTenant | null>
  remember: (tx: Tx, id: string, created: CreatedTenant) => Promise<void>
}

/**
 * Creates a tenant with its first key, which has all scopes; with `test`, a test tenant. Throws `slug_taken`; a repeated request gets
 * the same tenant and key instead.
 */
export async function createTenant(
  deps: Deps,
  body: Record<string, unknown>,
  repeat: RepeatedCreation | null = null,
  test?: NewTest,
): Promise<NewTenant> {
  const { slug, name, ...document } = body as { slug: string; name: string }
  if (RESERVED.has(slug)) throw bodyFault('/slug', 'slug_taken', { slug })
  checkTheme(settingsOf(document).theme)
  const id = deps.newId()
  const owner = await claimSlug(deps.db.kysely, slug, id)
  if (owner !== id) {
    const earlier = await repeat?.earlier(owner)
    if (!repeat || !earlier) throw bodyFault('/slug', 'slug_taken', { slug })
    return { tenant: earlier.tenant, apiKey: tokenOf(deps, owner, earlier.keyId, repeat.derivation), id: owner }
  }
  if (test) deps.clocks.note({ tenantId: id, slug, ahead: test.ahead })
  return transaction(deps.db, async (tx) => {
    const tenant = tenantJson(await insertTenant(tx, { id, slug, name, document, now: new Date(deps.now()), test }))
    const key = { tenantId: id, name: 'administration', scopes: [...SCOPES], expiresAt: null }
    const { token, row } = await createKey(deps, tx, key, repeat?.derivation)
    await repeat?.remember(tx, id, { tenant, keyId: row.id })
    return { tenant, apiKey: token, id }
  })
}
