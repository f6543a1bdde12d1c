// Users of a tenant: invitation, changes, blocking, and changes of their own account.
import { addressee, linkMail, newLink, writeLink } from './one-time-links.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { transaction, violationOf } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError, bodyFault } from '../../kernel/errors.ts'
import { post } from '../messaging/compose.ts'
import type { Role } from '../../kernel/permissions/roles.ts'
import { hashPassword } from './password.ts'
import type { UserDocument } from './sessions.ts'
import { endLinks, endSessions, forgetFailures } from './session.sql.ts'
import { hasSecondFactor } from './factor.ts'
import { deletePasskeys } from './passkey.sql.ts'
import { foldEmail, newRecoveryCodes, refusePassword, requireOwn, requireProof, stepOf } from './sign-in.ts'
import { tellOwner } from './security-notices.ts'
import { digestOf } from './sessions.ts'
import { countUsers, findUser, insertUser, lockUser, updateUser, type User, type UserChange } from './user.sql.ts'
import { checkVersion } from '../../kernel/version.ts'
import type { Person } from '../../kernel/permissions/principal.ts'

type UserBody = {
  email: string
  name: string
  role: Role
  agentId?: string | null
  locationIds?: string[]
  agentIds?: string[]
  locale?: 'it' | 'en'
  status?: 'active' | 'blocked'
}

function checkReferences(config: TenantConfig, body: Partial<UserBody>): void {
  const check = (pointer: string, id: string, isThere: boolean, what: string): void => {
    if (!isThere) throw bodyFault(pointer, 'invalid_reference', { what, id })
  }
  if (body.agentId) check('/agentId', body.agentId, config.agents.has(body.agentId), 'agent')
  body.agentIds?.forEach((id, i) => check(`/agentIds/${i}`, id, config.agents.has(id), 'agent'))
  body.locationIds?.forEach((id, i) => check(`/locationIds/${i}`, id, config.locations.has(id), 'location'))
}

function asTaken(error: unknown): never {
  if (violationOf(error)?.constraint === 'users_email') throw bodyFault('/email', 'email_taken')
  throw error
}

const documentFrom = (before: UserDocument, body: Partial<UserBody>): UserDocument => {
  const after: UserDocument = { ...before }
  if (body.locationIds !== undefined) after.locationIds = body.locationIds
  if (body.agentIds !== undefined) after.agentIds = body.agentIds
  if (body.locale !== undefined) after.locale = body.locale
  return after
}

/** Invites a person by mail. Also returns the link, for installations without mail. */
export async function inviteUser(
  deps: Deps,
  config: TenantConfig,
  body: UserBody,
): Promise<{ user: User; token: string }> {
  checkReferences(config, body)
  const { tenantId } = config
  const [id, email, name] = [deps.newId(), foldEmail(body.email), body.name.trim()]
  const link = newLink(deps, tenantId, id, 'invitation')
  const message = await linkMail(deps, config, { id, name, email, locale: body.locale }, link)
  return transaction(deps.db, async (tx) => {
    const user = await insertUser(tx, {
      ...{ tenantId, id, email, name, role: body.role, agentId: body.agentId ?? null },
      document: documentFrom({}, body),
      now: new Date(deps.now()),
    })
    await writeLink(tx, link)
    await post(deps, tx, message)
    return { user, token: link.token }
  }).catch(asTaken)
}

/** Sends a new invitation, or a reset link to a person who has signed in before. */
export async function inviteAgain(
  deps: Deps,
  config: TenantConfig,
  id: string,
): Promise<{ user: User; token: string }> {
  const user = await findUser(deps.db.kysely, config.tenantId, id)
  if (!user) throw new AppError('not_found', { what: 'user' })
  const link = newLink(deps, config.tenantId, id, user.status === 'invited' ? 'invitation' : 'reset')
  const message = await linkMail(deps, config, addressee(user), link)
  await transaction(deps.db, async (tx) => {
    await writeLink(tx, link)
    await post(deps, tx, message)
  })
  return { user, token: link.token }
}

/** Changes a user. A change of role, status or e-mail ends their sessions and links. Throws `last_administrator`. */
export async function changeUser(
  deps: Deps,
  config: TenantConfig,
  { id, body, wanted }: { id: string; body: Partial<UserBody>; wanted: number | null },
): Promise<User> {
  checkReferences(config, body)
  return transaction(deps.db, async (tx) => {
    const before = await lockUser(tx, config.tenantId, id)
    if (!before) throw new AppError('not_found', { what: 'user' })
    checkVersion(wanted, before.version)
    const change: UserChange = { document: documentFrom(before.document, body) }
    if (body.email !== undefined) change.email = foldEmail(body.email)
    if (body.name !== undefined) change.name = body.name.trim()
    if (body.role !== undefined) change.role = body.role
    if (body.agentId !== undefined) change.agent_id = body.agentId
    if (body.status === 'blocked') change.status = 'blocked'
    if (body.status === 'active' && before.status === 'blocked')
      change.status = before.password_hash === null && before.subject === null ? 'invited' : 'active'
    const loses = (change.role ?? before.role) !== 'administrator' || change.status === 'blocked'
    if (before.role === 'administrator' && before.status === 'active' && loses) {
      const { administrators } = await countUsers(tx, config.tenantId, id)
      if (administrators === 0) throw new AppError('last_administrator')
    }
    const now = new Date(deps.now())
    const after = await updateUser(tx, config.tenantId, id, change, now)
    if (after.role !== before.role || after.status !== before.status || after.email !== before.email) {
      await endSessions(tx, config.tenantId, id, { but: null }, now)
      await endLinks(tx, config.tenantId, id, now)
    }
    return after
  }).catch(asTaken)
}

