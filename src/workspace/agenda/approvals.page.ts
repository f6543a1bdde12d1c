// Requests that wait for approval, earliest first. Staff approve them, or refuse with a reason that the person reads.
import { DAY } from '../../kernel/time/interval.ts'
import { address, formIn, textIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { action, form } from '../frame/layout.ts'
import { field, hidden, NO_FAULTS } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { AgendaEntry } from '../../api/agenda.routes.ts'
import { empty, entryLine, refused } from '../frame/components.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

const URL = '/agenda/approvals'
/** How far ahead (ms) requests are listed; the agenda API has a limit of 45 days per request. */
const AHEAD = 44 * DAY

/** Appointments that wait for approval, as far as this person may see them. */
async function pendingOf(workspace: Workspace): Promise<AgendaEntry[]> {
  const { items } = await workspace.read<{ items: AgendaEntry[] }>(
    address('/v1/agenda', {
      from: new Date(workspace.now).toISOString(),
      to: new Date(workspace.now + AHEAD).toISOString(),
      agentId: workspace.can('team:write') ? undefined : (workspace.person.agentId ?? undefined),
    }),
  )
  return items.filter((e) => e.status === 'pending')
}

/** The note on the page of today; false if nothing waits. */
export async function approvalsNote(workspace: Workspace): Promise<Html | false> {
  if (!workspace.can('appointments:write')) return false
  const items = await pendingOf(workspace)
  return (
    items.length > 0 &&
    html`<p class="notice note"><a href="${URL}">${workspace.words.today.approvals(items.length)}</a></p>`
  )
}

async function page(workspace: Workspace, refusal?: Refusal): Promise<WorkspaceView> {
  const w = workspace.words.today
  const items = await pendingOf(workspace)
  const act = workspace.words.appointment
  return {
    title: w.approvalsTitle,
    section: 'today',
    main: html`<h1>${w.approvalsTitle}</h1>
      ${refused(refusal)}
      <div data-live>
        ${
          items.length === 0
            ? empty(w.noApprovals)
            : html`<ul class="entries">
                ${items.map((e, i) =>
                  entryLine(workspace, e, {
                    withAgent: true,
                    withDay: true,
                    actions: html`${action(workspace, {
                        to: URL,
                        label: act.approve,
                        fields: { id: e.id, decision: 'approve' },
                        className: '',
                      })}
                      <details>
                        <summary>${act.refuse}</summary>
                        ${form(
                          workspace,
                          URL,
                          html`${hidden('id', e.id)} ${hidden('decision', 'refuse')}
                            ${field(
                              {
                                name: 'reason',
                                id: `reason${i}`,
                                label: act.cancelReason,
                                hint: workspace.words.team.reasonHint,
                                value: '',
                                required: true,
                                maxLength: 500,
                              },
                              NO_FAULTS,
                            )}<button class="danger">${act.refuse}</button>`,
                        )}
                      </details>`,
                  }),
                )}
              </ul>`
        }
      </div>`,
  }
}

export function approvalPages(add: AddWorkspacePage): void {
  const scope = 'appointments:write' as const
  add({ method: 'GET', url: URL, scope, handler: (workspace) => page(workspace) })
  add({
    method: 'POST',
    url: URL,
    scope,
    handler: async (workspace, request, reply) => {
      const given = formIn(request)
      const reason = textIn(given, 'reason')
      const body = { decision: textIn(given, 'decision'), ...(reason === '' ? {} : { reason }) }
      const id = encodeURIComponent(textIn(given, 'id'))
      const answer = await workspace.api('POST', `/v1/appointments/${id}/approval`, { body })
      if (answer.ok) return { redirect: address(URL, { done: body.decision === 'approve' ? 'approved' : 'refused' }) }
      reply.code(answer.status)
      return page(workspace, answer.refusal)
    },
  })
}
