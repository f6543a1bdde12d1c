// Signing in: what proves who somebody is, what slows guessing down, and the links that let people in who cannot.
// Guessing is slowed by account for unknown browsers, and by browser for known ones (OWASP, "device cookies"): whoever guesses
// from elsewhere cannot lock the person out of the browser they always use.
import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import type { TenantConfig } from '../availability/model.ts'
import type { LinkPurpose, LinkRow } from '../db/people-tables.ts'
import { transaction, type Tx } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault } from '../errors.ts'
import { enqueue } from '../jobs/work.actions.ts'
import { DONE, type Queue } from '../jobs/queue.ts'
import { compose, post } from '../notify/compose.actions.ts'
import type { NewMessage } from '../notify/message.ts'
import { untilOf } from '../notify/occasion.ts'
import { secretOf } from '../tenant/secret.sql.ts'
import { DAY, HOUR, MINUTE } from '../time/interval.ts'
import { isSeal, sealOf } from '../web/seal.ts'
import { insertAudit } from './audit.sql.ts'
import type { Person } from './scopes.ts'
import { faultInPassword, hashPassword, isPassword } from './password.ts'
import { beginSession, digestOf, type Proof, type UserDocument } from './session.actions.ts'
import {
  closeUntil,
  countFailure,
  endLinks,
  endSessions,
  findFailures,
  findLink,
  forgetFailures,
  insertLink,
  useLink,
  type Link,
} from './session.sql.ts'
import { formatToken, hashSecret, isSameHash, parseToken } from './token.ts'
import { findUser, findUserBy, lockUser, updateUser, type User } from './user.sql.ts'

/** So many failures within the window close the way for as long. */
const [MOST, WINDOW] = [10, 15 * MINUTE]
const LINK_LIVES: Record<LinkPurpose, number> = { invitation: 7 * DAY, reset: HOUR, frame: MINUTE, first: 7 * DAY }

export const foldEmail = (text: string): string => text.trim().toLowerCase()

/** What somebody's own browser bears, so that failures elsewhere do not count against it. */
export async function deviceSeal(deps: Deps, tenantId: string, userId: string): Promise<string> {
  return `${userId}.${sealOf(await secretOf(deps, tenantId, 'sessions'), 'device', userId)}`
}

async function isOwnDevice(deps: Deps, tenantId: string, userId: string, device: string | undefined): Promise<boolean> {
  const [id = '', seal = ''] = (device ?? '').split('.')
  return id === userId && isSeal(seal, await secretOf(deps, tenantId, 'sessions'), 'device', userId)
}

/**
 * Counts an attempt before it is judged, so that many at once cannot slip through together; throws `sign_in_paused` when there
 * were too many. Success forgets them.
 */
export async function countAttempt(deps: Deps, tenantId: string, key: string): Promise<void> {
  const now = deps.now()
  const known = await findFailures(deps.db.kysely, tenantId, key)
  if (known?.closed_until && known.closed_until.getTime() > now) throw new AppError('sign_in_paused')
  const attempts = await countFailure(deps.db.kysely, tenantId, key, new Date(now), new Date(now - WINDOW))
  if (attempts <= MOST) return
  await closeUntil(deps.db.kysely, tenantId, key, new Date(now + WINDOW))
  throw new AppError('sign_in_paused')
}

