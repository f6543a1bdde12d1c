// Values that pages hand to a browser and get back: only this service can have written them, for this purpose, a short while ago.
import type { Deps } from '../deps.ts'
import { secretOf } from '../tenant/secret.actions.ts'
import { MINUTE } from '../time/interval.ts'
import { isSignature, signatureOf } from '../web/signature.ts'

/** How long the second step, a question to a device, or the way through a provider may take (ms). */
const PATIENCE = 10 * MINUTE

export async function signValue(deps: Deps, tenantId: string, purpose: string, value: unknown): Promise<string> {
  const text = Buffer.from(JSON.stringify({ value, until: deps.now() + PATIENCE })).toString('base64url')
  return `${text}.${signatureOf(await secretOf(deps, tenantId, 'sessions'), purpose, text)}`
}

/** Null when it is not ours, for another purpose, or too old. */
export async function readSignedValue<T>(
  deps: Deps,
  tenantId: string,
  purpose: string,
  given: string | undefined,
): Promise<T | null> {
  const [text = '', seal = ''] = (given ?? '').split('.')
  if (!isSignature(seal, await secretOf(deps, tenantId, 'sessions'), purpose, text)) return null
  const { value, until } = JSON.parse(Buffer.from(text, 'base64url').toString()) as { value: T; until: number }
  return until > deps.now() ? value : null
}
