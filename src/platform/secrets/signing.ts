// Secrets that sign requests to addresses of a tenant: created on first use, replaced on demand; the previous one stays valid for
// one more day. Also the signature itself, per Standard Webhooks 1.0.
import { Webhook } from 'standardwebhooks'
import { transaction } from '../database/tx.ts'
import type { CoreDeps } from '../core-deps.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { openSecrets, putSecret, sealSecret } from './secrets.ts'
import { writeSecret } from './secret.sql.ts'

type SecretDeps = Pick<CoreDeps, 'now' | 'db' | 'randomBytes' | 'vault'>
/** What a secret signs: the pushes of a campaign, or the notices of a webhook subscription. */
type Signer = { kind: 'push' | 'webhook'; id: string }
const nameOf = ({ kind, id }: Signer) => ({ current: `${kind}:${id}`, previous: `${kind}-before:${id}` })
/** The secret in the notation of Standard Webhooks. */
const shown = (secret: string): string => `whsec_${Buffer.from(secret, 'base64url').toString('base64')}`
const fresh = (deps: SecretDeps): string => Buffer.from(deps.randomBytes(32)).toString('base64url')

/** The secrets that sign now, newest first; creates the first one. */
export async function signingSecrets(deps: SecretDeps, tenantId: string, signer: Signer): Promise<string[]> {
  const { current, previous } = nameOf(signer)
  const rows = await openSecrets(deps, tenantId, [current, previous])
  const now = rows.find((row) => row.purpose === current)
  if (!now) {
    await putSecret(deps, { tenantId, purpose: current, secret: fresh(deps), isReplaced: false })
    return signingSecrets(deps, tenantId, signer)
  }
  const before = rows.find((row) => row.purpose === previous && row.created_at.getTime() + DAY > deps.now())
  return [now, ...(before ? [before] : [])].map((row) => shown(row.secret))
}

/** Creates a new secret and returns it; the previous one also signs for 24 more hours. */
export async function rotateSecret(deps: SecretDeps, tenantId: string, signer: Signer): Promise<string> {
  const { current, previous } = nameOf(signer)
  const secret = fresh(deps)
  const sealed = await sealSecret(deps, tenantId, current, secret)
  const [before] = await openSecrets(deps, tenantId, [current])
  const sealedBefore = before && (await sealSecret(deps, tenantId, previous, before.secret))
  await transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    if (sealedBefore !== undefined) await writeSecret(tx, tenantId, previous, sealedBefore, now, true)
    await writeSecret(tx, tenantId, current, sealed, now, true)
  })
  return shown(secret)
}

/** The headers of a signed message; `id` stays the same for all attempts. `now` in epoch ms. */
export function signedHeaders(
  id: string,
  body: string,
  now: number,
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(now), body))
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': signatures.join(' '),
  }
}
