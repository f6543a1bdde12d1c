// The citizen's pages of an appointment: view, move, cancel, download, print, rate; and the pages of offers, unsubscribing and finding.
import { shownEmail } from '../../domain/contact/email.ts'
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import { choices, faultSummary, field, hidden, messageBox, type Faults } from '../../ui/form.ts'
import { html, own as inOwnLanguage, ownParagraphs, telephone, type Html } from '../../platform/html/html.ts'
import type { Question } from '../../domain/catalogue/visit.ts'
import type { Page } from '../page.ts'
import { amendSection, answerFacts } from './amend.view.ts'
import type { Site } from '../site.ts'
import { againLink } from '../again-link.ts'
import { statusTag } from '../status-tag.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'
import { qrSvg } from './qr.ts'
import { googleLink, outlookLink } from './calendar-links.ts'
import { peopleFact, zoneNote } from '../booking/steps.ts'
import { addressLines, mapLink, spanOf, visitName } from '../../locales/visit-text.ts'
import { support } from '../problem.view.ts'

/** `offer`: the earlier time that is held for the citizen, and until when, as text. */
export type Waiting = { isWaiting: boolean; offer: { when: string; until: string } | null }

export type OwnAppointment = {
  a: Appointment
  base: string
  /** As the citizen gave them; shown only to the holder of the link. */
  contact: { firstName: string; lastName: string; email: string | null; phone: string | null }
  joinLink: string | undefined
  mayMove: boolean
  mayCancel: boolean
  questions: readonly Question[]
  /** Whether the answers can still be changed. */
  mayAmend: boolean
  isRateable: boolean
  stars: number | null
  /** State of the wait for an earlier time; null if the waiting list is not offered. */
  waiting: Waiting | null
  /** Which wallets the office signs passes for. */
  wallets: { apple: boolean; google: boolean }
  /** The day itself: whether "I am here" is offered and how, whether it was said, and the office's delay in minutes (null = unknown). */
  day: {
    mayArrive: boolean
    byCode: boolean
    byPlace: boolean
    hasArrived: boolean
    delay: number | null
    sign: string
  }
  message: Html
  faults: Faults
}

function fact(name: string, value: Html | string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}

function where(site: Site, { a, contact, joinLink }: OwnAppointment): Html {
  const w = site.words
  if (a.channel === 'phone') return fact(w.where, w.weCall(contact.phone ?? ''))
  if (a.channel === 'video')
    return fact(
      w.where,
      joinLink === undefined ? w.videoLater : html`<a href="${joinLink}" rel="noreferrer">${w.joinVideo}</a>`,
    )
  const location = site.config.locations.get(a.location_id)
  if (!location) return html``
  const map = mapLink(location)
  return html`${fact(
    w.address,
    html`${inOwnLanguage(site, location.name)}${addressLines(location).map((line) => html`<br /><bdi>${line}</bdi>`)}
    ${map !== null && html`<br /><a href="${map}" rel="noreferrer">${w.map}</a>`}`,
  )}
  ${location.directions != null && location.directions !== '' && fact(w.directions, ownParagraphs(site, location.directions))}
  ${location.phone != null && fact(w.officePhone, telephone(location.phone))}`
}

function facts(site: Site, own: OwnAppointment): Html {
  const w = site.words
  const { a } = own
  const isOver = a.status === 'cancelled' || a.status === 'no_show' || a.ends_at.getTime() <= site.now
  const toBring = isOver ? [] : a.service_ids.flatMap((id) => site.config.services.get(id)?.whatToBring ?? [])
  return html`<dl class="facts">
      ${fact(w.service, inOwnLanguage(site, visitName(site, a.service_ids)))}
      ${fact(w.when, spanOf(site, a.time_zone, a.starts_at.getTime(), a.ends_at.getTime()))} ${where(site, own)}
      ${peopleFact(site, a.seats)} ${fact(w.name, `${own.contact.firstName} ${own.contact.lastName}`)}
      ${(documentOf(a).attendees ?? []).length > 0 && fact(w.forWhomLegend, documentOf(a).attendees!.join(', '))}
      ${answerFacts(site, a, own.questions)} ${fact(w.code, html`<strong class="code">${a.code}</strong>`)}
    </dl>
    ${zoneNote(site, a.time_zone, a.starts_at.getTime())} ${isLive(a) && a.channel === 'in_person' && ticket(site, a)}
    ${
      toBring.length > 0 &&
      html`<section>
        <h2>${w.toBring}</h2>
        ${toBring.map((text) => ownParagraphs(site, text))}
      </section>`
    }`
}

function calendarLinks(site: Site, own: OwnAppointment): Html {
  const w = site.words
  return html`<section class="noprint">
    <h2>${w.addToCalendar}</h2>
    <ul class="links">
      <li><a href="${own.base}/appointment.ics" data-plain download>${w.calendarFile}</a></li>
      <li><a href="${googleLink(site, own.a)}" rel="noreferrer">Google Calendar</a></li>
      <li><a href="${outlookLink(site, own.a)}" rel="noreferrer">Outlook.com</a></li>
      ${own.wallets.apple && html`<li><a href="${own.base}/wallet/apple" data-plain>${w.day.apple}</a></li>`}
      ${own.wallets.google && html`<li><a href="${own.base}/wallet/google" data-plain>${w.day.google}</a></li>`}
    </ul>
    <p><button type="button" class="secondary" data-print hidden>${w.print}</button></p>
  </section>`
}

