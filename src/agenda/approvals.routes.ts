// Requests that wait for the office's approval, earliest first; each is approved, or refused with a reason that the person reads.
import { DAY } from '../time/interval.ts'
import { address, formIn, textIn, type AddDesk, type Desk, type DeskView, type Refusal } from '../web/desk.ts'
import { action, form } from '../web/desk.layout.ts'
import { field, hidden, NO_FAULTS } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import type { AgendaEntry } from './feed.routes.ts'
import { empty, entryLine, refused } from './pieces.ts'

const URL = '/agenda/approvals'
/** How far ahead requests are looked for; the agenda answers so many days at once. */
const AHEAD = 44 * DAY

/** What waits for approval, of whom this person may see. */
export async function pendingOf(desk: Desk): Promise<AgendaEntry[]> {
  const { items } = await desk.read<{ items: AgendaEntry[] }>(
    address('/v1/agenda', {
      from: new Date(desk.now).toISOString(),
      to: new Date(desk.now + AHEAD).toISOString(),
      agentId: desk.can('team:write') ? undefined : (desk.person.agentId ?? undefined),
    }),
  )
  return items.filter((e) => e.status === 'pending')
}

/** The line on the page of today; nothing when nothing waits. */
export async function approvalsNote(desk: Desk): Promise<Html | false> {
  if (!desk.can('appointments:write')) return false
  const items = await pendingOf(desk)
  return (
    items.length > 0 &&
    html`<p class="notice note"><a href="${URL}">${desk.words.today.approvals(items.length)}</a></p>`
  )
}

async function page(desk: Desk, refusal?: Refusal): Promise<DeskView> {
  const w = desk.words.today
  const items = await pendingOf(desk)
  const act = desk.words.appointment
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
                  entryLine(desk, e, {
                    withAgent: true,
                    withDay: true,
                    actions: html`${action(desk, URL, act.approve, { id: e.id, decision: 'approve' }, '')}
                      <details>
                        <summary>${act.refuse}</summary>
                        ${form(desk, URL, html`${hidden('id', e.id)} ${hidden('decision', 'refuse')} ${field({ name: 'reason', id: `reason${i}`, label: act.cancelReason, hint: desk.words.team.reasonHint, value: '', required: true, maxLength: 500 }, NO_FAULTS)}<button class="danger">${act.refuse}</button>`)}
                      </details>`,
                  }),
                )}
              </ul>`
        }
      </div>`,
  }
}

export function approvalPages(add: AddDesk): void {
  const scope = 'appointments:write' as const
  add({ method: 'GET', url: URL, scope, handler: (desk) => page(desk) })
  add({
    method: 'POST',
    url: URL,
    scope,
    handler: async (desk, request, reply) => {
      const given = formIn(request)
      const reason = textIn(given, 'reason')
      const body = { decision: textIn(given, 'decision'), ...(reason === '' ? {} : { reason }) }
      const id = encodeURIComponent(textIn(given, 'id'))
      const answer = await desk.api('POST', `/v1/appointments/${id}/approval`, { body })
      if (answer.ok) return { redirect: address(URL, { done: body.decision === 'approve' ? 'approved' : 'refused' }) }
      reply.code(answer.status)
      return page(desk, answer.refusal)
    },
  })
}
