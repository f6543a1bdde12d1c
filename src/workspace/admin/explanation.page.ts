// The page "Why is nothing free?": for one day and each agent, what is offered and why the rest is not.
import { address, queryIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { empty, agentName, clock, locationName, recordFilter, refused, table, today } from '../frame/components.ts'
import { formatDate } from '../../kernel/time/zone.ts'
import { clockOf } from '../../locales/dates.ts'
import { field, NO_FAULTS, select } from '../../ui/form.ts'
import { back } from './admin-components.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Workspace } from '../frame/context.ts'

function filters(workspace: Workspace, query: Record<string, string | undefined>, date: string): Html {
  const { admin: w, book } = workspace.words
  const { services, locations, agents } = workspace.config
  return html`<form method="get" action="/agenda/settings/explanation" class="filters">
    ${recordFilter(query, { name: 'service', label: book.service, of: services })}
    ${recordFilter(query, { name: 'location', label: book.location, of: locations, all: book.any })}
    ${recordFilter(query, { name: 'agent', label: book.agent, of: agents, all: book.any })}
    ${field({ name: 'date', label: workspace.words.calendar.date, value: date, type: 'date' }, NO_FAULTS)}
    ${select(
      {
        name: 'as',
        label: w.asWhom,
        value: query.as ?? 'public',
        options: [
          { value: 'public', label: w.asPublic },
          { value: 'staff', label: w.asStaff },
        ],
      },
      NO_FAULTS,
    )}
    <button>${w.explain}</button>
  </form>`
}

async function explanationPage(
  workspace: Workspace,
  query: Record<string, string | undefined>,
): Promise<WorkspaceView> {
  const w = workspace.words.admin
  const date = query.date ?? formatDate(today(workspace))
  const asked = { serviceId: query.service, locationId: query.location, agentId: query.agent, date, as: query.as }
  type Agent = {
    agentName: string
    agentId: string
    locationId: string
    reason: string
    offered?: number
    periods?: { from: string; to: string; reason: string }[]
  }
  const answer =
    query.service === undefined
      ? null
      : await workspace.api<{ offered: boolean; reason: string | null; agents: Agent[] }>(
          'GET',
          address('/v1/slots/explanation', asked),
        )
  const reasons = workspace.words.reasons
  const rows = answer?.ok
    ? answer.body.agents.map((a) => [
        agentName(workspace, a.agentId),
        locationName(workspace, a.locationId),
        reasons[a.reason] ?? a.reason,
        a.offered ?? 0,
        html`<ul>
          ${(a.periods ?? [])
            .slice(0, 12)
            .map(
              (p) =>
                html`<li>
                  ${clock(workspace, p.from)}–${clockOf(workspace.zone, Date.parse(p.to))}
                  ${reasons[p.reason] ?? p.reason}
                </li>`,
            )}
        </ul>`,
      ])
    : []
  return {
    title: w.explanation,
    section: 'settings',
    main: html`${back(workspace)}
      <h1>${w.explanation}</h1>
      <p>${w.explanationText}</p>
      ${filters(workspace, query, date)} ${answer !== null && !answer.ok && refused(answer.refusal)}
      ${
        answer?.ok &&
        html`<p class="notice ${answer.body.offered ? 'success' : 'warning'}" role="status">
          ${answer.body.offered ? w.someOffered : w.nothingOffered}
        </p>`
      }
      ${
        answer?.ok &&
        (rows.length === 0
          ? empty(reasons[answer.body.reason ?? ''] ?? w.nobodyAble)
          : table(
              w.explanation,
              [workspace.words.book.agent, workspace.words.book.location, w.reason, w.offered, w.periods],
              rows,
            ))
      }`,
  }
}

export function explanationPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings/explanation',
    scope: 'slots:read',
    handler: (workspace, request) => explanationPage(workspace, queryIn(request)),
  })
}
