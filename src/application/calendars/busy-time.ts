// PURE. Busy time of an external calendar: ical.js expands recurrences, exceptions and zones; we resolve IANA zone names.
import type Ical from 'ical.js'
import { DAY, union } from '../../kernel/time/interval.ts'
import { instantOf, isZone } from '../../kernel/time/zone.ts'
import { failure } from '../../platform/http-client/failure.ts'
import { isOwnUid } from './ics-event.ts'
import { ical } from './ics-reply.ts'

/** Limits per calendar: occurrences to expand, and busy spans. */
const [MOST_STEPS, MOST_SPANS] = [100_000, 5_000]
const TOO_FINE = new Set(['SECONDLY', 'MINUTELY', 'HOURLY'])

/**
 * Converts a calendar time to epoch ms. `stated`: the zone that the event names. Uses the IANA database when it knows the zone,
 * else the definition in the calendar.
 */
function instantIn(time: Ical.Time, stated: string, fallback: string): number {
  const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second)
  const own = (time.zone as { tzid?: string } | null)?.tzid ?? 'floating'
  // ical.js treats a zone that is named but not defined as floating.
  const name = own === 'floating' && stated !== '' ? stated : own
  if (name === 'UTC' || name === 'Z') return wall
  if (isZone(name)) return instantOf(name, wall)
  // Floating times are in the agent's own time zone.
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
    // Only a regular occurrence ends the loop, because a moved one may start at any time; with a margin of one day.
    if (!isMoved && begin > reader.to + DAY) return
  }
}

function isFree(component: Ical.Component): boolean {
  const text = (name: string): string => String(component.getFirstPropertyValue(name) ?? '').toUpperCase()
  return text('status') === 'CANCELLED' || text('transp') === 'TRANSPARENT'
}

/**
 * Busy time in [from, to) (epoch ms): disjoint, ascending. Cancelled and transparent events count as free, and so do events that we
 * wrote ourselves. Throws on text that is not iCalendar, and with `failure` `too_many` on one that is too expensive to expand.
 * @param zone time zone for times that name none
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
    // VFREEBUSY (RFC 5545 §3.6.4): busy time without details.
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

/** Sorts spans ascending, as `union` requires. */
function pairs(spans: readonly number[]): number[] {
  const list: [number, number][] = []
  for (let i = 0; i < spans.length; i += 2) list.push([spans[i]!, spans[i + 1]!])
  return list.sort((a, b) => a[0] - b[0]).flat()
}
