// Passkeys (WebAuthn Level 3): a device proves itself to this very site, after its owner unlocked it. One proof of that kind is two
// factors, the device and what unlocks it, and it cannot be handed to another site.
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { transaction, violationOf } from '../db/tx.ts'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { findTenant } from '../tenant/tenant.sql.ts'
import { settingsOf } from '../tenant/settings.ts'
import { tellOwner } from './notice.actions.ts'
import { deletePasskeys, findPasskey, insertPasskey, listPasskeys, usePasskey } from './passkey.sql.ts'
import { readSignedValue, signValue } from './signed-value.actions.ts'
import type { Person } from './scopes.ts'
import { endSessions } from './session.sql.ts'
import { admit, auditSignIn, newRecoveryCodes, requireOwn, tellOfNewBrowser, type SignedIn } from './sign-in.actions.ts'
import { findUser, lockUser, updateUser } from './user.sql.ts'

export const MOST_PASSKEYS = 10
/** Answers of devices are a few hundred bytes; longer ones are read by nobody. */
const LONGEST = 16_384

/** Loaded when somebody has or wants a passkey: most processes never need it. */
const library = () => import('@simplewebauthn/server')

/** Names the site to devices: its host, and where its pages come from. */
export function relyingParty(deps: Deps): { id: string; origin: string } {
  const { hostname, origin } = new URL(deps.links.base)
  return { id: hostname, origin }
}

/** A question to a device, sealed: what it was, when, and to whom; '' = whoever has a passkey here. */
type Question = { challenge: string; asked: number; userId: string }
export type Asked = { options: unknown; state: string }

const transportsOf = (transports: readonly string[]) => transports as ('usb' | 'nfc' | 'ble' | 'internal' | 'hybrid')[]

function answerIn(text: string): { id: string } {
  try {
    if (text.length > LONGEST) throw new Error('too long')
    const answer = JSON.parse(text) as { id?: unknown } | null
    if (typeof answer?.id !== 'string') throw new Error('no answer of a device')
    return answer as { id: string }
  } catch (error) {
    throw new AppError('passkey_refused', {}, { cause: error })
  }
}

const refused = (cause: unknown): never => {
  throw new AppError('passkey_refused', {}, { cause })
}

