// Sign-in of the office's people with its identity provider.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { transaction, violationOf } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Provider } from '../../domain/tenant/people-settings.ts'
import { finishSignIn, startSignIn, type Claims, type Client, type Started } from '../openid/client.ts'
import type { Role } from '../../kernel/permissions/roles.ts'
import { admit, foldEmail, type SignedIn } from './sign-in.ts'
import { endSessions } from './session.sql.ts'
import { findUserBy, insertUser, updateUser, type User } from './user.sql.ts'

/** How this client speaks to a service of the office. */
const clientOf = (provider: Provider): Client => ({
  ...{ id: provider.id, issuer: provider.issuer, clientId: provider.clientId, proof: 'secret' },
  scope: provider.scope ?? 'openid email profile',
})

/** Starts a sign-in: the address of the provider, and the values that must come back with the browser. */
export const startProvider = (deps: Deps, tenantId: string, provider: Provider, returnTo: string): Promise<Started> =>
  startSignIn(deps, tenantId, clientOf(provider), returnTo)

/** The role for the claims: the first matching rule, else the default, else null. */
function roleFrom(provider: Provider, claims: Record<string, unknown>): Role | null {
  const value = provider.roleClaim === undefined ? undefined : claims[provider.roleClaim]
  const values = new Set([value].flat().filter((one): one is string => typeof one === 'string'))
  return provider.roles?.find((rule) => values.has(rule.value))?.role ?? provider.defaultRole ?? null
}

type ProviderReturn = {
  provider: Provider
  back: URL
  started: Omit<Started, 'address'>
  browser: string
}

/** Exchanges the returned code and signs the person in. Throws `provider_failed`, `provider_unknown_person`. */
export async function finishProvider(
  deps: Deps,
  config: TenantConfig,
  { provider, back, started, browser }: ProviderReturn,
): Promise<SignedIn> {
  const claims = await finishSignIn(deps, config.tenantId, clientOf(provider), { back, started })
  return admitProven(deps, config, { provider, claims, browser })
}

async function admitProven(
  deps: Deps,
  config: TenantConfig,
  { provider, claims, browser }: { provider: Provider; claims: Claims; browser: string },
): Promise<SignedIn> {
  const { tenantId } = config
  const subject = `${provider.issuer} ${claims.sub}`
  const email = typeof claims.email === 'string' ? foldEmail(claims.email) : null
  const role = roleFrom(provider, claims)
  const name =
    typeof claims.name === 'string' && claims.name.trim() !== ''
      ? claims.name.trim().slice(0, 200)
      : (email ?? claims.sub)
  const now = new Date(deps.now())
  const user = await transaction(deps.db, async (tx): Promise<User> => {
    const known = await findUserBy(tx, tenantId, 'subject', subject)
    // Match by e-mail only if the provider has verified the address.
    const byMail =
      !known && email !== null && claims.email_verified === true
        ? await findUserBy(tx, tenantId, 'email', email)
        : undefined
    const before = known ?? (byMail?.subject === null ? byMail : undefined)
    if (!before) {
      if (role === null || email === null) throw new AppError('provider_unknown_person')
      const made = { tenantId, id: deps.newId(), email, name, role, agentId: null, document: {}, now }
      await insertUser(tx, made)
      return updateUser(tx, tenantId, made.id, { subject, status: 'active' }, now)
    }
    if (before.status === 'blocked') throw new AppError('provider_unknown_person')
    const hasRules = provider.roleClaim !== undefined && (provider.roles?.length ?? 0) > 0
    if (hasRules && role === null) throw new AppError('provider_unknown_person')
    const next = hasRules && role !== null ? role : before.role
    if (next !== before.role) await endSessions(tx, tenantId, before.id, { but: null }, now)
    return updateUser(tx, tenantId, before.id, { subject, status: 'active', role: next }, now)
  }).catch((error: unknown) => {
    if (violationOf(error)) throw new AppError('provider_unknown_person', {}, { cause: error })
    throw error
  })
  return admit(deps, { tenantId, userId: user.id, proof: 'provider', browser })
}
