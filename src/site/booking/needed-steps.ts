// PURE. Which steps a visit needs: a page is shown only if it asks something.
import type { Location, TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Channel, Visit } from '../../domain/catalogue/visit.ts'
import type { Step } from './draft.ts'
import { locationsOver, type Wish } from './selection.ts'

/** A place to choose: an office, or a channel that needs none. */
type Place = { channel: Channel; location: Location | null }

/** All places of a visit: each office, then each channel without an office. */
function placesOf(config: TenantConfig, visit: Visit, channel?: Channel): Place[] {
  return visit.channels
    .filter((c) => channel === undefined || c === channel)
    .flatMap((c): Place[] => {
      const locations = locationsOver(config, visit, c)
      if (c === 'in_person') return locations.map((location) => ({ channel: c, location }))
      return locations.length > 0 ? [{ channel: c, location: null }] : []
    })
}

/** Whether the service lets people choose how long, or how many come. */
const asksMore = ({ services, visit }: Pick<Wish, 'services' | 'visit'>): boolean =>
  visit.seats > 1 || (services.length === 1 && services[0]!.durationOptions.length > 0)

/** The place, if there is nothing to choose; else null. */
export function onlyPlace(config: TenantConfig, wish: Wish): Place | null {
  const places = placesOf(config, wish.visit, wish.channel)
  return places.length === 1 && !asksMore(wish) ? places[0]! : null
}

/** The steps of a visit in their order. */
export function neededSteps(config: TenantConfig, wish: Pick<Wish, 'services' | 'visit'>): Step[] {
  const asksPlace = placesOf(config, wish.visit).length > 1 || asksMore(wish)
  return [
    ...(asksPlace ? (['place'] as const) : []),
    'time',
    ...(wish.visit.questions.length > 0 ? (['details'] as const) : []),
    'applicant',
    'summary',
  ]
}
