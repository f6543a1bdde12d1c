// Links that add an appointment to web calendars. They contain no names and no code, because calendars are shared.
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import type { Site } from '../site.ts'
import { appointmentView } from '../../domain/appointment/appointment-view.ts'
import { utcText } from '../../application/calendars/ics-date.ts'
import { entryOf } from '../../application/calendars/ics-event.ts'

export function googleLink(site: Site, a: Appointment): string {
  const entry = entryOf(site, appointmentView(a))
  const query = new URLSearchParams({
    action: 'TEMPLATE',
    text: entry.title,
    dates: `${utcText(entry.start.getTime())}/${utcText(entry.end.getTime())}`,
    location: entry.place,
    details: entry.details,
    ctz: a.time_zone,
  })
  return `https://calendar.google.com/calendar/render?${query.toString()}`
}

export function outlookLink(site: Site, a: Appointment): string {
  const entry = entryOf(site, appointmentView(a))
  const query = new URLSearchParams({
    path: '/calendar/action/compose',
    rru: 'addevent',
    subject: entry.title,
    startdt: entry.start.toISOString(),
    enddt: entry.end.toISOString(),
    location: entry.place,
    body: entry.details,
  })
  return `https://outlook.live.com/calendar/0/deeplink/compose?${query.toString()}`
}
