// The call center of the demo municipality: three campaigns with their scripts, saved messages and people to call, and the script of
// incoming calls. Texts in Italian and English. References to other records are keys, resolved by `loadCallCenter`.
import { ask } from '../../domain/callback/promise/request-callback.ts'
import { configOf } from '../../domain/availability/current-config.ts'
import type { Body, Resource } from '../../domain/catalogue/records/resource.ts'
import { campaigns } from '../../domain/callback/dialing/campaign.resource.ts'
import { contacts } from '../../domain/contact/contact.resource.ts'
import type { Deps } from '../../domain/deps.ts'
import { publishScript } from '../../domain/script/publish.ts'
import { scripts } from '../../domain/script/script.resource.ts'
import { insertInbound } from '../../application/messaging/inbound.sql.ts'
import { savedMessages } from '../../application/messaging/saved-message.resource.ts'
import { findTenant, updateTenant } from '../../domain/tenant/tenant.sql.ts'
import { HOUR } from '../../kernel/time/interval.ts'
import { transaction } from '../../platform/database/tx.ts'
import { CIE_SCRIPT, INCOMING_SCRIPT, SATISFACTION_SCRIPT, TAX_SCRIPT } from './scripts.ts'
import { EVERY_DAY } from './municipality.ts'

/** Creates a record unless it is there; returns its id. `kind` and `key` are its name among the ids. */
type Keyed = (kind: string, resource: Resource, key: string, body: Body) => Promise<void>

const ATTRIBUTES = [
  { name: 'cardExpiry', label: { it: 'Carta d’identità scade il', en: 'Identity card expires on' }, byScripts: true },
  { name: 'taxSituation', label: { it: 'Situazione TARI', en: 'Waste tax' }, byScripts: true },
  { name: 'preferredTime', label: { it: 'Preferisce essere chiamato', en: 'Prefers to be called' }, byScripts: true },
  { name: 'district', label: { it: 'Frazione', en: 'District' } },
]

const SAVED = [
  {
    key: 'che-portare',
    name: 'Carta d’identità: che cosa portare',
    subject: { it: 'Che cosa portare per la carta d’identità', en: 'What to bring for your identity card' },
    text: {
      it:
        'Buongiorno {{contact.firstName}}, per la carta d’identità porti una fototessera recente, il vecchio ' +
        'documento (o la denuncia) e la tessera sanitaria. Costa 22,21 euro, con carta o contanti. ' +
        '{{office.name}}, {{office.phone}}',
      en:
        'Hello {{contact.firstName}}, for your identity card please bring a recent photograph, the old card ' +
        '(or the police report) and your health card. It costs 22.21 euros, by card or cash. {{office.name}}, ' +
        '{{office.phone}}',
    },
  },
  {
    key: 'come-pagare',
    name: 'TARI: come pagare',
    subject: { it: 'Come pagare la TARI', en: 'How to pay the waste tax' },
    text: {
      it:
        'Buongiorno {{contact.firstName}}, può pagare la TARI con l’avviso pagoPA in banca, in posta, in ' +
        'tabaccheria o dal sito del Comune. Se non lo trova, ci risponda: lo rimandiamo. {{office.name}}',
      en:
        'Hello {{contact.firstName}}, you can pay the waste tax with the pagoPA notice at a bank, a post ' +
        'office, a tobacconist or on our site. If you cannot find it, answer us: we send it again. ' +
        '{{office.name}}',
    },
  },
  {
    key: 'grazie',
    name: 'Grazie della telefonata',
    subject: { it: 'Grazie della telefonata', en: 'Thank you for the call' },
    text: {
      it:
        'Buongiorno {{contact.firstName}}, grazie del tempo che ci ha dato oggi. Se serve altro, risponda a ' +
        'questo messaggio. {{agent.name}}, {{office.name}}',
      en:
        'Hello {{contact.firstName}}, thank you for your time today. If you need anything else, just answer ' +
        'this message. {{agent.name}}, {{office.name}}',
    },
  },
]

