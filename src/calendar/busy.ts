// PURE. Busy time in a calendar from elsewhere: recurrences, exceptions and zones expanded by ical.js, names of zones read by ours.
import type Ical from 'ical.js'
import { DAY, union } from '../time/interval.ts'
import { instantOf, isZone } from '../time/zone.ts'
import { failure } from '../outbound/answer.ts'
import { isOwnUid } from './ics-event.ts'
import { ical } from './ics-reply.ts'

/** Occurrences that one calendar may take to expand, and spans that it may take of an agent's time. */
const [MOST_STEPS, MOST_SPANS] = [100_000, 5_000]
const TOO_FINE = new Set(['SECONDLY', 'MINUTELY', 'HOURLY'])

/** An instant as epoch ms. `stated`: the zone that the event names. A zone that has a name of the IANA database is read by that, else by what the calendar says of it. */
function instantIn(time: Ical.Time, stated: string, fallback: string): number {
  const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second)
  const own = (time.zone as { tzid?: string } | null)?.tzid ?? 'floating'
  // A zone that is named and not described is floating to the parser.
  const name = own === 'floating' && stated !== '' ? stated : own
  if (name === 'UTC' || name === 'Z') return wall
  if (isZone(name)) return instantOf(name, wall)
  // Floating times are the agent's own clock.
  return own === 'floating' ? instantOf(fallback, wall) : time.toUnixTime() * 1000
}

type Occurrence = { startDate: Ical.Time; endDate: Ical.Time; item: Ical.Event }
type Reader = { from: number; to: number; zone: string; steps: number; spans: number[] }

const zoneIn = (component: Ical.Component): string =>
  String(component.getFirstProperty('dtstart')?.getFirstParameter('tzid') ?? '')

function add(reader: Reader, start: Ical.Time, end: Ical.Time, stated: string): number {
  const begin = instantIn(start, stated, reader.zone)
  const over = instantIn(end, stated, reader.zone)
  if (over > begin && begin < reader.to && over > reader.from)
    reader.spans.push(Math.max(begin, reader.from), Math.min(over, reader.to))
  return begin
}

function readEvent(reader: Reader, event: Ical.Event): void {
  if (!event.isRecurring()) {
    add(reader, event.startDate, event.endDate, zoneIn(event.component))
    return
  }
  const frequency = (event.component.getFirstPropertyValue('rrule') as Ical.Recur | null)?.freq
  if (frequency && TOO_FINE.has(frequency)) throw failure('too_many')
  const occurrences = event.iterator()
  for (let next = occurrences.next(); next; next = occurrences.next()) {
    reader.steps += 1
    if (reader.steps > MOST_STEPS) throw failure('too_many')
    const { startDate, endDate, item } = event.getOccurrenceDetails(next) as Occurrence
    const isMoved = item !== event
    if (isMoved && isFree(item.component)) continue
    const begin = add(reader, startDate, endDate, zoneIn(item.component))
    // Exceptions may lie anywhere; those beyond the end of the rule's own times are read by themselves.
    if (!isMoved && begin > reader.to + DAY) return
  }
}

function isFree(component: Ical.Component): boolean {
  const text = (name: string): string => String(component.getFirstPropertyValue(name) ?? '').toUpperCase()
  return text('status') === 'CANCELLED' || text('transp') === 'TRANSPARENT'
}

/**
 * Busy time in [from, to) (epoch ms): disjoint, ascending. Cancelled and transparent events are free, and so are our own, which we
 * wrote there. Throws on text that is no iCalendar object, and on one that would take too long to expand.
 * @param zone the clock of times that name none
 */
export function busyIn(texts: readonly string[], zone: string, from: number, to: number): number[] {
  const { parse, Component, Event } = ical()
  const reader: Reader = { from, to, zone, steps: 0, spans: [] }
  for (const text of texts) {
    const calendar = new Component(parse(text) as unknown[])
    const events = calendar.getAllSubcomponents('vevent')
    const exceptions = Map.groupBy(
      events.filter((event) => event.hasProperty('recurrence-id')),
      (event) => String(event.getFirstPropertyValue('uid')),
    )
    for (const component of events) {
      const uid = String(component.getFirstPropertyValue('uid'))
      if (component.hasProperty('recurrence-id') || isOwnUid(uid) || isFree(component)) continue
      if (!component.hasProperty('dtstart')) continue
      const own = exceptions.get(uid) ?? []
      readEvent(reader, new Event(component, { exceptions: own, strictExceptions: false }))
    }
    // VFREEBUSY (RFC 5545 §3.6.4): what a calendar says without saying why.
    for (const component of calendar.getAllSubcomponents('vfreebusy'))
      for (const property of component.getAllProperties('freebusy')) {
        if (String(property.getFirstParameter('fbtype') ?? 'BUSY').toUpperCase() === 'FREE') continue
        for (const value of property.getValues() as Ical.Period[]) add(reader, value.start, value.getEnd(), '')
      }
  }
  const busy = union(pairs(reader.spans))
  if (busy.length > 2 * MOST_SPANS) throw failure('too_many')
  return busy
}

/** As union takes them: ascending. */
function pairs(spans: readonly number[]): number[] {
  const list: [number, number][] = []
  for (let i = 0; i < spans.length; i += 2) list.push([spans[i]!, spans[i + 1]!])
  return list.sort((a, b) => a[0] - b[0]).flat()
}
