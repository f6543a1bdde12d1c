// PURE. "My appointments": the overview of what is theirs, and the question before everything is deleted.
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'
import type { Callback } from '../../domain/callback/callback.sql.ts'
import type { ReminderWish } from '../../domain/contact/contact.ts'
import { shownEmail } from '../../domain/contact/email.ts'
import { exactClock, dateOf } from '../../locales/dates.ts'
import { spanOf, visitName } from '../../locales/visit-text.ts'
import { choices, faultSummary, field, hidden, select, NO_FAULTS, type Faults } from '../../ui/form.ts'
import { html, own, type Html } from '../../platform/html/html.ts'
import type { Page } from '../page.ts'
import { againLink } from '../again-link.ts'
import { statusTag } from '../status-tag.ts'
import type { Site } from '../site.ts'

/** Which addresses can be changed: what was proven by a code stays, because who could change it could lock the owner out. */
export const changeableMeans = (means: string): ('email' | 'phone')[] =>
  means.includes('@') ? ['phone'] : means.startsWith('+') ? ['email'] : ['email', 'phone']

export type Owner = {
  id: string
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
  reminders: ReminderWish | undefined
}

export type Mine = {
  /** What was proven: an e-mail address, a number, or a fiscal number. */
  means: string
  /** How the person is greeted: their name, or what was proven. */
  name: string
  owners: readonly Owner[]
  coming: readonly Appointment[]
  past: readonly Appointment[]
  callbacks: readonly Callback[]
  waiting: readonly { id: string; serviceIds: readonly string[]; link: string }[]
  messages: readonly { at: Date; subject: string; channel: string }[]
  consents: readonly { purpose: string; isGiven: boolean; at: Date }[]
  message: Html
  faults: Faults
}

/** For whom, if several people share the address or the number. */
const forWhom = (site: Site, mine: Mine, a: Appointment): Html => {
  const { attendees = [] } = a.document as { attendees?: string[] }
  if (attendees.length > 0) return html` <span class="hint">${site.words.mine.forWhom(attendees.join(', '))}</span>`
  const owner = mine.owners.find(({ id }) => id === a.contact_id)
  if (mine.owners.length < 2 || !owner) return html``
  return html` <span class="hint">${site.words.mine.forWhom(`${owner.firstName} ${owner.lastName}`)}</span>`
}

function appointmentItem(site: Site, mine: Mine, a: Appointment): Html {
  const w = site.words
  const where =
    a.channel === 'in_person'
      ? own(site, site.config.locations.get(a.location_id)?.name ?? '')
      : html`${w.channels[a.channel as 'phone']}`
  const isOver = a.ends_at.getTime() <= site.now || a.status === 'cancelled'
  return html`<li class="item">
    <p>
      <a href="${site.base}/mine/appointments/${a.id}"><strong>${own(site, visitName(site, a.service_ids))}</strong></a>
      ${statusTag(site, a)}${forWhom(site, mine, a)}
    </p>
    <p>${spanOf(site, a.time_zone, a.starts_at.getTime(), a.ends_at.getTime())} · ${where}</p>
    ${isOver && html`<p><a href="${againLink(site, a)}">${w.mine.rebook}</a></p>`}
  </li>`
}

function section(title: string, items: readonly Html[], empty: string | null): Html {
  if (items.length === 0 && empty === null) return html``
  return html`<section>
    <h2>${title}</h2>
    ${
      items.length === 0
        ? html`<p>${empty}</p>`
        : html`<ul class="items">
            ${items}
          </ul>`
    }
  </section>`
}

function callbackItem(site: Site, c: Callback): Html {
  const w = site.words
  const zone = site.config.campaigns.get(c.campaign_id)?.timeZone ?? site.config.timeZone
  const [from, to] = [c.window_from.getTime(), c.window_to.getTime()]
  return html`<li class="item">
    <p>
      <a href="${site.base}/mine/callbacks/${c.id}"
        ><strong>${dateOf(site.language, zone, from)}, ${exactClock(zone, from)}–${exactClock(zone, to)}</strong></a
      >
      <span class="tag ${c.status === 'completed' ? 'good' : c.status === 'cancelled' ? 'past' : 'wait'}"
        >${w.callback.states[c.status]}</span
      >
    </p>
  </li>`
}

/** Contact data of one person; what they proved just now cannot be changed here. */
function detailsForm(site: Site, mine: Mine, owner: Owner): Html {
  const w = site.words
  const changeable = changeableMeans(mine.means)
  const id = (name: string): string => `${name}-${owner.id.slice(-6)}`
  const text = (name: 'firstName' | 'lastName', label: string, autocomplete: string): Html =>
    field({ name, id: id(name), label, value: owner[name], required: true, maxLength: 100, autocomplete }, NO_FAULTS)
  return html`<form method="post" action="${site.base}/mine/details" data-checked class="own-details">
    ${hidden('contact', owner.id)} ${text('firstName', w.firstName, 'given-name')}
    ${text('lastName', w.lastName, 'family-name')}
    ${
      changeable.includes('phone') &&
      field(
        {
          ...{ name: 'phone', id: id('phone'), label: w.phoneOptional, value: owner.phone ?? '', type: 'tel' },
          ...{ maxLength: 40, autocomplete: 'tel' },
        },
        mine.faults,
      )
    }
    ${
      changeable.includes('email') &&
      field(
        {
          ...{ name: 'email', id: id('email'), label: w.emailOptional, value: shownEmail(owner.email ?? '') },
          ...{ type: 'email', maxLength: 254, autocomplete: 'email' },
        },
        mine.faults,
      )
    }
    <button class="secondary">${w.mine.save}</button>
  </form>`
}

