// The workspace page of one appointment: its facts, its person, and all actions on it.
import type { FastifyRequest } from 'fastify'
import {
  address,
  formIn,
  paramIn,
  queryIn,
  safeNext,
  textIn,
  textsIn,
  type AddWorkspacePage,
} from '../frame/workspace.ts'
import { html } from '../../platform/html/html.ts'
import { moment } from '../frame/components.ts'
import type { Answered, Workspace } from '../frame/context.ts'
import { TELL_AFTER_SECONDS, authorOf, appointmentPage } from './appointment.view.ts'

/** Adds a form that calls the API; redirects on success, and shows a refusal on the page. */
function verb(
  add: AddWorkspacePage,
  name: string,
  done: string | Record<string, string>,
  run: (workspace: Workspace, request: FastifyRequest, id: string) => Promise<Answered<unknown>>,
): void {
  add({
    method: 'POST',
    url: `/agenda/appointments/:id/${name}`,
    scope: 'appointments:write',
    handler: async (workspace, request, reply) => {
      const id = paramIn(request)
      const answer = await run(workspace, request, id)
      if (!answer.ok) {
        reply.code(answer.status)
        return appointmentPage(workspace, id, {}, answer.refusal)
      }
      const back = textIn(formIn(request), 'back')
      return {
        redirect: address(
          back === '' ? `/agenda/appointments/${id}` : safeNext(back),
          typeof done === 'string' ? { done } : done,
        ),
      }
    },
  })
}

const url = (id: string, name: string): string => `/v1/appointments/${id}/${name}`

function appointmentPageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/appointments/:id',
    scope: 'appointments:read',
    handler: (workspace, request) => appointmentPage(workspace, paramIn(request), queryIn(request)),
  })
}

function historyPage(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/appointments/:id/history',
    scope: 'appointments:read',
    handler: async (workspace, request) => {
      const id = paramIn(request)
      const { items } = await workspace.read<{
        items: {
          id: string
          type: string
          at: string
          actor: string
          actorName?: string
          details: { reason?: unknown }
        }[]
      }>(`/v1/appointments/${id}/history`)
      const w = workspace.words.appointment
      return {
        title: w.history,
        section: 'calendar',
        main: html`<h1>${w.history}</h1>
          <ol class="rows">
            ${items.map(
              (e) =>
                html`<li>
                  <span
                    ><time datetime="${e.at}">${moment(workspace, e.at)}</time>
                    <strong>${workspace.words.events[e.type] ?? e.type}</strong>
                    <span class="detail"
                      >${authorOf(workspace, e)}${typeof e.details.reason === 'string' && `, ${e.details.reason}`}</span
                    ></span
                  >
                </li>`,
            )}
          </ol>
          <p><a href="/agenda/appointments/${id}">${w.back}</a></p>`,
      }
    },
  })
}

function arrivalForm(add: AddWorkspacePage): void {
  verb(add, 'arrival', 'saved', (workspace, request, id) =>
    workspace.api(
      textIn(formIn(request), 'undo') === '1' ? 'DELETE' : 'POST',
      url(id, 'arrival'),
      textIn(formIn(request), 'undo') === '1' ? {} : { body: {} },
    ),
  )
}

function outcomeForm(add: AddWorkspacePage): void {
  verb(add, 'outcome', 'saved', (workspace, request, id) => {
    const outcome = textIn(formIn(request), 'outcome')
    return outcome === 'undo'
      ? workspace.api('DELETE', url(id, 'outcome'))
      : workspace.api('POST', url(id, 'outcome'), { body: { outcome } })
  })
}

function notesForm(add: AddWorkspacePage): void {
  verb(add, 'notes', 'saved', (workspace, request, id) => {
    const notes = textIn(formIn(request), 'notes')
    return workspace.api('PATCH', `/v1/appointments/${id}`, {
      body: { notes: notes === '' ? null : notes },
      headers: { 'if-match': '*' },
    })
  })
}

function cancellationForm(add: AddWorkspacePage): void {
  verb(add, 'cancellation', 'cancelled', (workspace, request, id) => {
    const reason = textIn(formIn(request), 'reason')
    return workspace.api('POST', url(id, 'cancellation'), {
      body: { as: 'staff', ...(reason === '' ? {} : { reason }) },
    })
  })
}

function reassignmentForm(add: AddWorkspacePage): void {
  verb(add, 'reassignment', { moved: 'colleague' }, (workspace, request, id) => {
    const agentId = textIn(formIn(request), 'agentId')
    const rules = textsIn(formIn(request), 'rules')
    const body = { ...(agentId === '' ? {} : { agentId }), ...(rules.length === 0 ? {} : { rules }) }
    return workspace.api('POST', url(id, 'reassignment'), { body })
  })
}

function moveFormRoute(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/appointments/:id/move',
    scope: 'appointments:write',
    handler: async (workspace, request, reply) => {
      const id = paramIn(request)
      const given = formIn(request)
      const [start = '', slotAgent = ''] = textIn(given, 'start').split(' ')
      const agentId = textIn(given, 'agentId') || slotAgent
      const reason = textIn(given, 'reason') || workspace.words.appointment.movedByOffice
      const body = {
        start,
        as: 'staff',
        reason,
        notifyAfterSeconds: TELL_AFTER_SECONDS,
        ...(agentId === '' ? {} : { agentId }),
      }
      const answer = await workspace.api('POST', url(id, 'rescheduling'), { body })
      if (!answer.ok) {
        reply.code(answer.status)
        // Show the times of the same day again, without the one that was taken.
        const again = { date: textIn(given, 'date') || undefined, agent: textIn(given, 'agentId') || undefined }
        return appointmentPage(workspace, id, again, answer.refusal)
      }
      return { redirect: address(`/agenda/appointments/${id}`, { moved: '1' }) }
    },
  })
}

export function appointmentPages(add: AddWorkspacePage): void {
  appointmentPageRoute(add)
  historyPage(add)
  arrivalForm(add)
  outcomeForm(add)
  verb(add, 'approval', 'saved', (workspace, request, id) =>
    workspace.api('POST', url(id, 'approval'), { body: { decision: textIn(formIn(request), 'decision') } }),
  )
  notesForm(add)
  cancellationForm(add)
  reassignmentForm(add)
  verb(add, 'undo-move', { moved: 'back' }, (workspace, _request, id) =>
    workspace.api('DELETE', url(id, 'rescheduling')),
  )
  moveFormRoute(add)
}
