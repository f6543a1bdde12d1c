// PURE. Text messages: number of segments, and quiet hours.
import { createRequire } from 'node:module'
import type { SegmentedMessage as Segmented } from 'sms-segments-calculator'
import { DAY } from '../../kernel/time/interval.ts'
import { dayOf, instantOf } from '../../kernel/time/zone.ts'
import type { TextDocument } from './message.ts'
import { parseClock } from '../../kernel/time/clock.ts'

const require = createRequire(import.meta.url)

/** Replaces characters that would double the cost, and counts the segments (3GPP TS 23.038). */
export function textDocument(text: string): TextDocument {
  const { SegmentedMessage } = require('sms-segments-calculator') as { SegmentedMessage: typeof Segmented }
  const counted = new SegmentedMessage(text, 'auto', true)
  return {
    text: counted.graphemes.join(''),
    encoding: counted.encodingName === 'UCS-2' ? 'UCS-2' : 'GSM-7',
    segments: counted.segmentsCount,
  }
}

/** The earliest instant at or after `at` (epoch ms) outside the quiet hours in the time zone. */
export function afterQuietHours(quiet: { from: string; to: string }, zone: string, at: number): number {
  const [from, to] = [parseClock(quiet.from), parseClock(quiet.to)]
  if (from === to) return at
  const today = dayOf(zone, at)
  for (const day of [today - 1, today]) {
    const begin = instantOf(zone, day * DAY + from)
    const end = instantOf(zone, day * DAY + to + (to <= from ? DAY : 0))
    if (at >= begin && at < end) return end
  }
  return at
}
