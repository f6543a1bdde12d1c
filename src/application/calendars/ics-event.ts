// PURE. An appointment as an iCalendar object (RFC 5545): a file for the citizen, an invitation or its cancellation (RFC 5546).
// Contains no answers, because calendars are shared; its code is useless without the citizen's own address or number.
import { createRequire } from 'node:module'
import type * as Ics from 'ics'
import type * as Zones from 'timezones-ical-library'
import type { Speaker } from '../messaging/wording.ts'
import { isUuid } from '../../kernel/uuid.ts'
import { MINUTE } from '../../kernel/time/interval.ts'
import { refolded } from './content-lines.ts'
import { utcParts, type Parts } from './ics-date.ts'
import { wallOf, wallWindow } from '../../kernel/time/zone.ts'
import { addressLines, visitName } from '../../locales/visit-text.ts'
import type { CalendarAppointment } from '../../domain/appointment/appointment-view.ts'

// Takes 10 MB with its validator, so it is loaded on first use.
const require = createRequire(import.meta.url)
type Entry = { title: string; place: string; details: string; start: Date; end: Date }
type VisitInCalendar = Pick<CalendarAppointment, 'serviceIds' | 'locationId' | 'channel' | 'start' | 'end'>

/** What a calendar shows of an appointment. */
export function entryOf(s: Speaker, a: VisitInCalendar): Entry {
  const location = s.config.locations.get(a.locationId)
  const isHere = a.channel === 'in_person'
  const toBring = a.serviceIds.flatMap((id) => s.config.services.get(id)?.whatToBring ?? [])
  return {
    title: `${visitName(s, a.serviceIds)} – ${s.config.name}`,
    place:
      isHere && location
        ? [location.name, ...addressLines(location)].join(', ')
        : s.words.channels[a.channel as 'phone'],
    details: toBring.length === 0 ? '' : `${s.words.toBring}: ${toBring.join(' ')}`,
    start: new Date(a.start),
    end: new Date(a.end),
  }
}

/** The UID of an appointment: permanent, and the same in all its objects. */
const uidOf = (id: string): string => `${id}@agenda`
/** The appointment id in a UID, or null when there is none. */
export function idOfUid(uid: string): string | null {
  const id = /^(\S{36})@agenda$/.exec(uid.trim())?.[1]?.toLowerCase() ?? ''
  return isUuid(id) ? id : null
}
/** Whether this service created the UID; this includes UIDs of feeds, which contain no appointment id. */
export const isOwnUid = (uid: string): boolean => uid.trim().endsWith('@agenda')
/** Replaces quotation marks, which a parameter value cannot contain (RFC 5545 §3.2). */
const plainName = (name: string): string => name.replace(/["\u0000-\u001f\u007f]/g, "'")

/** The VTIMEZONE of a time zone (RFC 5545 §3.6.5), or null when none is available. */
export function zoneBlock(zone: string): string | null {
  const { tzlib_get_ical_block: blockOf } = require('timezones-ical-library') as typeof Zones
  const [block] = blockOf(zone)
  return block?.startsWith('BEGIN:VTIMEZONE') ? block.replace(/^(TZID|X-LIC-LOCATION):.*$/gm, `$1:${zone}`) : null
}

/**
 * Whether local time in the zone identifies the instant. A local time that occurs twice in autumn means the first occurrence
 * (RFC 5545 §3.3.5), but clients differ, so such a time is written in UTC. So is a time for which no correct VTIMEZONE is available.
 */
function hasWallName(zone: string, at: number): boolean {
  const wall = wallOf(zone, at)
  if (wallWindow(zone, wall, wall + 1).length !== 2) return false
  const { tzlib_get_offset: offsetOf } = require('timezones-ical-library') as typeof Zones
  const [date = '', time = ''] = new Date(wall).toISOString().split('T')
  const said = /^([+-])(\d\d)(\d\d)$/.exec(offsetOf(zone, date, time.slice(0, 5)))
  const minutes = said ? (said[1] === '-' ? -1 : 1) * (Number(said[2]) * 60 + Number(said[3])) : NaN
  return minutes * MINUTE === wall - at
}

type Invitation = {
  method: 'PUBLISH' | 'REQUEST' | 'CANCEL'
  organizer?: { name: string; email: string }
  attendee?: { name: string; email: string }
  /** Whether replies go to an address that is read. */
  isAnswered?: boolean
  /** For the citizen's own copy: the code, and the page to find, move and cancel the appointment. */
  own?: { code: string; url: string }
}

const STATUS: Record<string, 'CANCELLED' | 'TENTATIVE' | 'CONFIRMED'> = { cancelled: 'CANCELLED', pending: 'TENTATIVE' }

/** The iCalendar object with its VTIMEZONE. SEQUENCE rises with every change of the appointment (RFC 5546 §2.1.4). */
export function calendarObject(s: Speaker, a: CalendarAppointment, invitation: Invitation): string {
  const { createEvent } = require('ics') as typeof Ics
  const { title, place, details } = entryOf(s, a)
  const block = hasWallName(a.timeZone, a.start) && hasWallName(a.timeZone, a.end) ? zoneBlock(a.timeZone) : null
  const at = (ms: number): Parts => utcParts(block === null ? ms : wallOf(a.timeZone, ms))
  const form = block === null ? 'utc' : 'local'
  const { method, organizer, attendee, own } = invitation
  const texts = [details, ...(own === undefined ? [] : [`${s.words.code}: ${own.code}`])].filter(Boolean).join('\n')
  const { error, value } = createEvent({
    productId: 'agenda',
    uid: uidOf(a.id),
    sequence: a.version - 1,
    method,
    title,
    location: place,
    ...(texts === '' ? {} : { description: texts }),
    start: at(a.start),
    end: at(a.end),
    startInputType: form,
    startOutputType: form,
    endInputType: form,
    endOutputType: form,
    status: method === 'CANCEL' ? 'CANCELLED' : (STATUS[a.status] ?? 'CONFIRMED'),
    created: a.createdAt,
    lastModified: a.updatedAt,
    ...(organizer ? { organizer: { ...organizer, name: plainName(organizer.name) } } : {}),
    ...(attendee
      ? {
          attendees: [
            {
              ...attendee,
              name: plainName(attendee.name),
              // Request a reply only when somebody reads it.
              rsvp: invitation.isAnswered === true,
              partstat: 'NEEDS-ACTION',
              role: 'REQ-PARTICIPANT',
              cutype: 'INDIVIDUAL',
            },
          ],
        }
      : {}),
    ...(method === 'CANCEL'
      ? {}
      : { alarms: [{ action: 'display', description: title, trigger: { hours: 2, before: true } }] }),
  })
  if (value == null) throw error ?? new Error('no calendar object')
  const object = block === null ? value : withZone(value, a.timeZone, block)
  // URL is added here, because the package rejects hosts without a top-level domain, such as those of an intranet.
  return refolded(own === undefined ? object : object.replace(/^UID:.*\r\n/m, (uid) => `${uid}URL:${own.url}\r\n`))
}

/** Adds the zone to floating times, and its definition before the first event. */
function withZone(object: string, zone: string, block: string): string {
  return object
    .replace(/^(DTSTART|DTEND):(\d{8}T\d{6})(?=\r?$)/gm, `$1;TZID=${zone}:$2`)
    .replace('BEGIN:VEVENT', `${block}\r\nBEGIN:VEVENT`)
}
