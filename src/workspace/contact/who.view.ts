// The left area of the contact screen: who it is, the facts, and the one time line.
import { randomUUID } from 'node:crypto'
import { campaignName, moment, nameOf, numberLink, readable } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'
import { form } from '../frame/layout.ts'
import { address, faultsOf, typedIn } from '../frame/workspace.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { field, hidden, NO_FAULTS, select } from '../../ui/form.ts'
import { serviceName } from '../frame/components.ts'
import type { Found } from '../agenda/book.page.ts'
import { timeline } from '../agenda/timeline.view.ts'
import { actAt, isAgain, refusalOf, type Screen, type Summary } from './screen.ts'

/** Kinds by which the time line is filtered; several are joined by a point. */
const FILTERS = ['', 'appointment', 'callback.attempt', 'message.inbound', 'note', 'conversation'] as const

const pair = (label: string, value: Html | string | number | false): Html | false =>
  value !== false &&
  value !== '' &&
  html`<div>
    <dt>${label}</dt>
    <dd>${value}</dd>
  </div>`

function visits(workspace: Workspace, screen: Screen, summary: Summary): Html {
  const w = workspace.words.contact
  const mayMove = workspace.can('appointments:write')
  const line = (visit: Summary['nextVisits'][number]): Html =>
    html`<a href="/agenda/appointments/${visit.id}">${moment(workspace, visit.start)}</a
      ><span class="detail">${serviceName(workspace, visit.serviceIds)}</span>`
  return html`${pair(
    w.nextVisits,
    summary.nextVisits.length === 0
      ? w.noVisits
      : html`${summary.nextVisits.map(
          (one) =>
            html`<div>
              ${line(one)}
              ${
                mayMove &&
                html`<a href="${address(screen.path, { do: 'move', appointment: one.id })}" data-swap data-focus="do"
                  >${w.tabs.move}</a
                >`
              }
            </div>`,
        )}`,
  )}
  ${pair(w.lastVisit, summary.lastVisit !== null && line(summary.lastVisit))}`
}

function openCallbacks(workspace: Workspace, screen: Screen, summary: Summary): Html | false {
  const w = workspace.words.contact
  if (summary.openCallbacks.length === 0) return false
  return pair(
    w.openCallbacks,
    html`${summary.openCallbacks.map(
      (one) =>
        html`<div>
          ${
            one.id === screen.callback?.id
              ? html`${moment(workspace, one.windowFrom)} (${w.thisOne})`
              : html`<a href="/agenda/contact/callback/${one.id}">${moment(workspace, one.windowFrom)}</a>`
          }
          <span class="detail">${campaignName(workspace, one.campaignId)}</span>
        </div>`,
    )}`,
  )
}

function attributes(workspace: Workspace, summary: Summary): Html {
  const values = summary.contact.attributes ?? {}
  return html`${workspace.settings.workspace.attributes.map(({ name, label }) => {
    const value = values[name]
    const title = label[workspace.language] || label.it || label.en || name
    return value !== undefined && pair(title, readable(workspace, value))
  })}`
}

function facts(workspace: Workspace, screen: Screen, summary: Summary): Html {
  const w = workspace.words.contact
  const { contact, lastRating, consents } = summary
  const missed = summary.noShows > 0 && html`<strong class="warn">${w.noShows(summary.noShows)}</strong>`
  return html`<dl class="facts">
    ${pair(w.numbers, html`${summary.numbers.map((number) => html`<div>${numberLink(number)}</div>`)}`)}
    ${pair(w.emails, summary.emails.length > 0 && html`${summary.emails.map((mail) => html`<div>${mail}</div>`)}`)}
    ${pair(w.language, contact.locale !== undefined && w.languages[contact.locale])}
    ${visits(workspace, screen, summary)}
    ${pair(w.kinds.appointment, html`${summary.visits}${missed && html`, ${missed}`}`)}
    ${openCallbacks(workspace, screen, summary)}
    ${pair(
      w.rating,
      lastRating !== null &&
        html`${w.stars(lastRating.stars)}${
          lastRating.comment !== undefined && html`<span class="detail"><q>${lastRating.comment}</q></span>`
        }`,
    )}
    ${pair(
      w.consents,
      consents.length > 0 &&
        html`${consents.map((one) => html`<div>${one.purpose}: ${one.isGiven ? w.yes : w.no}</div>`)}`,
    )}
    ${attributes(workspace, summary)}
  </dl>`
}