const CAMPAIGNS = [
  { key: 'cie-scadenza', name: 'Carte d’identità in scadenza', priority: 60, script: CIE_SCRIPT, wrapUpSeconds: 30 },
  { key: 'tari', name: 'Avvisi TARI non pagati', priority: 40, script: TAX_SCRIPT, wrapUpSeconds: 45 },
  {
    key: 'soddisfazione',
    name: 'Soddisfazione dopo la visita',
    priority: 20,
    script: SATISFACTION_SCRIPT,
    wrapUpSeconds: 0,
  },
]

type Someone = {
  firstName: string
  lastName: string
  phone: string
  email?: string
  furtherPhones?: string[]
  locale?: 'it' | 'en'
  notes?: string
  attributes?: Body
}
const PEOPLE: readonly (Someone & { campaign?: string; reason?: string; data?: Record<string, string | number> })[] = [
  {
    ...{ firstName: 'Lucia', lastName: 'Moretti', phone: '+39 320 555 2001', email: 'lucia.moretti@posta.example' },
    furtherPhones: ['+39 0746 555 201'],
    notes: 'Sente poco: parlare piano.',
    attributes: { district: 'Borgo Vecchio', cardExpiry: '2026-12-20' },
    ...{ campaign: 'cie-scadenza', reason: 'carta in scadenza', data: { scadenza: '20/12/2026' } },
  },
  {
    ...{
      firstName: 'James',
      lastName: 'Walker',
      phone: '+39 320 555 2002',
      email: 'james.walker@mail.example',
      locale: 'en',
    },
    attributes: { district: 'Colle Alto', cardExpiry: '2027-01-08' },
    ...{ campaign: 'cie-scadenza', reason: 'carta in scadenza', data: { scadenza: '08/01/2027' } },
  },
  {
    ...{ firstName: 'Amina', lastName: 'Haddad', phone: '+39 320 555 2003', email: 'amina.haddad@posta.example' },
    attributes: { district: 'Stazione' },
    ...{ campaign: 'cie-scadenza', data: { scadenza: '15/01/2027' } },
  },
  {
    ...{ firstName: 'Carlo', lastName: 'Santoro', phone: '+39 320 555 2004', email: 'carlo.santoro@posta.example' },
    attributes: { district: 'Borgo Vecchio', taxSituation: 'Avviso 2025 non pagato' },
    ...{ campaign: 'tari', reason: 'avviso 2025', data: { importo: '184,00 €', scaduto: '30/09/2026' } },
  },
  {
    ...{ firstName: 'Rosa', lastName: 'Caruso', phone: '+39 320 555 2005' },
    attributes: { district: 'Mulini' },
    ...{ campaign: 'tari', reason: 'avviso 2025', data: { importo: '96,50 €', scaduto: '30/09/2026' } },
  },
  {
    ...{ firstName: 'Fatou', lastName: 'Ndiaye', phone: '+39 320 555 2006', email: 'fatou.ndiaye@posta.example' },
    attributes: { district: 'Stazione' },
    ...{ campaign: 'soddisfazione', reason: 'visita in Anagrafe' },
  },
  {
    ...{ firstName: 'Giorgio', lastName: 'Rinaldi', phone: '+39 320 555 2007', email: 'giorgio.rinaldi@posta.example' },
    attributes: { district: 'Colle Alto' },
    ...{ campaign: 'soddisfazione', reason: 'visita ai Tributi' },
  },
  // Two people of one household on one number: the agent is asked who is speaking.
  { firstName: 'Marta', lastName: 'Giordano', phone: '+39 0746 555 210', email: 'marta.giordano@posta.example' },
  { firstName: 'Pietro', lastName: 'Giordano', phone: '+39 0746 555 210' },
]

const WRITTEN = [
  [
    'lucia.moretti@posta.example',
    'Re: Che cosa portare',
    'Buongiorno, la fototessera la posso fare da voi? Grazie, Lucia Moretti',
  ],
  ['carlo.santoro@posta.example', 'Avviso TARI', 'Ho pagato il 3 novembre, allego la ricevuta. Potete controllare?'],
] as const

