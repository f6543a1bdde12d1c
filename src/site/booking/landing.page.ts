// The landing page: what can be booked, found by any word and narrowed down, with the first free times.
import type { FastifyRequest } from 'fastify'
import { queryFields } from '../../http/fields.ts'
import { publicCampaigns } from '../../domain/catalogue/campaign/campaign.ts'
import { NEEDS, type OfferedService } from '../../domain/catalogue/tenant-config.ts'
import type { Deps } from '../../domain/deps.ts'
import { formatDate, isCalendarDate, dayOf, parseDate } from '../../kernel/time/zone.ts'
import { firstText, type Fields } from '../../ui/form-input.ts'
import type { View } from '../pages.ts'
import { draftsOf, draftSignature, type Site } from '../site.ts'
import { frequentIds, meets, offersOf, type Filter, type ServiceOffer } from './available-times.ts'
import { requireDraft } from './drafts.ts'
import { landingPage, type Landing } from './landing.view.ts'
import { searchServices } from './service-search.ts'
import { CHANNELS, findNamed } from './selection.ts'

/** Services shown with their free times at once; citizens find the others by search. */
const MOST_SHOWN = 40
const MOST_FREQUENT = 4
const PARTS = ['morning', 'afternoon'] as const

/** The filters of the URL; unknown values are ignored. */
function filterOf(site: Site, query: Fields): Filter {
  const date = firstText(query, 'date')
  return {
    channel: CHANNELS.find((c) => c === firstText(query, 'channel')),
    locationId: findNamed(site.config.locations, firstText(query, 'location') || undefined)?.id,
    need: NEEDS.find((n) => n === firstText(query, 'need')),
    part: PARTS.find((p) => p === firstText(query, 'part')),
    day: isCalendarDate(date) && parseDate(date) >= dayOf(site.config.timeZone, site.now) ? parseDate(date) : undefined,
  }
}

/** Whether a service can be booked at all under the filter, apart from its times. */
function fits(site: Site, service: OfferedService, { channel, locationId, need }: Filter): boolean {
  if (channel !== undefined && !service.channels.some((c) => c.type === channel)) return false
  const offices = [...site.config.locations.values()].filter(
    (l) => !l.archived && (service.locationIds.length === 0 || service.locationIds.includes(l.id)),
  )
  if (locationId !== undefined && !offices.some((l) => l.id === locationId)) return false
  return offices.some((l) => meets([service], l, need))
}

/** The bookings that this browser has begun and still holds. */
async function begunBy(deps: Deps, request: FastifyRequest, site: Site): Promise<Landing['begun']> {
  for (const id of draftsOf(request, site).slice(0, 2)) {
    const draft = await requireDraft(deps, site.tenantId, id).catch(() => null)
    if (draft && draft.appointmentId === null && draft.held && draft.held.until > site.now)
      return { id, selection: draft.selection, held: draft.held }
  }
  return null
}

/** The offers by category, those without one last; one group where every category would hold a single service. */
function byCategory(
  site: Site,
  offers: readonly ServiceOffer[],
): { category: string | null; offers: ServiceOffer[] }[] {
  const groups = [...Map.groupBy(offers, ({ service }) => service.category ?? null)]
  if (groups.length > 1 && groups.every(([, list]) => list.length === 1))
    return [{ category: null, offers: [...offers] }]
  return groups
    .sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : a.localeCompare(b, site.language)))
    .map(([category, list]) => ({ category, offers: list }))
}

export async function landing(deps: Deps, request: FastifyRequest, site: Site): Promise<View> {
  const query = queryFields(request)
  const words = firstText(query, 'q').trim().slice(0, 80)
  const filter = filterOf(site, query)
  const all = [...site.config.services.values()].filter((s) => !s.archived)
  const hits = words === '' ? null : searchServices(site.config, all, words)
  const matching = (hits ?? all).filter((s) => fits(site, s, filter))
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  // A search never ends in nothing: what cannot be found is answered with everything there is.
  const isNothing = matching.length === 0
  const found = isNothing ? all : matching
  const sorted = hits && !isNothing ? found : found.toSorted((a, b) => a.name.localeCompare(b.name, site.language))
  const ranked = words === '' && !isFiltered && all.length > MOST_FREQUENT + 2 ? await frequentIds(deps, site) : []
  const frequent = ranked.flatMap((id) => sorted.find((s) => s.id === id) ?? []).slice(0, MOST_FREQUENT)
  const rest = sorted.filter((s) => !frequent.includes(s)).slice(0, MOST_SHOWN)
  const shown = isNothing ? {} : filter
  const [frequentOffers, offers] = await Promise.all([
    offersOf(deps, site, frequent, shown),
    offersOf(deps, site, rest, shown),
  ])
  const groups = hits && !isNothing ? [{ category: null, offers }] : byCategory(site, offers)
  const draftId = deps.newId()
  return landingPage(site, {
    query: words,
    filter,
    date: filter.day === undefined ? '' : formatDate(filter.day),
    channels: CHANNELS.filter((c) => all.some((s) => s.channels.some((o) => o.type === c))),
    offices: [...site.config.locations.values()].filter((l) => !l.archived && l.kind !== 'call_room'),
    needs: NEEDS.filter(
      (n) =>
        all.some((s) => s.supports?.includes(n)) ||
        [...site.config.locations.values()].some((l) => !l.archived && l.features?.includes(n)),
    ),
    frequent: frequentOffers,
    groups,
    total: matching.length,
    isSearch: hits !== null,
    isFiltered,
    hasCallbacks: publicCampaigns(site.config.campaigns).length > 0,
    wasAbandoned: firstText(query, 'said') === 'abandoned',
    begun: await begunBy(deps, request, site),
    draft: `${draftId}.${draftSignature(site, draftId)}`,
  })
}
