// PURE. The waiting list for people without an appointment: the form of their wishes, and the page of their place on the list.
import { captchaNote, choices, faultSummary, field, hidden, select, type Faults } from '../../ui/form.ts'
import { html, own, type Html } from '../../platform/html/html.ts'
import { weekdayNames } from '../../locales/dates.ts'
import type { Location } from '../../domain/catalogue/tenant-config.ts'
import type { Captcha } from '../booking/proof-of-work.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'

export type Typed = Record<'firstName' | 'lastName' | 'email' | 'phone' | 'part' | 'notice' | 'until', string> & {
  days: readonly string[]
  offices: readonly string[]
}

type WishForm = {
  /** Hidden fields: the service, the channel, the signature. */
  fixed: readonly [string, string][]
  names: string
  offices: readonly Location[]
  /** The last day that can be waited for, as a date. */
  last: string
  typed: Typed
  captcha: Captcha
  faults: Faults
  message: Html
  back: string
}

/** Hours of notice that can be asked for. */
export const NOTICES = [4, 24, 48, 72] as const

function wishes(site: Site, { offices, typed, last, faults }: WishForm): Html {
  const w = site.words
  const days = weekdayNames(site.language, 'long').slice(0, 6)
  return html`${choices(
      {
        ...{ name: 'days', legend: w.wish.days, several: true, chosen: typed.days },
        options: days.map((label, i) => ({ value: String(i), label })),
      },
      faults,
    )}
    ${select(
      {
        ...{ name: 'part', label: w.wish.part, value: typed.part },
        options: [
          { value: '', label: w.anyPart },
          { value: 'morning', label: w.dayParts.morning },
          { value: 'afternoon', label: w.dayParts.afternoon },
        ],
      },
      faults,
    )}
    ${
      offices.length > 1 &&
      choices(
        {
          ...{ name: 'offices', legend: w.wish.offices, several: true, chosen: typed.offices },
          options: offices.map((l) => ({ value: l.id, label: own(site, l.name) })),
        },
        faults,
      )
    }
    ${select(
      {
        ...{ name: 'notice', label: w.wish.notice, value: typed.notice },
        options: NOTICES.map((hours) => ({ value: String(hours), label: w.wish.noticeHours(hours) })),
      },
      faults,
    )}
    <div class="field">
      <label for="until">${w.wish.until}</label>
      <input type="date" id="until" name="until" value="${typed.until}" max="${last}" />
    </div>`
}

export function wishPage(site: Site, form: WishForm): Page {
  const w = site.words
  const { typed, faults, captcha } = form
  const text = (name: 'firstName' | 'lastName', autocomplete: string): Html =>
    field({ name, label: w[name], value: typed[name], required: true, maxLength: 100, autocomplete }, faults)
  return {
    title: w.wish.title,
    event: 'wish',
    isPrivate: true,
    main: html`<div class="narrow">
      <h1>${w.wish.title}</h1>
      ${form.message} ${faultSummary(w, faults)}
      <p class="chosen-line"><strong>${own(site, form.names)}</strong></p>
      <p class="lead">${w.wish.lead}</p>
      <form
        method="post"
        action="${site.base}/waiting"
        data-checked
        ${captcha && html`data-challenge="${captcha.challenge}" data-worker="${captcha.workerUrl}"`}
      >
        ${form.fixed.map(([name, value]) => hidden(name, value))} <input type="hidden" name="altcha" value="" />
        ${wishes(site, form)} ${text('firstName', 'given-name')} ${text('lastName', 'family-name')}
        ${field(
          {
            ...{ name: 'email', label: w.emailOrPhone, value: typed.email, type: 'email', maxLength: 254 },
            autocomplete: 'email',
          },
          faults,
        )}
        ${field(
          { name: 'phone', label: w.phone, value: typed.phone, type: 'tel', maxLength: 40, autocomplete: 'tel' },
          faults,
        )}
        ${captcha && captchaNote(w)}
        <div class="actions">
          <a class="back" href="${form.back}">${w.back}</a>
          <button>${w.wish.join}</button>
        </div>
      </form>
    </div>`,
  }
}

type OwnWish = {
  names: string
  base: string
  isOpen: boolean
  offer: { when: string; until: string } | null
  /** What was wished, in words: label and value. */
  wishes: readonly (readonly [string, string])[]
  message: Html
}

/** One's place on the list, and the time that is kept. */
export function ownWishPage(site: Site, { names, base, isOpen, offer, wishes, message }: OwnWish): Page {
  const w = site.words
  return {
    title: w.wish.own,
    isPrivate: true,
    event: 'wish-own',
    main: html`<div class="narrow">
      <h1>${w.wish.own}</h1>
      ${message}
      <p class="lead">${own(site, names)}</p>
      ${
        wishes.length > 0 &&
        html`<dl class="facts">
          ${wishes.map(
            ([label, value]) =>
              html`<div>
                <dt>${label}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>`
      }
      ${
        offer &&
        html`<section class="notice success waiting" role="status">
          <h2>${w.wish.offerTitle}</h2>
          <p>${w.waiting.offerText(offer.when, offer.until)}</p>
          <form method="post" action="${base}/offer"><button>${w.waiting.take}</button></form>
        </section>`
      }
      ${
        isOpen
          ? html`<p>${offer ? '' : w.wish.lead}</p>
              <form method="post" action="${base}/end"><button class="secondary">${w.wish.leave}</button></form>`
          : html`<p><a class="button" href="${site.base}">${w.bookAnother}</a></p>`
      }
    </div>`,
  }
}
