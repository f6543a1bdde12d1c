// Draws one appointment: its facts, its contact, and the forms that change it.
import { findSlotsFor, moveForm } from './move-form.ts'
import { textsIn, type WorkspaceView, isSent, typedIn } from '../frame/workspace.ts'
import { action, form } from '../frame/layout.ts'
import { isOverridable } from '../../domain/appointment/override.ts'
import { field, hidden, NO_FAULTS, select } from '../../ui/form.ts'
import { html, telephone, type Html } from '../../platform/html/html.ts'
import {
  agentName,
  clock,
  locationName,
  moment,
  nameOf,
  optionsOf,
  refused,
  serviceName,
  stateTag,
} from '../frame/components.ts'
import { timeline, type TimelineItem } from './timeline.view.ts'
import { widgetsFor } from './widgets.ts'
import type { ShownAppointment } from './shown-appointment.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

type Contact = { id: string; firstName: string; lastName: string; email?: string; phone?: string; notes?: string }

/** Delay (s) before the person is notified of a move; until then it can be undone unnoticed. */
export const TELL_AFTER_SECONDS = 20

const fact = (name: string, value: Html | string | undefined | false): Html | false =>
  value !== undefined &&
  value !== false &&
  value !== '' &&
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`

/** What was asked for: the needs, and the language of the interpreter. */
function needsText(workspace: Workspace, a: ShownAppointment): string {
  const names = (a.needs ?? []).map((need) => workspace.pageWords.needs[need])
  return [...names, ...(a.interpreterLanguage === undefined ? [] : [a.interpreterLanguage])].join(', ')
}

function appointmentFacts(workspace: Workspace, a: ShownAppointment): Html {
  const w = workspace.words.appointment
  const questions = a.serviceIds.flatMap((id) => workspace.config.services.get(id)?.questions ?? [])
  const labels = new Map(questions.map((q) => [q.id, q.label]))
  return html`<dl class="facts">
    ${fact(w.when, `${moment(workspace, a.start)}–${clock(workspace, a.end)}`)}
    ${fact(w.service, serviceName(workspace, a.serviceIds))}
    ${fact(w.where, `${locationName(workspace, a.locationId)}, ${workspace.pageWords.channels[a.channel as 'phone']}`)}
    ${fact(w.agent, agentName(workspace, a.agentId))} ${fact(w.people, a.places > 1 && String(a.places))}
    ${fact(w.attendees, a.attendees?.join(', '))} ${fact(w.needs, needsText(workspace, a))} ${fact(w.code, a.code)}
    ${fact(w.join, a.joinLink !== undefined && html`<a href="${a.joinLink}" rel="noreferrer">${a.joinLink}</a>`)}
    ${Object.entries(a.answers).map(([id, value]) => fact(labels.get(id) ?? id, [value].flat().join(', ')))}
    ${fact(w.reason, a.cancellation?.reason)} ${fact(w.outcomeNote, a.outcome?.note)}
    ${fact(w.rating, a.rating && `${a.rating.stars} / 5 ${a.rating.comment ?? ''}`)}
  </dl>`
}

/** Buttons for the actions possible now; one of them is the primary one. */
function buttons(workspace: Workspace, a: ShownAppointment): Html | false {
  if (!workspace.can('appointments:write')) return false
  const w = workspace.words.appointment
  const to = (verb: string): string => `/agenda/appointments/${a.id}/${verb}`
  const hasBegun = Date.parse(a.start) <= workspace.now
  if (a.status === 'pending')
    return html`<div class="buttons">
      ${action(workspace, { to: to('approval'), label: w.approve, fields: { decision: 'approve' }, className: '' })}
      ${action(workspace, { to: to('approval'), label: w.refuse, fields: { decision: 'refuse' }, className: 'danger' })}
    </div>`
  if (a.status === 'completed' || a.status === 'no_show')
    return html`<div class="buttons">
      ${action(workspace, { to: to('outcome'), label: w.undo, fields: { outcome: 'undo' } })}
    </div>`
  if (a.status !== 'confirmed') return false
  return html`<div class="buttons">
    ${hasBegun && action(workspace, { to: to('outcome'), label: w.came, fields: { outcome: 'completed' }, className: '' })}
    ${hasBegun && action(workspace, { to: to('outcome'), label: w.missed, fields: { outcome: 'no_show' } })}
    ${
      a.arrivedAt === undefined
        ? action(workspace, { to: to('arrival'), label: w.arrived, className: hasBegun ? 'secondary' : '' })
        : action(workspace, { to: to('arrival'), label: w.notArrived, fields: { undo: '1' } })
    }
  </div>`
}

/** Form to reassign: qualified agents, the free ones first; the default takes the fairest free one. */
function reassignForm(workspace: Workspace, a: ShownAppointment, free: readonly string[]): Html | false {
  const w = workspace.words.appointment
  const others = [...workspace.config.agents.values()].filter(
    (one) => !one.archived && one.id !== a.agentId && a.serviceIds.every((id) => one.serviceIds.has(id)),
  )
  if (others.length === 0) return false
  const isFree = (one: { id: string }): boolean => free.includes(one.id)
  const named = (list: typeof others, label: (name: string) => string) =>
    optionsOf(list).map((option) => ({ ...option, label: label(option.label) }))
  const options = [
    ...(free.length > 0 ? [{ value: '', label: w.fairest }] : []),
    ...named(others.filter(isFree), (name) => w.freeThen(name)),
    ...named(
      others.filter((one) => !isFree(one)),
      (name) => w.notFreeThen(name),
    ),
  ]
  const to = `/agenda/appointments/${a.id}/reassignment`
  return html`<details ${isSent(workspace, to) && html`open`}>
    <summary>${w.reassign}</summary>
    ${form(
      workspace,
      to,
      html`${select(
          { name: 'agentId', label: w.toAgent, value: typedIn(workspace, to, 'agentId'), options },
          NO_FAULTS,
        )}<button class="secondary">${w.reassign}</button>`,
    )}
  </details>`
}

/** Offers to override the rule that refused the named agent. */
function insistForm(workspace: Workspace, id: string, refusal: Refusal | undefined): Html | false {
  const to = `/agenda/appointments/${id}/reassignment`
  if (refusal === undefined || !isOverridable(refusal.code) || !isSent(workspace, to)) return false
  const agentId = typedIn(workspace, to, 'agentId')
  if (agentId === '') return false
  const rules = [...textsIn(workspace.sent!.form, 'rules'), refusal.code]
  const name = agentName(workspace, agentId)
  return html`<div class="notice warning">
    <p>${workspace.words.appointment.insist(name, refusal.title)}</p>
    ${form(
      workspace,
      to,
      html`${hidden('agentId', agentId)} ${rules.map((rule) => hidden('rules', rule))}<button class="secondary">
          ${workspace.words.appointment.insistNow(name)}
        </button>`,
    )}
  </div>`
}

/** The author as text: the user's name, or the kind of actor (citizen, API key). */
export function authorOf(workspace: Workspace, e: { actor: string; actorName?: string }): string {
  const kind = e.actor.replace(/:.*/, '')
  return e.actorName ?? (workspace.words.actors as Record<string, string>)[kind] ?? kind
}

function changes(workspace: Workspace, a: ShownAppointment, free: readonly string[]): Html | false {
  if (!workspace.can('appointments:write')) return false
  const w = workspace.words.appointment
  const isLive = a.status === 'confirmed' || a.status === 'pending'
  const to = (verb: string): string => `/agenda/appointments/${a.id}/${verb}`
  return html`<section>
      <h2>${w.notes}</h2>
      ${form(
        workspace,
        to('notes'),
        html`${field(
            {
              name: 'notes',
              label: w.notesLabel,
              value: typedIn(workspace, to('notes'), 'notes', a.notes),
              type: 'textarea',
              maxLength: 4000,
            },
            NO_FAULTS,
          )}<button class="secondary">${w.save}</button>`,
      )}
    </section>
    ${
      isLive &&
      html`<details id="move">
          <summary>${w.move}</summary>
          ${moveForm(workspace, a)}
        </details>
        ${reassignForm(workspace, a, free)}
        <details ${isSent(workspace, to('cancellation')) && html`open`}>
          <summary>${w.cancel}</summary>
          ${form(
            workspace,
            to('cancellation'),
            html`${field(
                {
                  name: 'reason',
                  label: w.cancelReason,
                  hint: w.cancelHint,
                  value: typedIn(workspace, to('cancellation'), 'reason'),
                  maxLength: 500,
                },
                NO_FAULTS,
              )}<button class="danger">${w.cancelNow}</button>`,
          )}
        </details>`
    }`
}

export async function contactPanel(
  workspace: Workspace,
  contactId: string | null,
  place: 'appointment' | 'callback',
  subjectId: string,
): Promise<Html | false> {
  if (contactId === null || !workspace.can('contacts:read')) return false
  const w = workspace.words.appointment
  const [contact, history] = await Promise.all([
    workspace.read<Contact>(`/v1/contacts/${contactId}`),
    workspace.read<{ items: TimelineItem[] }>(`/v1/contacts/${contactId}/timeline`),
  ])
  return html`<aside class="panel" aria-label="${w.person}">
    <h2><a href="/agenda/contacts/${contact.id}">${contact.firstName} ${contact.lastName}</a></h2>
    <p>
      ${contact.phone !== undefined && html`${telephone(contact.phone)}<br />`}
      ${contact.email !== undefined && html`<a href="mailto:${contact.email}">${contact.email}</a>`}
    </p>
    ${contact.notes !== undefined && html`<p class="hint">${contact.notes}</p>`}
    ${timeline(workspace, history.items.filter((item) => item.id !== subjectId).slice(0, 12))}
    ${await widgetsFor(workspace, place, { contactId, subjectId })}
  </aside>`
}

/** The notice after booking or moving: what was done, for whom, who is notified, and undo. */
async function doneNote(
  workspace: Workspace,
  a: ShownAppointment,
  query: Record<string, string | undefined>,
): Promise<Html | false> {
  const w = workspace.words.appointment
  if (query.booked === undefined && query.moved === undefined) return false
  const way = await workspace.read<{ channel: string | null; recipient: string | null }>(
    `/v1/appointments/${a.id}/notice`,
  )
  const person =
    a.contactId === null || !workspace.can('contacts:read')
      ? null
      : await workspace.read<Contact>(`/v1/contacts/${a.contactId}`)
  const name = person === null ? a.code : nameOf(person)
  const isBooked = query.booked !== undefined
  const told = isBooked ? w.told : w.toldMove
  // The person is not notified when only the agent changes.
  const isSilent = query.moved === 'colleague'
  return html`<div class="notice success done" role="status">
    <p>
      <strong
        >${isBooked ? w.bookedFor(name) : w.movedFor(name, `${moment(workspace, a.start)}, ${agentName(workspace, a.agentId)}`)}</strong
      >
      ${!isSilent && (way.recipient === null ? w.notTold : told(way.recipient))}
    </p>
    ${!isBooked && query.moved !== 'back' && action(workspace, { to: `/agenda/appointments/${a.id}/undo-move`, label: w.undo })}
  </div>`
}

export async function appointmentPage(
  workspace: Workspace,
  id: string,
  query: Record<string, string | undefined>,
  refusal?: Refusal,
): Promise<WorkspaceView> {
  const a = await workspace.read<ShownAppointment>(`/v1/appointments/${id}`)
  const w = workspace.words.appointment
  const panel = await contactPanel(workspace, a.contactId, 'appointment', a.id)
  const isLive = a.status === 'confirmed' || a.status === 'pending'
  const others = isLive
    ? await workspace.api<{ agentIds: string[] }>('GET', `/v1/appointments/${id}/alternatives`)
    : null
  const free = others?.ok ? others.body.agentIds : []
  return {
    title: `${serviceName(workspace, a.serviceIds)}, ${moment(workspace, a.start)}`,
    section: 'calendar',
    main: html`<div class="beside">
      <div>
        <h1>${serviceName(workspace, a.serviceIds)} ${stateTag(workspace, a)}</h1>
        ${refused(refusal)} ${insistForm(workspace, a.id, refusal)} ${await doneNote(workspace, a, query)}
        ${buttons(workspace, a)}
        ${
          isLive &&
          workspace.can('callbacks:work') &&
          html`<p>
            <a class="button secondary" href="/agenda/contact/appointment/${a.id}"
              >${workspace.words.contact.openFor}</a
            >
          </p>`
        }
        ${appointmentFacts(workspace, a)} ${await findSlotsFor(workspace, a, query)} ${changes(workspace, a, free)}
        <p><a href="/agenda/appointments/${a.id}/history">${w.history}</a></p>
      </div>
      ${panel}
    </div>`,
  }
}