function remindersForm(site: Site, mine: Mine): Html {
  const m = site.words.mine
  const wish = mine.owners[0]?.reminders ?? {}
  const options = (texts: Readonly<Record<string, string>>) =>
    Object.entries(texts).map(([value, label]) => ({ value, label }))
  return html`<form method="post" action="${site.base}/mine/reminders">
    <p class="hint">${m.remindersHint}</p>
    ${select({ name: 'when', label: m.reminderWhen, options: options(m.reminderTimes), value: wish.when ?? 'office' }, NO_FAULTS)}
    ${select({ name: 'channel', label: m.reminderHow, options: options(m.reminderChannels), value: wish.channel ?? 'best' }, NO_FAULTS)}
    <button class="secondary">${m.save}</button>
  </form>`
}

export function minePage(site: Site, mine: Mine): Page {
  const w = site.words
  const m = w.mine
  return {
    title: m.title,
    isPrivate: true,
    event: 'mine',
    main: html`<div class="narrow mine">
      <h1>${m.title}</h1>
      ${mine.message} ${faultSummary(w, mine.faults)}
      <form method="post" action="${site.base}/mine/end" class="inline signed-in">
        <p class="hint">${m.signedInAs(mine.name)} <button class="link">${m.signOut}</button></p>
      </form>
      ${section(
        m.coming,
        mine.coming.map((a) => appointmentItem(site, mine, a)),
        m.nothing,
      )}
      <p><a class="button" href="${site.base}">${w.bookAnother}</a></p>
      ${section(
        m.callbacks,
        mine.callbacks.map((c) => callbackItem(site, c)),
        null,
      )}
      ${section(
        m.waiting,
        mine.waiting.map(
          (e) => html`<li class="item"><a href="${e.link}">${own(site, visitName(site, e.serviceIds))}</a></li>`,
        ),
        null,
      )}
      ${section(
        m.past,
        mine.past.map((a) => appointmentItem(site, mine, a)),
        null,
      )}
      ${
        mine.owners.length > 0 &&
        html`<details class="more">
            <summary>${m.details}</summary>
            <p class="hint">${m.detailsHint}</p>
            ${mine.owners.map((owner) => detailsForm(site, mine, owner))}
          </details>
          <details class="more">
            <summary>${m.reminders}</summary>
            ${remindersForm(site, mine)}
          </details>`
      }
      ${
        mine.messages.length > 0 &&
        html`<details class="more">
          <summary>${m.messages}</summary>
          <p class="hint">${m.messagesHint}</p>
          <ul>
            ${mine.messages.map(
              ({ at, subject }) =>
                html`<li>
                  ${dateOf(site.language, site.config.timeZone, at.getTime())}: <span dir="auto">${subject}</span>
                </li>`,
            )}
          </ul>
        </details>`
      }
      ${kept(site, mine)}
      ${
        mine.owners.length > 0 &&
        html`<details class="more">
          <summary>${m.data}</summary>
          <p>${m.dataText}</p>
          <p><a class="button secondary" href="${site.base}/mine/data.json" data-plain download>${m.download}</a></p>
          <p><a href="${site.base}/mine/erasure">${m.erase}</a></p>
        </details>`
      }
    </div>`,
  }
}

/** What the person has said: ratings of visits, and consents with their last answer. */
function kept(site: Site, mine: Mine): Html {
  const w = site.words
  const m = w.mine
  const day = (at: Date): string => dateOf(site.language, site.config.timeZone, at.getTime())
  const rated = mine.past.flatMap((a) => {
    const { rating } = documentOf(a)
    return rating === undefined ? [] : [{ a, rating }]
  })
  const latest = mine.consents.filter((c, i, all) => all.findIndex((one) => one.purpose === c.purpose) === i)
  return html`${
    rated.length > 0 &&
    html`<details class="more">
      <summary>${m.ratings}</summary>
      <ul>
        ${rated.map(
          ({ a, rating }) =>
            html`<li>${day(a.starts_at)}, ${own(site, visitName(site, a.service_ids))}: ${w.stars(rating.stars)}</li>`,
        )}
      </ul>
    </details>`
  }
  ${
    latest.length > 0 &&
    html`<details class="more">
      <summary>${m.consents}</summary>
      <ul>
        ${latest.map(
          ({ purpose, isGiven, at }) =>
            html`<li>
              <span dir="auto">${purpose}</span>: ${isGiven ? m.consentGiven : m.consentRefused}, ${day(at)}
            </li>`,
        )}
      </ul>
    </details>`
  }`
}

/** Asks before everything is deleted. */
export function erasurePage(site: Site, owners: readonly Owner[], faults: Faults): Page {
  const w = site.words
  return {
    title: w.mine.erase,
    isPrivate: true,
    event: 'mine-erasure',
    main: html`<div class="narrow">
      <h1>${w.mine.erase}</h1>
      ${faultSummary(w, faults)}
      <p class="lead">${w.mine.eraseText}</p>
      <form method="post" action="${site.base}/mine/erasure">
        ${
          owners.length > 1 &&
          choices(
            {
              ...{ name: 'contact', legend: w.mine.eraseWhose, several: true, chosen: [], required: true },
              options: owners.map(({ id, firstName, lastName }) => ({ value: id, label: `${firstName} ${lastName}` })),
            },
            faults,
          )
        }
        <div class="actions">
          <a class="back" href="${site.base}/mine">${w.back}</a>
          <button class="danger">${w.mine.eraseConfirm}</button>
        </div>
      </form>
    </div>`,
  }
}