/** Replaces `{ key: 'service:cie' }` in a script by the id that the record has. */
const resolved = (value: unknown, ids: ReadonlyMap<string, string>): unknown =>
  Array.isArray(value)
    ? value.map((one) => resolved(one, ids))
    : typeof value === 'object' && value !== null
      ? 'key' in value
        ? ids.get(String(value.key))
        : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolved(one, ids)]))
      : value

async function setWorkspace(deps: Deps, tenantId: string, incomingScriptId: string): Promise<void> {
  await transaction(deps.db, async (tx) => {
    const tenant = (await findTenant(tx, tenantId))!
    const workspace = { attributes: ATTRIBUTES, incomingScriptId, pauseReasons: ['Pausa', 'Riunione', 'Formazione'] }
    const document = { ...tenant.document, workspace }
    await updateTenant(tx, { id: tenantId, name: tenant.name, document, now: new Date(deps.now()) })
  })
}

async function loadScripts(deps: Deps, tenantId: string, ids: Map<string, string>, keyed: Keyed): Promise<void> {
  for (const { key, ...body } of SAVED) await keyed('message', savedMessages, key, body)
  for (const { key, ...script } of [CIE_SCRIPT, TAX_SCRIPT, SATISFACTION_SCRIPT, INCOMING_SCRIPT])
    await keyed('script', scripts, key, resolved(script, ids) as Body)
  await setWorkspace(deps, tenantId, ids.get(`script:${INCOMING_SCRIPT.key}`)!)
  const config = await configOf(deps, tenantId)
  for (const { key } of [CIE_SCRIPT, TAX_SCRIPT, SATISFACTION_SCRIPT, INCOMING_SCRIPT])
    await publishScript(deps, config, { id: ids.get(`script:${key}`)!, wanted: null, actor: 'demo' })
}

async function loadCallbacks(deps: Deps, tenantId: string, ids: ReadonlyMap<string, string>): Promise<void> {
  const config = await configOf(deps, tenantId)
  for (const [i, { campaign, reason, data = {}, phone }] of PEOPLE.entries())
    if (campaign !== undefined)
      await ask(deps, config, {
        ...{ campaignId: ids.get(`campaign:${campaign}`)!, channel: 'phone', numbers: [phone], when: { kind: 'now' } },
        ...{ contactId: ids.get(`contact:person-${i}`)!, data, source: 'demo', actor: 'demo' },
        ...(reason === undefined ? {} : { reason }),
      })
}

/** Loads all of it; what is there already stays. */
export async function loadCallCenter(
  deps: Deps,
  tenantId: string,
  ids: Map<string, string>,
  keyed: Keyed,
): Promise<void> {
  await loadScripts(deps, tenantId, ids, keyed)
  for (const { key, script, ...campaign } of CAMPAIGNS)
    await keyed('campaign', campaigns, key, {
      ...{ ...campaign, scriptId: ids.get(`script:${script.key}`), hours: EVERY_DAY, citizenHours: EVERY_DAY },
      ...{ bucketMinutes: 60, capacity: { kind: 'fixed', perBucket: 50 }, maxAttempts: 3 },
    })
  for (const [i, { campaign: _campaign, reason: _reason, data: _data, ...person }] of PEOPLE.entries())
    await keyed('contact', contacts, `person-${i}`, person)
  await loadCallbacks(deps, tenantId, ids)
  for (const [i, [sender, subject, text]] of WRITTEN.entries()) {
    const contactId = ids.get(`contact:person-${PEOPLE.findIndex((one) => one.email === sender)}`)!
    const now = new Date(deps.now() - (i + 1) * HOUR)
    await transaction(deps.db, (tx) =>
      insertInbound(tx, {
        ...{ tenantId, id: deps.newId(), channel: 'email', sender, contactId, replyTo: null, ownerId: null },
        ...{ dedupeKey: `demo-${i}`, document: { subject, text }, now },
      }),
    )
  }
}