export const auditSignIn = (
  deps: Deps,
  tx: Tx | Deps['db']['kysely'],
  tenantId: string,
  actor: string,
  action: string,
  result: number,
  data: Record<string, unknown> = {},
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

/** Lets a proven person in. */
export async function admit(
  deps: Deps,
  tenantId: string,
  userId: string,
  proof: Proof,
  browser: string,
): Promise<SignedIn> {
  const device = await deviceSeal(deps, tenantId, userId)
  return transaction(deps.db, async (tx) => {
    const user = await updateUser(tx, tenantId, userId, { signed_in_at: new Date(deps.now()) }, new Date(deps.now()))
    const { token, expires } = await beginSession(deps, tx, user, proof, browser)
    await auditSignIn(deps, tx, tenantId, `user:${userId}`, 'signed_in', 200, { proof, browser })
    return { user, token, expires, device }
  })
}

/** Ends the session of somebody who goes. */
export async function leave(deps: Deps, person: Person): Promise<void> {
  await transaction(deps.db, async (tx) => {
    await endSessions(tx, person.tenantId, person.id, { id: person.sessionId }, new Date(deps.now()))
    await auditSignIn(deps, tx, person.tenantId, `user:${person.id}`, 'signed_out', 200)
  })
}

/** Lets an agent desktop's frame in: the link opens once, and only for people who are let in. Throws `link_invalid`. */
export async function enterFrame(deps: Deps, text: string, browser: string): Promise<SignedIn> {
  const tenantId = parseToken(text)?.tenantId ?? ''
  const link = await openLink(deps, tenantId, text, ['frame'])
  const user = await findUser(deps.db.kysely, tenantId, link.user_id)
  const isFresh = await transaction(deps.db, (tx) => useLink(tx, tenantId, link.id, new Date(deps.now())))
  if (!isFresh || !user || user.status === 'blocked') throw new AppError('link_invalid')
  return admit(deps, tenantId, user.id, 'embedded', browser)
}

/** A link for a frame of an agent desktop, for people who work in it: agents and supervisors. */
export async function frameLink(deps: Deps, tenantId: string, userId: string): Promise<string> {
  const user = await findUser(deps.db.kysely, tenantId, userId)
  if (!user) throw new AppError('not_found', { what: 'user' })
  if (user.status === 'blocked' || !['agent', 'supervisor'].includes(user.role))
    throw new AppError('forbidden', { scope: 'frames:write' })
  const link = newLink(deps, tenantId, userId, 'frame')
  await transaction(deps.db, (tx) => writeLink(tx, link))
  return link.token
}

export type Tried = { kind: 'in'; signedIn: SignedIn } | { kind: 'code'; userId: string }

/** Tries e-mail and password. Throws `sign_in_refused` for whatever is wrong with them, `sign_in_paused` after many failures. */
export async function trySignIn(
  deps: Deps,
  tenantId: string,
  given: { email: string; password: string; device: string | undefined; browser: string; passwords: boolean },
): Promise<Tried> {
  const email = foldEmail(given.email)
  const user = await findUserBy(deps.db.kysely, tenantId, 'email', email)
  const isKnown = user !== undefined && (await isOwnDevice(deps, tenantId, user.id, given.device))
  const key = isKnown ? `browser:${digestOf(given.device!)}` : `account:${digestOf(email)}`
  await countAttempt(deps, tenantId, key)
  const isRight = await isPassword(given.password, user?.password_hash ?? null)
  // Where only providers let people in, administrators keep their password for emergencies.
  const isAllowed = given.passwords || user?.role === 'administrator'
  if (!user || !isRight || !isAllowed || user.status !== 'active') {
    await auditSignIn(deps, deps.db.kysely, tenantId, user ? `user:${user.id}` : 'unknown', 'sign_in_failed', 401)
    throw new AppError('sign_in_refused')
  }
  if (user.totp_secret !== null) return { kind: 'code', userId: user.id }
  await forgetFailures(deps.db.kysely, tenantId, key)
  return { kind: 'in', signedIn: await admit(deps, tenantId, user.id, 'password', given.browser) }
}

export const totpOf = (secret: string, label = ''): TOTP =>
  new TOTP({ issuer: 'Agenda', label, secret: Secret.fromBase32(secret), digits: 6, period: 30, algorithm: 'SHA1' })

/** The step (RFC 6238 §4.2) that a code belongs to, one before or after now allowed; null when none does. */
export function stepOf(secret: string, code: string, now: number): number | null {
  const delta = totpOf(secret).validate({ token: code.replace(/\s/g, ''), timestamp: now, window: 1 })
  return delta === null ? null : Math.floor(now / 30_000) + delta
}

/** The second step: a code of the authenticator, which counts once, or one of the codes for emergencies. */
export async function tryCode(
  deps: Deps,
  tenantId: string,
  userId: string,
  code: string,
  browser: string,
): Promise<SignedIn> {
  const key = `code:${userId}`
  await countAttempt(deps, tenantId, key)
  const isRight = await transaction(deps.db, async (tx) => {
    const user = await lockUser(tx, tenantId, userId)
    if (!user || user.status !== 'active' || user.totp_secret === null) return false
    const now = new Date(deps.now())
    const step = stepOf(user.totp_secret, code, now.getTime())
    if (step !== null && step > Number(user.totp_step ?? 0)) {
      await updateUser(tx, tenantId, userId, { totp_step: step }, now)
      return true
    }
    const hash = hashSecret(code.trim().toLowerCase())
    if (!user.recovery_hashes.some((one) => isSameHash(one, hash))) return false
    await updateUser(tx, tenantId, userId, { recovery_hashes: user.recovery_hashes.filter((one) => one !== hash) }, now)
    return true
  })
  if (!isRight) {
    await auditSignIn(deps, deps.db.kysely, tenantId, `user:${userId}`, 'code_failed', 401)
    throw new AppError('code_refused')
  }
  await forgetFailures(deps.db.kysely, tenantId, key)
  const user = await findUser(deps.db.kysely, tenantId, userId)
  await forgetFailures(deps.db.kysely, tenantId, `account:${digestOf(user!.email)}`)
  return admit(deps, tenantId, userId, 'totp', browser)
}

export type NewLink = { row: LinkRow; token: string }

/** A link that opens once, to be written with `writeLink`. */
export function newLink(deps: Deps, tenantId: string, userId: string, purpose: LinkPurpose): NewLink {
  const now = deps.now()
  const id = deps.newId()
  const secret = Buffer.from(deps.randomBytes(32))
  const row = {
    tenant_id: tenantId,
    id,
    user_id: userId,
    purpose,
    secret_hash: hashSecret(secret.toString('base64url')),
    created_at: new Date(now),
    expires_at: new Date(now + LINK_LIVES[purpose]),
    used_at: null,
  }
  return { row, token: formatToken('agl', tenantId, id, secret) }
}

/** Writes it; earlier ones of the person end, those for frames aside. */
export async function writeLink(tx: Tx, { row }: NewLink): Promise<void> {
  if (row.purpose !== 'frame') await endLinks(tx, row.tenant_id, row.user_id, row.created_at)
  await insertLink(tx, row)
}

/** The mail with an invitation or a link for a new password. Composed before the transaction that writes it. */
export async function linkMail(
  deps: Deps,
  config: TenantConfig,
  user: { id: string; name: string; email: string; locale: 'it' | 'en' | undefined },
  { token, row }: NewLink,
): Promise<NewMessage | null> {
  const language = user.locale ?? config.settings.locale
  const person = { contactId: null, firstName: user.name, lastName: '', email: user.email, phone: null }
  const expires = row.expires_at.getTime()
  const until = untilOf({ language }, config.timeZone, expires)
  return compose(deps, config, person, {
    ...{
      kind: row.purpose === 'reset' ? 'reset' : 'sign_in',
      language,
      subjectId: user.id,
      facts: [],
      channel: 'email',
    },
    link: `${deps.links.base}/${config.slug}/welcome/${token}`,
    variables: { until, code: '' },
    expires,
  })
}

export const addressee = (
  user: User,
): { id: string; name: string; email: string; locale: 'it' | 'en' | undefined } => ({
  ...{ id: user.id, name: user.name, email: user.email, locale: (user.document as UserDocument).locale },
})

/** A link of this purpose that still opens; throws `link_invalid`. */
export async function openLink(
  deps: Deps,
  tenantId: string,
  text: string,
  purposes: readonly LinkPurpose[],
): Promise<Link> {
  const token = parseToken(text)
  const link =
    token?.kind === 'agl' && token.tenantId === tenantId
      ? await findLink(deps.db.kysely, tenantId, token.rowId)
      : undefined
  if (
    !link ||
    !purposes.includes(link.purpose) ||
    link.used_at !== null ||
    link.expires_at.getTime() <= deps.now() ||
    !isSameHash(link.secret_hash, hashSecret(token!.secret))
  )
    throw new AppError('link_invalid')
  return link
}

/** Where only providers let people in, nobody but administrators has a password. */
const mayHavePassword = (config: TenantConfig, role: string): boolean =>
  config.settings.signIn.passwords || role === 'administrator'

/** Sets the password of whoever opened an invitation or a link for a new one, and lets them in; other sessions end. */
export async function setByLink(
  deps: Deps,
  tenantId: string,
  text: string,
  password: string,
  browser: string,
): Promise<Tried> {
  const link = await openLink(deps, tenantId, text, ['invitation', 'reset'])
  const user = (await findUser(deps.db.kysely, tenantId, link.user_id))!
  const config = await deps.snapshots.config(tenantId)
  if (!config || !mayHavePassword(config, user.role)) throw new AppError('link_invalid')
  await refusePassword(deps, user, password)
  const hash = await hashPassword(password)
  await transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    if (!(await useLink(tx, tenantId, link.id, now))) throw new AppError('link_invalid')
    const locked = (await lockUser(tx, tenantId, user.id))!
    if (locked.status === 'blocked') throw new AppError('link_invalid')
    await updateUser(tx, tenantId, user.id, { password_hash: hash, status: 'active' }, now)
    await endSessions(tx, tenantId, user.id, { but: null }, now)
    await auditSignIn(deps, tx, tenantId, `user:${user.id}`, 'password_set', 200, { by: link.purpose })
  })
  await forgetFailures(deps.db.kysely, tenantId, `account:${digestOf(user.email)}`)
  // A mailbox alone does not stand in for the second factor.
  if (user.totp_secret !== null) return { kind: 'code', userId: user.id }
  return { kind: 'in', signedIn: await admit(deps, tenantId, user.id, 'link', browser) }
}

