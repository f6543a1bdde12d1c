// Sign-in with the organisation's identity provider: OpenID Connect with discovery, PKCE, state and nonce (openid-client).
import type { Configuration, CustomFetch } from 'openid-client'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { transaction, violationOf } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { openSecrets } from '../../platform/secrets/secrets.ts'
import type { Provider } from '../../domain/tenant/people-settings.ts'
import { HOUR } from '../../kernel/time/interval.ts'
import type { Role } from '../../kernel/permissions/roles.ts'
import { admit, foldEmail, type SignedIn } from './sign-in.ts'
import { endSessions } from './session.sql.ts'
import { findUserBy, insertUser, updateUser, type User } from './user.sql.ts'

/** Imported on first use: it takes megabytes of memory. */
const load = () => import('openid-client')

const PATIENCE = 10_000
const KNOWN = HOUR

/** The purpose under which the tenant's client secret is stored. */
export const secretPurpose = (providerId: string): string => `provider:${providerId}`

const discovered = new Map<string, { configuration: Configuration; until: number }>()

/** Sends requests through the guard that applies to every address a tenant configures. */
const fetchBy =
  (deps: Deps): CustomFetch =>
  async (url, options) => {
    const body = options.body == null ? undefined : String(options.body as string | URLSearchParams)
    const headers = Object.fromEntries(Object.entries(options.headers))
    const answer = await deps.request(url, {
      method: options.method,
      headers,
      ...(body === undefined ? {} : { body }),
      timeoutMs: PATIENCE,
    })
    const shown = Object.entries(answer.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    )
    return new Response(answer.body === '' ? null : answer.body, { status: answer.status, headers: shown })
  }

const failed = (reason: string, cause?: unknown): AppError => new AppError('provider_failed', { reason }, { cause })

async function configurationOf(deps: Deps, tenantId: string, provider: Provider): Promise<Configuration> {
  const [kept] = await openSecrets(deps, tenantId, [secretPurpose(provider.id)])
  const key = [tenantId, provider.id, provider.issuer, provider.clientId, kept?.created_at.getTime()].join(' ')
  const known = discovered.get(key)
  if (known && known.until > deps.now()) return known.configuration
  const client = await load()
  const insecure = deps.mayUsePrivate ? [client.allowInsecureRequests] : []
  const configuration = await client
    .discovery(new URL(provider.issuer), provider.clientId, kept?.secret, undefined, {
      execute: insecure,
      [client.customFetch]: fetchBy(deps),
    })
    .catch((error: unknown) => {
      throw failed('discovery', error)
    })
  configuration[client.customFetch] = fetchBy(deps)
  discovered.set(key, { configuration, until: deps.now() + KNOWN })
  return configuration
}

export type Started = { address: string; state: string; nonce: string; verifier: string }

/** Starts a sign-in: the address of the provider, and the values that must come back with the browser. */
export async function startProvider(
  deps: Deps,
  tenantId: string,
  provider: Provider,
  returnTo: string,
): Promise<Started> {
  const configuration = await configurationOf(deps, tenantId, provider)
  const client = await load()
  const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()]
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: returnTo,
    scope: provider.scope ?? 'openid email profile',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })
  return { address: url.href, state, nonce, verifier }
}

type Claims = Record<string, unknown> & { sub: string }

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
  const configuration = await configurationOf(deps, config.tenantId, provider)
  const client = await load()
  const tokens = await client
    .authorizationCodeGrant(configuration, back, {
      pkceCodeVerifier: started.verifier,
      expectedState: started.state,
      expectedNonce: started.nonce,
      idTokenExpected: true,
    })
    .catch((error: unknown) => {
      const code = (error as { error?: string; code?: string }).error ?? (error as { code?: string }).code ?? 'answer'
      throw failed(code.toLowerCase().slice(0, 60), error)
    })
  const inToken = tokens.claims() as Claims
  // Many providers return names and groups only at the userinfo endpoint.
  const more =
    configuration.serverMetadata().userinfo_endpoint === undefined
      ? {}
      : await client.fetchUserInfo(configuration, tokens.access_token, inToken.sub).catch(() => ({}))
  return admitProven(deps, config, { provider, claims: { ...more, ...inToken }, browser })
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
