// "My appointments" (`/{tenant}/mine`): opened by a code sent to an e-mail address or a number; what is theirs, and their data.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { formFields, pathPart, queryFields } from '../../http/fields.ts'
import {
  askCode,
  contactsOf,
  enterCode,
  meansOf,
  openAccessOf,
  personOf,
  shownCode,
} from '../../application/citizen-access/access.ts'
import { changeOwn, wishReminders } from '../../application/citizen-access/own-data.ts'
import { endAccess, findAccess } from '../../application/citizen-access/access.sql.ts'
import { listMessages } from '../../application/messaging/message.sql.ts'
import { erasePerson, exportPerson } from '../../application/privacy/erasure.ts'
import { listConsents } from '../../application/privacy/privacy.sql.ts'
import { findEntry, openEntriesOf } from '../../application/waiting-list/waiting.sql.ts'
import { findAppointment, listAppointments, type Appointment } from '../../domain/appointment/appointment.sql.ts'
import { cancel } from '../../domain/appointment/change.ts'
import { findCallback, listCallbacks } from '../../domain/callback/callback.sql.ts'
import { isOpen } from '../../domain/callback/callback-states.ts'
import { cancelCallback } from '../../domain/callback/cancel-callback.ts'
import type { ReminderWish } from '../../domain/contact/contact.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { shownEmail } from '../../domain/contact/email.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { NO_FAULTS, type Faults } from '../../ui/form.ts'
import { firstText, textOf } from '../../ui/form-input.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { isUuid } from '../../kernel/uuid.ts'
import { addPage, type View } from '../pages.ts'
import {
  accessIdOf,
  forgetAccessCookie,
  rememberAccess,
  rememberAppointment,
  rememberCallback,
  rememberWaiting,
  type Site,
} from '../site.ts'
import { CITIZEN } from '../booking/drafts.ts'
import { askPage, codePage } from './enter.view.ts'
import { changeableMeans, erasurePage, minePage, type Mine, type Owner } from './mine.view.ts'
import { providerPages } from './provider.page.ts'

/** How far back past appointments are shown, and the most of each list. */
const [BACK, MOST] = [730 * DAY, 100]
const MOST_MESSAGES = 20

const ownerOf = (row: Awaited<ReturnType<typeof contactsOf>>[number]): Owner => ({
  id: row.id,
  firstName: row.first_name as string,
  lastName: row.last_name as string,
  email: row.email as string | null,
  phone: row.phone as string | null,
  reminders: (row.document as { reminders?: ReminderWish }).reminders,
})

type Opened = { id: string; means: string; name: string; owners: Owner[] }

/** The open access of this browser, or null. */
async function opened(deps: Deps, request: FastifyRequest, site: Site): Promise<Opened | null> {
  const id = accessIdOf(request, site)
  const access = id === undefined ? undefined : await openAccessOf(deps, site.tenantId, id)
  if (!access) return null
  const rows = await contactsOf(deps, site.tenantId, access)
  const person = personOf(access)
  const name = person && `${person.firstName} ${person.lastName}`.trim()
  return { id: access.id, means: access.means, name: name || shownEmail(access.means), owners: rows.map(ownerOf) }
}

/** The open access; throws `access_over`. */
async function requireOpened(deps: Deps, request: FastifyRequest, site: Site): Promise<Opened> {
  const found = await opened(deps, request, site)
  if (!found) throw new AppError('access_over')
  return found
}

async function appointmentsOf(deps: Deps, site: Site, owners: readonly Owner[]): Promise<Appointment[]> {
  const from = new Date(site.now - BACK)
  const lists = await Promise.all(
    owners.map(({ id }) =>
      listAppointments(deps.db.kysely, site.tenantId, { contactId: id, from, after: null, limit: MOST }),
    ),
  )
  return lists.flat().filter((a) => a.status !== 'held')
}

