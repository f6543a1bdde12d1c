// The secret that signs a campaign's pushes: made when first needed, replaced on demand, the old one valid for a day more.
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { DAY } from '../time/interval.ts'
import { readSecrets, writeSecret } from '../tenant/secret.sql.ts'

type SecretDeps = Pick<Deps, 'now' | 'db' | 'randomBytes'>
const nameOf = (campaignId: string) => ({ current: `push:${campaignId}`, previous: `push-before:${campaignId}` })
/** The form that Standard Webhooks gives to secrets. */
const shown = (secret: string): string => `whsec_${Buffer.from(secret, 'base64url').toString('base64')}`
const fresh = (deps: SecretDeps): string => Buffer.from(deps.randomBytes(32)).toString('base64url')

/** Secrets that sign a push now, the newest first. */
export async function pushSecrets(deps: SecretDeps, tenantId: string, campaignId: string): Promise<string[]> {
  const { current, previous } = nameOf(campaignId)
  const rows = await readSecrets(deps.db.kysely, tenantId, [current, previous])
  const now = rows.find((row) => row.purpose === current)
  if (!now) {
    await transaction(deps.db, (tx) => writeSecret(tx, tenantId, current, fresh(deps), new Date(deps.now()), false))
    return pushSecrets(deps, tenantId, campaignId)
  }
  const before = rows.find((row) => row.purpose === previous && row.created_at.getTime() + DAY > deps.now())
  return [now, ...(before ? [before] : [])].map((row) => shown(row.secret))
}

/** Makes a new secret and returns it; the one before signs too for 24 hours. */
export async function rotatePushSecret(deps: SecretDeps, tenantId: string, campaignId: string): Promise<string> {
  const { current, previous } = nameOf(campaignId)
  const secret = fresh(deps)
  await transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    const [row] = await readSecrets(tx, tenantId, [current])
    if (row) await writeSecret(tx, tenantId, previous, row.secret, now, true)
    await writeSecret(tx, tenantId, current, secret, now, true)
  })
  return shown(secret)
}
