// Screen pops: a telephone system announces a call, and the contact opens at the person's browser.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { searchContacts } from '../../domain/contact/contact.sql.ts'
import { toE164 } from '../../domain/contact/phone.ts'
import type { Deps } from '../../domain/deps.ts'
import { isSignature, signatureOf, signedName } from '../../kernel/crypto/signature.ts'
import { AppError, bodyFault } from '../../kernel/errors.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { secretOf } from '../../platform/secrets/secrets.ts'
import { contactEnded, contactTaken, type Who } from './agent-state.ts'
import { changePop, findPop, insertPop, type ScreenPop } from './screen-pop.sql.ts'

/** How long the signed address of a call opens it; ms. */
const OPENS_FOR = 10 * MINUTE
const PURPOSE = 'screen-pop'

type Announced = {
  userId: string | null
  number: string | undefined
  contactId: string | null
  callbackId: string | null
  data: Record<string, unknown>
}

/**
 * Stores a call and tells the browser of its person. Returns its id and the address that opens it: for the person, or for whoever is
 * signed in when none is named. A number that only one contact has names the contact. Throws `invalid_phone`.
 */
export async function announce(
  deps: Deps,
  config: TenantConfig,
  call: Announced,
): Promise<{ id: string; url: string }> {
  const { tenantId } = config
  const number = call.number === undefined ? null : toE164(call.number, config.settings.country)
  if (call.number !== undefined && number === null) throw bodyFault('/number', 'invalid_phone', { phone: call.number })
  const people =
    number === null || call.contactId !== null
      ? []
      : await searchContacts(deps.db.kysely, tenantId, { phone: number, email: null, externalId: null })
  const id = deps.newId()
  await insertPop(deps.db.kysely, {
    tenant_id: tenantId,
    id,
    user_id: call.userId,
    number,
    contact_id: call.contactId ?? (people.length === 1 ? people[0]!.id : null),
    callback_id: call.callbackId,
    document: { data: call.data },
    created_at: new Date(deps.now()),
  })
  deps.pubsub.say('changed', tenantId)
  const seal = signatureOf(await secretOf(deps, tenantId, 'pages'), PURPOSE, id)
  return { id, url: `${deps.links.base}/agenda/contact/call/${signedName(id, seal)}` }
}

/** The call, for its person or the holder of its signed address. Throws `not_found` for others, and once the address is too old. */
export async function openPop(
  deps: Deps,
  tenantId: string,
  { id, seal, userId }: { id: string; seal: string | null; userId: string },
): Promise<ScreenPop> {
  const pop = await findPop(deps.db.kysely, tenantId, id)
  const isSigned = seal !== null && isSignature(seal, await secretOf(deps, tenantId, 'pages'), PURPOSE, id)
  const isFresh = pop !== undefined && pop.created_at.getTime() + OPENS_FOR > deps.now()
  const isAllowed = pop?.user_id === userId || (pop?.user_id === null && isSigned && isFresh)
  if (!pop || !isAllowed) throw new AppError('not_found', { what: 'call' })
  return pop
}

type Answering = Who & { pop: ScreenPop }

/** Who opens a call is in a contact, until it is over; an old call is only looked at. */
export async function answerCall(deps: Deps, { pop, ...who }: Answering): Promise<void> {
  const { closedAt } = pop.document as { closedAt?: string }
  const isOld = pop.created_at.getTime() + OPENS_FOR < deps.now()
  if (closedAt === undefined && !isOld) await contactTaken(deps, who, { subjectId: pop.id, campaignId: null })
}

/** The call is over: its person is free, or begins the pause that they planned. */
export async function closeCall(deps: Deps, { pop, ...who }: Answering): Promise<void> {
  const document = { ...(pop.document as object), closedAt: new Date(deps.now()).toISOString() }
  await changePop(deps.db.kysely, who.tenantId, pop.id, document)
  await contactEnded(deps, who, { subjectId: pop.id, campaign: undefined })
}
