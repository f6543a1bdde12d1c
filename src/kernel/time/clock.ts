// PURE. Wall-clock times as text.
import { MINUTE } from './interval.ts'

/** `08:30` → milliseconds since midnight; `24:00` is the end of the day. */
export function parseClock(text: string): number {
  const [hours = '0', minutes = '0'] = text.split(':')
  return (Number(hours) * 60 + Number(minutes)) * MINUTE
}
