// PURE. The timeline of a contact: all events, newest first, with their main facts.
import type { TimelineShown } from '../../api/person.routes.ts'
import type { Static } from 'typebox'
import { readableNumber } from '../../domain/contact/phone.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { agentName, empty, moment, readable, serviceName } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'

export type TimelineItem = Static<typeof TimelineShown>['items'][number] & { data: Record<string, unknown> }

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** The answers of a script, each with its question. */
function answers(workspace: Workspace, { asked, answers: given }: Record<string, unknown>): Html | false {
  const values = Object.entries((given ?? {}) as Record<string, unknown>)
  if (values.length === 0) return false
  const questions = (asked ?? {}) as Record<string, string>
  return html`<ul class="said">
    ${values.map(
      ([step, value]) =>
        html`<li>
          <span class="detail">${questions[step] ?? step}</span> <strong>${readable(workspace, value)}</strong>
        </li>`,
    )}
  </ul>`
}

/** Items without a state. */
function others(workspace: Workspace, { kind, data }: Pick<TimelineItem, 'kind' | 'data'>): Html {
  const w = workspace.words.timeline
  switch (kind) {
    case 'conversation':
      return html`${w.conversation} <span class="detail">${text(data.authorName)}</span>${answers(workspace, data)}`
    case 'inbound':
      return html`${w.wrote} <span class="detail">${text(data.channel)} ${text(data.subject)}</span
        ><q>${text(data.content)}</q>`
    case 'rating':
      return html`${w.rating}: ${text(data.stars)} / 5 <span class="detail">${text(data.comment)}</span>`
    case 'consent':
      return html`${data.isGiven === true ? w.consentGiven : w.consentTaken}: ${text(data.purpose)}
        <span class="detail">${text(data.wording)}</span>`
    default:
      return html`<q>${text(data.content)}</q> <span class="detail">${text(data.authorName)}</span>`
  }
}

function said(workspace: Workspace, { kind, id, data }: TimelineItem): Html {
  const w = workspace.words.timeline
  const states = workspace.words.states as Record<string, string>
  const outcomes = workspace.words.outcomes as Record<string, string>
  const state = states[text(data.status)] ?? text(data.status)
  switch (kind) {
    case 'appointment':
      return html`<a href="/agenda/appointments/${id}">${serviceName(workspace, (data.serviceIds ?? []) as string[])}</a
        >, ${agentName(workspace, text(data.agentId))}
        <span class="tag ${text(data.status)}">${state}</span
        >${text(data.notes) !== '' && html`<span class="detail">${text(data.notes)}</span>`}`
    case 'callback':
      return html`<a href="/agenda/callbacks/${id}">${w.callback} ${readableNumber(text(data.number))}</a>
        <span class="tag ${text(data.status)}"
          >${data.status === 'completed' && data.outcome !== 'answered' ? (outcomes[text(data.outcome)] ?? state) : state}</span
        >${text(data.reason) !== '' && html`<span class="detail">${text(data.reason)}</span>`}`
    case 'attempt':
      return html`${w.attempt}:
        <a href="/agenda/callbacks/${text(data.callbackId)}">${outcomes[text(data.outcome)] ?? text(data.outcome)}</a
        >${data.isUndone === true && ` (${workspace.words.callbacks.undone})`}
        ${text(data.note) !== '' && html`<span class="detail"><q>${text(data.note)}</q></span>`}${answers(workspace, data)}`
    case 'message':
      return html`${workspace.words.messages[text(data.template)] ?? text(data.template)}
        <span class="detail"
          >${text(data.channel)}, ${text(data.subject)}
          (${workspace.words.messageStates[text(data.status)] ?? text(data.status)})</span
        >${text(data.content) !== '' && html`<q>${text(data.content)}</q>`}`
    default:
      return others(workspace, { kind, data })
  }
}

export function timeline(workspace: Workspace, items: readonly TimelineItem[]): Html {
  if (items.length === 0) return empty(workspace.words.timeline.nothing)
  return html`<ol class="timeline">
    ${items.map(
      (item) =>
        html`<li class="${item.kind}">
          <time datetime="${item.at}">${moment(workspace, item.at)}</time> <span>${said(workspace, item)}</span>
        </li>`,
    )}
  </ol>`
}
