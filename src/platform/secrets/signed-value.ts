// Signed values that pages give to a browser and get back: bound to one purpose and valid for a short time.
import type { CoreDeps } from '../core-deps.ts'
import { secretOf } from './secrets.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { isSignature, signatureOf } from '../../kernel/crypto/signature.ts'

/** Lifetime of a value (ms): time for the second step, a passkey challenge, or the way through a provider. */
const PATIENCE = 10 * MINUTE

export async function signValue(deps: CoreDeps, tenantId: string, purpose: string, value: unknown): Promise<string> {
  const text = Buffer.from(JSON.stringify({ value, until: deps.now() + PATIENCE })).toString('base64url')
  return `${text}.${signatureOf(await secretOf(deps, tenantId, 'sessions'), purpose, text)}`
}

/** Returns the value; null if the signature or purpose is wrong, or the value has expired. */
export async function readSignedValue<T>(
  deps: CoreDeps,
  tenantId: string,
  purpose: string,
  given: string | undefined,
): Promise<T | null> {
  const [text = '', seal = ''] = (given ?? '').split('.')
  if (!isSignature(seal, await secretOf(deps, tenantId, 'sessions'), purpose, text)) return null
  const { value, until } = JSON.parse(Buffer.from(text, 'base64url').toString()) as { value: T; until: number }
  return until > deps.now() ? value : null
}