/** The code as a QR code, to be shown or printed; it stands for nothing without the office's own records. */
const ticket = (site: Site, a: Appointment): Html =>
  html`<figure class="ticket">
    <img
      src="data:image/svg+xml;base64,${Buffer.from(qrSvg(a.code)).toString('base64')}"
      width="180"
      height="180"
      alt="${site.words.day.qrAlt(a.code)}"
    />
    <figcaption>${site.words.day.showCode}</figcaption>
  </figure>`

const isLive = (a: Appointment): boolean => a.status === 'confirmed' || a.status === 'pending'

export function confirmedPage(site: Site, own: OwnAppointment, link: string): Page {
  const w = site.words
  const { a, contact } = own
  const isPending = a.status === 'pending'
  return {
    title: isPending ? w.pendingTitle : w.confirmedTitle,
    isPrivate: true,
    event: 'booked',
    main: html`<div class="narrow">
      <div class="notice success" role="status">
        <h1>${isPending ? w.pendingTitle : w.confirmedTitle}</h1>
        <p>${isPending ? w.pendingText : spanOf(site, a.time_zone, a.starts_at.getTime(), a.ends_at.getTime())}</p>
      </div>
      <p>${contact.email === null ? w.noMail : w.mailSent(shownEmail(contact.email))}</p>
      ${facts(site, own)} ${calendarLinks(site, own)}
      <section class="noprint">
        <h2>${w.manageTitle}</h2>
        <p>${w.manageHint}</p>
        <p><a href="${link}" data-plain>${w.manageLink}</a></p>
        <p><a href="${site.base}/mine">${w.mineLink}</a></p>
      </section>
    </div>`,
  }
}

/** The status as text. After the end, a confirmed or pending appointment is shown as past. */
function stateOf(site: Site, a: Appointment): string {
  const w = site.words
  const isOver = a.ends_at.getTime() <= site.now
  const { cancellation } = a.document as { cancellation?: { code: string } }
  if ((isOver && a.status === 'pending') || cancellation?.code === 'not_approved') return w.pastPending
  return isOver && a.status === 'confirmed' ? w.past : w.states[a.status]
}

export function managePage(site: Site, own: OwnAppointment): Page {
  const w = site.words
  const { a } = own
  return {
    title: w.yourAppointment,
    isPrivate: true,
    event: 'manage',
    main: html`<div class="narrow">
      <h1>${w.yourAppointment}</h1>
      ${own.message} ${faultSummary(w, own.faults)}
      <p>${statusTag(site, a, stateOf(site, a))}</p>
      ${daySection(site, own)} ${a.status === 'no_show' && html`<p>${w.missed} ${support(site)}</p>`}
      ${facts(site, own)}
      ${
        isLive(a) &&
        a.ends_at.getTime() > site.now &&
        html`<div class="actions noprint">
            ${own.mayMove && html`<a class="button secondary" href="${own.base}/move">${w.moveButton}</a>`}
            ${own.mayCancel && html`<a class="button danger" href="${own.base}/cancel">${w.cancelButton}</a>`}
          </div>
          ${!(own.mayMove && own.mayCancel) && !own.isRateable && html`<p>${w.tooLate} ${support(site)}</p>`}
          ${amendSection(site, own)} ${own.waiting && waitingSection(site, own.base, own.waiting)}
          ${calendarLinks(site, own)}`
      }
      ${own.isRateable && rating(site, own)}
      ${
        !(isLive(a) && a.ends_at.getTime() > site.now) &&
        html`<p class="noprint"><a class="button" href="${againLink(site, a)}">${w.bookAgain}</a></p>`
      }
      <p class="noprint"><a href="${site.base}/mine">${w.mineLink}</a></p>
    </div>`,
  }
}

/** On the day: how late the office is, and "I am here". */
function daySection(site: Site, own: OwnAppointment): Html {
  const w = site.words.day
  const { mayArrive, byCode, byPlace, hasArrived, delay, sign } = own.day
  return html`${delay !== null && html`<p class="notice note" role="status">${delay === 0 ? w.onTime : w.late(delay)}</p>`}
  ${
    mayArrive &&
    !hasArrived &&
    html`<section class="noprint here">
      <h2>${w.hereTitle}</h2>
      <p>${w.hereText}</p>
      ${
        byPlace &&
        html`<form method="post" action="${own.base}/arrival" data-here data-refused="${w.hereNoPlace}" hidden>
          ${hidden('latitude', '')} ${hidden('longitude', '')}
          <button>${w.hereByPlace}</button>
          <p class="hint" role="status"></p>
        </form>`
      }
      ${
        byCode &&
        html`<form method="post" action="${own.base}/arrival" data-checked>
          ${field({ name: 'sign', label: w.hereCode, value: sign, required: true, maxLength: 20, autocomplete: 'off' }, own.faults)}
          <button>${w.hereButton}</button>
        </form>`
      }
    </section>`
  }`
}

