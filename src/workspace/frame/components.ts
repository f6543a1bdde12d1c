// PURE. Components that several workspace pages share: lines of appointments, states, filters, dates.
import { dayOf, formatDate, parseDate, isCalendarDate, instantOf } from '../../kernel/time/zone.ts'
import { clockOf, dayAndMonth, longDate } from '../../locales/dates.ts'
import { readableNumber } from '../../domain/contact/phone.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { AgendaEntry } from '../../api/agenda.routes.ts'
import { NO_FAULTS, select } from '../../ui/form.ts'
import { visitName } from '../../locales/visit-text.ts'
import type { Workspace } from './context.ts'

export const nameOf = (p: { firstName: string; lastName: string }): string =>
  `${p.firstName} ${p.lastName}`.trim() || '–'

/** A number as a link that dials it, in groups. */
export const numberLink = (number: string): Html =>
  html`<a class="number-link" href="tel:${number.replace(/[^+\d]/g, '')}">${readableNumber(number)}</a>`

/** A value as people read it: dates in words, yes and no, several by commas. */
export function readable(workspace: Workspace, value: unknown): string {
  const w = workspace.words.contact
  if (typeof value === 'boolean') return value ? w.yes : w.no
  if (Array.isArray(value)) return value.map((one) => readable(workspace, one)).join(', ')
  if (typeof value === 'string' && isCalendarDate(value)) return longDate(workspace.language, parseDate(value))
  return String(value)
}

/** `lunedì 23 novembre, 10:00`. */
export const moment = (workspace: Workspace, at: number | string): string => {
  const ms = typeof at === 'string' ? Date.parse(at) : at
  return `${dayAndMonth(workspace.language, dayOf(workspace.zone, ms))}, ${clockOf(workspace.zone, ms)}`
}
export const clock = (workspace: Workspace, at: string): string => clockOf(workspace.zone, Date.parse(at))
export const today = (workspace: Workspace): number => dayOf(workspace.zone, workspace.now)

/** The day in the URL as a day number; default: today. */
export const dayIn = (workspace: Workspace, text: string | undefined): number =>
  text !== undefined && isCalendarDate(text) ? parseDate(text) : today(workspace)

export const serviceName = (workspace: Workspace, ids: readonly string[]): string => visitName(workspace, ids)
export const agentName = (workspace: Workspace, id: string | null): string =>
  workspace.config.agents.get(id ?? '')?.name ?? '–'
export const campaignName = (workspace: Workspace, id: string): string =>
  workspace.config.campaigns.get(id)?.name ?? '–'
export const locationName = (workspace: Workspace, id: string): string =>
  workspace.config.locations.get(id)?.name ?? '–'

export function stateTag(workspace: Workspace, e: { status: string; arrivedAt?: string | undefined }): Html {
  const state = e.status === 'confirmed' && e.arrivedAt !== undefined ? 'arrived' : e.status
  const words = workspace.words.states as Record<string, string>
  return html`<span class="tag ${state}">${words[state] ?? state}</span>`
}

/** One appointment as a line of a list. */
export function entryLine(
  workspace: Workspace,
  e: AgendaEntry,
  options: { withAgent?: boolean; withDay?: boolean; actions?: Html } = {},
): Html {
  return html`<li class="entry ${e.status}" data-id="${e.id}">
    <a class="when" href="/agenda/appointments/${e.id}"
      ><time datetime="${e.start}"
        >${
          options.withDay && `${dayAndMonth(workspace.language, dayOf(workspace.zone, Date.parse(e.start)))}, `
        }${clock(workspace, e.start)}–${clock(workspace, e.end)}</time
      ></a
    >
    <span class="what"
      ><strong>${nameOf(e)}</strong>
      <span class="detail"
        >${serviceName(workspace, e.serviceIds)}${options.withAgent && ` · ${agentName(workspace, e.agentId)}`} ·
        ${workspace.pageWords.channels[e.channel as 'phone']}</span
      ></span
    >
    ${stateTag(workspace, e)} ${options.actions && html`<div class="buttons">${options.actions}</div>`}
  </li>`
}

/** Appointments grouped by day. */
export function entriesByDay(workspace: Workspace, entries: readonly AgendaEntry[], withAgent: boolean): Html {
  const days = Map.groupBy(entries, (e) => dayOf(workspace.zone, Date.parse(e.start)))
  return html`${[...days].map(
    ([day, some]) =>
      html`<section>
        <h2 id="d${formatDate(day)}">
          ${longDate(workspace.language, day)} <span class="count">(${some.length})</span>
        </h2>
        <ul class="entries">
          ${some.map((e) => entryLine(workspace, e, { withAgent }))}
        </ul>
      </section>`,
  )}`
}

export const empty = (text: string): Html => html`<p class="empty">${text}</p>`

/** A table with caption and column headers; the first cell of a row is its header. */
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

type Named = { id: string; name: string; archived?: boolean }

/** Select options for named records that are not archived. */
export const optionsOf = (things: Iterable<Named>, none?: string): { value: string; label: string }[] => [
  ...(none === undefined ? [] : [{ value: '', label: none }]),
  ...[...things]
    .filter((t) => !t.archived)
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((t) => ({ value: t.id, label: t.name })),
]

type RecordFilter = { name: string; label: string; of: ReadonlyMap<string, Named>; all?: string }

/** A select of a filter form, with the record that the query names; `all` is the label of the choice without a record. */
export const recordFilter = (query: Record<string, string | undefined>, { name, label, of, all }: RecordFilter): Html =>
  select({ name, label, value: query[name] ?? '', options: optionsOf(of.values(), all) }, NO_FAULTS)

/** A refusal, as a box at the top of the page. */
export const refused = (refusal: { title: string; detail: string } | undefined): Html | false =>
  refusal !== undefined &&
  html`<div class="notice warning" role="alert">
    <h2>${refusal.title}</h2>
    <p>${refusal.detail}</p>
  </div>`

/** Converts `2026-11-24T15:30` in the tenant's time zone to RFC 3339; null if invalid. */
export function instantIn(workspace: Pick<Workspace, 'zone'>, text: string): string | null {
  const wall = Date.parse(`${text}Z`)
  return Number.isNaN(wall) ? null : new Date(instantOf(workspace.zone, wall)).toISOString()
}
