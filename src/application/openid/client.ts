// A client of OpenID Connect: authorization code with PKCE, state and nonce (openid-client). For people of the office and for citizens.
import { LRUCache } from 'lru-cache'
import type { ClientAuth, Configuration, CustomFetch, ServerMetadata } from 'openid-client'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { HOUR } from '../../kernel/time/interval.ts'
import { openSecrets } from '../../platform/secrets/secrets.ts'
import { loadJose } from '../../kernel/crypto/jose.ts'
import { trustedMetadata } from './trust-chain.ts'
import { tenantKeys } from './tenant-keys.ts'

/** One service that vouches for people, and how this client speaks to it. */
export type Client = {
  id: string
  issuer: string
  clientId: string
  scope: string
  /** `secret`: the stored one; `key`: private_key_jwt with the tenant's key (RFC 7523). */
  proof: 'secret' | 'key'
  /** The request is a signed object (RFC 9101), and answers with personal data are signed and encrypted. */
  isSealed?: boolean
  /** Levels of assurance: asked for, and one of them must come back. */
  acr?: readonly string[]
  /** Which claims the provider is asked for: the `claims` parameter (OpenID Connect Core 1.0, section 5.5). */
  claims?: object
  /** The provider's metadata come through a chain of trust from this address. */
  trustAnchor?: string
}

/** Imported on first use: it takes megabytes of memory. */
const load = () => import('openid-client')

const PATIENCE = 10_000
const KNOWN = HOUR

/** The purpose under which the tenant's client secret is stored. */
export const secretPurpose = (providerId: string): string => `provider:${providerId}`

/** Providers whose addresses and keys are known; more are asked again. */
const MOST_KNOWN = 500
const discovered = new LRUCache<string, { configuration: Configuration; until: number }>({ max: MOST_KNOWN })

