// Secrets that sign what leaves for a tenant's own addresses: made when first needed, replaced on demand, the old one valid for
// a day more. And the signature itself, after Standard Webhooks 1.0.
import { Webhook } from 'standardwebhooks'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { DAY } from '../time/interval.ts'
import { openSecrets, putSecret, sealSecret } from '../tenant/secret.actions.ts'
import { writeSecret } from '../tenant/secret.sql.ts'

type SecretDeps = Pick<Deps, 'now' | 'db' | 'randomBytes' | 'vault'>
/** What a secret signs: the pushes of a campaign, or the notices of a subscription. */
export type Signer = { kind: 'push' | 'webhook'; id: string }
const nameOf = ({ kind, id }: Signer) => ({ current: `${kind}:${id}`, previous: `${kind}-before:${id}` })
/** The form that Standard Webhooks gives to secrets. */
const shown = (secret: string): string => `whsec_${Buffer.from(secret, 'base64url').toString('base64')}`
const fresh = (deps: SecretDeps): string => Buffer.from(deps.randomBytes(32)).toString('base64url')

/** Secrets that sign now, the newest first. */
export async function signingSecrets(deps: SecretDeps, tenantId: string, signer: Signer): Promise<string[]> {
  const { current, previous } = nameOf(signer)
  const rows = await openSecrets(deps, tenantId, [current, previous])
  const now = rows.find((row) => row.purpose === current)
  if (!now) {
    await putSecret(deps, tenantId, current, fresh(deps), false)
    return signingSecrets(deps, tenantId, signer)
  }
  const before = rows.find((row) => row.purpose === previous && row.created_at.getTime() + DAY > deps.now())
  return [now, ...(before ? [before] : [])].map((row) => shown(row.secret))
}

/** Makes a new secret and returns it; the one before signs too for 24 hours. */
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

/** The headers of a signed message: its id stays the same for each attempt. `now` in epoch ms. */
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
