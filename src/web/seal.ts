// PURE. Seals: proof that this service named something to the browser that brings it back. HMAC-SHA-256 cut to 128 bits.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** The seal of the parts under a purpose; parts must not contain line ends. */
export function sealOf(secret: string, purpose: string, ...parts: readonly string[]): string {
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

export function isSeal(seal: string, secret: string, purpose: string, ...parts: readonly string[]): boolean {
  return isSameText(seal, sealOf(secret, purpose, ...parts))
}
