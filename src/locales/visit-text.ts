// PURE. A visit in words: its name, span and place, for pages, messages and calendars.
import type { Location, TenantConfig } from '../domain/catalogue/tenant-config.ts'
import { dateOf, exactClock } from './dates.ts'
import type { Language } from '../kernel/language.ts'

/** `martedì 24 novembre 2026, 10:00–10:20`. */
export function spanOf(reader: { language: Language }, zone: string, start: number, end: number): string {
  return `${dateOf(reader.language, zone, start)}, ${exactClock(zone, start)}–${exactClock(zone, end)}`
}

export function addressLines(location: Location): string[] {
  const a = location.address
  if (!a) return []
  const town = [a.postalCode, a.city, a.province !== undefined ? `(${a.province})` : undefined]
  return [a.street ?? '', town.filter(Boolean).join(' ')].filter((line) => line !== '')
}

/** Link to a map. Nothing of a third party is embedded in our page. */
export function mapLink(location: Location): string | null {
  const a = location.address
  if (!a) return null
  if (a.latitude !== undefined && a.longitude !== undefined)
    return `https://www.openstreetmap.org/?mlat=${a.latitude}&mlon=${a.longitude}#map=18/${a.latitude}/${a.longitude}`
  return `https://www.openstreetmap.org/search?query=${encodeURIComponent(addressLines(location).join(', '))}`
}

export const visitName = (office: { config: TenantConfig }, serviceIds: readonly string[]): string =>
  serviceIds.map((id) => office.config.services.get(id)?.name ?? '–').join(' + ')