export async function refusePassword(deps: Deps, user: Pick<User, 'email' | 'name'>, password: string): Promise<void> {
  const words = [user.email, ...user.email.split(/[@.]/), ...user.name.split(/\s+/)].filter((word) => word.length > 2)
  const fault = await faultInPassword(deps, password, words)
  if (fault !== null) throw bodyFault('/password', fault)
}

/** Somebody asked for a new password: the same work whether or not the address is known, so that time tells nothing. */
export async function askReset(deps: Deps, tenantId: string, email: string): Promise<void> {
  const now = new Date(deps.now())
  const job = { tenantId, id: deps.newId(), queue: 'resets', due: now, now, payload: { email: foldEmail(email) } }
  await transaction(deps.db, (tx) => enqueue(deps, tx, [job]))
}

export const resetQueue: Queue = {
  name: 'resets',
  slots: 2,
  leaseMs: MINUTE,
  attempts: 5,
  async run(deps, job) {
    const { email } = job.payload as { email: string }
    const user = await findUserBy(deps.db.kysely, job.tenant_id, 'email', email)
    const config = await deps.snapshots.config(job.tenant_id)
    if (!user || !config || user.status === 'blocked' || !mayHavePassword(config, user.role)) return DONE
    const link = newLink(deps, job.tenant_id, user.id, 'reset')
    const message = await linkMail(deps, config, addressee(user), link)
    return {
      kind: 'done',
      also: async (tx) => {
        await writeLink(tx, link)
        await post(deps, tx, message)
        await auditSignIn(deps, tx, job.tenant_id, `user:${user.id}`, 'reset_asked', 200)
      },
    }
  },
}

/** Ten codes for emergencies, each good once; their hashes are what is kept. */
export function newRecoveryCodes(): { codes: string[]; hashes: string[] } {
  const codes = Array.from({ length: 10 }, () =>
    randomBytes(6)
      .toString('hex')
      .replace(/(.{6})(.{6})/, '$1-$2'),
  )
  return { codes, hashes: codes.map(hashSecret) }
}

export const newTotpSecret = (): string => new Secret({ size: 20 }).base32