/** Sets the language of a person's pages. */
export async function setLocale(deps: Deps, tenantId: string, id: string, locale: 'it' | 'en'): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const user = (await lockUser(tx, tenantId, id))!
    await updateUser(tx, tenantId, id, { document: { ...user.document, locale } }, new Date(deps.now()))
  })
}

type PasswordChange = {
  tenantId: string
  userId: string
  sessionId: string
  present: string
  next: string
}

/** Changes a person's own password; their other sessions end. Throws `sign_in_refused` if the present password is wrong. */
export async function changeOwnPassword(
  deps: Deps,
  { tenantId, userId, sessionId, present, next }: PasswordChange,
): Promise<void> {
  const user = (await findUser(deps.db.kysely, tenantId, userId))!
  await requireOwn(deps, user, present, '/present')
  await refusePassword(deps, user, next)
  const hash = await hashPassword(next)
  await transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    await updateUser(tx, tenantId, userId, { password_hash: hash }, now)
    await endSessions(tx, tenantId, userId, { but: sessionId }, now)
    await endLinks(tx, tenantId, userId, now)
    await forgetFailures(tx, tenantId, `account:${digestOf(user.email)}`)
  })
  await tellOwner(deps, user, 'password')
}

/**
 * Switches TOTP on after checking the password (`present`) and a code of the new secret; other sessions end. Returns the
 * recovery codes.
 */
export async function enableTotp(
  deps: Deps,
  person: Person,
  { secret, code, present }: { secret: string; code: string; present: string },
): Promise<string[]> {
  const { tenantId, id: userId, sessionId } = person
  const user = await findUser(deps.db.kysely, tenantId, userId)
  // A session alone must not be enough to replace the person's factor.
  if (!user || user.totp_secret !== null) throw new AppError('conflict')
  await requireProof(deps, person, user, { present, pointer: '/present' })
  const step = stepOf(secret, code, deps.now())
  if (step === null) throw bodyFault('/code', 'code_refused')
  const { codes, hashes } = await newRecoveryCodes()
  const sealed = await deps.vault.seal(tenantId, `totp ${userId}`, secret)
  await transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    await updateUser(tx, tenantId, userId, { totp_secret: sealed, totp_step: step, recovery_hashes: hashes }, now)
    await endSessions(tx, tenantId, userId, { but: sessionId }, now)
  })
  await tellOwner(deps, user, 'secondFactorOn')
  return codes
}

/**
 * Replaces the codes for emergencies; the earlier ones open nothing any more. Throws as `requireProof`, and `conflict` without a
 * factor.
 */
export async function renewCodes(deps: Deps, person: Person, present: string): Promise<string[]> {
  const user = (await findUser(deps.db.kysely, person.tenantId, person.id))!
  if (!hasSecondFactor(user)) throw new AppError('conflict')
  await requireProof(deps, person, user, { present, pointer: '/renew' })
  const { codes, hashes } = await newRecoveryCodes()
  await transaction(deps.db, (tx) =>
    updateUser(tx, person.tenantId, person.id, { recovery_hashes: hashes }, new Date(deps.now())),
  )
  await tellOwner(deps, user, 'codesRenewed')
  return codes
}

/** Switches TOTP off; requires the password. Passkeys stay, and with them the recovery codes. */
export async function disableTotp(deps: Deps, person: Person, password: string): Promise<void> {
  const { tenantId, id: userId } = person
  const user = await findUser(deps.db.kysely, tenantId, userId)
  if (!user) throw new AppError('not_found', { what: 'user' })
  await requireProof(deps, person, user, { present: password, pointer: '/password' })
  const codes = user.passkey_count > 0 ? {} : { recovery_hashes: [] }
  await transaction(deps.db, (tx) =>
    updateUser(tx, tenantId, userId, { totp_secret: null, totp_step: null, ...codes }, new Date(deps.now())),
  )
  if (user.totp_secret !== null) await tellOwner(deps, user, 'secondFactorOff')
}

/** Removes all second factors of a person who lost them, on behalf of an administrator. */
export async function removeSecondFactors(deps: Deps, tenantId: string, userId: string): Promise<void> {
  const user = await findUser(deps.db.kysely, tenantId, userId)
  if (!user) throw new AppError('not_found', { what: 'user' })
  await transaction(deps.db, async (tx) => {
    await lockUser(tx, tenantId, userId)
    await deletePasskeys(tx, tenantId, userId)
    // Also ends the sessions that were signed in with the factor.
    await endSessions(tx, tenantId, userId, { but: null }, new Date(deps.now()))
    const none = { totp_secret: null, totp_step: null, recovery_hashes: [], passkey_count: 0 }
    await updateUser(tx, tenantId, userId, none, new Date(deps.now()))
  })
  if (hasSecondFactor(user)) await tellOwner(deps, user, 'secondFactorOff')
}
