// PURE. Writes slots as the JSON of the API. The text is built by hand for speed: a month repeats the same few fields hundreds of
// times, and the cache stores this text.
import { MINUTE } from '../../kernel/time/interval.ts'
import { formatDate, offsetAt, dayOf } from '../../kernel/time/zone.ts'
import type { Slot } from './search.ts'

type SlotList = {
  timeZone: string
  from: string
  to: string
  serviceIds: readonly string[]
  durationMinutes: number
  agentId: string | null
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n))

/** RFC 3339 with offset, to the second; like `formatInstant`, but faster, since it reuses the date text. */
function instantText(date: string, wall: number, offset: number): string {
  const minutes = Math.floor((wall % 86_400_000) / MINUTE)
  const seconds = Math.floor((wall % MINUTE) / 1000)
  const shift = Math.abs(offset) / MINUTE
  const clock = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds)}`
  return `${date}T${clock}${offset < 0 ? '-' : '+'}${two(Math.floor(shift / 60))}:${two(Math.floor(shift % 60))}`
}

/** One slot as JSON text. */
function slotText(zone: string, slot: Slot, durationMs: number, dateOf: (day: number) => string): string {
  const end = slot.start + durationMs
  const startOffset = offsetAt(zone, slot.start)
  const endOffset = offsetAt(zone, end)
  const startDay = Math.floor((slot.start + startOffset) / 86_400_000)
  const endDay = Math.floor((end + endOffset) / 86_400_000)
  return (
    `{"start":"${instantText(dateOf(startDay), slot.start + startOffset, startOffset)}",` +
    `"end":"${instantText(dateOf(endDay), end + endOffset, endOffset)}",` +
    `"locationId":"${slot.locationId}","remaining":${slot.remaining}}`
  )
}

/** Groups slots by local date in `list.timeZone` and returns the whole answer of `GET /v1/slots`. */
export function renderSlots(list: SlotList, slots: readonly Slot[]): string {
  const dates = new Map<number, string>()
  const dateOf = (day: number): string => {
    let date = dates.get(day)
    if (date === undefined) dates.set(day, (date = formatDate(day)))
    return date
  }
  const days: string[] = []
  let current = -1
  let texts: string[] = []
  const flush = (): void => {
    if (texts.length > 0) days.push(`{"date":"${dateOf(current)}","slots":[${texts.join(',')}]}`)
    texts = []
  }
  for (const slot of slots) {
    const day = dayOf(list.timeZone, slot.start)
    if (day !== current) {
      flush()
      current = day
    }
    texts.push(slotText(list.timeZone, slot, list.durationMinutes * MINUTE, dateOf))
  }
  flush()
  return `${JSON.stringify({ ...list, total: slots.length }).slice(0, -1)},"days":[${days.join(',')}]}`
}