async function overview(
  deps: Deps,
  site: Site,
  { means, name, owners }: Opened,
  more: { message?: Html; faults?: Faults } = {},
): Promise<View> {
  const { tenantId } = site
  const db = deps.db.kysely
  const [all, callbacks, messages, waiting, consents] = await Promise.all([
    appointmentsOf(deps, site, owners),
    Promise.all(
      owners.map(({ id }) => listCallbacks(db, tenantId, { contactId: id, after: null, limit: 20, latestFirst: true })),
    ),
    Promise.all(
      owners.map(({ id }) => listMessages(db, tenantId, { contactId: id, before: null, limit: MOST_MESSAGES })),
    ),
    Promise.all(owners.map(({ id }) => openEntriesOf(db, tenantId, id))),
    Promise.all(owners.map(({ id }) => listConsents(db, tenantId, id))),
  ])
  const isComing = (a: Appointment): boolean =>
    a.ends_at.getTime() > site.now && (a.status === 'confirmed' || a.status === 'pending')
  const mine: Mine = {
    means,
    name,
    owners,
    coming: all.filter(isComing).sort((a, b) => a.starts_at.getTime() - b.starts_at.getTime()),
    past: all.filter((a) => !isComing(a)).sort((a, b) => b.starts_at.getTime() - a.starts_at.getTime()),
    callbacks: callbacks.flat(),
    waiting: waiting.flat().map((e) => ({
      id: e.id,
      serviceIds: e.service_ids,
      link:
        e.appointment_id === null
          ? `${site.base}/mine/waiting/${e.id}`
          : `${site.base}/mine/appointments/${e.appointment_id}`,
    })),
    messages: messages
      .flat()
      .filter((m) => m.template !== 'access_code' && textOfMessage(m) !== '')
      .sort((a, b) => b.created_at.getTime() - a.created_at.getTime())
      .slice(0, MOST_MESSAGES)
      .map((m) => ({ at: m.created_at, subject: textOfMessage(m), channel: m.channel })),
    consents: consents.flat(),
    message: html``,
    faults: NO_FAULTS,
    ...more,
  }
  return minePage(site, mine)
}

/** The subject of a message, or the beginning of a text message; '' once its content was erased. */
const textOfMessage = (m: { document: unknown }): string => {
  const { subject = '', text = '' } = m.document as { subject?: string; text?: string }
  return subject === '' ? text.slice(0, 80) : subject
}

const said = (site: Site, word: string): Html => {
  const texts: Record<string, string> = { saved: site.words.mine.saved, erased: site.words.mine.eraseDone }
  return Object.hasOwn(texts, word) ? html`<p class="notice success" role="status">${texts[word]}</p>` : html``
}

async function show(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const query = queryFields(request)
  const message = said(site, firstText(query, 'said'))
  const found = await opened(deps, request, site)
  if (found) return overview(deps, site, found, { message })
  const id = accessIdOf(request, site)
  const asked =
    id === undefined || firstText(query, 'new') !== ''
      ? undefined
      : await findAccess(deps.db.kysely, site.tenantId, id, new Date(site.now))
  return asked
    ? codePage(site, { means: asked.means, faults: NO_FAULTS, shown: await shownCode(deps, site.tenantId, asked.id) })
    : askPage(site, { means: '', faults: NO_FAULTS, message })
}

async function ask(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const typed = textOf(formFields(request), 'means', 254)
  const means = meansOf(typed, site.settings.country)
  if (means === null || means.length < 3) {
    reply.code(422)
    const fault = typed.includes('@') || typed === '' ? site.words.fieldEmail : site.words.fieldPhone
    return askPage(site, { means: typed, faults: new Map([['means', fault]]), message: html`` })
  }
  rememberAccess(request, reply, site, await askCode(deps, site.tenantId, means, site.language))
  return { redirect: `${site.base}/mine` }
}

