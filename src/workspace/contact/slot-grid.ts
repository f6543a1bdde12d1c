// The grid of free times, days × hours, for booking and for moving: what is asked for, the times, and the grid itself.
import type { Static } from 'typebox'
import type { SlotsShown } from '../../api/slots.routes.ts'
import { formatDate, isCalendarDate, parseDate } from '../../kernel/time/zone.ts'
import { clockOf, dayAndMonth, longDate, shortDate } from '../../locales/dates.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Workspace } from '../frame/context.ts'
import { locationName, today } from '../frame/components.ts'
import { address } from '../frame/workspace.ts'
import type { Screen } from './screen.ts'

type Slots = Static<typeof SlotsShown>
type Slot = Slots['days'][number]['slots'][number]

/** Days of the grid, and how far ahead it looks for them. */
const [COLUMNS, AHEAD] = [5, 20]

export type Wanted = {
  serviceIds: readonly string[]
  minutes: string
  locationId: string
  agentId: string
  places: string
  from: number
  movingId: string | null
}

/** The services of the form, the appointment, or the next or last visit, else the first that can be booked. */
function servicesIn(workspace: Workspace, screen: Screen, given: Record<string, string | undefined>): string[] {
  const { appointment, summary } = screen
  const live = [...workspace.config.services.values()].filter((one) => !one.archived)
  const isLive = (id: string | undefined): id is string => live.some((one) => one.id === id)
  const known = appointment?.serviceIds ?? summary?.nextVisits[0]?.serviceIds ?? summary?.lastVisit?.serviceIds ?? []
  const first = [given.service, ...known, live[0]?.id].find(isLive)
  if (first === undefined) return []
  return isLive(given.also) && given.also !== first ? [first, given.also] : [first]
}

/** What the form asks for; the service of the script or appointment, else of the next or last visit, else the first. */
export function wantedIn(workspace: Workspace, screen: Screen, given: Record<string, string | undefined>): Wanted {
  const { appointment } = screen
  const from =
    given.from !== undefined && isCalendarDate(given.from)
      ? Math.max(parseDate(given.from), today(workspace))
      : today(workspace)
  if (given.do === 'move' && appointment !== null)
    return {
      serviceIds: appointment.serviceIds,
      minutes: appointment.serviceIds.length === 1 ? String(appointment.durationMinutes) : '',
      locationId: given.location ?? appointment.locationId,
      agentId: given.agent ?? '',
      places: String(appointment.places),
      from,
      movingId: appointment.id,
    }
  return {
    serviceIds: servicesIn(workspace, screen, given),
    minutes: given.minutes ?? '',
    locationId: given.location ?? '',
    agentId: given.agent ?? '',
    places: given.places ?? '1',
    from,
    movingId: null,
  }
}

const slotsUrl = (workspace: Workspace, wanted: Wanted, path: string, more: Record<string, string>): string => {
  const places = Number(wanted.places)
  const base = address(path, {
    locationId: wanted.locationId,
    agentId: wanted.agentId,
    durationMinutes: wanted.minutes,
    ...(places > 1 ? { places } : {}),
    movingAppointmentId: wanted.movingId,
    ...more,
  })
  return `${base}${wanted.serviceIds.map((id) => `&serviceId=${encodeURIComponent(id)}`).join('')}`
}

/** The free times of the next days that have any; null when the services cannot be booked like this, with the reason. */
export async function gridOf(
  workspace: Workspace,
  wanted: Wanted,
): Promise<{ days: Slots['days']; next: number; refused: string | null }> {
  const nothing = { days: [], next: wanted.from + AHEAD, refused: null }
  if (wanted.serviceIds.length === 0) return nothing
  const answer = await workspace.api<Slots>(
    'GET',
    slotsUrl(workspace, wanted, '/v1/slots', {
      from: formatDate(wanted.from),
      to: formatDate(wanted.from + AHEAD),
      as: workspace.can('appointments:staff') ? 'staff' : 'public',
      timeZone: workspace.zone,
    }),
  )
  if (!answer.ok) return { ...nothing, refused: answer.refusal.detail }
  const days = answer.body.days.slice(0, COLUMNS)
  const after = answer.body.days[COLUMNS]
  return { days, next: after ? parseDate(after.date) : wanted.from + AHEAD + 1, refused: null }
}

