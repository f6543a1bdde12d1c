// Moves an appointment: a form that asks for a day, and the choice among its free times.
import type { SlotsShown } from '../../api/slots.routes.ts'
import type { Static } from 'typebox'
import { formatDate, isCalendarDate } from '../../kernel/time/zone.ts'
import { clockOf, longDate } from '../../locales/dates.ts'
import { address, typedIn } from '../frame/workspace.ts'
import { form } from '../frame/layout.ts'
import { choices, field, NO_FAULTS, select, type Option, hidden } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { parseDate } from '../../kernel/time/zone.ts'
import { dayIn, empty, optionsOf } from '../frame/components.ts'
import type { ShownAppointment } from './shown-appointment.ts'
import type { Workspace } from '../frame/context.ts'

export type Slots = Static<typeof SlotsShown>

/** Free times as options, labelled with their day; at most `most`. */
export function timesOf(workspace: Workspace, slots: Slots, most: number): Option[] {
  return slots.days
    .flatMap((day) => day.slots.map((slot) => ({ ...slot, date: day.date })))
    .slice(0, most)
    .map((slot) => ({
      value: slot.start,
      label: `${longDate(workspace.language, parseDate(slot.date))}, ${clockOf(workspace.zone, Date.parse(slot.start))}`,
    }))
}

export function moveForm(workspace: Workspace, a: ShownAppointment): Html {
  const w = workspace.words.appointment
  const able = [...workspace.config.agents.values()].filter((one) => a.serviceIds.every((id) => one.serviceIds.has(id)))
  return html`<form method="get" action="/agenda/appointments/${a.id}#move">
    ${field({ name: 'date', label: w.onDay, value: formatDate(dayIn(workspace, undefined)), type: 'date', required: true }, NO_FAULTS)}
    ${select({ name: 'agent', label: w.agent, value: '', options: optionsOf(able, w.anyAgent) }, NO_FAULTS)}
    <button class="secondary">${w.showTimes}</button>
  </form>`
}

/** The free times of the day in the query; false without a day. */
export async function findSlotsFor(
  workspace: Workspace,
  a: ShownAppointment,
  query: Record<string, string | undefined>,
): Promise<Html | false> {
  if (query.date === undefined || !isCalendarDate(query.date) || !workspace.can('slots:read')) return false
  const w = workspace.words.appointment
  const to = `/agenda/appointments/${a.id}/move`
  const base = address('/v1/slots', {
    from: query.date,
    to: formatDate(parseDate(query.date) + 6),
    as: 'staff',
    movingAppointmentId: a.id,
    locationId: a.locationId,
    agentId: query.agent,
    timeZone: workspace.zone,
    ...(a.serviceIds.length === 1 ? { durationMinutes: a.durationMinutes } : {}),
  })
  const slots = await workspace.api<Slots>('GET', `${base}${a.serviceIds.map((id) => `&serviceId=${id}`).join('')}`)
  if (!slots.ok) return html`<p class="notice warning" role="alert">${slots.refusal.detail}</p>`
  const options = timesOf(workspace, slots.body, 40)
  if (options.length === 0) return empty(w.noTimes)
  return html`<section class="card">
    <h2>${w.chooseTime}</h2>
    ${form(
      workspace,
      to,
      html`${choices({ name: 'start', legend: w.freeTimes, options, chosen: [], required: true }, NO_FAULTS)}
        ${hidden('date', query.date)} ${query.agent !== undefined && hidden('agentId', query.agent)}
        ${field(
          {
            name: 'reason',
            id: 'move-reason',
            label: w.moveReason,
            value: typedIn(workspace, to, 'reason'),
            maxLength: 500,
          },
          NO_FAULTS,
        )} <button>${w.moveNow}</button>`,
      'times',
    )}
  </section>`
}
