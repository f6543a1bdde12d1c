// PURE. Format of keys, keys of test tenants, manage tokens, feed addresses, sessions and one-time links: `agd.<ids>.<secret>`,
// `agt.…`, `agm.…`, `agf.…`, `ags.…`, `agl.…`.
// The ids name tenant and row, so that no look-up crosses tenants; the secret has 256 random bits, and only its SHA-256 is stored.
import { createHash, createHmac } from 'node:crypto'
import { uuidOfHex } from '../uuid.ts'

type TokenKind = 'agd' | 'agt' | 'agm' | 'agf' | 'ags' | 'agl'
export type Token = { kind: TokenKind; tenantId: string; rowId: string; secret: string }

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')
const uuidOf = (bytes: Buffer): string => uuidOfHex(bytes.toString('hex'))

export function formatToken(kind: TokenKind, tenantId: string, rowId: string, secret: Uint8Array): string {
  return `${kind}.${Buffer.concat([bytesOf(tenantId), bytesOf(rowId)]).toString('base64url')}.${Buffer.from(secret).toString('base64url')}`
}

/** Parses a token; null if the text does not have the format. */
export function parseToken(text: string): Token | null {
  const match = /^(agd|agt|agm|agf|ags|agl)\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/.exec(text)
  if (!match) return null
  const ids = Buffer.from(match[2]!, 'base64url')
  return {
    kind: match[1] as TokenKind,
    tenantId: uuidOf(ids.subarray(0, 16)),
    rowId: uuidOf(ids.subarray(16)),
    secret: match[3]!,
  }
}

/** SHA-256 in hex. The secrets are random, so a slow hash would add nothing. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/**
 * Derives a secret from the caller's own secret and its Idempotency-Key. A retried request receives the same token although
 * only the hash is stored.
 */
export function deriveSecret(callerSecret: string, idempotencyKey: string, rowId: string): Uint8Array {
  return createHmac('sha256', callerSecret).update(`${rowId}\n${idempotencyKey}`).digest()
}
