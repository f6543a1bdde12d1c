// The pages of the reports: a plot, a table with the same data, and a CSV download.
import { empty, recordFilter, refused, table } from '../frame/components.ts'
import { monthName, shortDate, weekdayNames } from '../../locales/dates.ts'
import { address, queryIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { field, hidden, NO_FAULTS, select } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { parseDate } from '../../kernel/time/zone.ts'
import { bars, columns, grid, type Mark } from '../../ui/plot.ts'
import type { Report } from '../../api/report.routes.ts'
import { GROUPS_OF, REPORTS, type Column, type Group, type ReportName } from '../../application/reports/reports.ts'
import type { Workspace } from '../frame/context.ts'

const isTime = (by: string | null): boolean => by === 'day' || by === 'week' || by === 'month'

function figure(workspace: Workspace, column: Column, value: number | null): string {
  if (value === null) return '–'
  const number = new Intl.NumberFormat(workspace.language === 'it' ? 'it-IT' : 'en-GB', {
    maximumFractionDigits: 2,
  }).format(value)
  const w = workspace.words.reports.units
  switch (column.unit) {
    case 'percent':
      return `${number} %`
    case 'minutes':
      return w.minutes(number)
    case 'seconds':
      return w.minutes(
        new Intl.NumberFormat(workspace.language === 'it' ? 'it-IT' : 'en-GB', { maximumFractionDigits: 1 }).format(
          value / 60,
        ),
      )
    case 'days':
      return w.days(number)
    default:
      return number
  }
}

const nameOf = (workspace: Workspace, column: Column): string =>
  workspace.words.reports.columns[column.name] ??
  (workspace.words.outcomes as Record<string, string>)[column.name] ??
  column.name

function labelOf(workspace: Workspace, made: Report, label: string): string {
  if (made.by === 'day' || made.by === 'week') return shortDate(workspace.language, parseDate(label))
  if (made.by === 'month') return monthName(workspace.language, label)
  if (made.by === 'channel') return workspace.pageWords.channels[label as 'phone'] ?? label
  if (made.report === 'notice') return workspace.words.reports.daysAhead(label)
  if (made.report === 'forecast') {
    const [weekday = '0', hour = ''] = label.split(' ')
    return `${weekdayNames(workspace.language, 'long')[Number(weekday)]} ${hour}`
  }
  return label
}

/** Index of the plotted column, by report; default 0. */
const DRAWN: Partial<Record<ReportName, number>> = { callbacks: 4, ratings: 1 }

function plotOf(workspace: Workspace, made: Report, title: string): Html {
  const drawn = DRAWN[made.report] ?? 0
  const column = made.columns[drawn]!
  const name = `${title}: ${nameOf(workspace, column)}`
  if (made.report === 'forecast') {
    const cells = new Map(made.rows.map((row) => [row.key, row.values]))
    const hours = [...new Set(made.rows.map((row) => Number(row.key.split(' ')[1])))].sort((a, b) => a - b)
    const peak = Math.max(1, ...made.rows.map((row) => row.values[0] ?? 0))
    return grid(name, weekdayNames(workspace.language, 'long'), hours, (day, hour) => {
      const values = cells.get(`${day} ${String(hour).padStart(2, '0')}`)
      return values ? { share: (values[0] ?? 0) / peak, text: String(Math.round((values[0] ?? 0) * 10) / 10) } : null
    })
  }
  const marks: Mark[] = made.rows.map((row) => ({
    label: labelOf(workspace, made, row.label),
    value: row.values[drawn] ?? null,
    text: figure(workspace, column, row.values[drawn] ?? null),
  }))
  return isTime(made.by) || made.report === 'notice' ? columns(name, marks) : bars(name, marks)
}

function method(workspace: Workspace, made: Report): Html | false {
  const m = made.method
  if (!m) return false
  return html`<p class="notice note">
    ${workspace.words.reports.method({
      weeks: m.weeks ?? 0,
      halfLife: m.halfLifeWeeks ?? 0,
      occupancy: m.occupancyPercent ?? 0,
      heldOut: m.heldOutWeeks ?? 0,
      wape: m.wapePercent ?? null,
      naive: m.naiveWapePercent ?? null,
    })}
  </p>`
}

type ShownReport = {
  made: Report
  title: string
  by: string | undefined
  csv: string
}

/** The plot, the table and the CSV link. */
function figures(workspace: Workspace, { made, title, by, csv }: ShownReport): Html {
  const w = workspace.words.reports
  return made.rows.length === 0
    ? empty(w.nothing)
    : html`${method(workspace, made)}
        <figure tabindex="0" aria-label="${title}">${plotOf(workspace, made, title)}</figure>
        ${table(
          title,
          [
            by === undefined && made.by === null ? w.group : (w.groups[made.by ?? 'day'] ?? w.group),
            ...made.columns.map((c) => nameOf(workspace, c)),
          ],
          made.rows.map((row) => [
            labelOf(workspace, made, row.label),
            ...row.values.map(
              (value, i) => html`<span class="number">${figure(workspace, made.columns[i]!, value)}</span>`,
            ),
          ]),
        )}
        <p>
          <a class="button secondary" href="${csv}" download>CSV</a>
        </p>`
}

type Filtered = {
  report: ReportName
  groups: readonly Group[]
  made: Report | null
  query: Record<string, string | undefined>
}

function filters(workspace: Workspace, { report, groups, made, query }: Filtered): Html {
  const w = workspace.words.reports
  return html`<form method="get" action="/agenda/reports" class="filters">
    ${hidden('report', report)}
    ${field({ name: 'from', label: w.from, value: made?.from ?? query.from ?? '', type: 'date' }, NO_FAULTS)}
    ${field({ name: 'to', label: w.to, value: made?.to ?? query.to ?? '', type: 'date' }, NO_FAULTS)}
    ${
      groups.length > 1 &&
      select(
        {
          name: 'by',
          label: w.by,
          value: made?.by ?? '',
          options: groups.map((group) => ({ value: group, label: w.groups[group] })),
        },
        NO_FAULTS,
      )
    }
    ${recordFilter(query, { name: 'location', label: workspace.words.calendar.location, of: workspace.config.locations, all: w.all })}
    ${recordFilter(query, { name: 'service', label: workspace.words.book.service, of: workspace.config.services, all: w.all })}
    ${recordFilter(query, { name: 'agent', label: workspace.words.calendar.agent, of: workspace.config.agents, all: w.all })}
    <button class="secondary">${workspace.words.calendar.show}</button>
  </form>`
}

async function reportPage(workspace: Workspace, query: Record<string, string | undefined>): Promise<WorkspaceView> {
  const w = workspace.words.reports
  const report = REPORTS.find((one) => one === query.report) ?? 'appointments'
  const groups = GROUPS_OF[report]
  const by = groups.find((one) => one === query.by)
  const asked = {
    from: query.from,
    to: query.to,
    by,
    locationId: query.location,
    serviceId: query.service,
    agentId: query.agent,
    campaignId: query.campaign,
  }
  const url = address(`/v1/reports/${report}`, asked)
  const answer = await workspace.api<Report>('GET', url)
  const [title, text] = w.names[report]
  const made = answer.ok ? answer.body : null
  return {
    title,
    section: 'reports',
    main: html`<h1>${w.title}</h1>
      <nav class="tabs" aria-label="${w.title}">
        <ul>
          ${REPORTS.map(
            (one) =>
              html`<li>
                <a href="${address('/agenda/reports', { report: one })}" ${one === report && html`aria-current="true"`}
                  >${w.names[one][0]}</a
                >
              </li>`,
          )}
        </ul>
      </nav>
      <h2>${title}</h2>
      <p>${text}</p>
      ${filters(workspace, { report, groups, made, query })} ${!answer.ok && refused(answer.refusal)}
      ${made !== null && figures(workspace, { made, title, by, csv: address(`/v1/reports/${report}`, { ...asked, format: 'csv' }) })}`,
  }
}

export function reportPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/reports',
    scope: 'reports:read',
    handler: (workspace, request) => reportPage(workspace, queryIn(request)),
  })
}