type Chips = { isShared: boolean; hasPlaces: boolean; chosen: string | undefined }

const valueOf = (slot: Slot): string => `${slot.start} ${slot.locationId}`

/** One time as a radio button that looks like a chip; its value is the start and the office. */
function chip(workspace: Workspace, slot: Slot, day: string, { isShared, hasPlaces, chosen }: Chips): Html {
  const w = workspace.words.contact
  const office = hasPlaces ? locationName(workspace, slot.locationId) : ''
  return html`<label class="slot"
    ><input
      type="radio"
      name="start"
      value="${valueOf(slot)}"
      data-said="${day}, ${clockOf(workspace.zone, Date.parse(slot.start))}"
      ${valueOf(slot) === chosen && html`checked`}
      required
    /><span
      >${clockOf(workspace.zone, Date.parse(slot.start))}<span class="unseen">, ${day}</span>${
        isShared && html` <small>${w.places(slot.remaining)}</small>`
      }${office !== '' && html` <small>${office}</small>`}</span
    ></label
  >`
}

/** The grid as a table: a column a day, a row an hour. `chosen`: the value of a chip. */
export function slotGrid(workspace: Workspace, wanted: Wanted, days: Slots['days'], chosen: string): Html {
  const w = workspace.words.contact
  const hourOf = (slot: Slot): number => Number(clockOf(workspace.zone, Date.parse(slot.start)).split(':')[0])
  const slots = days.flatMap((day) => day.slots)
  const hours = [...new Set(slots.map(hourOf))].sort((a, b) => a - b)
  const chips: Chips = {
    isShared: wanted.serviceIds.some((id) => (workspace.config.services.get(id)?.seats ?? 1) > 1),
    hasPlaces: new Set(slots.map((slot) => slot.locationId)).size > 1,
    chosen: slots.some((slot) => valueOf(slot) === chosen) ? chosen : slots[0] && valueOf(slots[0]),
  }
  const headOf = (date: string): Html => {
    const day = parseDate(date)
    return html`<abbr title="${longDate(workspace.language, day)}">${shortDate(workspace.language, day)}</abbr>`
  }
  const rowOf = (hour: number): Html =>
    html`<tr>
      <th scope="row">${hour}</th>
      ${days.map((day) => {
        const name = dayAndMonth(workspace.language, parseDate(day.date))
        const some = day.slots.filter((slot) => hourOf(slot) === hour)
        return html`<td>${some.map((slot) => chip(workspace, slot, name, chips))}</td>`
      })}
    </tr>`
  return html`<div class="table slots" role="group" aria-label="${w.grid}">
    <table data-slots>
      <thead>
        <tr>
          <td></td>
          ${days.map((day) => html`<th scope="col">${headOf(day.date)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${hours.map(rowOf)}
      </tbody>
    </table>
  </div>`
}

/** The first free time after the grid, as a sentence with the way to it. */
export async function firstFree(workspace: Workspace, screen: Screen, wanted: Wanted): Promise<Html> {
  const w = workspace.words.contact
  const answer = await workspace.api<{ items: { slot: { start: string } | null }[] }>(
    'GET',
    slotsUrl(workspace, { ...wanted, minutes: '', movingId: null }, '/v1/slots/next', {}),
  )
  const first = answer.ok ? answer.body.items.flatMap((one) => one.slot?.start ?? []).sort()[0] : undefined
  if (first === undefined) return html`<p class="empty">${w.noneAtAll}</p>`
  const day = first.slice(0, 10)
  const when = `${dayAndMonth(workspace.language, parseDate(day))}, ${clockOf(workspace.zone, Date.parse(first))}`
  return html`<p>${w.noTimes} ${w.firstFree(when)}</p>
    <p>
      <a class="button secondary" href="${address(screen.path, { ...screen.query, from: day })}" data-swap
        >${w.toFirst}</a
      >
    </p>`
}
