// The calendar: day, week, month and team, as a grid where there is script and as a list that says the same.
import { DAY, HOUR } from '../time/interval.ts'
import { dayOf, formatDate, startOfDay, weekdayOf } from '../time/zone.ts'
import { addMonths, longDate, monthName, shortDate } from '../web/dates.ts'
import { address, queryIn, type AddDesk, type Desk, type DeskView } from '../web/desk.ts'
import { field, NO_FAULTS, select, hidden } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import type { AgendaEntry } from './feed.routes.ts'
import { agentName, dayIn, empty, entriesByDay, optionsOf, table } from './pieces.ts'

const VIEWS = ['day', 'week', 'month', 'team', 'teamWeek'] as const
const isTeam = (view: View): boolean => view === 'team' || view === 'teamWeek'
type View = (typeof VIEWS)[number]
/** A list of more than this is cut: the next days are a press away. Beside a grid it is shorter. */
const [MOST_LISTED, MOST_BESIDE] = [400, 120]

export type Period = { from: number; to: number; title: string; before: string; after: string }

/** The days that a view shows around a day, and the days to go back and on to. */
export function periodOf(desk: Pick<Desk, 'language'>, view: View, day: number): Period {
  if (view === 'month') {
    const month = formatDate(day).slice(0, 7)
    const next = addMonths(month, 1)
    const from = Math.floor(Date.parse(`${month}-01`) / DAY)
    const to = Math.floor(Date.parse(`${next}-01`) / DAY)
    return {
      from,
      to,
      title: monthName(desk.language, month),
      before: `${addMonths(month, -1)}-01`,
      after: `${next}-01`,
    }
  }
  if (view === 'week' || view === 'teamWeek') {
    const from = day - weekdayOf(day)
    const title = `${shortDate(desk.language, from)} – ${shortDate(desk.language, from + 6)}`
    return { from, to: from + 7, title, before: formatDate(from - 7), after: formatDate(from + 7) }
  }
  return {
    from: day,
    to: day + 1,
    title: longDate(desk.language, day),
    before: formatDate(day - 1),
    after: formatDate(day + 1),
  }
}

type Chosen = { view: View; day: number; agentId: string; locationId: string; isList: boolean }

function chosenIn(desk: Desk, query: Record<string, string | undefined>): Chosen {
  const view = VIEWS.find((one) => one === query.view) ?? (desk.person.agentId === null ? 'team' : 'week')
  const agentId = query.agent ?? (isTeam(view) ? '' : (desk.person.agentId ?? ''))
  return { view, day: dayIn(desk, query.date), agentId, locationId: query.location ?? '', isList: query.as === 'list' }
}

/** Agents who show as columns: those with a skill, at the location, within reach. */
const columnsOf = (desk: Desk, c: Chosen) =>
  [...desk.config.agents.values()]
    .filter((a) => !a.archived && (c.agentId === '' || a.id === c.agentId))
    .filter((a) => c.locationId === '' || a.locationIds.size === 0 || a.locationIds.has(c.locationId))
    .filter(
      (a) =>
        desk.person.reach === null ||
        desk.person.reach.agentIds.has(a.id) ||
        [...a.locationIds].some((id) => desk.person.reach!.locationIds.has(id)),
    )
    .sort((a, b) => a.name.localeCompare(b.name))

