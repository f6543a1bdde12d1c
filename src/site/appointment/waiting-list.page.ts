// Pages of the waiting list, and the page that unsubscribes from optional messages with one click.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathPart } from '../../http/fields.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { findMessage } from '../../application/messaging/message.sql.ts'
import { momentOf, ofAppointment, untilOf } from '../../application/messaging/wording.ts'
import { suppress } from '../../application/messaging/suppression.sql.ts'
import { findAppointment } from '../../domain/appointment/appointment.sql.ts'
import { appointmentView } from '../../domain/appointment/appointment-view.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { joinFor, leave, take } from '../../application/waiting-list/waiting-list.ts'
import { findEntry, openEntryOf, type EntryDocument } from '../../application/waiting-list/waiting.sql.ts'
import { addOwnPage, addPage, type View } from '../pages.ts'
import { isSignature, readSignedName } from '../../kernel/crypto/signature.ts'
import { rememberAppointment, type Site } from '../site.ts'
import { offerPage, unsubscribePage } from './appointment.view.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'

/** The offer of a personal link; throws `link_invalid`, `offer_over`. */
async function offerOf(deps: Deps, request: FastifyRequest, site: Site) {
  const token = pathPart(request, 'token')
  const named = readSignedName(token)
  const entry = named && (await findEntry(deps.db.kysely, site.tenantId, named.id))
  if (!named || !entry) throw new AppError('link_invalid')
  const { takenHoldId } = entry.document as EntryDocument
  const holdId = entry.offer_hold_id ?? takenHoldId ?? null
  if (holdId === null || !isSignature(named.seal, site.secret, 'offer', entry.id, holdId))
    throw new AppError('offer_over')
  return { entry, holdId, token }
}

const messageOf = async (deps: Deps, request: FastifyRequest, site: Site) => {
  const named = readSignedName(pathPart(request, 'token'))
  const isOurs = named && isSignature(named.seal, site.secret, 'unsubscribe', named.id)
  const message = isOurs ? await findMessage(deps.db.kysely, site.tenantId, named.id) : undefined
  if (!message) throw new AppError('link_invalid')
  return message
}

function joinForm(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/waiting',
    handler: async (_request, _reply, site, a) => {
      const isLive = ['pending', 'confirmed'].includes(a.status) && a.starts_at.getTime() > site.now
      if (!site.settings.waitingList.enabled || !isLive || a.seats > 1)
        throw new AppError('not_found', { what: 'page' })
      await joinFor(deps, a, 'page')
      return { redirect: `${site.base}/appointments/${a.id}?said=joined` }
    },
  })
}

function leaveForm(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/waiting/end',
    handler: async (_request, _reply, site, a) => {
      const entry = await openEntryOf(deps.db.kysely, site.tenantId, a.id)
      if (entry) await leave(deps, entry)
      return { redirect: `${site.base}/appointments/${a.id}?said=left` }
    },
  })
}

function takeOfferOnOwnPage(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/waiting/offer',
    handler: async (_request, _reply, site, a) => {
      const entry = await openEntryOf(deps.db.kysely, site.tenantId, a.id)
      if (entry?.offer_hold_id == null) throw new AppError('offer_over')
      await take(deps, site.config, entry.id, entry.offer_hold_id)
      return { redirect: `${site.base}/appointments/${a.id}?said=taken` }
    },
  })
}

function offerPageRoute(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/offers/:token',
    handler: async (request, reply, site) => {
      const { entry, holdId, token } = await offerOf(deps, request, site)
      // Opened again after it was taken: the appointment itself.
      if (entry.status === 'taken' && entry.appointment_id !== null)
        return admitTaken(deps, request, reply, { site, id: entry.appointment_id })
      const kept = await findAppointment(deps.db.kysely, site.tenantId, holdId)
      if (kept?.status !== 'held' || entry.offer_until!.getTime() <= site.now) throw new AppError('offer_over')
      const end = kept.starts_at.getTime() + documentOf(kept).minutes * MINUTE
      const { facts } = ofAppointment(site, { ...appointmentView(kept), end, code: undefined })
      const when = momentOf(site, kept.time_zone, kept.starts_at.getTime())
      const until = untilOf(site, kept.time_zone, entry.offer_until!.getTime())
      return offerPage(site, { facts, when, until, action: `${site.base}/offers/${token}` })
    },
  })
}

/** Admits this browser to the appointment whose time was taken, and shows it. */
async function admitTaken(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { site, id }: { site: Site; id: string },
): Promise<View> {
  const a = await findAppointment(deps.db.kysely, site.tenantId, id)
  rememberAppointment(request, reply, site, a!)
  return { redirect: `${site.base}/appointments/${id}?said=taken` }
}

function takeOfferForm(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/offers/:token',
    handler: async (request, reply, site) => {
      const { entry, holdId } = await offerOf(deps, request, site)
      return admitTaken(deps, request, reply, { site, id: await take(deps, site.config, entry.id, holdId) })
    },
  })
}

function unsubscribePageRoute(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/unsubscribe/:token',
    handler: async (request, _reply, site) => {
      await messageOf(deps, request, site)
      const token = pathPart(request, 'token')
      return unsubscribePage(site, `${site.base}/unsubscribe/${token}`, false)
    },
  })
}

function unsubscribeForm(app: FastifyInstance, deps: Deps): void {
  // Mail programs call this directly, without showing our page (one-click, RFC 8058 §3.2).
  addPage(app, deps, {
    method: 'POST',
    url: '/:tenant/unsubscribe/:token',
    handler: async (request, _reply, site) => {
      const { channel, recipient } = await messageOf(deps, request, site)
      const now = new Date(deps.now())
      if (recipient !== '')
        await suppress(deps.db.kysely, {
          ...{ tenantId: site.tenantId, channel, address: recipient, reason: 'unsubscribed', now },
        })
      return unsubscribePage(site, '', true)
    },
  })
}

export function waitingPages(app: FastifyInstance, deps: Deps): void {
  joinForm(app, deps)
  leaveForm(app, deps)
  takeOfferOnOwnPage(app, deps)
  offerPageRoute(app, deps)
  takeOfferForm(app, deps)
  unsubscribePageRoute(app, deps)
  unsubscribeForm(app, deps)
}
