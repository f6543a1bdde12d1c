// Pages of the citizen's own appointment: personal link, result, moving, cancelling, rating, and finding it again.
import { findPage } from './find.view.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { formFields, pathPart, queryFields } from '../../http/fields.ts'
import { findAppointment } from '../../domain/appointment/appointment.sql.ts'
import { cancel, strictest } from '../../domain/appointment/change.ts'
import { rate } from '../../domain/appointment/rate.ts'
import { hashSecret, parseToken } from '../../kernel/crypto/token.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { addOwnPage, addPage, ownOf } from '../pages.ts'
import { isSignature, readSignedName, isSameText } from '../../kernel/crypto/signature.ts'
import { rememberAppointment, siteOf, type Site } from '../site.ts'
import { cancelPage, confirmedPage, managePage, type OwnAppointment } from './appointment.view.ts'
import { amendPages } from './amend.page.ts'
import { changeOf, moveRoutes } from './move.page.ts'
import { ownAppointment } from './own-appointment.ts'
import { walletPages } from './wallet.page.ts'
import { calendarView } from '../../domain/appointment/appointment-view.ts'
import { calendarObject } from '../../application/calendars/ics-event.ts'
import { manageLink } from '../../application/notifications/links.ts'
import { firstText, textOf } from '../../ui/form-input.ts'
import { empty, sendLinksForm, findForm } from './find.page.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'

/** Messages shown only while they are true: the URL contains them, and may be bookmarked or reloaded. */
const STILL_SO: Record<string, (own: OwnAppointment) => boolean> = {
  moved: ({ a }) => a.status === 'confirmed' || a.status === 'pending',
  taken: ({ a }) => a.status === 'confirmed' || a.status === 'pending',
  cancelled: ({ a }) => a.status === 'cancelled',
  joined: ({ waiting }) => waiting?.isWaiting === true,
  left: ({ waiting }) => waiting?.isWaiting === false,
  here: ({ day }) => day.hasArrived,
}

const SAID: Record<string, (site: Site) => [string, string]> = {
  moved: ({ words: w }) => [w.movedTitle, w.movedText],
  cancelled: ({ words: w }) => [w.cancelledTitle, w.cancelledText],
  rated: ({ words: w }) => [w.ratingThanks, w.ratingSaved],
  joined: ({ words: w }) => w.waiting.joined as [string, string],
  left: ({ words: w }) => w.waiting.left as [string, string],
  taken: ({ words: w }) => w.waiting.taken as [string, string],
  here: ({ words: w }) => w.day.hereDone as [string, string],
  answers: ({ words: w }) => [w.mine.saved, w.amend.answersSaved],
  leaves: ({ words: w }) => [w.mine.saved, w.amend.leaveDone],
}

function said(request: FastifyRequest, site: Site, own: OwnAppointment): Html {
  const word = firstText(queryFields(request), 'said')
  if (!Object.hasOwn(SAID, word) || STILL_SO[word]?.(own) === false) return html``
  const [title, text] = SAID[word]!(site)
  return html`<div class="notice success" role="status">
    <h2>${title}</h2>
    <p>${text}</p>
  </div>`
}

function moveAndCancel(app: FastifyInstance, deps: Deps): void {
  moveRoutes(app, deps)
  amendPages(app, deps)
  walletPages(app, deps)
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/cancel',
    handler: async (_request, _reply, site, a) => {
      const own = await ownAppointment(deps, site, a)
      if (a.status === 'cancelled') return { redirect: own.base }
      if (!own.mayCancel)
        throw new AppError('too_late_to_cancel', { minutes: strictest(site.config, a, 'cancelNoticeMinutes') })
      return cancelPage(site, own)
    },
  })
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/cancel',
    handler: async (request, _reply, site, a) => {
      const reason = textOf(formFields(request), 'reason', 500)
      await cancel(deps, changeOf(site, a), reason === '' ? undefined : reason)
      return { redirect: `${site.base}/appointments/${a.id}?said=cancelled` }
    },
  })
}

