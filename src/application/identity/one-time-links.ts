// One-time links for people who cannot sign in: an invitation, a new password, the frame of an agent desktop.
import { isSameText } from '../../kernel/crypto/signature.ts'
import { admit, auditSignIn, foldEmail, refusePassword, type SignedIn, type Tried } from './sign-in.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { LinkPurpose, LinkRow } from '../../platform/database/people-tables.ts'
import { transaction, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { DONE, type Queue } from '../../platform/jobs/queue.ts'
import { compose, post } from '../messaging/compose.ts'
import type { NewMessage } from '../messaging/message.ts'
import { untilOf } from '../messaging/wording.ts'
import { DAY, HOUR, MINUTE } from '../../kernel/time/interval.ts'
import { hasSecondFactor } from './factor.ts'
import { tellOwner } from './security-notices.ts'
import { hashPassword } from './password.ts'
import { digestOf, type UserDocument } from './sessions.ts'
import {
  endLinks,
  endSessions,
  findLink,
  forgetFailures,
  hasLinkSince,
  insertLink,
  useLink,
  type Link,
} from './session.sql.ts'
import { formatToken, hashSecret, parseToken } from '../../kernel/crypto/token.ts'
import { findUser, findUserBy, lockUser, updateUser, type User } from './user.sql.ts'

const LINK_LIVES: Record<LinkPurpose, number> = { invitation: 7 * DAY, reset: HOUR, frame: MINUTE, first: 7 * DAY }

/** Within this time (ms) no second mail for a new password is sent. */
const RESET_PAUSE = 3 * MINUTE

/** Signs a person in through the frame of an agent desktop. The link opens once. Throws `link_invalid`, also for blocked people. */
export async function enterFrame(deps: Deps, text: string, browser: string): Promise<SignedIn> {
  const tenantId = parseToken(text)?.tenantId ?? ''
  const link = await openLink(deps, tenantId, text, ['frame'])
  const user = await findUser(deps.db.kysely, tenantId, link.user_id)
  const isFresh = await transaction(deps.db, (tx) => useLink(tx, tenantId, link.id, new Date(deps.now())))
  if (!isFresh || !user || user.status === 'blocked') throw new AppError('link_invalid')
  return admit(deps, { tenantId, userId: user.id, proof: 'embedded', browser })
}

/** Creates a link for the frame of an agent desktop; only for agents and supervisors. Throws `not_found`, `forbidden`. */
export async function frameLink(deps: Deps, tenantId: string, userId: string): Promise<string> {
  const user = await findUser(deps.db.kysely, tenantId, userId)
  if (!user) throw new AppError('not_found', { what: 'user' })
  if (user.status === 'blocked' || !['agent', 'supervisor'].includes(user.role))
    throw new AppError('forbidden', { scope: 'frames:write' })
  const link = newLink(deps, tenantId, userId, 'frame')
  await transaction(deps.db, (tx) => writeLink(tx, link))
  return link.token
}

type NewLink = { row: LinkRow; token: string }

/** Makes a link that opens once. It counts only after `writeLink`. */
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

/**
 * Writes a link and ends the person's earlier ones. Anyone can request a password reset, so a `reset` link ends only earlier
 * `reset` links.
 */
export async function writeLink(tx: Tx, { row }: NewLink): Promise<void> {
  if (row.purpose !== 'frame')
    await endLinks(tx, row.tenant_id, row.user_id, row.created_at, row.purpose === 'reset' ? 'reset' : undefined)
  await insertLink(tx, row)
}

/** Composes the mail with an invitation or a link for a new password. Call it before the transaction that writes the link. */
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

/** Returns a link that can still be used for one of the purposes; throws `link_invalid`. */
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
    !isSameText(link.secret_hash, hashSecret(token!.secret))
  )
    throw new AppError('link_invalid')
  return link
}

/** If the tenant allows only sign-in by provider, only administrators have a password. */
const mayHavePassword = (config: TenantConfig, role: string): boolean =>
  config.settings.signIn.passwords || role === 'administrator'

type PasswordByLink = {
  tenantId: string
  text: string
  password: string
  browser: string
}

/** Sets the password of the person who opened an invitation or a reset link, and signs them in; other sessions end. */
export async function setByLink(deps: Deps, { tenantId, text, password, browser }: PasswordByLink): Promise<Tried> {
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
    await endLinks(tx, tenantId, user.id, now)
    await updateUser(tx, tenantId, user.id, { password_hash: hash, status: 'active' }, now)
    await endSessions(tx, tenantId, user.id, { but: null }, now)
    await auditSignIn(deps, tx, {
      tenantId,
      actor: `user:${user.id}`,
      action: 'password_set',
      result: 200,
      data: { by: link.purpose },
    })
  })
  await forgetFailures(deps.db.kysely, tenantId, `account:${digestOf(user.email)}`)
  // A first password is not a change, so no notice is sent.
  if (user.password_hash !== null) await tellOwner(deps, user, 'password', browser)
  // Access to the mailbox does not replace the second factor.
  if (hasSecondFactor(user)) return { kind: 'code', userId: user.id }
  return { kind: 'in', signedIn: await admit(deps, { tenantId, userId: user.id, proof: 'link', browser }) }
}

/** Queues a reset of the password. The work is the same for known and unknown addresses, so that timing reveals nothing. */
export async function askReset(deps: Deps, tenantId: string, email: string): Promise<void> {
  const now = new Date(deps.now())
  const job = { tenantId, id: deps.newId(), queue: 'resets', due: now, now, payload: { email: foldEmail(email) } }
  await transaction(deps.db, (tx) => enqueue(deps, tx, [job]))
}

export const resetQueue: Queue<Deps> = {
  name: 'resets',
  slots: 2,
  attempts: 5,
  async run(deps, job) {
    const { email } = job.payload as { email: string }
    const user = await findUserBy(deps.db.kysely, job.tenant_id, 'email', email)
    const config = await deps.snapshots.config(job.tenant_id)
    if (!user || !config || user.status === 'blocked' || !mayHavePassword(config, user.role)) return DONE
    // Anyone can request a reset repeatedly: one mail per `RESET_PAUSE` is enough.
    if (await hasLinkSince(deps.db.kysely, job.tenant_id, user.id, 'reset', new Date(deps.now() - RESET_PAUSE)))
      return DONE
    const link = newLink(deps, job.tenant_id, user.id, 'reset')
    const message = await linkMail(deps, config, addressee(user), link)
    return {
      kind: 'done',
      also: async (tx) => {
        await writeLink(tx, link)
        await post(deps, tx, message)
        await auditSignIn(deps, tx, {
          tenantId: job.tenant_id,
          actor: `user:${user.id}`,
          action: 'reset_asked',
          result: 200,
        })
      },
    }
  },
}