async function enter(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const id = accessIdOf(request, site)
  const code = textOf(formFields(request), 'code', 20)
  if (id !== undefined && (await enterCode(deps, site.tenantId, id, code))) return { redirect: `${site.base}/mine` }
  if (await opened(deps, request, site)) return { redirect: `${site.base}/mine` }
  reply.code(422)
  const asked = id === undefined ? undefined : await findAccess(deps.db.kysely, site.tenantId, id, new Date(site.now))
  const faults = new Map([['code', site.words.mine.codeWrong]])
  return asked
    ? codePage(site, { means: asked.means, faults, shown: await shownCode(deps, site.tenantId, asked.id) })
    : askPage(site, { means: '', faults: NO_FAULTS, message: html`` })
}

async function saveDetails(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const found = await requireOpened(deps, request, site)
  const form = formFields(request)
  const owner = found.owners.find(({ id }) => id === textOf(form, 'contact', 40))
  if (!owner) throw new AppError('access_over')
  const value = (name: string, most: number): string | null => textOf(form, name, most).trim() || null
  const other = Object.fromEntries(
    changeableMeans(found.means).map((name) => [name, value(name, name === 'phone' ? 40 : 254)]),
  )
  const patch = {
    firstName: value('firstName', 100) ?? owner.firstName,
    lastName: value('lastName', 100) ?? owner.lastName,
    ...other,
  }
  try {
    await changeOwn(deps, site.tenantId, owner.id, patch)
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    reply.code(422)
    const texts = { email: site.words.fieldEmail, phone: site.words.fieldPhone }
    const wrong = error.fields.find(({ pointer }) => /phone|email/i.test(pointer))?.pointer ?? ''
    const name = /phone/i.test(wrong) || !changeableMeans(found.means).includes('email') ? 'phone' : 'email'
    return overview(deps, site, found, { faults: new Map([[`${name}-${owner.id.slice(-6)}`, texts[name]]]) })
  }
  return { redirect: `${site.base}/mine?said=saved` }
}

const WHENS = ['office', 'none', 'day', 'twoHours', 'both'] as const
const CHANNELS = ['best', 'email', 'sms'] as const

async function saveReminders(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const found = await requireOpened(deps, request, site)
  const form = formFields(request)
  const when = WHENS.find((one) => one === textOf(form, 'when', 20)) ?? 'office'
  const channel = CHANNELS.find((one) => one === textOf(form, 'channel', 20)) ?? 'best'
  const coming = (await appointmentsOf(deps, site, found.owners)).filter((a) => a.starts_at.getTime() > site.now)
  const contactIds = found.owners.map(({ id }) => id)
  await wishReminders(deps, site.config, { contactIds, wish: { when, channel }, coming })
  return { redirect: `${site.base}/mine?said=saved` }
}

/** Cancels what is to come and makes the person unrecognisable everywhere (GDPR, article 17). */
async function erase(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const found = await requireOpened(deps, request, site)
  const { tenantId } = site
  const chosen = [formFields(request).contact ?? []].flat()
  const owners = found.owners.length === 1 ? found.owners : found.owners.filter(({ id }) => chosen.includes(id))
  if (owners.length === 0) {
    reply.code(422)
    return erasurePage(site, found.owners, new Map([['contact', site.words.fieldMissing]]))
  }
  for (const a of await appointmentsOf(deps, site, owners))
    if ((a.status === 'confirmed' || a.status === 'pending') && a.ends_at.getTime() > site.now)
      await cancel(
        deps,
        { tenantId, id: a.id, actor: { name: 'citizen', audience: 'staff' }, wantedVersion: null },
        undefined,
      )
  for (const owner of owners) {
    const callbacks = await listCallbacks(deps.db.kysely, tenantId, { contactId: owner.id, after: null, limit: MOST })
    for (const c of callbacks)
      if (isOpen(c.status)) await cancelCallback(deps, { tenantId, id: c.id, reason: undefined, actor: CITIZEN.name })
    await erasePerson(deps, tenantId, owner.id, 'citizen')
  }
  // Others who share the address keep what is theirs, and this browser goes on seeing it.
  if (owners.length < found.owners.length) return { redirect: `${site.base}/mine?said=erased` }
  await endAccess(deps.db.kysely, tenantId, found.id)
  forgetAccessCookie(request, reply, site)
  return { redirect: `${site.base}/mine?said=erased` }
}

