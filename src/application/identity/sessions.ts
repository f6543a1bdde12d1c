// Sessions of people: begin after a proof of identity, look-up by cookie, rotation of the secret, and end.
import { createHash } from 'node:crypto'
import type { Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { settingsOf } from '../../domain/tenant/settings.ts'
import { findTenant } from '../../domain/tenant/tenant.sql.ts'
import { secretOf } from '../../platform/secrets/secrets.ts'
import { HOUR, MINUTE } from '../../kernel/time/interval.ts'
import { signatureOf, isSameText } from '../../kernel/crypto/signature.ts'
import { hasSecondFactor } from './factor.ts'
import { PERMISSIONS } from '../../kernel/permissions/roles.ts'
import { findSession, insertSession, touchSession } from './session.sql.ts'
import { formatToken, hashSecret, type Token } from '../../kernel/crypto/token.ts'
import type { User } from './user.sql.ts'
import type { Person, Reach } from '../../kernel/permissions/principal.ts'

/** The secret is rotated every hour. The previous one stays valid for a minute, for pages that were loading. */
const [ROTATED, GRACE] = [HOUR, MINUTE]
/** How often the last use of a session is written (ms). */
const NOTED = 5 * MINUTE

export type UserDocument = { locationIds?: string[]; agentIds?: string[]; locale?: 'it' | 'en' }

/** Proofs that need no second factor of this service. */
const STRONG = new Set<string>(['provider', 'embedded'])

export type Proof = 'password' | 'totp' | 'passkey' | 'provider' | 'embedded' | 'link'

/** Begins a session and returns its token, which is not stored. */
export async function beginSession(
  deps: Deps,
  tx: Tx,
  { user, proof, browser }: { user: Pick<User, 'tenant_id' | 'id'>; proof: Proof; browser: string },
): Promise<{ id: string; token: string; expires: Date }> {
  const settings = settingsOf((await findTenant(tx, user.tenant_id))!.document).signIn
  const id = deps.newId()
  const secret = Buffer.from(deps.randomBytes(32))
  const now = deps.now()
  const expires = new Date(now + settings.sessionHours * HOUR)
  await insertSession(tx, {
    tenant_id: user.tenant_id,
    id,
    user_id: user.id,
    secret_hash: hashSecret(secret.toString('base64url')),
    previous_hash: null,
    rotated_at: new Date(now),
    proof,
    browser: browser.slice(0, 300),
    created_at: new Date(now),
    seen_at: new Date(now),
    expires_at: expires,
    ended_at: null,
  })
  return { id, token: formatToken('ags', user.tenant_id, id, secret), expires }
}

/** What a person reaches: everything if no agents or locations are named, else those and always their own agenda. */
function reachOf(document: UserDocument, agentId: string | null): Reach {
  const { agentIds = [], locationIds = [] } = document
  if (agentIds.length === 0 && locationIds.length === 0) return null
  return {
    agentIds: new Set(agentId === null ? agentIds : [...agentIds, agentId]),
    locationIds: new Set(locationIds),
  }
}

type FoundSession = NonNullable<Awaited<ReturnType<typeof findSession>>>
type SignInSettings = ReturnType<typeof settingsOf>['signIn']

/** Returns an active session with the tenant's sign-in settings; null if it is unknown, expired, idle for too long or ended. */
async function liveSession(
  deps: Deps,
  tenantId: string,
  id: string,
): Promise<{ session: FoundSession; settings: SignInSettings } | null> {
  const session = await findSession(deps.db.kysely, tenantId, id)
  if (!session || session.status !== 'active' || session.ended_at !== null) return null
  const settings = settingsOf((await findTenant(deps.db.kysely, tenantId))!.document).signIn
  const now = deps.now()
  const isOver = session.expires_at.getTime() <= now || now - session.seen_at.getTime() > settings.idleMinutes * MINUTE
  return isOver ? null : { session, settings }
}

/** Returns the person for a session token and updates the session's last use; null if the session is unknown, expired or ended. */
export async function personOf(deps: Deps, token: Token, isUse = true): Promise<Person | null> {
  const live = await liveSession(deps, token.tenantId, token.rowId)
  if (!live) return null
  const { session: s, settings } = live
  const now = deps.now()
  const hash = hashSecret(token.secret)
  const isPrevious =
    s.previous_hash !== null && now - s.rotated_at.getTime() < GRACE && isSameText(s.previous_hash, hash)
  if (!isSameText(s.secret_hash, hash) && !isPrevious) return null
  if (isUse && now - s.seen_at.getTime() > Math.min(NOTED, (settings.idleMinutes * MINUTE) / 4))
    await touchSession(deps.db.kysely, token.tenantId, s.id, { seen_at: new Date(now) })
  return personFrom(s, settings, token)
}

/** Reloads the person of an open stream; null if the session is over. Does not count as a use of the session. */
export async function personStill(deps: Deps, { tenantId, sessionId, secret }: Person): Promise<Person | null> {
  const live = await liveSession(deps, tenantId, sessionId)
  return live && personFrom(live.session, live.settings, { tenantId, secret })
}

function personFrom(
  s: FoundSession,
  settings: SignInSettings,
  { tenantId, secret }: Pick<Token, 'tenantId' | 'secret'>,
): Person {
  const mustEnrol = settings.secondFactorFor.includes(s.role) && !STRONG.has(s.proof) && !hasSecondFactor(s)
  return {
    kind: 'user',
    id: s.user_id,
    tenantId,
    scopes: new Set(mustEnrol ? [] : PERMISSIONS[s.role]),
    secret,
    role: s.role,
    agentId: s.agent_id,
    reach: reachOf(s.document, s.agent_id),
    sessionId: s.id,
    name: s.name,
    email: s.email,
    proof: s.proof,
    locale: (s.document as UserDocument).locale,
    rotatedAt: s.rotated_at.getTime(),
    beganAt: s.created_at.getTime(),
    mustEnrol,
  }
}

/**
 * Rotates the session's secret if it is old, or if forced, and returns the new token. Null if the secret is recent or another
 * request rotated it first.
 */
export async function rotate(deps: Deps, person: Person, isForced = false): Promise<string | null> {
  const now = deps.now()
  if (!isForced && now - person.rotatedAt < ROTATED) return null
  const db = deps.db.kysely
  const s = await findSession(db, person.tenantId, person.sessionId)
  const present = hashSecret(person.secret)
  if (!s || !isSameText(s.secret_hash, present)) return null
  if (!isForced && now - s.rotated_at.getTime() < ROTATED) return null
  const secret = Buffer.from(deps.randomBytes(32))
  const change = {
    secret_hash: hashSecret(secret.toString('base64url')),
    previous_hash: isForced ? null : present,
    rotated_at: new Date(now),
  }
  if (!(await touchSession(db, person.tenantId, person.sessionId, change, present))) return null
  return formatToken('ags', person.tenantId, person.sessionId, secret)
}

/** CSRF token that a form or script must send besides the cookie; other sites cannot compute it. */
export const csrfOf = async (deps: Deps, person: Person): Promise<string> =>
  signatureOf(await secretOf(deps, person.tenantId, 'sessions'), 'csrf', person.sessionId)

/** Short name of browser and system, such as `Firefox, Linux`. Nothing else of the user agent is stored. */
export function browserOf(userAgent: string | undefined): string {
  const text = userAgent ?? ''
  const name = /(Edg|OPR|Firefox|Chrome|Safari|curl)\//.exec(text)?.[1] ?? '?'
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|Linux)/.exec(text)?.[1] ?? ''
  return [name.replace('Edg', 'Edge').replace('OPR', 'Opera'), system].filter(Boolean).join(', ')
}

/** SHA-256 of a person or address, so that readers of the table do not learn the name. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url')
