// PURE. Converts schedules to and from calendar availability (RFC 7953).
import type Ical from 'ical.js'
import type { Schedule, ScheduleRule } from '../../domain/catalogue/tenant-config.ts'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'
import { faultInRule } from '../../kernel/time/recurrence.ts'
import { formatDate, parseDate, weekdayOf } from '../../kernel/time/zone.ts'
import { folded } from './content-lines.ts'
import { utcText } from './ics-date.ts'
import { zoneBlock } from './ics-event.ts'
import { ical } from './ics-reply.ts'
import { parseClock } from '../../kernel/time/clock.ts'

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const FOREVER = Date.UTC(9000, 0, 1) / DAY
const wall = (ms: number): string => utcText(ms).slice(0, -1)

/** The first day from `day` on that a weekly rule includes; for other rules `day` itself. */
function firstDay(rrule: string, day: number): number {
  const days = /BYDAY=([A-Z,]+)/.exec(rrule)?.[1]?.split(',')
  if (!days || !/FREQ=WEEKLY/.test(rrule)) return day
  for (let i = 0; i < 7; i += 1) if (days.includes(DAYS[weekdayOf(day + i)]!)) return day + i
  return day
}

function availableLines(schedule: Schedule, rule: ScheduleRule, index: number): string[] {
  const { timeZone: zone } = schedule
  const day = firstDay(
    rule.rrule,
    rule.start === undefined ? schedule.fromDay : Math.max(parseDate(rule.start), schedule.fromDay),
  )
  const until = schedule.untilDay < FOREVER ? `;UNTIL=${wall(schedule.untilDay * DAY - 1000)}Z` : ''
  const rrule = /UNTIL=|COUNT=/.test(rule.rrule) ? rule.rrule : `${rule.rrule}${until}`
  return rule.windows.flatMap((window, i) => {
    const from = parseClock(window.from)
    const to = parseClock(window.to)
    return [
      'BEGIN:AVAILABLE',
      `UID:${schedule.id}-${index}-${i}@agenda`,
      `DTSTAMP:${utcText(schedule.fromDay * DAY)}`,
      `DTSTART;TZID=${zone}:${wall(day * DAY + from)}`,
      `DTEND;TZID=${zone}:${wall(day * DAY + (to <= from ? to + DAY : to))}`,
      `RRULE:${rrule}`,
      ...(rule.exceptions ?? []).map((date) => `EXDATE;TZID=${zone}:${wall(parseDate(date) * DAY + from)}`),
      'END:AVAILABLE',
    ]
  })
}

/** The recurring hours of an agent as VAVAILABILITY: time that is not AVAILABLE is BUSY-UNAVAILABLE. Leaves out breaks. */
export function availabilityObject(id: string, schedules: readonly Schedule[], stamp: number): string {
  const zones = [...new Set(schedules.map((schedule) => schedule.timeZone))]
  const lines = [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:agenda'],
    ...zones.flatMap((zone) => zoneBlock(zone)?.split('\r\n') ?? []),
    ...['BEGIN:VAVAILABILITY', `UID:${id}@agenda`, `DTSTAMP:${utcText(stamp)}`, 'BUSYTYPE:BUSY-UNAVAILABLE'],
    ...schedules.flatMap((schedule) => schedule.rules.flatMap((rule, i) => availableLines(schedule, rule, i))),
    ...['END:VAVAILABILITY', 'END:VCALENDAR', ''],
  ]
  return lines.map(folded).join('\r\n')
}

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

export type ReadAvailability = { timeZone: string | null; validFrom: string; rules: ScheduleRule[] }

/**
 * Reads the hours of a VAVAILABILITY into one schedule. Throws a sentence about what a schedule cannot represent: several time
 * zones, unsupported recurrences, hours of more than a day.
 */
export function readAvailability(text: string): ReadAvailability {
  const { parse, Component } = ical()
  const calendar = new Component(parse(text) as unknown[])
  const parts = calendar.getAllSubcomponents('vavailability').flatMap((one) => one.getAllSubcomponents('available'))
  if (parts.length === 0) throw new Error('no AVAILABLE')
  const zones = new Set<string>()
  const days: number[] = []
  const rules = parts.map((part): ScheduleRule => {
    const start = part.getFirstPropertyValue('dtstart') as Ical.Time | null
    const end = part.getFirstPropertyValue('dtend') as Ical.Time | null
    const duration = part.getFirstPropertyValue('duration') as Ical.Duration | null
    if (!start) throw new Error('AVAILABLE without DTSTART')
    zones.add(String(part.getFirstProperty('dtstart')!.getFirstParameter('tzid') ?? ''))
    const from = start.hour * 60 + start.minute
    const length = end ? wallMs(end) - wallMs(start) : (duration?.toSeconds() ?? 0) * 1000
    if (length <= 0 || length > DAY) throw new Error('AVAILABLE of no or more than a day')
    const to = (from + length / MINUTE) % 1440
    const day = Math.floor(wallMs(start) / DAY)
    days.push(day)
    const rrule = String((part.getFirstPropertyValue('rrule') as Ical.Recur | null) ?? 'FREQ=DAILY;COUNT=1')
    const fault = faultInRule(rrule)
    if (fault !== null) throw new Error(`RRULE: ${fault}`)
    const exceptions = part.getAllProperties('exdate').flatMap((p) => (p.getValues() as Ical.Time[]).map(dateText))
    return {
      rrule,
      start: formatDate(day),
      ...(exceptions.length > 0 ? { exceptions } : {}),
      windows: [{ from: clock(from), to: to === 0 ? '24:00' : clock(to) }],
    }
  })
  if (zones.size > 1) throw new Error('several time zones')
  const [zone = ''] = zones
  return { timeZone: zone === '' ? null : zone, validFrom: formatDate(Math.min(...days)), rules }
}

const wallMs = (t: Ical.Time): number => Date.UTC(t.year, t.month - 1, t.day, t.hour, t.minute, t.second)
const dateText = (t: Ical.Time): string => formatDate(Math.floor(wallMs(t) / DAY))