const access = { kind: 'browser' as const, of: 'citizen' as const }

function openOwn(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/mine/appointments/:id', access },
    handler: async (request, reply, site) => {
      const { owners } = await requireOpened(deps, request, site)
      const id = pathPart(request, 'id')
      const a = isUuid(id) ? await findAppointment(deps.db.kysely, site.tenantId, id) : undefined
      if (!a || !owners.some((owner) => owner.id === a.contact_id)) throw new AppError('link_invalid')
      rememberAppointment(request, reply, site, a)
      return { redirect: `${site.base}/appointments/${a.id}` }
    },
  })
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/mine/callbacks/:callback', access },
    handler: async (request, reply, site) => {
      const { owners } = await requireOpened(deps, request, site)
      const id = pathPart(request, 'callback')
      const c = isUuid(id) ? await findCallback(deps.db.kysely, site.tenantId, id) : undefined
      if (!c || !owners.some((owner) => owner.id === c.contact_id)) throw new AppError('link_invalid')
      rememberCallback(request, reply, site, c.id)
      return { redirect: `${site.base}/callback/${c.id}` }
    },
  })
}

function openWaiting(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/mine/waiting/:entry', access },
    handler: async (request, reply, site) => {
      const { owners } = await requireOpened(deps, request, site)
      const id = pathPart(request, 'entry')
      const entry = isUuid(id) ? await findEntry(deps.db.kysely, site.tenantId, id) : undefined
      if (!entry || !owners.some((owner) => owner.id === entry.contact_id)) throw new AppError('link_invalid')
      rememberWaiting(request, reply, site, entry.id)
      return { redirect: `${site.base}/waiting/${entry.id}` }
    },
  })
}

function ownData(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/mine/data.json', access },
    handler: async (request, reply, site) => {
      const { owners } = await requireOpened(deps, request, site)
      const people = await Promise.all(owners.map(({ id }) => exportPerson(deps, site.tenantId, id)))
      reply.header('content-disposition', 'attachment; filename="data.json"')
      return { json: { people } }
    },
  })
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/mine/erasure', access },
    handler: async (request, _reply, site) => {
      const { owners } = await requireOpened(deps, request, site)
      return erasurePage(site, owners, NO_FAULTS)
    },
  })
  addPage(app, deps, {
    ...{ method: 'POST', url: '/:tenant/mine/erasure', access },
    handler: (request, reply, site) => erase(deps, request, reply, site),
  })
  addPage(app, deps, {
    ...{ method: 'POST', url: '/:tenant/mine/details', access },
    handler: (request, reply, site) => saveDetails(deps, request, reply, site),
  })
  addPage(app, deps, {
    ...{ method: 'POST', url: '/:tenant/mine/reminders', access },
    handler: (request, _reply, site) => saveReminders(deps, request, site),
  })
}

export function minePages(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/mine', always: true },
    handler: (request, _reply, site) => show(deps, request, site),
  })
  addPage(app, deps, {
    // Each request can send a message.
    ...{ method: 'POST', url: '/:tenant/mine/code', limit: 10, always: true },
    handler: (request, reply, site) => ask(deps, request, reply, site),
  })
  addPage(app, deps, {
    ...{ method: 'POST', url: '/:tenant/mine/enter', always: true },
    handler: (request, reply, site) => enter(deps, request, reply, site),
  })
  addPage(app, deps, {
    ...{ method: 'POST', url: '/:tenant/mine/end', always: true },
    handler: async (request, reply, site) => {
      const id = accessIdOf(request, site)
      if (id !== undefined) await endAccess(deps.db.kysely, site.tenantId, id)
      forgetAccessCookie(request, reply, site)
      return { redirect: site.base }
    },
  })
  providerPages(app, deps)
  openOwn(app, deps)
  openWaiting(app, deps)
  ownData(app, deps)
}
