// The supervisor's pages: the team's day with utilisation, what an absence leaves behind, late callbacks, queues, parked work.
import { DAY } from '../time/interval.ts'
import { formatDate, startOfDay } from '../time/zone.ts'
import { longDate } from '../web/dates.ts'
import {
  address,
  formIn,
  queryIn,
  textIn,
  textsIn,
  type AddDesk,
  type Desk,
  type DeskView,
  type Refusal,
  chosenIn,
  typedIn,
} from '../web/desk.ts'
import { form } from '../web/desk.layout.ts'
import { choices, field, NO_FAULTS, select, hidden } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import type { ShownCallback } from './callback.page.ts'
import type { AgendaEntry } from './feed.routes.ts'
import {
  agentName,
  clock,
  dayIn,
  empty,
  moment,
  nameOf,
  optionsOf,
  refused,
  serviceName,
  table,
  today,
} from './pieces.ts'
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

type Displaced = {
  id: string
  start: string
  end: string
  status: string
  serviceIds: string[]
  agentId: string
  locationId: string
  channel: string
  contactId: string | null
  version: number
  code: string
  places: number
}

/** What is to be rearranged: a day of an agent, or whatever lies in an absence or closure. */
async function affectedOf(desk: Desk, query: Record<string, string | undefined>): Promise<AgendaEntry[]> {
  const now = new Date(desk.now).toISOString()
  if (query.agent !== undefined && query.date !== undefined) {
    const day = dayIn(desk, query.date)
    const [from, to] = [Math.max(desk.now, startOfDay(desk.zone, day)), startOfDay(desk.zone, day + 1)]
    if (from >= to) return []
    const url = address('/v1/agenda', {
      agentId: query.agent,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    })
    const { items } = await desk.read<{ items: AgendaEntry[] }>(url)
    return items.filter((e) => e.status === 'confirmed' || e.status === 'pending')
  }
  const { items } = await desk.read<{ items: Displaced[] }>(
    address('/v1/appointments', { displaced: true, from: now, agentId: query.agent, limit: 100 }),
  )
  if (items.length === 0) return []
  const ids = new Set(items.map((a) => a.id))
  const last = Date.parse(items.at(-1)!.start)
  const first = Date.parse(items[0]!.start)
  const to = new Date(Math.min(last + 1, first + 44 * DAY)).toISOString()
  const named = await desk.read<{ items: AgendaEntry[] }>(
    address('/v1/agenda', { from: items[0]!.start, to, agentId: query.agent }),
  )
  return named.items.filter((e) => ids.has(e.id))
}

const REARRANGE = '/agenda/team/rearrange'

async function affectedPage(
  desk: Desk,
  query: Record<string, string | undefined>,
  results: Html | false = false,
  refusal?: Refusal,
): Promise<DeskView> {
  const w = desk.words.team
  const items = await affectedOf(desk, query)
  const shown = items.slice(0, 50)
  const alternatives = await Promise.all(
    shown.slice(0, 20).map(async (e) => {
      const answer = await desk.api<{ agentIds: string[]; starts: string[] }>(
        'GET',
        `/v1/appointments/${e.id}/alternatives`,
      )
      return [e.id, answer.ok ? answer.body : null] as const
    }),
  )
  const best = new Map(alternatives)
  const bestOf = (e: AgendaEntry): Html => {
    const found = best.get(e.id)
    if (!found) return html``
    const agents = found.agentIds
      .slice(0, 3)
      .map((id) => agentName(desk, id))
      .join(', ')
    return html`<span class="detail"
      >${agents !== '' ? w.sameTime(agents) : found.starts[0] !== undefined ? w.otherTime(moment(desk, found.starts[0])) : w.noAlternative}</span
    >`
  }
  return {
    title: w.affectedTitle,
    section: 'team',
    main: html`<h1>${w.affectedTitle}</h1>
      ${refused(refusal)} ${results}
      ${
        shown.length === 0
          ? empty(w.nothingAffected)
          : form(
              desk,
              REARRANGE,
              html`${Object.entries(query).map(([name, value]) => value !== undefined && hidden(`of_${name}`, value))}
                ${choices(
                  {
                    name: 'ids',
                    legend: w.which(items.length),
                    several: true,
                    options: shown.map((e) => ({
                      value: e.id,
                      label: `${moment(desk, e.start)}–${clock(desk, e.end)} ${nameOf(e)}`,
                      detail: html`<span class="detail"
                          >${serviceName(desk, e.serviceIds)} · ${agentName(desk, e.agentId)}</span
                        >
                        ${bestOf(e)}`,
                    })),
                    chosen: chosenIn(
                      desk,
                      REARRANGE,
                      'ids',
                      shown.map((e) => e.id),
                    ),
                  },
                  NO_FAULTS,
                )}
                ${choices(
                  {
                    name: 'mode',
                    legend: w.how,
                    options: (['best', 'reassign', 'next', 'ask'] as const).map((mode) => ({
                      value: mode,
                      label: w.modes[mode],
                    })),
                    chosen: chosenIn(desk, REARRANGE, 'mode', ['best']),
                  },
                  NO_FAULTS,
                )}
                ${select({ name: 'agentId', label: w.toAgent, value: typedIn(desk, REARRANGE, 'agentId'), options: optionsOf(desk.config.agents.values(), desk.words.appointment.fairest) }, NO_FAULTS)}
                ${field({ name: 'reason', label: w.reason, hint: w.reasonHint, value: typedIn(desk, REARRANGE, 'reason'), required: true, maxLength: 500 }, NO_FAULTS)}
                <button>${w.rearrange}</button>`,
            )
      }`,
  }
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
  add({
    method: 'GET',
    url: '/agenda/team/affected',
    scope,
    handler: (desk, request) => affectedPage(desk, queryIn(request)),
  })
  add({ method: 'GET', url: '/agenda/team/queues', scope, handler: (desk) => queuesPage(desk) })
  add({
    method: 'POST',
    url: '/agenda/team/rearrange',
    scope,
    handler: async (desk, request, reply) => {
      const given = formIn(request)
      const w = desk.words.team
      const agentId = textIn(given, 'agentId')
      const body = {
        appointmentIds: textsIn(given, 'ids'),
        mode: textIn(given, 'mode'),
        reason: textIn(given, 'reason'),
        ...(agentId === '' ? {} : { agentId }),
      }
      const answer = await desk.api<{
        items: { id: string; result: keyof typeof w.results; agentId?: string; start?: string; code?: string }[]
      }>('POST', '/v1/rearrangements', { body })
      if (!answer.ok) {
        reply.code(answer.status)
        const of = { agent: textIn(given, 'of_agent') || undefined, date: textIn(given, 'of_date') || undefined }
        return affectedPage(desk, of, false, answer.refusal)
      }
      const lines = answer.body.items.map(
        (one) =>
          html`<li>
            <a href="/agenda/appointments/${one.id}">${w.results[one.result]}</a>
            ${one.agentId !== undefined && agentName(desk, one.agentId)}
            ${one.start !== undefined && moment(desk, one.start)} ${one.code}
          </li>`,
      )
      return affectedPage(
        { ...desk, sent: null },
        {},
        html`<div class="notice success" role="status">
          <h2>${w.rearranged}</h2>
          <ul>
            ${lines}
          </ul>
        </div>`,
      )
    },
  })
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
