// Lets citizens open what is theirs with a code sent to their address or number. Asking does the same work for known and unknown
// ones, and the page answers the same, so that nobody learns who has an appointment.
import { searchContacts } from '../../domain/contact/contact.sql.ts'
import { folded } from '../../domain/contact/contact.ts'
import { toE164 } from '../../domain/contact/phone.ts'
import { sendsNothing, type Deps } from '../../domain/deps.ts'
import { isSameText, signatureOf } from '../../kernel/crypto/signature.ts'
import { asciiDigits } from '../../kernel/digits.ts'
import { HOUR, MINUTE } from '../../kernel/time/interval.ts'
import type { Language } from '../../kernel/language.ts'
import { transaction } from '../../platform/database/tx.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { DONE, type Queue } from '../../platform/jobs/queue.ts'
import { secretOf } from '../../platform/secrets/secrets.ts'
import { compose, post } from '../messaging/compose.ts'
import { untilOf } from '../messaging/wording.ts'
import { countAsked, countTry, findAccess, insertAccess, openAccess, type Access } from './access.sql.ts'

/** How long a code holds, and how long it opens what is theirs (ms). */
const [CODE_LIFE, OPEN_LIFE] = [10 * MINUTE, 2 * HOUR]
/** Tries of one code; codes for one address or number an hour. */
const [MOST_TRIES, MOST_CODES] = [5, 5]

/** An e-mail address in lower case or an E.164 number; null if the text is neither. */
export function meansOf(text: string, country: string): string | null {
  if (text.includes('@')) return text.trim().toLowerCase()
  return toE164(text, country)
}

/** The code of an access: six digits derived from its id, so that it is stored nowhere. */
async function codeOf(deps: Deps, tenantId: string, id: string): Promise<string> {
  const secret = await secretOf(deps, tenantId, 'pages')
  const digest = Buffer.from(signatureOf(secret, 'citizen-code', id), 'base64url')
  return String(digest.readUInt32BE(0) % 1_000_000).padStart(6, '0')
}

/** The code itself, where nothing is sent: in the demo without a mail server and in test tenants; null everywhere else. */
export const shownCode = (deps: Deps, tenantId: string, id: string): Promise<string> | null =>
  sendsNothing(deps, tenantId) ? codeOf(deps, tenantId, id) : null

/** Asks for a code; returns the id of the access that it opens. */
export async function askCode(deps: Deps, tenantId: string, means: string, language: Language): Promise<string> {
  const now = deps.now()
  const id = deps.newId()
  const job = {
    ...{ tenantId, id: deps.newId(), queue: QUEUE, due: new Date(now), now: new Date(now) },
    payload: { accessId: id, language },
  }
  await transaction(deps.db, async (tx) => {
    await insertAccess(tx, { tenantId, id, means, now: new Date(now), expiresAt: new Date(now + CODE_LIFE) })
    await enqueue(deps, tx, [job])
  })
  return id
}

/** Whether the code is right; then the access is open for two hours. A code is tried five times at most. */
export async function enterCode(deps: Deps, tenantId: string, id: string, code: string): Promise<boolean> {
  const now = deps.now()
  const access = await countTry(deps.db.kysely, tenantId, id, { most: MOST_TRIES, now: new Date(now) })
  if (!access || !isSameText(asciiDigits(code).replace(/\D/g, ''), await codeOf(deps, tenantId, id))) return false
  await openAccess(deps.db.kysely, tenantId, id, { now: new Date(now), expiresAt: new Date(now + OPEN_LIFE) })
  return true
}

/** The open access of this id, or undefined. */
export async function openAccessOf(deps: Deps, tenantId: string, id: string): Promise<Access | undefined> {
  const access = await findAccess(deps.db.kysely, tenantId, id, new Date(deps.now()))
  return access && access.opened_at !== null ? access : undefined
}

/** Somebody for whom a service vouches. */
export type Person = {
  fiscalNumber: string | null
  firstName: string
  lastName: string
  email: string | null
  /** E.164 */
  phone: string | null
}

/** Opens what is theirs to somebody for whom a service vouches; returns the id of the access. */
export async function openFor(deps: Deps, tenantId: string, person: Person): Promise<string> {
  const now = new Date(deps.now())
  const id = deps.newId()
  const means = person.fiscalNumber ?? person.email!
  const expiresAt = new Date(now.getTime() + OPEN_LIFE)
  await transaction(deps.db, (tx) => insertAccess(tx, { tenantId, id, means, now, expiresAt, person }))
  return id
}

export const personOf = (access: Access): Person | null => access.person as Person | null

/**
 * The contacts that an access opens: those with the address or number to which the code went; for somebody vouched for, those with
 * the fiscal number, and those with the address and the same name, unless they carry another person's number.
 */
export async function contactsOf(deps: Deps, tenantId: string, access: Access) {
  const person = personOf(access)
  if (!person) return contactsWith(deps, tenantId, access.means)
  const { fiscalNumber, email, phone } = person
  const found = await searchContacts(deps.db.kysely, tenantId, { email, phone, externalId: null, fiscalNumber })
  const nameOf = (first: string, last: string): string => folded(`${first} ${last}`)
  return found.filter((row) => {
    const { attributes } = row.document as { attributes?: { fiscalNumber?: unknown } }
    const carried = attributes?.fiscalNumber
    if (fiscalNumber !== null && typeof carried === 'string') return carried.toUpperCase() === fiscalNumber
    if (fiscalNumber === null) return true
    return nameOf(row.first_name as string, row.last_name as string) === nameOf(person.firstName, person.lastName)
  })
}

/** The contacts with this address or number. */
export async function contactsWith(deps: Deps, tenantId: string, means: string) {
  const by = means.includes('@') ? { email: means, phone: null } : { email: null, phone: means }
  return searchContacts(deps.db.kysely, tenantId, { ...by, externalId: null })
}

const QUEUE = 'citizen-codes'

/** Sends the code, only to the address or number that was typed, and only if a contact has it. */
export const citizenCodeQueue: Queue<Deps> = {
  name: QUEUE,
  slots: 2,
  attempts: 5,
  async run(deps, job) {
    const { accessId, language } = job.payload as { accessId: string; language: Language }
    const tenantId = job.tenant_id
    const config = await deps.snapshots.config(tenantId)
    const access = await findAccess(deps.db.kysely, tenantId, accessId, new Date(deps.now()))
    if (!config || !access || access.opened_at !== null) return DONE
    const since = new Date(deps.now() - HOUR)
    if ((await countAsked(deps.db.kysely, tenantId, access.means, since)) > MOST_CODES) return DONE
    const [contact] = await contactsWith(deps, tenantId, access.means)
    if (!contact) return DONE
    const isMail = access.means.includes('@')
    const person = {
      ...{ contactId: contact.id, firstName: '', lastName: '' },
      email: isMail ? access.means : null,
      phone: isMail ? null : access.means,
    }
    const expires = access.expires_at.getTime()
    const message = await compose(deps, config, person, {
      ...{ kind: 'access_code', language, subjectId: null, facts: [], expires },
      variables: {
        code: await codeOf(deps, tenantId, accessId),
        until: untilOf({ language }, config.timeZone, expires),
      },
      isUnnamed: true,
    })
    return { kind: 'done', also: async (tx) => void (await post(deps, tx, message)) }
  },
}
