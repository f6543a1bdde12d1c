// The page that chooses office or channel. It is shown only if there is something to choose.
import type { FastifyRequest } from 'fastify'
import type { OfferedService } from '../../domain/catalogue/tenant-config.ts'
import type { Deps } from '../../domain/deps.ts'
import type { View } from '../pages.ts'
import type { Site } from '../site.ts'
import { firstTimes } from './available-times.ts'
import { selectionQuery } from './draft.ts'
import { onlyPlace } from './needed-steps.ts'
import { isInDraft, placePage } from './place.view.ts'
import { selectionOf, wishOf, type Wish } from './selection.ts'

/** Services that can be added to the same visit. */
export function addable(site: Site, wish: Wish): OfferedService[] {
  const ids = new Set(wish.services.map((s) => s.id))
  if (wish.visit.seats > 1 || wish.services.some((s) => !s.combinable)) return []
  return [...site.config.services.values()].filter(
    (s) =>
      !s.archived &&
      s.combinable &&
      s.seats === 1 &&
      !ids.has(s.id) &&
      wishOf(site.config, { service: [...ids, s.id] })?.visit.nowhere === false,
  )
}

/** The page that chooses the place. `path`: of the booking, without a slash at the end. */
export async function choosePlace(
  deps: Deps,
  request: FastifyRequest,
  site: Site,
  { wish, path, way }: { wish: Wish; path: string; way: string },
): Promise<View> {
  const only = onlyPlace(site.config, wish)
  if (only && !isInDraft(site, path)) {
    const selection = selectionOf(wish, only.channel)
    if (only.location) selection.locationId = only.location.id
    return { redirect: `${path}/time?${selectionQuery(selection).toString()}` }
  }
  const firsts = await firstTimes(deps, site, {
    visit: wish.visit,
    more: { minutes: wish.minutes, agentId: wish.agent?.id },
  })
  return placePage(site, { wish, firsts, more: addable(site, wish), way, path })
}