/** The link to what came before. */
export const moreOf = (
  workspace: Workspace,
  contactId: string,
  { nextCursor }: Screen['story'],
  kind: string | undefined,
): Html | false =>
  nextCursor !== null &&
  html`<p class="more">
    <a href="${address(`/agenda/contact/story/${contactId}`, { kind, cursor: nextCursor })}" data-more
      >${workspace.words.contact.earlier}</a
    >
  </p>`

/** The time line, filtered, with a link to what came before; a script loads it when it comes in sight. */
function story(workspace: Workspace, screen: Pick<Screen, 'path' | 'story' | 'query'>, contactId: string): Html {
  const w = workspace.words.contact
  const kind = screen.query.kind ?? ''
  const labelOf = (filter: string): string =>
    filter === '' ? w.all : w.kinds[filter.split('.').at(-1) as keyof typeof w.kinds]
  return html`<section class="story">
    <h3>${w.history}</h3>
    <nav class="chips" aria-label="${w.history}">
      ${FILTERS.map(
        (filter) =>
          html`<a
            href="${address(screen.path, { ...screen.query, kind: filter })}#story"
            data-swap
            ${filter === kind && html`aria-current="true"`}
            >${labelOf(filter)}</a
          >`,
      )}
    </nav>
    <div id="story">${timeline(workspace, screen.story.items)} ${moreOf(workspace, contactId, screen.story, kind)}</div>
  </section>`
}

const personFields = (workspace: Workspace, screen: Screen): Html => {
  const b = workspace.words.book
  const w = workspace.words.contact
  const to = actAt(screen, 'person')
  const refusal = refusalOf(screen, 'person')
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  const typed = (name: string, value = ''): string => typedIn(workspace, to, name, value)
  const languages = (['it', 'en'] as const).map((value) => ({ value, label: w.languages[value] }))
  return html`${hidden('key', randomUUID())}
  ${field(
    {
      name: 'firstName',
      label: b.firstName,
      value: typed('firstName'),
      required: true,
      maxLength: 100,
      autocomplete: 'off',
    },
    faults,
  )}
  ${field({ name: 'lastName', label: b.lastName, value: typed('lastName'), required: true, maxLength: 100, autocomplete: 'off' }, faults)}
  ${field(
    {
      name: 'phone',
      label: b.phone,
      value: typed('phone', screen.number ?? ''),
      type: 'tel',
      maxLength: 40,
      autocomplete: 'off',
    },
    faults,
  )}
  ${field({ name: 'email', label: b.email, value: typed('email'), type: 'email', maxLength: 254, autocomplete: 'off' }, faults)}
  ${select({ name: 'locale', label: w.language, value: typed('locale', workspace.settings.locale), options: languages }, faults)}`
}

const choiceOf = (workspace: Workspace, screen: Screen, people: readonly Found[]): Html =>
  html`<ul class="rows people">
    ${people.map(
      (one) =>
        html`<li>
          <span><strong>${nameOf(one)}</strong><span class="detail">${one.phone} ${one.email}</span></span>
          ${form(
            workspace,
            actAt(screen, 'person'),
            html`<input type="hidden" name="contactId" value="${one.id}" /><button class="secondary">
                ${workspace.words.contact.isThis}
              </button>`,
            'inline',
          )}
        </li>`,
    )}
  </ul>`

