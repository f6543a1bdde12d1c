// PURE. The state of an appointment as a tag: its word says it, the colour repeats it.
import type { Appointment } from '../domain/appointment/appointment.sql.ts'
import { html, type Html } from '../platform/html/html.ts'
import type { Site } from './site.ts'

const COLOURS: Record<Appointment['status'], 'good' | 'bad' | 'wait' | 'past'> = {
  held: 'wait',
  pending: 'wait',
  confirmed: 'good',
  cancelled: 'past',
  completed: 'past',
  no_show: 'bad',
}

/** After the end, an appointment that nobody closed is past. */
export function statusTag(site: Site, a: Pick<Appointment, 'status' | 'ends_at'>, text?: string): Html {
  const isOver = a.ends_at.getTime() <= site.now && (a.status === 'confirmed' || a.status === 'pending')
  return html`<span class="tag ${isOver ? 'past' : COLOURS[a.status]}"
    >${text ?? (isOver ? site.words.mine.pastOne : site.words.states[a.status])}</span
  >`
}
