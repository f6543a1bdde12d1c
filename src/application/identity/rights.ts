// Current rights of an absent actor: the owner of a subscription, checked at each delivery.
import type { Deps } from '../../domain/deps.ts'
import { hiddenFrom, NOTHING_HIDDEN, type Hidden } from '../../domain/tenant/field-masking.ts'
import { findKey } from './api-key.sql.ts'
import { PERMISSIONS } from '../../kernel/permissions/roles.ts'
import { findUser } from './user.sql.ts'
import type { Scope } from '../../kernel/permissions/scopes.ts'

export type Rights = { scopes: ReadonlySet<string>; hidden: Hidden }

/** Rights of an actor (`key:<id>`, `user:<id>`); null if the key is revoked or expired, or the person is not active. */
export async function rightsOf(deps: Deps, tenantId: string, actor: string): Promise<Rights | null> {
  const [kind, id = ''] = actor.split(':')
  if (kind === 'key') {
    const key = await findKey(deps.db.kysely, tenantId, id)
    const isOver =
      !key || key.revoked_at !== null || (key.expires_at !== null && key.expires_at.getTime() <= deps.now())
    return isOver ? null : { scopes: new Set(key.scopes), hidden: NOTHING_HIDDEN }
  }
  const user = kind === 'user' ? await findUser(deps.db.kysely, tenantId, id) : undefined
  const config = await deps.snapshots.config(tenantId)
  if (!user || !config || user.status !== 'active') return null
  return { scopes: new Set<Scope>(PERMISSIONS[user.role]), hidden: hiddenFrom(config.settings, user.role) }
}
