// The tenant's own keys for OpenID Connect: made on first use, stored sealed, their public halves published.
import type { JWK } from 'jose'
import type { Deps } from '../../domain/deps.ts'
import { openSecrets, putSecret } from '../../platform/secrets/secrets.ts'
import { loadJose } from '../../kernel/crypto/jose.ts'

/** Private keys: for signing as a client, for decrypting what a provider answers, and for statements of the federation. */
export type TenantKeys = { sign: JWK; decrypt: JWK; federation: JWK }

const PURPOSE = 'openid-keys'
/** RSA with 2048 bits: the least that the rules of SPID and CIE allow, and what all providers accept. */
const BITS = 2048

async function newKey(alg: 'RS256' | 'RSA-OAEP-256', use: 'sig' | 'enc'): Promise<JWK> {
  const { calculateJwkThumbprint, exportJWK, generateKeyPair } = await loadJose()
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: BITS })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use, alg }
}

/** The tenant's keys, the same in all processes. Never inside a transaction. */
export async function tenantKeys(deps: Deps, tenantId: string): Promise<TenantKeys> {
  const read = async (): Promise<TenantKeys | undefined> => {
    const [kept] = await openSecrets(deps, tenantId, [PURPOSE])
    return kept && (JSON.parse(kept.secret) as TenantKeys)
  }
  const known = await read()
  if (known) return known
  const [sign, decrypt, federation] = await Promise.all([
    newKey('RS256', 'sig'),
    newKey('RSA-OAEP-256', 'enc'),
    newKey('RS256', 'sig'),
  ])
  await putSecret(deps, {
    tenantId,
    purpose: PURPOSE,
    secret: JSON.stringify({ sign, decrypt, federation }),
    isReplaced: false,
  })
  return (await read())!
}

/** The public half of a key. `alg` is left out of keys for encryption, because providers choose between two (RFC 7517, section 4.4). */
export const publicHalf = ({ kty, n, e, kid, use, alg }: JWK): JWK => ({
  ...{ kty: kty!, n: n!, e: e!, kid: kid!, use: use! },
  ...(use === 'sig' ? { alg: alg! } : {}),
})