/** What the page asks the person's device for: a new passkey for this site. */
export async function askForNew(deps: Deps, person: Person): Promise<Asked> {
  const known = await listPasskeys(deps.db.kysely, person.tenantId, person.id)
  const { generateRegistrationOptions } = await library()
  const config = await deps.snapshots.config(person.tenantId)
  const options = await generateRegistrationOptions({
    rpName: config?.name ?? 'Agenda',
    rpID: relyingParty(deps).id,
    userName: person.email,
    userDisplayName: person.name,
    userID: new TextEncoder().encode(person.id),
    challenge: Uint8Array.from(deps.randomBytes(32)),
    attestationType: 'none',
    // A device that has one already says so instead of making another.
    excludeCredentials: known.map((k) => ({ id: k.credential_id, transports: transportsOf(k.transports) })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  const question: Question = { challenge: options.challenge, asked: deps.now(), userId: person.id }
  return { options, state: await signValue(deps, person.tenantId, 'passkey new', question) }
}

/**
 * Adds a passkey, once the password (`present`) proves who asks; other sessions end with the first factor. Returns the codes for
 * emergencies where there were none. Throws `passkey_refused` for an answer to another question, site or person.
 */
export async function addPasskey(
  deps: Deps,
  person: Person,
  given: { state: string; answer: string; present: string; name: string },
): Promise<string[]> {
  const { tenantId, id: userId } = person
  const question = await readSignedValue<Question>(deps, tenantId, 'passkey new', given.state)
  if (!question || question.userId !== userId) throw new AppError('passkey_refused')
  const user = (await findUser(deps.db.kysely, tenantId, userId))!
  if (user.passkey_count >= MOST_PASSKEYS) throw new AppError('conflict')
  // Whoever has a session and nothing else must not put a key of their own beside the person's.
  if (user.password_hash !== null) await requireOwn(deps, user, given.present, '/present')
  const { verifyRegistrationResponse } = await library()
  const { id: rpID, origin } = relyingParty(deps)
  const verified = await verifyRegistrationResponse({
    response: answerIn(given.answer) as RegistrationResponseJSON,
    expectedChallenge: question.challenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
  }).catch(refused)
  if (!verified.verified) throw new AppError('passkey_refused')
  const { credential } = verified.registrationInfo
  const isFirst = user.recovery_hashes.length === 0
  const { codes, hashes } = isFirst ? await newRecoveryCodes() : { codes: [], hashes: [] }
  await transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    const locked = (await lockUser(tx, tenantId, userId))!
    await insertPasskey(tx, {
      ...{ tenant_id: tenantId, id: deps.newId(), user_id: userId, credential_id: credential.id },
      public_key: Buffer.from(credential.publicKey).toString('base64url'),
      ...{ counter: credential.counter, transports: credential.transports ?? [], name: given.name.slice(0, 100) },
      ...{ created_at: now, used_at: null },
    })
    const change = { passkey_count: locked.passkey_count + 1, ...(isFirst ? { recovery_hashes: hashes } : {}) }
    await updateUser(tx, tenantId, userId, change, now)
    if (isFirst) await endSessions(tx, tenantId, userId, { but: person.sessionId }, now)
    await auditSignIn(deps, tx, tenantId, `user:${userId}`, 'passkey_added', 200, { name: given.name })
  }).catch((error: unknown) => {
    if (violationOf(error)?.constraint === 'passkeys_once') throw new AppError('conflict')
    throw error
  })
  await tellOwner(deps, user, 'passkeyAdded', given.name)
  return codes
}

/** Removes one of the person's own passkeys; the password must be known. */
export async function removePasskey(deps: Deps, person: Person, id: string, present: string): Promise<void> {
  const { tenantId, id: userId } = person
  const user = (await findUser(deps.db.kysely, tenantId, userId))!
  if (user.password_hash !== null) await requireOwn(deps, user, present, '/present')
  await transaction(deps.db, async (tx) => {
    const locked = (await lockUser(tx, tenantId, userId))!
    const removed = await deletePasskeys(tx, tenantId, userId, id)
    if (removed === 0) throw new AppError('not_found', { what: 'passkey' })
    const count = locked.passkey_count - removed
    // Without any factor the codes stand in for nothing.
    const isLast = count === 0 && locked.totp_secret === null
    const change = { passkey_count: count, ...(isLast ? { recovery_hashes: [] } : {}) }
    await updateUser(tx, tenantId, userId, change, new Date(deps.now()))
    await auditSignIn(deps, tx, tenantId, `user:${userId}`, 'passkey_removed', 200)
  })
  await tellOwner(deps, user, 'passkeyRemoved')
}

/** What a page of signing in asks the device for: any passkey of this site, or one of the person who waits at the second step. */
export async function askToSignIn(deps: Deps, tenantId: string, waiting: string | null): Promise<Asked> {
  const known = waiting === null ? [] : await listPasskeys(deps.db.kysely, tenantId, waiting)
  const { generateAuthenticationOptions } = await library()
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(deps).id,
    challenge: Uint8Array.from(deps.randomBytes(32)),
    userVerification: 'required',
    allowCredentials: known.map((k) => ({ id: k.credential_id, transports: transportsOf(k.transports) })),
  })
  const question: Question = { challenge: options.challenge, asked: deps.now(), userId: waiting ?? '' }
  return { options, state: await signValue(deps, tenantId, 'passkey', question) }
}

/** Lets in whoever's device answers the question. Throws `passkey_refused` for whatever is wrong. */
export async function tryPasskey(
  deps: Deps,
  tenantId: string,
  given: { state: string; answer: string; device: string | undefined; browser: string },
): Promise<SignedIn> {
  const question = await readSignedValue<Question>(deps, tenantId, 'passkey', given.state)
  if (!question) throw new AppError('passkey_refused')
  const response = answerIn(given.answer) as AuthenticationResponseJSON
  const key = await findPasskey(deps.db.kysely, tenantId, response.id)
  const user = key && (await findUser(deps.db.kysely, tenantId, key.user_id))
  if (!key || !user || (question.userId !== '' && question.userId !== user.id)) throw new AppError('passkey_refused')
  const failed = async (cause?: unknown): Promise<never> => {
    await auditSignIn(deps, deps.db.kysely, tenantId, `user:${user.id}`, 'passkey_failed', 401)
    throw new AppError('passkey_refused', {}, { cause })
  }
  // Where only providers let people in, what opens without them is for administrators in an emergency.
  const { passwords } = settingsOf((await findTenant(deps.db.kysely, tenantId))!.document).signIn
  if (user.status !== 'active' || (!passwords && user.role !== 'administrator')) return failed()
  const { verifyAuthenticationResponse } = await library()
  const { id: rpID, origin } = relyingParty(deps)
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: question.challenge,
    expectedOrigin: origin,
    expectedRPID: rpID,
    requireUserVerification: true,
    credential: {
      id: key.credential_id,
      publicKey: Uint8Array.from(Buffer.from(key.public_key, 'base64url')),
      counter: Number(key.counter),
      transports: transportsOf(key.transports),
    },
  }).catch(failed)
  if (!verified.verified) return failed()
  const use = { counter: verified.authenticationInfo.newCounter, asked: new Date(question.asked) }
  const isFirstUse = await transaction(deps.db, (tx) =>
    usePasskey(tx, tenantId, key.id, { ...use, now: new Date(deps.now()) }),
  )
  if (!isFirstUse) return failed()
  await tellOfNewBrowser(deps, user, given.device, given.browser)
  return admit(deps, tenantId, user.id, 'passkey', given.browser)
}
