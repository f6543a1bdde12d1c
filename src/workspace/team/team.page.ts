// The supervisor's pages: utilisation of the day, appointments displaced by absences, late callbacks, queues, parked deliveries.
import { formatDate, startOfDay } from '../../kernel/time/zone.ts'
import { longDate } from '../../locales/dates.ts'
import { address, formIn, queryIn, textIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { field, NO_FAULTS, select } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { ShownCallback } from '../callbacks/callback.view.ts'
import { agentName, dayIn, empty, optionsOf, table, today } from '../frame/components.ts'
import { queuesPage } from './queues.view.ts'
import type { Utilisation } from '../../api/utilisation.routes.ts'
import type { Workspace } from '../frame/context.ts'

const hours = (minutes: number): string => (minutes / 60).toFixed(1)

/** A percentage as a bar with its number. */
const bar = (percent: number): Html =>
  html`<span class="share"
    ><meter min="0" max="100" value="${Math.round(percent)}">${Math.round(percent)} %</meter> ${Math.round(percent)}
    %</span
  >`

async function teamPage(workspace: Workspace, day: number): Promise<WorkspaceView> {
  const w = workspace.words.team
  const [from, to] = [startOfDay(workspace.zone, day), startOfDay(workspace.zone, day + 1)].map((at) =>
    new Date(at).toISOString(),
  ) as [string, string]
  const [{ items: rows }, { items: late }, displaced] = await Promise.all([
    workspace.read<{ items: Utilisation[] }>(address('/v1/utilisation', { from, to })),
    workspace.read<{ items: ShownCallback[] }>(address('/v1/callbacks', { late: true, limit: 100 })),
    workspace.read<{ items: unknown[] }>(
      address('/v1/appointments', { displaced: true, from: new Date(workspace.now).toISOString(), limit: 100 }),
    ),
  ])
  return {
    title: w.title,
    section: 'team',
    main: html`<div class="head">
        <h1>${w.title}: ${longDate(workspace.language, day)}</h1>
        <nav class="steps-of-time" aria-label="${workspace.words.calendar.dates}">
          <a
            class="button secondary"
            href="${address('/agenda/team', { date: formatDate(day - 1) })}"
            aria-label="${workspace.words.calendar.before}"
            >‹</a
          >
          <a class="button secondary" href="/agenda/team">${workspace.words.calendar.today}</a>
          <a
            class="button secondary"
            href="${address('/agenda/team', { date: formatDate(day + 1) })}"
            aria-label="${workspace.words.calendar.after}"
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
                  >${agentName(workspace, r.agentId)}</a
                >`,
                hours(r.openMinutes),
                hours(r.bookedMinutes),
                r.openMinutes === 0 ? '–' : bar((100 * r.bookedMinutes) / r.openMinutes),
                r.appointments,
                r.noShows,
              ]),
            )
      }
      ${reassignMany(workspace, day)}`,
  }
}

/** Form to hand over an agent's whole day to others. */
function reassignMany(workspace: Workspace, day: number): Html {
  const w = workspace.words.team
  return html`<details>
    <summary>${w.handOver}</summary>
    <form method="get" action="/agenda/team/affected" class="filters">
      ${select({ name: 'agent', label: w.agent, value: '', options: optionsOf(workspace.config.agents.values()) }, NO_FAULTS)}
      ${field({ name: 'date', label: workspace.words.calendar.date, value: formatDate(day), type: 'date' }, NO_FAULTS)}
      <button class="secondary">${workspace.words.calendar.show}</button>
    </form>
  </details>`
}

export function teamPages(add: AddWorkspacePage): void {
  const scope = 'team:write' as const
  add({
    method: 'GET',
    url: '/agenda/team',
    scope,
    handler: (workspace, request) =>
      teamPage(
        workspace,
        queryIn(request).date === undefined ? today(workspace) : dayIn(workspace, queryIn(request).date),
      ),
  })
  add({ method: 'GET', url: '/agenda/team/queues', scope, handler: (workspace) => queuesPage(workspace) })
  add({
    method: 'POST',
    url: '/agenda/team/replay',
    scope,
    handler: async (workspace, request) => {
      await workspace.api('POST', `/v1/deliveries/${encodeURIComponent(textIn(formIn(request), 'id'))}/replay`, {
        body: {},
      })
      return { redirect: '/agenda/team/queues?done=saved' }
    },
  })
}
