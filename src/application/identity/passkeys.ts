// Passkeys (WebAuthn Level 3): registration, removal and sign-in. A passkey counts as two factors (the device, and what unlocks
// it) and is bound to this site, so it cannot be phished by another.
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { transaction, violationOf } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { findTenant } from '../../domain/tenant/tenant.sql.ts'
import { settingsOf } from '../../domain/tenant/settings.ts'
import { tellOwner } from './security-notices.ts'
import { deletePasskeys, findPasskey, insertPasskey, listPasskeys, usePasskey } from './passkey.sql.ts'
import { readSignedValue, signValue } from '../../platform/secrets/signed-value.ts'
import { endSessions } from './session.sql.ts'
import { admit, auditSignIn, newRecoveryCodes, requireProof, tellOfNewBrowser, type SignedIn } from './sign-in.ts'
import { findUser, lockUser, updateUser } from './user.sql.ts'
import type { Person } from '../../kernel/permissions/principal.ts'

export const MOST_PASSKEYS = 10
/** Longest response of a device that is parsed, in characters; real ones have a few hundred bytes. */
const LONGEST = 16_384

/** Imported on first use: most processes never need it. */
const library = () => import('@simplewebauthn/server')

/** The relying party: the host of the site and the origin of its pages. Passkeys need a name, so a loopback address is `localhost`. */
export function relyingParty({ links }: Pick<Deps, 'links'>): { id: string; origin: string } {
  const url = new URL(links.base)
  if (/^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) url.hostname = 'localhost'
  return { id: url.hostname, origin: url.origin }
}

/** A signed challenge for a device: its value, the time (epoch ms) and the user; `userId` '' = any user with a passkey. */
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

/** Returns the options for creating a passkey on the person's device, and the signed challenge. */
export async function askForNew(deps: Deps, person: Person, present: string): Promise<Asked> {
  const user = (await findUser(deps.db.kysely, person.tenantId, person.id))!
  await requireProof(deps, person, user, { present, pointer: '/present' })
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
    // A device that already has a passkey for this person reports that instead of creating another.
    excludeCredentials: known.map((k) => ({ id: k.credential_id, transports: transportsOf(k.transports) })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  const question: Question = { challenge: options.challenge, asked: deps.now(), userId: person.id }
  return { options, state: await signValue(deps, person.tenantId, 'passkey new', question) }
}

/**
 * Adds a passkey after checking the password (`present`). The first factor also ends the other sessions and returns recovery
 * codes; otherwise the list is empty. Throws `passkey_refused` if the response belongs to another challenge, site or person.
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
  // A stolen session alone must not be enough to add a passkey.
  await requireProof(deps, person, user, { present: given.present, pointer: '/present' })
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
    const isBehind = locked.recovery_hashes.length > 0 === isFirst
    if (locked.passkey_count >= MOST_PASSKEYS || isBehind) throw new AppError('conflict')
    await insertPasskey(tx, {
      ...{ tenant_id: tenantId, id: deps.newId(), user_id: userId, credential_id: credential.id },
      public_key: Buffer.from(credential.publicKey).toString('base64url'),
      ...{ counter: credential.counter, transports: credential.transports ?? [], name: given.name.slice(0, 100) },
      ...{ created_at: now, used_at: null },
    })
    const change = { passkey_count: locked.passkey_count + 1, ...(isFirst ? { recovery_hashes: hashes } : {}) }
    await updateUser(tx, tenantId, userId, change, now)
    if (isFirst) await endSessions(tx, tenantId, userId, { but: person.sessionId }, now)
    await auditSignIn(deps, tx, {
      tenantId,
      actor: `user:${userId}`,
      action: 'passkey_added',
      result: 200,
      data: { name: given.name },
    })
  }).catch((error: unknown) => {
    if (violationOf(error)?.constraint === 'passkeys_once') throw new AppError('conflict')
    throw error
  })
  await tellOwner(deps, user, 'passkeyAdded', given.name)
  return codes
}

/** Removes one of the person's own passkeys; requires the password. */
export async function removePasskey(deps: Deps, person: Person, id: string, present: string): Promise<void> {
  const { tenantId, id: userId } = person
  const user = (await findUser(deps.db.kysely, tenantId, userId))!
  await requireProof(deps, person, user, { present, pointer: '/present' })
  await transaction(deps.db, async (tx) => {
    const locked = (await lockUser(tx, tenantId, userId))!
    const removed = await deletePasskeys(tx, tenantId, userId, id)
    if (removed === 0) throw new AppError('not_found', { what: 'passkey' })
    const count = locked.passkey_count - removed
    // Recovery codes have no use without a second factor.
    const isLast = count === 0 && locked.totp_secret === null
    const change = { passkey_count: count, ...(isLast ? { recovery_hashes: [] } : {}) }
    await updateUser(tx, tenantId, userId, change, new Date(deps.now()))
    await auditSignIn(deps, tx, { tenantId, actor: `user:${userId}`, action: 'passkey_removed', result: 200 })
  })
  await tellOwner(deps, user, 'passkeyRemoved')
}

/** Returns the options for sign-in: any passkey of this site, or those of the person who waits at the second step (`waiting`). */
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

/** Signs in the owner of the passkey that signed the challenge. Throws `passkey_refused` if anything is wrong. */
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
    await auditSignIn(deps, deps.db.kysely, {
      tenantId,
      actor: `user:${user.id}`,
      action: 'passkey_failed',
      result: 401,
    })
    throw new AppError('passkey_refused', {}, { cause })
  }
  // If the tenant allows only sign-in by provider, passkeys remain for administrators, for emergencies.
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
  return admit(deps, { tenantId, userId: user.id, proof: 'passkey', browser: given.browser })
}
