// PURE. Pieces that several pages of the workspace show: an appointment in a line, its state, filters, moments.
import { visitName } from '../booking/steps.ts'
import { dayOf, formatDate, parseDate, isCalendarDate, instantOf } from '../time/zone.ts'
import { clockOf, dayAndMonth, longDate } from '../web/dates.ts'
import { html, type Html } from '../web/html.ts'
import type { Desk } from '../web/desk.ts'
import type { AgendaEntry } from './feed.routes.ts'

export const nameOf = (p: { firstName: string; lastName: string }): string =>
  `${p.firstName} ${p.lastName}`.trim() || '–'

/** `lunedì 23 novembre, 10:00`. */
export const moment = (desk: Desk, at: number | string): string => {
  const ms = typeof at === 'string' ? Date.parse(at) : at
  return `${dayAndMonth(desk.language, dayOf(desk.zone, ms))}, ${clockOf(desk.zone, ms)}`
}
export const clock = (desk: Desk, at: string): string => clockOf(desk.zone, Date.parse(at))
export const today = (desk: Desk): number => dayOf(desk.zone, desk.now)

/** The day of the address, as a day number; today without one. */
export const dayIn = (desk: Desk, text: string | undefined): number =>
  text !== undefined && isCalendarDate(text) ? parseDate(text) : today(desk)

export const serviceName = (desk: Desk, ids: readonly string[]): string => visitName(desk, ids)
export const agentName = (desk: Desk, id: string | null): string => desk.config.agents.get(id ?? '')?.name ?? '–'
export const locationName = (desk: Desk, id: string): string => desk.config.locations.get(id)?.name ?? '–'

export function stateTag(desk: Desk, e: { status: string; arrivedAt?: string | undefined }): Html {
  const state = e.status === 'confirmed' && e.arrivedAt !== undefined ? 'arrived' : e.status
  const words = desk.words.states as Record<string, string>
  return html`<span class="tag ${state}">${words[state] ?? state}</span>`
}

/** One appointment as a line of a list. */
export function entryLine(
  desk: Desk,
  e: AgendaEntry,
  options: { withAgent?: boolean; withDay?: boolean; actions?: Html } = {},
): Html {
  return html`<li class="entry ${e.status}" data-id="${e.id}">
    <a class="when" href="/agenda/appointments/${e.id}"
      ><time datetime="${e.start}"
        >${options.withDay && `${dayAndMonth(desk.language, dayOf(desk.zone, Date.parse(e.start)))}, `}${clock(desk, e.start)}–${clock(desk, e.end)}</time
      ></a
    >
    <span class="what"
      ><strong>${nameOf(e)}</strong>
      <span class="detail"
        >${serviceName(desk, e.serviceIds)}${options.withAgent && ` · ${agentName(desk, e.agentId)}`} ·
        ${desk.pageWords.channels[e.channel as 'phone']}</span
      ></span
    >
    ${stateTag(desk, e)} ${options.actions && html`<div class="buttons">${options.actions}</div>`}
  </li>`
}

/** Appointments under the days they are on. */
export function entriesByDay(desk: Desk, entries: readonly AgendaEntry[], withAgent: boolean): Html {
  const days = Map.groupBy(entries, (e) => dayOf(desk.zone, Date.parse(e.start)))
  return html`${[...days].map(
    ([day, some]) =>
      html`<section>
        <h2 id="d${formatDate(day)}">${longDate(desk.language, day)} <span class="count">(${some.length})</span></h2>
        <ul class="entries">
          ${some.map((e) => entryLine(desk, e, { withAgent }))}
        </ul>
      </section>`,
  )}`
}

export const empty = (text: string): Html => html`<p class="empty">${text}</p>`

/** A table with its caption and heads; the first cell of a row is its head. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly (string | number | Html)[])[],
): Html {
  return html`<div class="table" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...rest]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${rest.map((cell) => html`<td class="${typeof cell === 'number' ? 'number' : ''}">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** Options of a select from named things that are in use. */
export const optionsOf = (
  things: Iterable<{ id: string; name: string; archived?: boolean }>,
  none?: string,
): { value: string; label: string }[] => [
  ...(none === undefined ? [] : [{ value: '', label: none }]),
  ...[...things]
    .filter((t) => !t.archived)
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((t) => ({ value: t.id, label: t.name })),
]

/** What was refused, as a box at the top of the page. */
export const refused = (refusal: { title: string; detail: string } | undefined): Html | false =>
  refusal !== undefined &&
  html`<div class="notice warning" role="alert">
    <h2>${refusal.title}</h2>
    <p>${refusal.detail}</p>
  </div>`

/** `2026-11-24T15:30` on the tenant's clock → RFC 3339. */
export function instantIn(desk: Pick<Desk, 'zone'>, text: string): string | null {
  const wall = Date.parse(`${text}Z`)
  return Number.isNaN(wall) ? null : new Date(instantOf(desk.zone, wall)).toISOString()
}
