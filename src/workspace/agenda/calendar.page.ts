// The calendar: day, week, month and team, as a grid with scripts, and as an equivalent list without.
import { DAY, HOUR } from '../../kernel/time/interval.ts'
import { dayOf, formatDate, startOfDay, weekdayOf } from '../../kernel/time/zone.ts'
import { addMonths, longDate, monthName, shortDate } from '../../locales/dates.ts'
import { address, queryIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { field, NO_FAULTS, select, hidden } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { AgendaEntry } from '../../api/agenda.routes.ts'
import { agentName, dayIn, empty, entriesByDay, optionsOf, table } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'

const VIEWS = ['day', 'week', 'month', 'team', 'teamWeek'] as const
const isTeam = (view: View): boolean => view === 'team' || view === 'teamWeek'
type View = (typeof VIEWS)[number]
/** Most entries of the list, alone and beside a grid. */
const [MOST_LISTED, MOST_BESIDE] = [400, 120]

type Period = { from: number; to: number; title: string; before: string; after: string }

/** The days [from, to) of a view that contains `day`, and the days of the previous and next page. */
function periodOf(workspace: Pick<Workspace, 'language'>, view: View, day: number): Period {
  if (view === 'month') {
    const month = formatDate(day).slice(0, 7)
    const next = addMonths(month, 1)
    const from = Math.floor(Date.parse(`${month}-01`) / DAY)
    const to = Math.floor(Date.parse(`${next}-01`) / DAY)
    return {
      from,
      to,
      title: monthName(workspace.language, month),
      before: `${addMonths(month, -1)}-01`,
      after: `${next}-01`,
    }
  }
  if (view === 'week' || view === 'teamWeek') {
    const from = day - weekdayOf(day)
    const title = `${shortDate(workspace.language, from)} – ${shortDate(workspace.language, from + 6)}`
    return { from, to: from + 7, title, before: formatDate(from - 7), after: formatDate(from + 7) }
  }
  return {
    from: day,
    to: day + 1,
    title: longDate(workspace.language, day),
    before: formatDate(day - 1),
    after: formatDate(day + 1),
  }
}

type Chosen = { view: View; day: number; agentId: string; locationId: string; isList: boolean }

function chosenIn(workspace: Workspace, query: Record<string, string | undefined>): Chosen {
  const view = VIEWS.find((one) => one === query.view) ?? (workspace.person.agentId === null ? 'team' : 'week')
  const agentId = query.agent ?? (isTeam(view) ? '' : (workspace.person.agentId ?? ''))
  return {
    view,
    day: dayIn(workspace, query.date),
    agentId,
    locationId: query.location ?? '',
    isList: query.as === 'list',
  }
}

/** Agents shown as columns: at the location and within reach. */
const columnsOf = (workspace: Workspace, c: Chosen) =>
  [...workspace.config.agents.values()]
    .filter((a) => !a.archived && (c.agentId === '' || a.id === c.agentId))
    .filter((a) => c.locationId === '' || a.locationIds.size === 0 || a.locationIds.has(c.locationId))
    .filter(
      (a) =>
        workspace.person.reach === null ||
        workspace.person.reach.agentIds.has(a.id) ||
        [...a.locationIds].some((id) => workspace.person.reach!.locationIds.has(id)),
    )
    .sort((a, b) => a.name.localeCompare(b.name))

function controls(workspace: Workspace, c: Chosen, p: Period): Html {
  const w = workspace.words.calendar
  const to = (change: Record<string, string>): string =>
    address('/agenda/calendar', {
      view: c.view,
      date: formatDate(c.day),
      agent: c.agentId,
      location: c.locationId,
      as: c.isList ? 'list' : '',
      ...change,
    })
  return html`<div class="head">
      <h1>${p.title}</h1>
      <nav aria-label="${w.dates}" class="steps-of-time">
        <a class="button secondary" href="${to({ date: p.before })}" rel="prev" aria-label="${w.before}">‹</a>
        <a class="button secondary" href="${to({ date: '' })}">${w.today}</a>
        <a class="button secondary" href="${to({ date: p.after })}" rel="next" aria-label="${w.after}">›</a>
      </nav>
      ${workspace.can('appointments:write') && html`<a class="button" href="/agenda/book">${workspace.words.today.book}</a>`}
    </div>
    <nav aria-label="${w.views}" class="tabs">
      <ul>
        ${VIEWS.map(
          (view) =>
            html`<li>
              <a
                href="${to({ view, ...(isTeam(view) ? { agent: '' } : {}) })}"
                ${view === c.view && html`aria-current="true"`}
                >${w.view[view]}</a
              >
            </li>`,
        )}
        <li><a href="${to({ as: c.isList ? '' : 'list' })}">${c.isList ? w.asGrid : w.asList}</a></li>
      </ul>
    </nav>
    <form method="get" action="/agenda/calendar" class="filters">
      ${hidden('view', c.view)} ${c.isList && hidden('as', 'list')}
      ${field({ name: 'date', label: w.date, value: formatDate(c.day), type: 'date' }, NO_FAULTS)}
      ${select({ name: 'agent', label: w.agent, value: c.agentId, options: optionsOf(workspace.config.agents.values(), w.all) }, NO_FAULTS)}
      ${select(
        {
          name: 'location',
          label: w.location,
          value: c.locationId,
          options: optionsOf(workspace.config.locations.values(), w.all),
        },
        NO_FAULTS,
      )}
      <button class="secondary">${w.show}</button>
    </form>`
}

/** The week of the team: a row per agent; each cell has count and hours and links to the day. */
async function teamWeek(workspace: Workspace, c: Chosen, p: Period, url: string): Promise<WorkspaceView> {
  const w = workspace.words.calendar
  const { items } = await workspace.read<{ items: AgendaEntry[] }>(url)
  const days = Array.from({ length: 7 }, (_, i) => p.from + i)
  const counted = new Map<string, { n: number; ms: number }>()
  const offset = new Map<string, string>()
  for (const e of items) {
    // Cache the local day per hour: thousands of appointments share few hours.
    const hour = e.start.slice(0, 13)
    let day = offset.get(hour)
    if (day === undefined) offset.set(hour, (day = String(dayOf(workspace.zone, Date.parse(e.start)))))
    const key = `${e.agentId} ${day}`
    const cell = counted.get(key) ?? { n: 0, ms: 0 }
    cell.n += 1
    cell.ms += Date.parse(e.end) - Date.parse(e.start)
    counted.set(key, cell)
  }
  const rows = columnsOf(workspace, c).map((agent) => [
    html`<a href="${address('/agenda/calendar', { view: 'week', agent: agent.id, date: formatDate(p.from) })}"
      >${agent.name}</a
    >`,
    ...days.map((day) => {
      const cell = counted.get(`${agent.id} ${day}`)
      if (!cell) return ''
      const to = address('/agenda/calendar', { view: 'day', agent: agent.id, date: formatDate(day) })
      return html`<a href="${to}">${w.cell(cell.n, (cell.ms / HOUR).toFixed(1))}</a>`
    }),
  ])
  return {
    title: `${w.title}, ${p.title}`,
    section: 'calendar',
    isWide: true,
    main: html`${controls(workspace, c, p)}
      <div data-live>
        ${table(p.title, [w.agent, ...days.map((day) => shortDate(workspace.language, day))], rows)}
      </div>`,
  }
}

export function calendarPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/calendar',
    scope: 'appointments:read',
    handler: async (workspace, request) => {
      const w = workspace.words.calendar
      const c = chosenIn(workspace, queryIn(request))
      const p = periodOf(workspace, c.view, c.day)
      const [from, to] = [startOfDay(workspace.zone, p.from), startOfDay(workspace.zone, p.to)].map((at) =>
        new Date(at).toISOString(),
      ) as [string, string]
      const source = address('/v1/agenda', { agentId: c.agentId, locationId: c.locationId })
      const page = { agentId: c.agentId, locationId: c.locationId, from, to }
      if (c.view === 'teamWeek' && !c.isList) return teamWeek(workspace, c, p, address('/v1/agenda', page))
      // The grid loads its entries by script; the list is for screen readers and for pages without scripts.
      const limit = c.isList ? MOST_LISTED : MOST_BESIDE
      const { items, isComplete } = await workspace.read<{ items: AgendaEntry[]; isComplete: boolean }>(
        address('/v1/agenda', { ...page, limit }),
      )
      const data = {
        view: c.view,
        date: formatDate(c.day),
        zone: workspace.zone,
        language: workspace.language,
        source,
        canWrite: workspace.can('appointments:write'),
        resources: isTeam(c.view) ? columnsOf(workspace, c).map((a) => ({ id: a.id, title: a.name })) : [],
        agents: Object.fromEntries([...workspace.config.agents.values()].map((a) => [a.id, a.name])),
        services: Object.fromEntries([...workspace.config.services.values()].map((s) => [s.id, s.name])),
        states: workspace.words.states,
        words: w.grid,
        range: { from, to },
      }
      return {
        title: `${w.title}, ${p.title}`,
        section: 'calendar',
        isWide: true,
        ...(c.isList
          ? {}
          : {
              scripts: ['calendar.js'],
              styles: ['calendar/event-calendar.min.css'],
              classic: ['calendar/event-calendar.min.js'],
            }),
        main: html`${controls(workspace, c, p)}
          ${
            !c.isList &&
            html`${
                workspace.can('appointments:write') &&
                html`<p class="option inline">
                  <input type="checkbox" id="tell" checked /> <label for="tell">${w.grid.tell}</label>
                </p>`
              }
              <p id="moved" class="notice note" role="status" hidden></p>
              <div id="calendar" hidden data-calendar="${JSON.stringify(data)}" aria-label="${p.title}"></div>`
          }
          <div id="list" ${!c.isList && html`data-alternative`} data-live>
            ${
              items.length === 0
                ? empty(c.agentId === '' ? w.nothing : w.nothingFor(agentName(workspace, c.agentId)))
                : entriesByDay(workspace, items, c.agentId === '')
            }
            ${!isComplete && html`<p class="notice note">${w.cut(items.length)}</p>`}
          </div>`,
      }
    },
  })
}
