// PURE. Allowed hours of a campaign as they are configured now, worked out once a day and zone and kept with the configuration.
import type { TenantConfig } from '../availability/model.ts'
import { DAY, type Spans } from '../time/interval.ts'
import { callingHoursOf, type Campaign } from './campaign.ts'
import { allowedSpans } from './hours.ts'

const memos = new WeakMap<TenantConfig, Map<string, Spans>>()
/** Countries with many zones take milliseconds a day; a list of contacts asks for the same days again and again. */
const MOST = 5_000

function spansFrom(config: TenantConfig, campaign: Campaign, zones: readonly string[], day: number): Spans {
  let memo = memos.get(config)
  if (!memo) memos.set(config, (memo = new Map<string, Spans>()))
  const key = `${campaign.id} ${zones.join()} ${day}`
  let spans = memo.get(key)
  if (!spans) {
    spans = allowedSpans(callingHoursOf(campaign, config.holidays), zones, day * DAY, (day + 3) * DAY)
    if (memo.size >= MOST) memo.clear()
    memo.set(key, spans)
  }
  return spans
}

/** The first allowed span at or after `at` (epoch ms), begun at `at` at the earliest; null within `days` days. */
export function nextAllowed(
  config: TenantConfig,
  campaign: Campaign,
  zones: readonly string[],
  at: number,
  days = 14,
): { from: number; to: number } | null {
  const today = Math.floor(at / DAY)
  for (let day = today; day <= today + days; day += 1) {
    const spans = spansFrom(config, campaign, zones, day)
    for (let i = 0; i < spans.length; i += 2)
      if (spans[i + 1]! > at && spans[i]! < (day + 1) * DAY) return { from: Math.max(at, spans[i]!), to: spans[i + 1]! }
  }
  return null
}

/** Whether somebody whose clock may be any of `zones` may be called at `at`, by the configuration as it is. */
export function isAllowed(config: TenantConfig, campaign: Campaign, zones: readonly string[], at: number): boolean {
  return nextAllowed(config, campaign, zones, at, 0)?.from === at
}