function controls(desk: Desk, c: Chosen, p: Period): Html {
  const w = desk.words.calendar
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
      ${desk.can('appointments:write') && html`<a class="button" href="/agenda/book">${desk.words.today.book}</a>`}
    </div>
    <nav aria-label="${w.views}" class="tabs">
      <ul>
        ${VIEWS.map((view) => html`<li><a href="${to({ view, ...(isTeam(view) ? { agent: '' } : {}) })}" ${view === c.view && html`aria-current="true"`}>${w.view[view]}</a></li>`)}
        <li><a href="${to({ as: c.isList ? '' : 'list' })}">${c.isList ? w.asGrid : w.asList}</a></li>
      </ul>
    </nav>
    <form method="get" action="/agenda/calendar" class="filters">
      ${hidden('view', c.view)} ${c.isList && hidden('as', 'list')}
      ${field({ name: 'date', label: w.date, value: formatDate(c.day), type: 'date' }, NO_FAULTS)}
      ${select({ name: 'agent', label: w.agent, value: c.agentId, options: optionsOf(desk.config.agents.values(), w.all) }, NO_FAULTS)}
      ${select({ name: 'location', label: w.location, value: c.locationId, options: optionsOf(desk.config.locations.values(), w.all) }, NO_FAULTS)}
      <button class="secondary">${w.show}</button>
    </form>`
}

/** A week of the team: a row an agent, a cell a day with how many appointments and hours; each leads to the day itself. */
async function teamWeek(desk: Desk, c: Chosen, p: Period, url: string): Promise<DeskView> {
  const w = desk.words.calendar
  const { items } = await desk.read<{ items: AgendaEntry[] }>(url)
  const days = Array.from({ length: 7 }, (_, i) => p.from + i)
  const counted = new Map<string, { n: number; ms: number }>()
  const offset = new Map<string, string>()
  for (const e of items) {
    // The day of an hour is looked up once: two thousand appointments share few hours.
    const hour = e.start.slice(0, 13)
    let day = offset.get(hour)
    if (day === undefined) offset.set(hour, (day = String(dayOf(desk.zone, Date.parse(e.start)))))
    const key = `${e.agentId} ${day}`
    const cell = counted.get(key) ?? { n: 0, ms: 0 }
    cell.n += 1
    cell.ms += Date.parse(e.end) - Date.parse(e.start)
    counted.set(key, cell)
  }
  const rows = columnsOf(desk, c).map((agent) => [
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
    main: html`${controls(desk, c, p)}
      <div data-live>${table(p.title, [w.agent, ...days.map((day) => shortDate(desk.language, day))], rows)}</div>`,
  }
}

export function calendarPages(add: AddDesk): void {
  add({
    method: 'GET',
    url: '/agenda/calendar',
    scope: 'appointments:read',
    handler: async (desk, request) => {
      const w = desk.words.calendar
      const c = chosenIn(desk, queryIn(request))
      const p = periodOf(desk, c.view, c.day)
      const [from, to] = [startOfDay(desk.zone, p.from), startOfDay(desk.zone, p.to)].map((at) =>
        new Date(at).toISOString(),
      ) as [string, string]
      const source = address('/v1/agenda', { agentId: c.agentId, locationId: c.locationId })
      // The grid fetches what it shows by itself; the list is for whoever reads it, and for pages without script.
      const page = { agentId: c.agentId, locationId: c.locationId, from, to }
      if (c.view === 'teamWeek' && !c.isList) return teamWeek(desk, c, p, address('/v1/agenda', page))
      // The grid fetches what it shows by itself; the list is for whoever reads it, and for pages without script.
      const limit = c.isList ? MOST_LISTED : MOST_BESIDE
      const { items, isComplete } = await desk.read<{ items: AgendaEntry[]; isComplete: boolean }>(
        address('/v1/agenda', { ...page, limit }),
      )
      const data = {
        view: c.view,
        date: formatDate(c.day),
        zone: desk.zone,
        language: desk.language,
        source,
        canWrite: desk.can('appointments:write'),
        resources: isTeam(c.view) ? columnsOf(desk, c).map((a) => ({ id: a.id, title: a.name })) : [],
        agents: Object.fromEntries([...desk.config.agents.values()].map((a) => [a.id, a.name])),
        services: Object.fromEntries([...desk.config.services.values()].map((s) => [s.id, s.name])),
        states: desk.words.states,
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
        main: html`${controls(desk, c, p)}
          ${
            !c.isList &&
            html`${desk.can('appointments:write') && html`<p class="option inline"><input type="checkbox" id="tell" checked /> <label for="tell">${w.grid.tell}</label></p>`}
              <p id="moved" class="notice note" role="status" hidden></p>
              <div id="calendar" hidden data-calendar="${JSON.stringify(data)}" aria-label="${p.title}"></div>`
          }
          <div id="list" ${!c.isList && html`data-alternative`} data-live>
            ${items.length === 0 ? empty(c.agentId === '' ? w.nothing : w.nothingFor(agentName(desk, c.agentId))) : entriesByDay(desk, items, c.agentId === '')}
            ${!isComplete && html`<p class="notice note">${w.cut(items.length)}</p>`}
          </div>`,
      }
    },
  })
}
