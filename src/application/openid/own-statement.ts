// What this organisation says of itself in a federation: a statement signed with its own key (OpenID Federation 1.0, section 3).
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Deps } from '../../domain/deps.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { loadJose } from '../../kernel/crypto/jose.ts'
import { publicHalf, tenantKeys, type TenantKeys } from './tenant-keys.ts'
import { trustedMetadata } from './trust-chain.ts'

const LIFE = 2 * DAY

async function signed(deps: Deps, keys: TenantKeys, content: Record<string, unknown>, typ: string): Promise<string> {
  const { importJWK, SignJWT } = await loadJose()
  const seconds = Math.floor(deps.now() / 1000)
  return new SignJWT(content)
    .setProtectedHeader({ alg: 'RS256', kid: keys.federation.kid!, typ })
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + LIFE / 1000)
    .sign(await importJWK(keys.federation, 'RS256'))
}

/** The keys with which providers check and encrypt, as a set (RFC 7517, section 5). */
export async function ownKeySet(deps: Deps, tenantId: string) {
  const { sign, decrypt } = await tenantKeys(deps, tenantId)
  return { keys: [publicHalf(sign), publicHalf(decrypt)] }
}

type Own = {
  /** The entity's address: the tenant's first page. */
  id: string
  name: string
  policyUrl: string
  logoUrl: string
  redirects: readonly string[]
}

/** The organisation's statement about itself, as a signed token (JWT). */
export async function ownStatement(deps: Deps, config: TenantConfig, own: Own): Promise<string> {
  const keys = await tenantKeys(deps, config.tenantId)
  const { authorityHints = [], contacts = [], trustMarks = [] } = config.settings.signIn.federation
  const party = {
    ...{ application_type: 'web', client_id: own.id, client_name: own.name, client_registration_types: ['automatic'] },
    ...{ redirect_uris: own.redirects, response_types: ['code'], grant_types: ['authorization_code'] },
    ...{ subject_type: 'pairwise', token_endpoint_auth_method: 'private_key_jwt', contacts },
    ...{ id_token_signed_response_alg: 'RS256', userinfo_signed_response_alg: 'RS256' },
    ...{ userinfo_encrypted_response_alg: 'RSA-OAEP-256', userinfo_encrypted_response_enc: 'A256CBC-HS512' },
    jwks: await ownKeySet(deps, config.tenantId),
  }
  const content = {
    ...{ iss: own.id, sub: own.id, jwks: { keys: [publicHalf(keys.federation)] } },
    metadata: {
      federation_entity: {
        ...{ organization_name: own.name, homepage_uri: own.id, policy_uri: own.policyUrl, contacts },
        ...{ logo_uri: own.logoUrl, federation_resolve_endpoint: `${own.id}/federation/resolve` },
      },
      openid_relying_party: party,
    },
    authority_hints: authorityHints,
    trust_marks: trustMarks.map(({ id, trustMark }) => ({ id, trust_mark: trustMark })),
  }
  return signed(deps, keys, content, 'entity-statement+jwt')
}

/** What the chain of trust says of one of the tenant's providers, as a signed token; null for anybody else. */
export async function resolved(deps: Deps, config: TenantConfig, id: string, subject: string): Promise<string | null> {
  const provider = config.settings.signIn.citizenProviders.find((one) => one.issuer === subject)
  if (provider?.trustAnchor === undefined) return null
  const metadata = await trustedMetadata(deps, provider.issuer, provider.trustAnchor)
  const keys = await tenantKeys(deps, config.tenantId)
  return signed(deps, keys, { iss: id, sub: subject, metadata: { openid_provider: metadata } }, 'resolve-response+jwt')
}
