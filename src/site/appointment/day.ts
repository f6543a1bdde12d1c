// What a citizen is told on the day itself: whether "I am here" is offered, and how late the office is.
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import { lastCompleted } from '../../domain/appointment/appointment-figures.sql.ts'
import type { Location } from '../../domain/catalogue/tenant-config.ts'
import type { Deps } from '../../domain/deps.ts'
import { HOUR, MINUTE } from '../../kernel/time/interval.ts'
import { dayOf, startOfDay } from '../../kernel/time/zone.ts'
import type { Site } from '../site.ts'

/** How long before its start a citizen can say that they are there (ms). */
const EARLY = HOUR
/** Delays are told from this many minutes on, in steps of five. */
const LEAST_DELAY = 10

type Place = { latitude: number; longitude: number; radius: number }

/** Where the office is, and how near one must be; null if it has no radius or no position. */
export function placeOf(location: Location | undefined): Place | null {
  const { latitude, longitude } = location?.address ?? {}
  const radius = location?.arrivalRadius
  return radius === undefined || latitude === undefined || longitude === undefined
    ? null
    : { latitude, longitude, radius }
}

const EARTH = 6_371_000
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Metres between two places in degrees (haversine formula on a sphere; off by 0.5 % at most). */
export function metresBetween(
  a: { latitude: number; longitude: number },
  b: { latitude: number; longitude: number },
): number {
  const [up, along] = [radians(b.latitude - a.latitude) / 2, radians(b.longitude - a.longitude) / 2]
  const h = Math.sin(up) ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(along) ** 2
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** Whether "I am here" is offered now: at an office with a sign or a radius, on time, and not said yet. */
export function mayArrive(site: Site, a: Appointment): boolean {
  const start = a.starts_at.getTime()
  const location = site.config.locations.get(a.location_id)
  const hasSign = location?.arrivalCode !== undefined || placeOf(location) !== null
  const isNow = site.now >= start - EARLY && site.now < a.ends_at.getTime()
  return hasSign && isNow && a.channel === 'in_person' && a.status === 'confirmed'
}

/**
 * Minutes by which the office is behind today: how long after their planned end the latest visits ended, in the middle of three.
 * Null when nothing is known, or the appointment is not today.
 */
export async function delayOf(deps: Deps, site: Site, a: Appointment): Promise<number | null> {
  const zone = a.time_zone
  const day = dayOf(zone, site.now)
  const isSoon = dayOf(zone, a.starts_at.getTime()) === day && a.ends_at.getTime() > site.now
  if (!isSoon || a.channel !== 'in_person' || a.status !== 'confirmed') return null
  const since = new Date(Math.max(startOfDay(zone, day), site.now - 2 * HOUR))
  const ended = await lastCompleted(deps.db.kysely, site.tenantId, { locationId: a.location_id, since, limit: 3 })
  if (ended.length === 0) return null
  const delays = ended.map((e) => (e.outcome_at!.getTime() - e.ends_at.getTime()) / MINUTE).sort((x, y) => x - y)
  const middle = delays[Math.floor(delays.length / 2)]!
  return middle < LEAST_DELAY ? 0 : Math.round(middle / 5) * 5
}
