// PURE. The parts of a day, as people speak of them.
import { DAY, HOUR } from './interval.ts'
import { wallOf } from './zone.ts'

export type DayPart = 'morning' | 'afternoon'

/** From this hour on it is afternoon. */
const NOON = 13

/** Local hour of an instant (epoch ms), 0 to 23. */
export const hourOf = (zone: string, at: number): number => Math.floor((wallOf(zone, at) % DAY) / HOUR)

export const dayPartOf = (zone: string, at: number): DayPart => (hourOf(zone, at) < NOON ? 'morning' : 'afternoon')
