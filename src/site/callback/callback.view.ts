// The "call me back" pages: the request form, its confirmation, and the citizen's page to postpone or cancel.
import { clockOf, dateOf } from '../../locales/dates.ts'
import { captchaNote, choices, faultSummary, field, hidden, messageBox, select, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'
import { zoneNote } from '../booking/steps.ts'
import type { Captcha } from '../booking/proof-of-work.ts'

export type Offer = { start: number; from: number; to: number }
type CallMe = {
  campaign: {
    id: string
    name: string
    timeZone: string
    channels: readonly ('phone' | 'web')[]
    callerNumber?: string | undefined
  }
  seal: string
  typed: { number: string; country: string; reason: string; when: string; channel: string }
  countries: readonly { value: string; label: string }[]
  offers: readonly Offer[]
  captcha: Captcha
  faults: Faults
  message: Html
}

/** `martedì 24 novembre 2026, 10:00–10:30`. */
export const offerText = (site: Site, zone: string, from: number, to: number): string =>
  `${dateOf(site.language, zone, from)}, ${clockOf(zone, from)}–${clockOf(zone, to)}`

const valueOf = (offer: Offer): string => new Date(offer.from).toISOString()

type WhenContent = {
  zone: string
  offers: readonly Offer[]
  chosen: string
  faults: Faults
}

/** The windows as one list, by day. `soonest`: the first choice, for who does not mind; absent where a time must be chosen. */
function whenSelect(site: Site, { zone, offers, chosen, faults }: WhenContent, soonest?: string): Html {
  const windows = offers.map((offer) => ({
    value: valueOf(offer),
    label: `${clockOf(zone, offer.from)}–${clockOf(zone, offer.to)}`,
    group: dateOf(site.language, zone, offer.from),
  }))
  const options = [...(soonest === undefined ? [] : [{ value: 'now', label: soonest }]), ...windows]
  return select({ name: 'when', label: site.words.callback.when, options, value: chosen, required: true }, faults)
}

function whenChoices(site: Site, content: WhenContent): Html {
  const [first] = content.offers
  const soonest = first && site.words.callback.soonest(offerText(site, content.zone, first.from, first.to))
  return whenSelect(site, { ...content, offers: content.offers.slice(1) }, soonest)
}

/** Choice of the channel, when the campaign has more than one. */
function channelChoices(site: Site, { campaign, typed, faults }: CallMe): Html {
  const c = site.words.callback
  if (campaign.channels.length < 2) return hidden('channel', campaign.channels[0] ?? 'phone')
  const options = campaign.channels.map((value) => ({ value, label: c.channels[value] }))
  return choices(
    {
      name: 'channel',
      legend: c.how,
      options,
      chosen: [typed.channel === '' ? campaign.channels[0]! : typed.channel],
      required: true,
    },
    faults,
  )
}

export function callMePage(site: Site, p: CallMe): Page {
  const w = site.words
  const c = w.callback
  return {
    title: c.title,
    description: c.lead,
    event: 'callback',
    main: html`<div class="narrow">
      <h1>${c.title}</h1>
      ${p.message} ${faultSummary(w, p.faults)}
      <p class="lead">${c.lead}</p>
      ${
        p.offers.length === 0
          ? messageBox('note', c.nothing, c.nothingText)
          : html`<p class="hint">${w.requiredNote}</p>
              <form
                method="post"
                action="${site.base}/callback"
                data-checked
                ${p.captcha && html`data-challenge="${p.captcha.challenge}" data-worker="${p.captcha.workerUrl}"`}
              >
                ${hidden('campaign', p.campaign.id)} ${hidden('request', p.seal)}
                <input type="hidden" name="altcha" value="" />
                ${channelChoices(site, p)}
                <div class="only-phone">
                  ${select({ name: 'country', label: c.country, options: p.countries, value: p.typed.country }, p.faults)}
                  ${field(
                    {
                      name: 'number',
                      label: c.number,
                      value: p.typed.number,
                      type: 'tel',
                      ...(p.campaign.channels.includes('web') ? { hint: c.numberHint } : { required: true }),
                      maxLength: 40,
                      autocomplete: 'tel',
                    },
                    p.faults,
                  )}
                  <p class="hint">
                    ${c.privateNumber} ${p.campaign.callerNumber !== undefined && c.callsFrom(p.campaign.callerNumber)}
                  </p>
                </div>
                ${whenChoices(site, { zone: p.campaign.timeZone, offers: p.offers, chosen: p.typed.when, faults: p.faults })}
                ${zoneNote(site, p.campaign.timeZone, p.offers[0]!.from)}
                ${field(
                  {
                    name: 'reason',
                    label: c.reason,
                    value: p.typed.reason,
                    type: 'textarea',
                    maxLength: 200,
                    hint: w.atMost(200),
                  },
                  p.faults,
                )}
                ${p.captcha && captchaNote(w)}
                <div class="actions">
                  <a class="back" href="${site.base}">${w.back}</a>
                  <button>${c.send}</button>
                </div>
              </form>`
      }
    </div>`,
  }
}

/** After a request: the same page whether or not the number already has a callback. Details go only to the owner, by text message. */
export function askedPage(site: Site, by: 'text' | 'page'): Page {
  const c = site.words.callback
  const { supportPhone } = site.settings.booking
  return {
    title: c.askedTitle,
    event: 'callback-asked',
    main: html`<div class="narrow">
      <h1>${c.askedTitle}</h1>
      <p class="notice success" role="status">${c.asked[by]}</p>
      ${supportPhone !== undefined && html`<p>${c.askedOffice} <a href="tel:${supportPhone}">${supportPhone}</a></p>`}
      <p><a class="button secondary" href="${site.base}">${c.askedHome}</a></p>
    </div>`,
  }
}

type OwnCallback = {
  base: string
  code: string
  number: string | null
  status: string
  isOpen: boolean
  zone: string
  from: number
  to: number
  offers: readonly Offer[]
  link: string
  joinLink: string | undefined
  callerNumber: string | undefined
  message: Html
  faults: Faults
}

export function ownCallbackPage(site: Site, own: OwnCallback): Page {
  const w = site.words
  const c = w.callback
  const state = c.states[own.status as keyof typeof c.states]
  return {
    title: c.own,
    isPrivate: true,
    event: 'callback-own',
    main: html`<div class="narrow">
      <h1>${c.own}</h1>
      ${own.message} ${faultSummary(w, own.faults)}
      <dl class="facts">
        <div>
          <dt>${c.state}</dt>
          <dd>
            <span class="tag ${own.isOpen ? 'wait' : own.status === 'completed' ? 'good' : 'past'}">${state}</span>
          </dd>
        </div>
        <div>
          <dt>${w.when}</dt>
          <dd>${offerText(site, own.zone, own.from, own.to)}</dd>
        </div>
        ${
          own.number !== null &&
          html`<div>
            <dt>${c.number}</dt>
            <dd>${own.number}</dd>
          </div>`
        }
        <div>
          <dt>${w.code}</dt>
          <dd><strong class="code">${own.code}</strong></dd>
        </div>
      </dl>
      ${zoneNote(site, own.zone, own.from)}
      ${own.isOpen && own.callerNumber !== undefined && html`<p>${c.callsFrom(own.callerNumber)}</p>`}
      ${
        own.joinLink !== undefined &&
        html`<p><a class="button" href="${own.joinLink}" rel="noopener" data-plain>${c.join}</a></p>
          <p class="hint">${c.joinHint}</p>`
      }
      ${
        own.isOpen &&
        html`<p>${c.keepLink} <a href="${own.link}" data-plain>${c.link}</a></p>
          ${
            own.offers.length > 0 &&
            html`<details class="more">
              <summary>${c.postpone}</summary>
              <form method="post" action="${own.base}/postponement">
                ${whenSelect(site, { zone: own.zone, offers: own.offers, chosen: '', faults: own.faults })}
                <button class="secondary">${c.postponeSend}</button>
              </form>
            </details>`
          }
          <p><a class="button secondary" href="${own.base}/cancellation">${c.cancel}</a></p>`
      }
      ${!own.isOpen && html`<p><a class="button" href="${site.base}/callback">${c.askAgain}</a></p>`}
    </div>`,
  }
}

/** Asks for confirmation before the callback is cancelled. */
export function cancelCallbackPage(site: Site, base: string, when: string): Page {
  const c = site.words.callback
  return {
    title: c.cancelTitle,
    isPrivate: true,
    event: 'callback-cancel',
    main: html`<div class="narrow">
      <h1>${c.cancelTitle}</h1>
      <p class="lead">${c.cancelText(when)}</p>
      <form method="post" action="${base}/cancellation">
        <div class="actions">
          <a class="back" href="${base}">${c.keepIt}</a>
          <button class="danger">${c.cancel}</button>
        </div>
      </form>
    </div>`,
  }
}
