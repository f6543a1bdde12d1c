// An appointment for the citizen's own calendar: an iCalendar file and links to calendars on the web.
// No names and no code: calendars are shared.
import { createRequire } from 'node:module'
import type * as Ics from 'ics'
import type { Appointment } from '../appointment/appointment.sql.ts'
import type { Site } from '../web/site.ts'
import { addressLines, visitName } from './steps.ts'

// With its validator 10 MB: loaded with the first file.
const require = createRequire(import.meta.url)

type Entry = { title: string; place: string; details: string; start: Date; end: Date }

function entryOf(site: Site, a: Appointment): Entry {
  const location = site.config.locations.get(a.location_id)
  const isHere = a.channel === 'in_person'
  const toBring = a.service_ids.flatMap((id) => site.config.services.get(id)?.whatToBring ?? [])
  return {
    title: `${visitName(site, a.service_ids)} – ${site.config.name}`,
    place:
      isHere && location
        ? [location.name, ...addressLines(location)].join(', ')
        : site.words.channels[a.channel as 'phone'],
    details: toBring.length === 0 ? '' : `${site.words.toBring}: ${toBring.join(' ')}`,
    start: a.starts_at,
    end: a.ends_at,
  }
}

/** `20261124T090000Z`; RFC 5545 §3.3.5, form 2. */
const compact = (at: Date): string => at.toISOString().replace(/[-:]|\.\d{3}/g, '')

export function googleLink(site: Site, a: Appointment): string {
  const entry = entryOf(site, a)
  const query = new URLSearchParams({
    action: 'TEMPLATE',
    text: entry.title,
    dates: `${compact(entry.start)}/${compact(entry.end)}`,
    location: entry.place,
    details: entry.details,
    ctz: a.time_zone,
  })
  return `https://calendar.google.com/calendar/render?${query.toString()}`
}

export function outlookLink(site: Site, a: Appointment): string {
  const entry = entryOf(site, a)
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

const partsOf = (at: Date): [number, number, number, number, number] => [
  at.getUTCFullYear(),
  at.getUTCMonth() + 1,
  at.getUTCDate(),
  at.getUTCHours(),
  at.getUTCMinutes(),
]

/** The appointment as an iCalendar object (RFC 5545). The UID stays and SEQUENCE rises with every change. */
export function calendarFile(site: Site, a: Appointment): string {
  const entry = entryOf(site, a)
  const { createEvent } = require('ics') as typeof Ics
  const { error, value } = createEvent({
    productId: 'agenda',
    uid: `${a.id}@agenda`,
    sequence: a.version - 1,
    method: 'PUBLISH',
    title: entry.title,
    location: entry.place,
    ...(entry.details === '' ? {} : { description: entry.details }),
    start: partsOf(entry.start),
    startInputType: 'utc',
    startOutputType: 'utc',
    end: partsOf(entry.end),
    endInputType: 'utc',
    endOutputType: 'utc',
    status: a.status === 'cancelled' ? 'CANCELLED' : a.status === 'pending' ? 'TENTATIVE' : 'CONFIRMED',
    created: a.created_at.getTime(),
    lastModified: a.updated_at.getTime(),
    alarms: [{ action: 'display', description: entry.title, trigger: { hours: 2, before: true } }],
  })
  if (value == null) throw error ?? new Error('no calendar object')
  return value
}