const listOf = (value: string | readonly string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : [...value]

function rating(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'POST',
    url: '/:tenant/appointments/:id/rating',
    handler: async (request, reply, site, a) => {
      const form = formFields(request)
      const stars = Number(textOf(form, 'stars', 1))
      if (!(Number.isInteger(stars) && stars >= 1 && stars <= 5)) {
        reply.code(422)
        const faults = new Map([['stars', site.words.fieldMissing]])
        return managePage(site, await ownAppointment(deps, site, a, { faults }))
      }
      const known = new Set([...site.words.goodReasons, ...site.words.badReasons])
      const reasons = listOf(form.reasons).filter((reason) => known.has(reason))
      const comment = textOf(form, 'comment', 200)
      const said = textOf(form, 'recommendation', 2)
      const recommendation = /^(\d|10)$/.test(said) ? Number(said) : documentOf(a).rating?.recommendation
      const before = documentOf(a).rating
      await rate(deps, site.tenantId, a.id, {
        stars,
        ...(reasons.length > 0 ? { reasons } : before?.reasons ? { reasons: before.reasons } : {}),
        ...(comment !== '' ? { comment } : before?.comment ? { comment: before.comment } : {}),
        ...(recommendation !== undefined ? { recommendation } : {}),
      })
      return { redirect: `${site.base}/appointments/${a.id}${before ? '?said=rated' : ''}` }
    },
  })
}

function personalLink(app: FastifyInstance, deps: Deps): void {
  // Admits this browser by cookie and redirects, so that the secret leaves the URL at once.
  addPage(app, deps, {
    method: 'GET',
    url: '/:tenant/m/:token',
    handler: async (request, reply, site) => {
      const token = pathPart(request, 'token')
      const parsed = parseToken(token)
      const named = readSignedName(token)
      const id = parsed?.kind === 'agm' && parsed.tenantId === site.tenantId ? parsed.rowId : named?.id
      const a = id === undefined ? undefined : await findAppointment(deps.db.kysely, site.tenantId, id)
      const isRight =
        a !== undefined &&
        (parsed
          ? isSameText(a.manage_hash ?? '', hashSecret(parsed.secret))
          : isSignature(named?.seal ?? '', site.secret, 'appointment', a.id, a.manage_hash ?? ''))
      if (!a || !isRight || a.contact_id === null) throw new AppError('link_invalid')
      rememberAppointment(request, reply, site, a)
      return { redirect: `${site.base}/appointments/${a.id}` }
    },
  })
}

function managePageRoute(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id',
    handler: async (request, _reply, site, a) =>
      ownAppointment(deps, site, a).then((own) => {
        const sign = firstText(queryFields(request), 'sign').slice(0, 20)
        return managePage(site, { ...own, day: { ...own.day, sign }, message: said(request, site, own) })
      }),
  })
}

function confirmedPageRoute(app: FastifyInstance, deps: Deps): void {
  addOwnPage(app, deps, {
    method: 'GET',
    url: '/:tenant/appointments/:id/confirmed',
    handler: async (_request, _reply, site, a) =>
      confirmedPage(site, await ownAppointment(deps, site, a), manageLink({ ...deps, links: { base: '' } }, site, a)),
  })
}

function calendarFile(app: FastifyInstance, deps: Deps): void {
  app.get('/:tenant/appointments/:id/appointment.ics', {
    config: { access: { kind: 'browser', of: 'appointment' } },
    schema: { hide: true },
    handler: async (request, reply) => {
      const site = await siteOf(deps, request, reply)
      request.site = site
      const a = await ownOf(deps, request, site)
      return reply
        .type('text/calendar; charset=utf-8; method=PUBLISH')
        .header('content-disposition', 'attachment; filename="appointment.ics"')
        .header('cache-control', 'no-store')
        .send(
          calendarObject(site, calendarView(a), {
            method: 'PUBLISH',
            own: { code: a.code, url: `${deps.links.base}${site.base}/find` },
          }),
        )
    },
  })
}

export function ownRoutes(app: FastifyInstance, deps: Deps): void {
  personalLink(app, deps)
  managePageRoute(app, deps)
  confirmedPageRoute(app, deps)
  moveAndCancel(app, deps)
  rating(app, deps)
  calendarFile(app, deps)
  addPage(app, deps, { method: 'GET', url: '/:tenant/find', handler: async (_q, _r, site) => findPage(site, empty) })
  sendLinksForm(app, deps)
  findForm(app, deps)
}
