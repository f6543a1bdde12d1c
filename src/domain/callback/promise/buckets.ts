// PURE. Windows that can be promised: time buckets of the campaign's day within the allowed calling hours.
import { allowedSpans, type CallingHours } from '../../catalogue/campaign/calling-hours.ts'
import { MINUTE } from '../../../kernel/time/interval.ts'
import { dayOf, startOfDay } from '../../../kernel/time/zone.ts'

/** One bucket: `start` identifies its counter; [from, to) is the part of it in which calls are allowed. Epoch ms. */
export type Bucket = { start: number; from: number; to: number }

/** Start of the bucket that contains `at`; buckets count elapsed time from local midnight in the campaign's time zone. */
function bucketStart(zone: string, minutes: number, at: number): number {
  const midnight = startOfDay(zone, dayOf(zone, at))
  return midnight + Math.floor((at - midnight) / (minutes * MINUTE)) * minutes * MINUTE
}

type BucketRange = {
  zones: readonly string[]
  minutes: number
  from: number
  to: number
}

/** Buckets with allowed time in [from, to), ascending. Leaves out a bucket of which less than a third is allowed. */
export function bucketsIn(calling: CallingHours, { zones, minutes, from, to }: BucketRange): Bucket[] {
  const buckets: Bucket[] = []
  const spans = allowedSpans(calling, { zones, from, to, skew: 0 })
  for (let i = 0; i < spans.length; i += 2) {
    for (let at = spans[i]!; at < spans[i + 1]!;) {
      const start = bucketStart(calling.timeZone, minutes, at)
      // The last bucket ends at midnight, whatever the length of the day.
      const next = Math.min(start + minutes * MINUTE, startOfDay(calling.timeZone, dayOf(calling.timeZone, at) + 1))
      const end = Math.min(next, spans[i + 1]!)
      const last = buckets.at(-1)
      if (last?.start === start) last.to = end
      else if (end - at >= (minutes * MINUTE) / 3) buckets.push({ start, from: at, to: end })
      at = next
    }
  }
  return buckets
}
