// Sign-in: checks passwords and codes, and slows guessing down. Attempts are counted per account for unknown browsers and per
// browser for known ones (OWASP, "device cookies"), so that guessing from elsewhere does not lock people out of the browser
// they always use.
import { createHmac, randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { transaction, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError, bodyFault } from '../../kernel/errors.ts'
import { secretOf } from '../../platform/secrets/secrets.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { widerNetworkOf } from '../../kernel/network.ts'
import { isSameText, isSignature, signatureOf } from '../../kernel/crypto/signature.ts'
import { insertAudit } from '../../platform/audit/audit.sql.ts'
import { hasSecondFactor } from './factor.ts'
import { tellOwner } from './security-notices.ts'
import { faultInPassword, hashCodes, hashesLike, isPassword } from './password.ts'
import { beginSession, digestOf, type Proof } from './sessions.ts'
import { closeUntil, countFailure, endSessions, findFailures, forgetFailures } from './session.sql.ts'
import { findUser, findUserBy, lockUser, updateUser, type User } from './user.sql.ts'
import type { Person } from '../../kernel/permissions/principal.ts'

/** After more than MOST attempts within WINDOW (ms), sign-in is paused for WINDOW. */
const [MOST, WINDOW] = [10, 15 * MINUTE]
export const foldEmail = (text: string): string => text.trim().toLowerCase()

/** Signed value of the device cookie, which marks a browser as known to the user. */
async function deviceSignature(deps: Deps, tenantId: string, userId: string): Promise<string> {
  return `${userId}.${signatureOf(await secretOf(deps, tenantId, 'sessions'), 'device', userId)}`
}

async function isOwnDevice(deps: Deps, tenantId: string, userId: string, device: string | undefined): Promise<boolean> {
  const [id = '', seal = ''] = (device ?? '').split('.')
  return id === userId && isSignature(seal, await secretOf(deps, tenantId, 'sessions'), 'device', userId)
}

/** Mails the person about a sign-in from an unknown browser. The first sign-in is skipped: no browser is known yet. */
export async function tellOfNewBrowser(
  deps: Deps,
  user: User,
  device: string | undefined,
  browser: string,
): Promise<void> {
  if (user.signed_in_at === null || (await isOwnDevice(deps, user.tenant_id, user.id, device))) return
  await tellOwner(deps, user, 'newBrowser', browser)
}

/**
 * Checks the password of a signed-in person again; attempts are limited as at sign-in. Throws `sign_in_refused`,
 * `sign_in_paused`.
 */
export async function requireOwn(deps: Deps, user: User, password: string, pointer: string): Promise<void> {
  const key = `own:${user.id}`
  await countAttempt(deps, user.tenant_id, key)
  if (!(await isPassword(password, user.password_hash))) throw bodyFault(pointer, 'sign_in_refused')
  await forgetFailures(deps.db.kysely, user.tenant_id, key)
}

/** How recent (ms) a sign-in must be to stand in for the password of a person who has none. */
const FRESH = 5 * MINUTE

/**
 * Proves that whoever changes factors is the person: by the password, or by a recent sign-in if they have none. Throws `sign_in_refused`,
 * `sign_in_again`, and `forbidden` from a frame, whose link an integrator can create.
 */
export async function requireProof(
  deps: Deps,
  person: Person,
  user: User,
  given: { present: string; pointer: string },
): Promise<void> {
  if (person.proof === 'embedded') throw new AppError('forbidden', { scope: 'person' })
  if (user.password_hash !== null) return requireOwn(deps, user, given.present, given.pointer)
  if (deps.now() - person.beganAt > FRESH) throw new AppError('sign_in_again')
}

/**
 * Counts an attempt before the check, so that many attempts at once cannot exceed the limit. Throws `sign_in_paused` above the
 * limit. Callers reset the count after a success.
 */
async function countAttempt(deps: Deps, tenantId: string, key: string): Promise<void> {
  const now = deps.now()
  const known = await findFailures(deps.db.kysely, tenantId, key)
  if (known?.closed_until && known.closed_until.getTime() > now) throw new AppError('sign_in_paused')
  const attempts = await countFailure(deps.db.kysely, tenantId, key, new Date(now), new Date(now - WINDOW))
  if (attempts <= MOST) return
  await closeUntil(deps.db.kysely, tenantId, key, new Date(now + WINDOW))
  throw new AppError('sign_in_paused')
}

type SignInEntry = {
  tenantId: string
  actor: string
  action: string
  result: number
  data?: Record<string, unknown>
}

export const auditSignIn = (
  deps: Deps,
  tx: Tx | Deps['db']['kysely'],
  { tenantId, actor, action, result, data = {} }: SignInEntry,
): Promise<void> =>
  insertAudit(tx, {
    tenant_id: tenantId,
    id: deps.newId(),
    at: new Date(deps.now()),
    actor,
    action,
    subject: null,
    result,
    data,
  })

export type SignedIn = { user: User; token: string; expires: Date; device: string }

type Admission = {
  tenantId: string
  userId: string
  proof: Proof
  browser: string
}

/** Signs in a person whose identity is proven. */
export async function admit(deps: Deps, { tenantId, userId, proof, browser }: Admission): Promise<SignedIn> {
  const device = await deviceSignature(deps, tenantId, userId)
  return transaction(deps.db, async (tx) => {
    const user = await updateUser(tx, tenantId, userId, { signed_in_at: new Date(deps.now()) }, new Date(deps.now()))
    const { token, expires } = await beginSession(deps, tx, { user, proof, browser })
    await auditSignIn(deps, tx, {
      tenantId,
      actor: `user:${userId}`,
      action: 'signed_in',
      result: 200,
      data: { proof, browser },
    })
    return { user, token, expires, device }
  })
}

/** Signs a person out. */
export async function leave(deps: Deps, person: Person): Promise<void> {
  await transaction(deps.db, async (tx) => {
    await endSessions(tx, person.tenantId, person.id, { id: person.sessionId }, new Date(deps.now()))
    await auditSignIn(deps, tx, {
      tenantId: person.tenantId,
      actor: `user:${person.id}`,
      action: 'signed_out',
      result: 200,
    })
  })
}

export type Tried = { kind: 'in'; signedIn: SignedIn } | { kind: 'code'; userId: string }

/** Checks e-mail and password. Throws `sign_in_refused` for any mistake in them, `sign_in_paused` after many failures. */
export async function trySignIn(
  deps: Deps,
  tenantId: string,
  given: {
    email: string
    password: string
    device: string | undefined
    browser: string
    passwords: boolean
    /** The caller's IP address. */
    address: string
  },
): Promise<Tried> {
  const email = foldEmail(given.email)
  const user = await findUserBy(deps.db.kysely, tenantId, 'email', email)
  const isKnown = user !== undefined && (await isOwnDevice(deps, tenantId, user.id, given.device))
  const key = isKnown ? `browser:${digestOf(given.device!)}` : `account:${digestOf(email)}`
  await countAttempt(deps, tenantId, key)
  const isRight = await isPassword(given.password, user?.password_hash ?? null, {
    isFirst: isKnown,
    group: widerNetworkOf(given.address),
  })
  // If the tenant allows only sign-in by provider, administrators keep their password for emergencies.
  const isAllowed = given.passwords || user?.role === 'administrator'
  if (!user || !isRight || !isAllowed || user.status !== 'active') {
    await auditSignIn(deps, deps.db.kysely, {
      tenantId,
      actor: user ? `user:${user.id}` : 'unknown',
      action: 'sign_in_failed',
      result: 401,
    })
    throw new AppError('sign_in_refused')
  }
  if (hasSecondFactor(user)) return { kind: 'code', userId: user.id }
  await forgetFailures(deps.db.kysely, tenantId, key)
  await tellOfNewBrowser(deps, user, given.device, given.browser)
  return {
    kind: 'in',
    signedIn: await admit(deps, { tenantId, userId: user.id, proof: 'password', browser: given.browser }),
  }
}

export const totpOf = (secret: string, label = ''): TOTP =>
  new TOTP({ issuer: 'Agenda', label, secret: Secret.fromBase32(secret), digits: 6, period: 30, algorithm: 'SHA1' })

/** The time step (RFC 6238 §4.2) of a code, at most one step from now; null if the code is wrong. */
export function stepOf(secret: string, code: string, now: number): number | null {
  const delta = totpOf(secret).validate({ token: code.replace(/\s/g, ''), timestamp: now, window: 1 })
  return delta === null ? null : Math.floor(now / 30_000) + delta
}

/** The second step of sign-in: a TOTP code, which is accepted once, or a recovery code. Throws `code_refused`, `sign_in_paused`. */
export async function tryCode(
  deps: Deps,
  tenantId: string,
  userId: string,
  { code, device, browser }: { code: string; device: string | undefined; browser: string },
): Promise<SignedIn> {
  const key = `code:${userId}`
  await countAttempt(deps, tenantId, key)
  // Decrypt and hash before the transaction, so that the row is locked only briefly.
  const before = await findUser(deps.db.kysely, tenantId, userId)
  const stored = before?.totp_secret ?? null
  const secret = stored === null ? null : await deps.vault.open(tenantId, `totp ${userId}`, stored)
  const isShort = /^\d{6}$/.test(code.replace(/\s/g, ''))
  const recovery = isShort ? [] : await hashesLike(code, before?.recovery_hashes ?? [])
  const isRight = await transaction(deps.db, async (tx) => {
    const user = await lockUser(tx, tenantId, userId)
    if (!user || user.status !== 'active' || !hasSecondFactor(user) || user.totp_secret !== stored) return false
    const now = new Date(deps.now())
    const step = secret === null ? null : stepOf(secret, code, now.getTime())
    if (step !== null && step > Number(user.totp_step ?? 0)) {
      await updateUser(tx, tenantId, userId, { totp_step: step }, now)
      return true
    }
    const left = user.recovery_hashes.filter((one) => !recovery.some((hash) => isSameText(one, hash)))
    if (left.length === user.recovery_hashes.length) return false
    await updateUser(tx, tenantId, userId, { recovery_hashes: left }, now)
    return true
  })
  if (!isRight) {
    await auditSignIn(deps, deps.db.kysely, { tenantId, actor: `user:${userId}`, action: 'code_failed', result: 401 })
    throw new AppError('code_refused')
  }
  await forgetFailures(deps.db.kysely, tenantId, key)
  const user = (await findUser(deps.db.kysely, tenantId, userId))!
  await forgetFailures(deps.db.kysely, tenantId, `account:${digestOf(user.email)}`)
  await tellOfNewBrowser(deps, user, device, browser)
  return admit(deps, { tenantId, userId, proof: 'totp', browser })
}

export async function refusePassword(
  deps: Deps,
  user: Pick<User, 'email' | 'name'> & Partial<Pick<User, 'tenant_id'>>,
  password: string,
): Promise<void> {
  const office = user.tenant_id === undefined ? '' : ((await deps.snapshots.config(user.tenant_id))?.name ?? '')
  // Words of the organisation's name are easy to guess.
  const words = [
    user.email,
    ...user.email.split(/[@.]/),
    ...user.name.split(/\s+/),
    office,
    ...office.split(/\s+/),
  ].filter((word) => word.length > 2)
  const fault = await faultInPassword(deps, password, words)
  if (fault !== null) throw bodyFault('/password', fault)
}

/** Makes ten recovery codes, each valid once; only their hashes are stored. */
export async function newRecoveryCodes(): Promise<{ codes: string[]; hashes: string[] }> {
  const codes = Array.from({ length: 10 }, () =>
    randomBytes(8)
      .toString('hex')
      .replace(/(.{4})(?=.)/g, '$1-'),
  )
  return { codes, hashes: await hashCodes(codes) }
}

/** The TOTP secret of 160 bits (RFC 4226 §4) offered to a session. It is derived, so that no form has to send it back. */
export const totpSecretFrom = (secret: string, userId: string, sessionId: string): string =>
  Secret.fromHex(createHmac('sha256', secret).update(`totp ${userId} ${sessionId}`).digest('hex').slice(0, 40)).base32
