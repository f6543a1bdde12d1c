// An agent's hours: the week as text and as a grid, absences, extra openings. Affected appointments are shown before a change.
import { address, faultsOf, formIn, paramIn, queryIn, textIn, type AddWorkspacePage } from '../frame/workspace.ts'
import type { AgendaEntry } from '../../api/agenda.routes.ts'
import { instantIn } from '../frame/components.ts'
import { rulesOf } from './schedule-text.ts'
import { type Schedule, agentIn, ofAgent, hoursPage, previewPage, refusedDate } from './hours.view.ts'

const scope = 'hours:write' as const

function hoursPageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/hours',
    scope,
    handler: (workspace, request) => hoursPage(workspace, agentIn(workspace, queryIn(request).agent)),
  })
}

function weekHoursForm(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/hours/week',
    scope,
    handler: async (workspace, request, reply) => {
      const given = formIn(request)
      const agentId = agentIn(workspace, textIn(given, 'agent'))
      const lines = Array.from({ length: 7 }, (_, i) => textIn(given, `day${i}`))
      const validFrom = textIn(given, 'validFrom')
      const read = rulesOf(lines)
      if ('fault' in read || agentId === null) {
        reply.code(422)
        const faults = new Map([[`day${'fault' in read ? read.fault : 0}`, workspace.words.hours.unreadable]])
        return hoursPage(workspace, agentId, { faults })
      }
      const versions = await ofAgent<Schedule>(workspace, 'schedules', { ownerId: agentId })
      const next = versions.map((s) => s.validFrom).filter((day) => day > validFrom)
      const until = next.length === 0 ? {} : { validUntil: next.sort()[0]! }
      const schedule = { ownerKind: 'agent', ownerId: agentId, validFrom, ...until, rules: read.rules }
      if (textIn(given, 'sure') !== '1') {
        const hit = await workspace.api<{ items: AgendaEntry[] }>('POST', '/v1/hours/impact', {
          body: { kind: 'schedule', ...schedule },
        })
        if (hit.ok) {
          const fields = { agent: agentId, validFrom, ...Object.fromEntries(lines.map((line, i) => [`day${i}`, line])) }
          return previewPage(workspace, {
            hit: hit.body.items,
            title: workspace.words.hours.newWeek,
            to: '/agenda/hours/week',
            fields,
          })
        }
        reply.code(hit.status)
        return hoursPage(workspace, agentId, { faults: faultsOf(hit.refusal), refusal: hit.refusal })
      }
      const same = versions.find((s) => s.validFrom === validFrom)
      const answer = same
        ? await workspace.api('PATCH', `/v1/schedules/${same.id}`, {
            body: { rules: read.rules },
            headers: { 'if-match': '*' },
          })
        : await workspace.api('POST', '/v1/schedules', { body: schedule })
      if (answer.ok) return { redirect: address('/agenda/hours', { agent: agentId, done: 'saved' }) }
      reply.code(answer.status)
      return hoursPage(workspace, agentId, { faults: faultsOf(answer.refusal), refusal: answer.refusal })
    },
  })
}

function timesForms(add: AddWorkspacePage): void {
  for (const kind of ['absence', 'opening'] as const)
    add({
      method: 'POST',
      url: `/agenda/hours/${kind}`,
      scope,
      handler: async (workspace, request, reply) => {
        const given = formIn(request)
        const agentId = agentIn(workspace, textIn(given, 'agent'))
        const period = {
          from: instantIn(workspace, textIn(given, 'from')) ?? textIn(given, 'from'),
          to: instantIn(workspace, textIn(given, 'to')) ?? textIn(given, 'to'),
        }
        const reason = textIn(given, 'reason')
        if (kind === 'absence' && textIn(given, 'sure') !== '1') {
          const hit = await workspace.api<{ items: AgendaEntry[] }>('POST', '/v1/hours/impact', {
            body: { kind: 'absence', agentId, ...period },
          })
          if (hit.ok)
            return previewPage(workspace, {
              hit: hit.body.items,
              title: workspace.words.hours.newAbsence,
              to: '/agenda/hours/absence',
              fields: {
                ...{ agent: agentId ?? '', from: textIn(given, 'from'), to: textIn(given, 'to'), reason },
              },
            })
          reply.code(hit.status)
          return hoursPage(workspace, agentId, refusedDate(hit.refusal))
        }
        const answer =
          kind === 'absence'
            ? await workspace.api<{ id: string }>('POST', '/v1/absences', {
                body: { agentId, ...period, ...(reason === '' ? {} : { reason }) },
              })
            : await workspace.api<{ id: string }>('POST', '/v1/openings', {
                body: { ownerKind: 'agent', ownerId: agentId, ...period, ...(reason === '' ? {} : { note: reason }) },
              })
        if (!answer.ok) {
          reply.code(answer.status)
          return hoursPage(workspace, agentId, refusedDate(answer.refusal))
        }
        const next = kind === 'absence' && workspace.can('team:write') ? '/agenda/team/affected' : '/agenda/hours'
        return { redirect: address(next, { agent: agentId, done: 'saved' }) }
      },
    })
}

function endForms(add: AddWorkspacePage): void {
  for (const kind of ['absences', 'openings'] as const)
    add({
      method: 'POST',
      url: `/agenda/hours/${kind}/:id/end`,
      scope,
      handler: async (workspace, request, reply) => {
        const agentId = agentIn(workspace, textIn(formIn(request), 'agent'))
        const answer = await workspace.api('DELETE', `/v1/${kind}/${paramIn(request)}`, {
          headers: { 'if-match': '*' },
        })
        if (answer.ok) return { redirect: address('/agenda/hours', { agent: agentId, done: 'saved' }) }
        reply.code(answer.status)
        return hoursPage(workspace, agentId, { refusal: answer.refusal })
      },
    })
}

export function hoursPages(add: AddWorkspacePage): void {
  hoursPageRoute(add)
  weekHoursForm(add)
  timesForms(add)
  endForms(add)
}