/** Sends requests through the guard that applies to every address a tenant configures. Keys given with the metadata need no request. */
const fetchBy =
  (deps: Deps, given: { url: string; jwks: unknown } | null): CustomFetch =>
  async (url, options) => {
    if (given?.url === url) return Response.json(given.jwks)
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

/** The refusal of a sign-in because of the provider. */
const failed = (reason: string, cause?: unknown): AppError => new AppError('provider_failed', { reason }, { cause })

/** The provider's metadata from the federation, and its keys if they are written in them. */
async function federated(deps: Deps, client: Client): Promise<{ server: ServerMetadata; jwks: unknown }> {
  const { jwks, ...server } = (await trustedMetadata(deps, client.issuer, client.trustAnchor!)) as ServerMetadata & {
    jwks?: unknown
  }
  if (server.issuer !== client.issuer) throw failed('issuer')
  return { server, jwks }
}

async function configurationOf(deps: Deps, tenantId: string, client: Client): Promise<Configuration> {
  const [kept] = await openSecrets(deps, tenantId, [secretPurpose(client.id)])
  const key = [tenantId, JSON.stringify(client), kept?.created_at.getTime()].join(' ')
  const known = discovered.get(key)
  if (known && known.until > deps.now()) return known.configuration
  const openid = await load()
  const metadata = client.isSealed ? { userinfo_signed_response_alg: 'RS256' } : {}
  const auth = await authenticationOf(deps, tenantId, client, kept?.secret)
  const given = client.trustAnchor === undefined ? null : await federated(deps, client)
  const keys = given?.jwks === undefined ? null : { url: new URL('#jwks', client.issuer).href, jwks: given.jwks }
  const configuration = given
    ? new openid.Configuration(
        { ...given.server, ...(keys ? { jwks_uri: keys.url } : {}) },
        client.clientId,
        metadata,
        auth,
      )
    : await openid
        .discovery(new URL(client.issuer), client.clientId, metadata, auth, {
          execute: deps.mayUsePrivate ? [openid.allowInsecureRequests] : [],
          [openid.customFetch]: fetchBy(deps, null),
        })
        .catch((error: unknown) => {
          throw failed('discovery', error)
        })
  if (given && deps.mayUsePrivate) openid.allowInsecureRequests(configuration)
  configuration[openid.customFetch] = fetchBy(deps, keys)
  if (client.isSealed) await readSealed(deps, tenantId, configuration)
  discovered.set(key, { configuration, until: deps.now() + KNOWN })
  return configuration
}

async function authenticationOf(
  deps: Deps,
  tenantId: string,
  { proof }: Client,
  secret: string | undefined,
): Promise<ClientAuth> {
  const openid = await load()
  if (proof === 'secret') return secret === undefined ? openid.None() : openid.ClientSecretPost(secret)
  return openid.PrivateKeyJwt(await signingKey(deps, tenantId))
}

async function signingKey(deps: Deps, tenantId: string): Promise<{ key: CryptoKey; kid: string }> {
  const { importJWK } = await loadJose()
  const { sign } = await tenantKeys(deps, tenantId)
  return { key: (await importJWK(sign, 'RS256')) as CryptoKey, kid: sign.kid! }
}

/** Lets the client read answers that are signed and encrypted for the tenant's key. */
async function readSealed(deps: Deps, tenantId: string, configuration: Configuration): Promise<void> {
  const openid = await load()
  const { importJWK } = await loadJose()
  const { decrypt } = await tenantKeys(deps, tenantId)
  const keys = await Promise.all(
    ['RSA-OAEP', 'RSA-OAEP-256'].map(async (alg) => ({
      ...{ alg, kid: decrypt.kid! },
      key: (await importJWK({ ...decrypt, alg }, alg)) as CryptoKey,
    })),
  )
  openid.enableDecryptingResponses(configuration, ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'], ...keys)
  openid.enableNonRepudiationChecks(configuration)
}

export type Started = { address: string; state: string; nonce: string; verifier: string }

/** Starts a sign-in: the address of the provider, and the values that must come back with the browser. */
export async function startSignIn(deps: Deps, tenantId: string, client: Client, returnTo: string): Promise<Started> {
  const configuration = await configurationOf(deps, tenantId, client)
  const openid = await load()
  const [state, nonce, verifier] = [openid.randomState(), openid.randomNonce(), openid.randomPKCECodeVerifier()]
  const asked = {
    redirect_uri: returnTo,
    scope: client.scope,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    response_type: 'code',
    ...(client.acr ? { acr_values: client.acr.join(' ') } : {}),
    ...(client.claims ? { claims: JSON.stringify(client.claims) } : {}),
    ...(client.isSealed ? { prompt: 'consent login' } : {}),
  }
  if (!client.isSealed)
    return { address: openid.buildAuthorizationUrl(configuration, asked).href, state, nonce, verifier }
  const url = await openid.buildAuthorizationUrlWithJAR(configuration, asked, await signingKey(deps, tenantId))
  // SPID wants these beside the signed object as well; both say the same.
  for (const name of ['scope', 'response_type', 'code_challenge', 'code_challenge_method'] as const)
    url.searchParams.set(name, asked[name])
  return { address: url.href, state, nonce, verifier }
}

export type Claims = Record<string, unknown> & { sub: string }

type Return = { back: URL; started: Omit<Started, 'address'> }

/** Exchanges the returned code for what the provider says of the person. Throws `provider_failed`. */
export async function finishSignIn(
  deps: Deps,
  tenantId: string,
  client: Client,
  { back, started }: Return,
): Promise<Claims> {
  const configuration = await configurationOf(deps, tenantId, client)
  const openid = await load()
  const refuse = (error: unknown): never => {
    const code = (error as { error?: string; code?: string }).error ?? (error as { code?: string }).code ?? 'answer'
    throw failed(code.toLowerCase().slice(0, 60), error)
  }
  const tokens = await openid
    .authorizationCodeGrant(configuration, back, {
      pkceCodeVerifier: started.verifier,
      expectedState: started.state,
      expectedNonce: started.nonce,
      idTokenExpected: true,
    })
    .catch(refuse)
  const inToken = tokens.claims() as Claims
  if (client.acr && !isEnough(client.acr, inToken.acr)) throw failed('acr')
  // Many providers return names and groups only at the userinfo endpoint.
  const asksMore = configuration.serverMetadata().userinfo_endpoint !== undefined
  const more = asksMore
    ? await openid
        .fetchUserInfo(configuration, tokens.access_token, inToken.sub)
        // What was asked for as sealed must come sealed; elsewhere the token alone may do.
        .catch((error: unknown) => (client.isSealed ? refuse(error) : {}))
    : {}
  return { ...more, ...inToken }
}

/** Whether the level in the answer is one that was asked for, or, of levels that end in a digit, a higher one. */
function isEnough(asked: readonly string[], got: unknown): boolean {
  if (typeof got !== 'string') return false
  const levelOf = (text: string): [string, number] => [
    text.replace(/[1-3]$/, ''),
    Number(/[1-3]$/.exec(text)?.[0] ?? 0),
  ]
  const [family, level] = levelOf(got)
  return asked.some((one) => {
    const [sameFamily, least] = levelOf(one)
    return one === got || (sameFamily === family && least > 0 && level >= least)
  })
}
