// PURE. Sealing with AES-256-GCM (NIST SP 800-38D): a sealed value opens only with its key and in its context.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

const [IV, TAG] = [12, 16]
export const KEY_BYTES = 32

/** A key from 256 bits in base64, base64url or hexadecimal; null when the text is not a key. */
export function keyIn(text: string): Buffer | null {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  return key.length === KEY_BYTES ? key : null
}

/** A short name for a key that reveals nothing about it. */
export const nameOfKey = (key: Buffer): string =>
  createHash('sha256').update('agenda key name').update(key).digest('hex').slice(0, 12)

/** `context` is authenticated but not stored: a sealed value moved elsewhere does not open. `iv`: 12 fresh random bytes. */
export function encrypt(key: Buffer, context: string, plain: Buffer, iv: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** Throws when the key or the context differs, or the text was changed. */
export function decrypt(key: Buffer, context: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(IV, IV + TAG))
  return Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()])
}