/** The section "tell me if an earlier time becomes free": request, waiting, or the present offer. */
function waitingSection(site: Site, base: string, { isWaiting, offer }: Waiting): Html {
  const w = site.words.waiting
  if (offer)
    return html`<section class="notice success noprint waiting" role="status">
      <h2>${w.offerTitle}</h2>
      <p>${w.offerText(offer.when, offer.until)}</p>
      <form method="post" action="${base}/waiting/offer"><button>${w.take}</button></form>
      <form method="post" action="${base}/waiting/end"><button class="secondary">${w.end}</button></form>
    </section>`
  return html`<section class="noprint waiting">
    <h2>${w.title}</h2>
    <p>${isWaiting ? w.waitingText : w.text}</p>
    <form method="post" action="${base}/waiting${isWaiting ? '/end' : ''}">
      <button class="secondary">${isWaiting ? w.end : w.join}</button>
    </form>
  </section>`
}

type OfferContent = {
  facts: readonly (readonly [string, string])[]
  when: string
  until: string
  action: string
}

/** The page of an offer of an earlier time, opened from its message. */
export function offerPage(site: Site, { facts, when, until, action }: OfferContent): Page {
  const w = site.words.waiting
  return {
    title: w.offerTitle,
    isPrivate: true,
    event: 'offer',
    main: html`<div class="narrow">
      <h1>${w.offerTitle}</h1>
      <p class="lead">${w.offerText(when, until)}</p>
      <dl class="facts">${facts.map(([name, value]) => fact(name, value))}</dl>
      <form method="post" action="${action}"><button>${w.take}</button></form>
    </div>`,
  }
}

/** The page that stops messages of one kind with one click. */
export function unsubscribePage(site: Site, action: string, isDone: boolean): Page {
  const w = site.words.unsubscribe
  return {
    title: w.title,
    isPrivate: true,
    main: html`<div class="narrow">
      <h1>${w.title}</h1>
      ${
        isDone
          ? messageBox('success', w.doneTitle, w.doneText)
          : html`<p class="lead">${w.text}</p>
              <form method="post" action="${action}"><button>${w.button}</button></form>`
      }
    </div>`,
  }
}

export function cancelPage(site: Site, own: OwnAppointment): Page {
  const w = site.words
  const { a } = own
  return {
    title: w.cancelTitle,
    isPrivate: true,
    event: 'cancel',
    main: html`<div class="narrow">
      <h1>${w.cancelTitle}</h1>
      ${own.message} ${faultSummary(w, own.faults)}
      <p class="lead">
        ${w.cancelText(visitName(site, a.service_ids), spanOf(site, a.time_zone, a.starts_at.getTime(), a.ends_at.getTime()))}
      </p>
      <form method="post" action="${own.base}/cancel" data-checked>
        ${field({ name: 'reason', label: w.cancelReason, value: '', type: 'textarea', maxLength: 500 }, own.faults)}
        <div class="actions">
          <a class="back" href="${own.base}">${w.keepIt}</a>
          <button class="danger">${w.cancelConfirm}</button>
        </div>
      </form>
    </div>`,
  }
}

function rating(site: Site, own: OwnAppointment): Html {
  const w = site.words
  const { stars } = own
  if (stars === null)
    return html`<form method="post" action="${own.base}/rating" class="rating noprint" data-checked>
      ${choices(
        {
          name: 'stars',
          legend: w.ratingLegend,
          options: [5, 4, 3, 2, 1].map((n) => ({
            value: String(n),
            label: html`<span class="stars" aria-hidden="true">${'★'.repeat(n)}</span> ${w.stars(n)}`,
          })),
          chosen: [],
          required: true,
        },
        own.faults,
      )}
      <button>${w.ratingSend}</button>
    </form>`
  return html`<section class="rating noprint">
    <h2>${w.ratingThanks}</h2>
    <p>${w.ratingGiven(w.stars(stars))}</p>
    <form method="post" action="${own.base}/rating" data-checked>
      <input type="hidden" name="stars" value="${stars}" />
      ${choices(
        {
          name: 'reasons',
          legend: stars >= 4 ? w.ratingGood : w.ratingBad,
          options: (stars >= 4 ? w.goodReasons : w.badReasons).map((reason) => ({ value: reason, label: reason })),
          chosen: [],
          several: true,
        },
        own.faults,
      )}
      ${field(
        {
          name: 'recommendation',
          label: w.recommendation(site.config.name),
          value: '',
          type: 'number',
          minimum: 0,
          maximum: 10,
          inputMode: 'numeric',
          hint: w.recommendationHint,
        },
        own.faults,
      )}
      ${field({ name: 'comment', label: w.ratingComment, value: '', type: 'textarea', maxLength: 200, hint: w.noPersonalData }, own.faults)}
      <button class="secondary">${w.ratingMore}</button>
    </form>
  </section>`
}