/** Finds a person whose number this is not yet. */
function finder(workspace: Workspace, screen: Screen, found: readonly Found[] | null): Html {
  const w = workspace.words.contact
  const to = actAt(screen, 'find')
  return html`<details ${(found !== null || isAgain(workspace, screen, 'find')) && html`open`}>
    <summary>${w.findPerson}</summary>
    ${form(
      workspace,
      to,
      html`${field(
          {
            name: 'text',
            id: 'who-text',
            label: workspace.words.book.look,
            value: typedIn(workspace, to, 'text'),
            required: true,
            maxLength: 200,
            autocomplete: 'off',
          },
          NO_FAULTS,
        )}<button class="secondary">${w.find}</button>`,
    )}
    ${
      found !== null &&
      html`<p role="status">${found.length === 0 ? workspace.words.book.nobody : w.found(found.length)}</p>
        ${choiceOf(workspace, screen, found)}`
    }
  </details>`
}

/** Nobody is known to have the number, or several have it. */
function stranger(workspace: Workspace, screen: Screen, found: readonly Found[] | null): Html {
  const w = workspace.words.contact
  const isOneOf = screen.people.length > 0
  const isOpen = !isOneOf || isAgain(workspace, screen, 'person')
  return html`<h2>${isOneOf ? w.several : w.unknown}</h2>
    ${screen.number !== null && html`<p class="big">${numberLink(screen.number)}</p>`}
    <p>${isOneOf ? w.severalText : w.unknownText}</p>
    ${isOneOf && choiceOf(workspace, screen, screen.people)} ${finder(workspace, screen, found)}
    <details ${isOpen && html`open`}>
      <summary>${w.newPerson}</summary>
      ${form(workspace, actAt(screen, 'person'), html`${personFields(workspace, screen)}<button>${w.makeContact}</button>`)}
    </details>`
}

function known(workspace: Workspace, screen: Screen, summary: Summary, found: readonly Found[] | null): Html {
  const w = workspace.words.contact
  const { contact } = summary
  const to = actAt(screen, 'number')
  const refusal = refusalOf(screen, 'number')
  return html`<h2 class="name">${nameOf(contact)}</h2>
    ${contact.notes !== undefined && html`<p class="standing"><strong>${w.standing}:</strong> ${contact.notes}</p>`}
    ${
      summary.unanswered > 0 &&
      html`<p class="notice note">
        <a href="${address(screen.path, { do: 'message' })}" data-swap>${w.unanswered(summary.unanswered)}</a>
      </p>`
    }
    ${facts(workspace, screen, summary)}
    <details ${refusal !== undefined && html`open`}>
      <summary>${w.addNumber}</summary>
      ${form(
        workspace,
        to,
        html`${field(
            {
              name: 'number',
              id: 'who-number',
              label: workspace.words.book.phone,
              value: typedIn(workspace, to, 'number'),
              type: 'tel',
              required: true,
              maxLength: 40,
            },
            refusal ? faultsOf(refusal, () => 'number') : NO_FAULTS,
          )}<button class="secondary">${w.add}</button>`,
      )}
    </details>
    ${
      screen.kind !== 'person' &&
      screen.kind !== 'appointment' &&
      html`<details>
        <summary>${w.notThem}</summary>
        ${finder(workspace, screen, found)}
        ${form(workspace, actAt(screen, 'person'), html`${personFields(workspace, screen)}<button>${w.makeContact}</button>`)}
      </details>`
    }
    <p><a href="/agenda/contacts/${contact.id}">${w.more}</a></p>`
}

/** `found`: the people whom a search of this area found; null = none was made. `widgets`: pages of other systems. */
export function whoArea(
  workspace: Workspace,
  screen: Screen,
  found: readonly Found[] | null,
  widgets: Html | false,
): Html {
  const { summary } = screen
  return html`<section id="who" class="area who" aria-label="${workspace.words.contact.who}" tabindex="-1">
    ${summary === null ? stranger(workspace, screen, found) : known(workspace, screen, summary, found)} ${widgets}
    ${summary !== null && story(workspace, screen, summary.contact.id)}
  </section>`
}
