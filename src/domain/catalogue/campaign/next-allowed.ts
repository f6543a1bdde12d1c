// PURE. Allowed hours of a campaign, computed once per day and time zone and cached per configuration.
import type { HolidayCalendar } from '../../../kernel/time/holiday-calendar.ts'
import { memoizeByObject } from '../../../kernel/memoize.ts'
import type { Spans } from '../../../kernel/time/interval.ts'
import { callingHoursOf, type Campaign } from './campaign.ts'
import { allowedFrom, firstSpan } from './calling-hours.ts'

/** The part of a tenant's configuration that allowed hours depend on. */
type Holidays = { holidays: ReadonlyMap<string, HolidayCalendar> }

const memoOf = memoizeByObject((_config: Holidays) => new Map<string, Spans>())
/** Most cached entries. Countries with many time zones take milliseconds per day; contact lists ask for the same days repeatedly. */
const MOST = 5_000

function spansFrom(config: Holidays, campaign: Campaign, zones: readonly string[], day: number): Spans {
  const memo = memoOf(config)
  const key = `${campaign.id} ${zones.join()} ${day}`
  let spans = memo.get(key)
  if (!spans) {
    spans = allowedFrom(callingHoursOf(campaign, config.holidays), zones, day)
    if (memo.size >= MOST) memo.clear()
    memo.set(key, spans)
  }
  return spans
}

/** The first allowed span at or after `at` (epoch ms), starting at `at` at the earliest; null when none begins within `days` days. */
export function nextAllowed(
  config: Holidays,
  campaign: Campaign,
  { zones, at, days = 14 }: { zones: readonly string[]; at: number; days?: number },
): { from: number; to: number } | null {
  return firstSpan((day) => spansFrom(config, campaign, zones, day), at, days)
}
