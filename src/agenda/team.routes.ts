// The supervisor's pages: the team's day with utilisation, what an absence leaves behind, late callbacks, queues, parked work.
import { formatDate, startOfDay } from '../time/zone.ts'
import { longDate } from '../web/dates.ts'
import { address, formIn, queryIn, textIn, type AddDesk, type Desk, type DeskView } from '../web/desk.ts'
import { field, NO_FAULTS, select } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import type { ShownCallback } from './callback.page.ts'
import { agentName, dayIn, empty, optionsOf, table, today } from './pieces.ts'
import { queuesPage } from './queues.page.ts'
import type { Utilisation } from './utilisation.routes.ts'

const hours = (minutes: number): string => (minutes / 60).toFixed(1)

/** A bar whose width says a share, with the figure beside it. */
export const bar = (percent: number): Html =>
  html`<span class="share"
    ><meter min="0" max="100" value="${Math.round(percent)}">${Math.round(percent)} %</meter> ${Math.round(percent)}
    %</span
  >`

async function teamPage(desk: Desk, day: number): Promise<DeskView> {
  const w = desk.words.team
  const [from, to] = [startOfDay(desk.zone, day), startOfDay(desk.zone, day + 1)].map((at) =>
    new Date(at).toISOString(),
  ) as [string, string]
  const [{ items: rows }, { items: late }, displaced] = await Promise.all([
    desk.read<{ items: Utilisation[] }>(address('/v1/utilisation', { from, to })),
    desk.read<{ items: ShownCallback[] }>(address('/v1/callbacks', { late: true, limit: 100 })),
    desk.read<{ items: unknown[] }>(
      address('/v1/appointments', { displaced: true, from: new Date(desk.now).toISOString(), limit: 100 }),
    ),
  ])
  return {
    title: w.title,
    section: 'team',
    main: html`<div class="head">
        <h1>${w.title}: ${longDate(desk.language, day)}</h1>
        <nav class="steps-of-time" aria-label="${desk.words.calendar.dates}">
          <a
            class="button secondary"
            href="${address('/agenda/team', { date: formatDate(day - 1) })}"
            aria-label="${desk.words.calendar.before}"
            >‹</a
          >
          <a class="button secondary" href="/agenda/team">${desk.words.calendar.today}</a>
          <a
            class="button secondary"
            href="${address('/agenda/team', { date: formatDate(day + 1) })}"
            aria-label="${desk.words.calendar.after}"
            >›</a
          >
        </nav>
      </div>
      <ul class="tiles">
        <li>
          <a href="/agenda/team/affected"><strong>${displaced.items.length}</strong> ${w.affected}</a>
        </li>
        <li>
          <a href="/agenda/callbacks?show=late"><strong>${late.length}</strong> ${w.late}</a>
        </li>
        <li><a href="/agenda/team/queues">${w.queues}</a></li>
        <li><a href="${address('/agenda/calendar', { view: 'team', date: formatDate(day) })}">${w.calendar}</a></li>
      </ul>
      ${
        rows.length === 0
          ? empty(w.nobody)
          : table(
              w.utilisation,
              [w.agent, w.open, w.booked, w.share, w.appointments, w.noShows],
              rows.map((r) => [
                html`<a href="${address('/agenda/calendar', { view: 'day', agent: r.agentId, date: formatDate(day) })}"
                  >${agentName(desk, r.agentId)}</a
                >`,
                hours(r.openMinutes),
                hours(r.bookedMinutes),
                r.openMinutes === 0 ? '–' : bar((100 * r.bookedMinutes) / r.openMinutes),
                r.appointments,
                r.noShows,
              ]),
            )
      }
      ${reassignMany(desk, day)}`,
  }
}

/** All of one agent's day to others. */
function reassignMany(desk: Desk, day: number): Html {
  const w = desk.words.team
  return html`<details>
    <summary>${w.handOver}</summary>
    <form method="get" action="/agenda/team/affected" class="filters">
      ${select({ name: 'agent', label: w.agent, value: '', options: optionsOf(desk.config.agents.values()) }, NO_FAULTS)}
      ${field({ name: 'date', label: desk.words.calendar.date, value: formatDate(day), type: 'date' }, NO_FAULTS)}
      <button class="secondary">${desk.words.calendar.show}</button>
    </form>
  </details>`
}

export function teamPages(add: AddDesk): void {
  const scope = 'team:write' as const
  add({
    method: 'GET',
    url: '/agenda/team',
    scope,
    handler: (desk, request) =>
      teamPage(desk, queryIn(request).date === undefined ? today(desk) : dayIn(desk, queryIn(request).date)),
  })
  add({ method: 'GET', url: '/agenda/team/queues', scope, handler: (desk) => queuesPage(desk) })
  add({
    method: 'POST',
    url: '/agenda/team/replay',
    scope,
    handler: async (desk, request) => {
      await desk.api('POST', `/v1/deliveries/${encodeURIComponent(textIn(formIn(request), 'id'))}/replay`, { body: {} })
      return { redirect: '/agenda/team/queues?done=saved' }
    },
  })
}
