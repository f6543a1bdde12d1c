// PURE. Seals: proof that this service named something to the browser that brings it back. HMAC-SHA-256 cut to 128 bits.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isUuid, uuidOfHex } from '../uuid.ts'

/** The seal of the parts under a purpose; parts must not contain line ends. */
export function signatureOf(secret: string, purpose: string, ...parts: readonly string[]): string {
  return createHmac('sha256', secret)
    .update([purpose, ...parts].join('\n'))
    .digest()
    .subarray(0, 16)
    .toString('base64url')
}

/** Compares in a time that does not depend on where the texts differ. */
export function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

export function isSignature(seal: string, secret: string, purpose: string, ...parts: readonly string[]): boolean {
  return isSameText(seal, signatureOf(secret, purpose, ...parts))
}

/** The end of a personal link: what it opens, and the seal of that. */
export const signedName = (id: string, seal: string): string => `${id.replaceAll('-', '')}.${seal}`

/** Id and seal of the end of a personal link, or null when it has not that form. Whether the seal is right is for the caller. */
export function readSignedName(text: string): { id: string; seal: string } | null {
  const [hex = '', seal = ''] = text.split('.')
  const id = uuidOfHex(hex)
  return isUuid(id) && seal !== '' ? { id, seal } : null
}
