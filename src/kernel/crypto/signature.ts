// PURE. Signatures of links and forms: they prove that this service issued a value. HMAC-SHA-256, cut to 128 bits.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isUuid, uuidOfHex } from '../uuid.ts'

/** Signs the parts under a purpose; the parts must not contain line breaks. */
export function signatureOf(secret: string, purpose: string, ...parts: readonly string[]): string {
  return createHmac('sha256', secret)
    .update([purpose, ...parts].join('\n'))
    .digest()
    .subarray(0, 16)
    .toString('base64url')
}

/** Compares in constant time. */
export function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

export function isSignature(seal: string, secret: string, purpose: string, ...parts: readonly string[]): boolean {
  return isSameText(seal, signatureOf(secret, purpose, ...parts))
}

/** Last part of a personal link: the id and its signature. */
export const signedName = (id: string, seal: string): string => `${id.replaceAll('-', '')}.${seal}`

/** Splits the last part of a personal link; null if the format is wrong. The caller must check the signature. */
export function readSignedName(text: string): { id: string; seal: string } | null {
  const [hex = '', seal = ''] = text.split('.')
  const id = uuidOfHex(hex)
  return isUuid(id) && seal !== '' ? { id, seal } : null
}
