// Ratings of visits by REST: the list, with the follow-up of bad ratings, and the figures.
import type { Api } from '../http/api.ts'
import { withScope } from '../http/route.ts'
import Type from 'typebox'
import type { Deps } from '../domain/deps.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { DateTime, Id, LocalDate, Nullable } from '../platform/schema/schema.ts'
import { DAY } from '../kernel/time/interval.ts'
import { formatInstant, parseDate, startOfDay } from '../kernel/time/zone.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { ratedBetween } from '../domain/appointment/appointment.sql.ts'
import { recoveryOf } from '../application/follow-up/low-rating.ts'
import { documentOf } from '../domain/appointment/appointment-document.ts'

const MOST = 1_000
const RatingShown = Type.Object(
  {
    appointmentId: Id,
    start: Type.String(),
    serviceIds: Type.Array(Id),
    locationId: Id,
    agentId: Id,
    stars: Type.Integer(),
    recommendation: Nullable(Type.Integer()),
    reasons: Type.Array(Type.String()),
    comment: Type.Optional(Nullable(Type.String())),
    at: DateTime,
    recovery: Nullable(
      Type.Object(
        { callbackId: Id, status: Type.String(), outcome: Nullable(Type.String()) },
        { additionalProperties: false, description: 'The callback that a low rating opened' },
      ),
    ),
  },
  { additionalProperties: false, title: 'Rating' },
)
const RatingsShown = Type.Object(
  {
    items: Type.Array(RatingShown),
    figures: Type.Object(
      {
        count: Type.Integer(),
        averageStars: Nullable(Type.Number()),
        netPromoterScore: Nullable(Type.Integer({ description: '9 and 10 less 0 to 6, in per cent' })),
        followedUp: Type.Integer(),
        recovered: Type.Integer({ description: 'Of those, reached' }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false, title: 'Ratings' },
)

export function ratingRoutes(app: Api, deps: Deps): void {
  app.get('/v1/ratings', {
    config: withScope('appointments:read'),
    schema: {
      tags: ['appointments'],
      operationId: 'listRatings',
      summary: `Ratings of visits on the days from–to (at most ${MOST}), newest first, with figures`,
      querystring: Type.Object({ from: LocalDate, to: LocalDate }, { additionalProperties: false }),
      response: { 200: RatingsShown, ...problems },
    },
    handler: async (request) => {
      const { from, to } = request.query
      const config = await configOf(deps, tenantOf(request))
      const [first, last] = [parseDate(from), parseDate(to)]
      const begin = new Date(startOfDay(config.timeZone, first))
      const end = new Date(Math.max(begin.getTime(), startOfDay(config.timeZone, last) + DAY))
      const rows = await ratedBetween(deps.db.kysely, config.tenantId, begin, end, MOST)
      const items = []
      for (const a of rows) {
        const rating = documentOf(a).rating!
        items.push({
          appointmentId: a.id,
          start: formatInstant(a.time_zone, a.starts_at.getTime()),
          serviceIds: a.service_ids,
          locationId: a.location_id,
          agentId: a.agent_id,
          stars: rating.stars,
          recommendation: rating.recommendation ?? null,
          reasons: rating.reasons ?? [],
          comment: rating.comment ?? null,
          at: rating.at,
          recovery: rating.stars <= 3 || (rating.recommendation ?? 10) <= 6 ? await recoveryOf(deps, a) : null,
        })
      }
      const said = items.flatMap((one) => one.recommendation ?? [])
      const followed = items.filter((one) => one.recovery)
      const share = (test: (n: number) => boolean): number => said.filter(test).length / said.length
      return {
        items,
        figures: {
          count: items.length,
          averageStars:
            items.length === 0
              ? null
              : Math.round((items.reduce((sum, one) => sum + one.stars, 0) / items.length) * 100) / 100,
          netPromoterScore: said.length === 0 ? null : Math.round(100 * (share((n) => n >= 9) - share((n) => n <= 6))),
          followedUp: followed.length,
          recovered: followed.filter((one) => one.recovery?.status === 'completed').length,
        },
      }
    },
  })
}
