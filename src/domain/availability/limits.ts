// PURE. Daily and weekly limits: the local period in which an appointment counts, the counters it uses, and the full periods.
import { DAY, union, type Spans } from '../../kernel/time/interval.ts'
import { dayOf, formatDate, startOfDay, weekdayOf } from '../../kernel/time/zone.ts'
import type { Audience, Limit, LimitScope } from '../catalogue/visit.ts'

export type ServiceLimit = Limit & { serviceId: string }

/** First local day of the period of `start`: the day itself, or the Monday of its ISO week. */
export function periodStart(period: Limit['period'], zone: string, start: number): number {
  const day = dayOf(zone, start)
  return period === 'day' ? day : day - weekdayOf(day)
}

/** Key of a limit's counter for one subject (the agent's, service's or contact's id). */
function counterKey(limit: ServiceLimit, subjectId: string): string {
  return `${limit.scope}:${subjectId}:${limit.period}:${limit.audience ?? 'all'}`
}

export type Counter = {
  serviceId: string
  key: string
  scope: LimitScope
  subjectId: string
  period: Limit['period']
  audience: Audience | undefined
  periodStart: string
  max: number
  from: number
  until: number
}

/** For whom and where limits are looked at: days and weeks are those of `zone`. */
type LimitView = {
  zone: string
  subjects: { agentId: string; contactId: string | null }
  audience: Audience
}

/** The counters that an appointment at `start` increments, in a fixed order so that all transactions lock them in the same order. */
export function countersOf(
  limits: readonly ServiceLimit[],
  { zone, start, subjects, audience }: LimitView & { start: number },
): Counter[] {
  const counters = limits.flatMap((limit): Counter[] => {
    if (limit.audience !== undefined && limit.audience !== audience) return []
    const subjectId =
      limit.scope === 'agent' ? subjects.agentId : limit.scope === 'contact' ? subjects.contactId : limit.serviceId
    if (subjectId === null) return []
    const first = periodStart(limit.period, zone, start)
    const length = limit.period === 'day' ? 1 : 7
    return [
      {
        serviceId: limit.serviceId,
        key: counterKey(limit, subjectId),
        scope: limit.scope,
        subjectId,
        period: limit.period,
        audience: limit.audience,
        periodStart: formatDate(first),
        max: limit.max,
        from: startOfDay(zone, first),
        until: startOfDay(zone, first + length),
      },
    ]
  })
  return counters.sort((a, b) => (a.serviceId + a.key).localeCompare(b.serviceId + b.key))
}

/** The fields of an appointment that limits need. */
export type Counted = {
  serviceIds: readonly string[]
  agentId: string
  contactId: string | null
  start: number
  audience: Audience
}

/** Days and weeks of `zone` in which a limit that applies to this caller is reached, as spans of instants. */
export function fullPeriods(
  limits: readonly ServiceLimit[],
  counted: readonly Counted[],
  { zone, subjects, audience }: LimitView,
): { days: Spans; weeks: Spans } {
  const result: { days: number[][]; weeks: number[][] } = { days: [], weeks: [] }
  for (const limit of limits) {
    if (limit.audience !== undefined && limit.audience !== audience) continue
    if (limit.scope === 'contact' && subjects.contactId === null) continue
    const used = new Map<number, number>()
    for (const c of counted) {
      if (!c.serviceIds.includes(limit.serviceId)) continue
      if (limit.audience !== undefined && c.audience !== limit.audience) continue
      if (limit.scope === 'agent' && c.agentId !== subjects.agentId) continue
      if (limit.scope === 'contact' && c.contactId !== subjects.contactId) continue
      const first = periodStart(limit.period, zone, c.start)
      used.set(first, (used.get(first) ?? 0) + 1)
    }
    for (const [first, count] of used) {
      if (count < limit.max) continue
      const last = first + (limit.period === 'day' ? 1 : 7)
      result[limit.period === 'day' ? 'days' : 'weeks'].push([startOfDay(zone, first), startOfDay(zone, last)])
    }
  }
  return { days: union(...result.days), weeks: union(...result.weeks) }
}

/** Margin in ms around a range of starts, so that every day (or week) in it is counted completely. */
export function limitMargin(limits: readonly Limit[]): number {
  return limits.some((limit) => limit.period === 'week') ? 8 * DAY : 2 * DAY
}
