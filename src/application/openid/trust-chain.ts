// The chain of trust of a federation (OpenID Federation 1.0): from a provider up to the anchor that the office names.
import type { JSONWebKeySet } from 'jose'
import type { Deps } from '../../domain/deps.ts'
import { loadJose } from '../../kernel/crypto/jose.ts'
import { applyPolicy, type Policy } from './metadata-policy.ts'
import { AppError } from '../../kernel/errors.ts'

type Metadata = Record<string, unknown>
type Statement = {
  iss: string
  sub: string
  /** Seconds since 1970. */
  exp: number
  jwks: JSONWebKeySet
  authority_hints?: string[]
  metadata?: Record<string, Metadata>
  metadata_policy?: Record<string, Policy>
}

const PATIENCE = 10_000
const MOST_HOPS = 4
const TYPE = 'entity-statement+jwt'

const broken = (reason: string, cause?: unknown): AppError => new AppError('provider_failed', { reason }, { cause })
const trimmed = (url: string): string => url.replace(/\/$/, '')
const isSame = (a: string, b: string): boolean => trimmed(a) === trimmed(b)

async function read(deps: Deps, url: string): Promise<string> {
  const answer = await deps
    .request(url, { method: 'GET', headers: {}, timeoutMs: PATIENCE })
    .catch((error: unknown) => {
      throw broken('federation_unreachable', error)
    })
  if (answer.status !== 200) throw broken('federation_unreachable')
  return answer.body.trim()
}

/** A statement whose signature, type, subject and time are right; signed by its own keys if `keys` is null. */
async function checked(
  deps: Deps,
  token: string,
  { issuer, subject, keys }: { issuer: string; subject: string; keys: JSONWebKeySet | null },
): Promise<Statement> {
  const { compactVerify, createLocalJWKSet, decodeJwt, decodeProtectedHeader } = await loadJose()
  try {
    const said = decodeJwt<Statement>(token)
    await compactVerify(token, createLocalJWKSet(keys ?? said.jwks), {
      algorithms: ['RS256', 'RS512', 'PS256', 'ES256'],
    })
    if (decodeProtectedHeader(token).typ !== TYPE) throw new Error('type')
    if (!isSame(said.iss, issuer) || !isSame(said.sub, subject)) throw new Error('subject')
    if (!(said.exp * 1000 > deps.now())) throw new Error('expired')
    return said
  } catch (error) {
    throw broken('federation_statement', error)
  }
}

type Entity = { token: string; said: Statement }

/** What an entity says of itself. */
async function entity(deps: Deps, id: string): Promise<Entity> {
  const token = await read(deps, `${trimmed(id)}/.well-known/openid-federation`)
  return { token, said: await checked(deps, token, { issuer: id, subject: id, keys: null }) }
}

/** What a superior says of the subject, by the keys of the superior; the subject's own statement must be signed by keys it names. */
async function vouched(deps: Deps, superior: Entity, subject: Entity): Promise<Statement> {
  const endpoint = superior.said.metadata?.federation_entity?.federation_fetch_endpoint
  if (typeof endpoint !== 'string') throw broken('federation_endpoint')
  const url = new URL(endpoint)
  url.searchParams.set('sub', subject.said.sub)
  const token = await read(deps, url.href)
  const { iss, jwks } = superior.said
  const said = await checked(deps, token, { issuer: iss, subject: subject.said.sub, keys: jwks })
  await checked(deps, subject.token, { issuer: subject.said.iss, subject: subject.said.sub, keys: said.jwks })
  return said
}

/** The statements from the subject up to the anchor, or null when this way does not lead there. */
async function chainTo(deps: Deps, subject: Entity, anchor: Entity, hops: number): Promise<Statement[] | null> {
  const hints = subject.said.authority_hints ?? []
  if (hints.some((hint) => isSame(hint, anchor.said.sub))) return [await vouched(deps, anchor, subject)]
  if (hops <= 1) return null
  for (const hint of hints.slice(0, 3)) {
    const superior = await entity(deps, hint)
    const above = await chainTo(deps, superior, anchor, hops - 1)
    if (above) return [await vouched(deps, superior, subject), ...above]
  }
  return null
}

/**
 * The metadata of an OpenID provider under the policies of everybody above it, the anchor's first (OpenID Federation 1.0, section 6).
 * Throws `provider_failed` with a reason that begins with `federation`.
 */
export async function trustedMetadata(deps: Deps, issuer: string, trustAnchor: string): Promise<Metadata> {
  const [leaf, anchor] = await Promise.all([entity(deps, issuer), entity(deps, trustAnchor)])
  const chain = await chainTo(deps, leaf, anchor, MOST_HOPS)
  if (!chain) throw broken('federation_untrusted')
  let metadata = { ...leaf.said.metadata?.openid_provider, ...chain[0]?.metadata?.openid_provider }
  for (const { metadata_policy } of [...chain].reverse())
    metadata = applyPolicy(metadata, metadata_policy?.openid_provider ?? {})
  return metadata
}
