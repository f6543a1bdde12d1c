// The public JSON API of a tenant: its name, its services with their first free times, its free slots. For portals, and for
// scripts of other sites that the tenant has allowed (CORS). Booking itself happens on the pages.
import type { Api } from '../../http/api.ts'
import { pathPart } from '../../http/fields.ts'
import { sendText } from '../../http/route.ts'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import rateLimit from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { slotsText } from '../../domain/availability/slots.ts'
import { networkOf } from '../../kernel/network.ts'
import type { Deps } from '../../domain/deps.ts'
import { sharedStore } from '../../http/call-limit.ts'
import { AppError } from '../../kernel/errors.ts'
import { problems } from '../../http/headers.ts'
import { Id, LocalDate, Nullable, Zone, defaulted } from '../../platform/schema/schema.ts'
import { ChannelName, QuestionBody } from '../../domain/catalogue/service.schema.ts'
import { planVisit } from '../../domain/catalogue/visit.ts'
import { formatInstant } from '../../kernel/time/zone.ts'
import { configOfSlug } from '../site.ts'
import { offersOf } from '../booking/available-times.ts'
import { bulkRoutes } from './open-slots.routes.ts'
import { findNamed, locationsOver } from '../booking/selection.ts'
import { checkRange } from '../../domain/availability/slot-range.ts'

const Slug = Type.Object({ tenant: Type.String({ maxLength: 60 }) }, { additionalProperties: false })

const TenantPublic = Type.Object(
  {
    slug: Type.String(),
    name: Type.String(),
    timeZone: Type.String(),
    locale: Type.String(),
    bookingUrl: Type.String({ description: 'The citizens’ pages' }),
    open: Type.Boolean(),
    emailRequired: Type.Boolean(),
    privacyUrl: Nullable(Type.String()),
    accent: Type.String(),
  },
  { title: 'PublicTenant', additionalProperties: false },
)
const ServicePublic = Type.Object(
  {
    id: Id,
    externalId: Nullable(Type.String()),
    name: Type.String(),
    description: Type.Optional(Type.String()),
    whatToBring: Type.Optional(Type.String()),
    category: Type.Optional(Type.String()),
    durationMinutes: Type.Integer(),
    durationOptions: Type.Array(Type.Integer()),
    channels: Type.Array(ChannelName),
    seats: Type.Integer(),
    questions: Type.Array(QuestionBody),
    bookingUrl: Type.String({ description: 'Where a citizen books this service' }),
    firstFree: Type.Array(
      Type.Object({
        channel: ChannelName,
        locationId: Nullable(Id),
        locationName: Nullable(Type.String()),
        start: Nullable(Type.String({ format: 'date-time' })),
      }),
    ),
  },
  { title: 'PublicService', additionalProperties: false },
)
const SlotsPublic = Type.Object({}, { title: 'PublicSlots', additionalProperties: true })

/** The tenant in the URL, with CORS headers for allowed sites; throws `not_found`. */
async function tenantOf(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<TenantConfig> {
  const config = await configOfSlug(deps, pathPart(request, 'tenant'))
  const { origin } = request.headers
  reply.header('vary', 'origin')
  if (origin !== undefined && config.settings.booking.allowedOrigins.includes(origin))
    reply.header('access-control-allow-origin', origin)
  return config
}

const config = { access: { kind: 'anyone' as const } }
const docs = (operationId: string, summary: string) => ({ tags: ['public'], operationId, summary, params: Slug })
const urlOf = (deps: Deps, of: TenantConfig, path = '') => `${deps.links.base}/${of.slug}${path}`

function tenantRoute(open: Api, deps: Deps): void {
  open.get('/v1/public/:tenant', {
    config,
    schema: {
      ...docs('getPublicTenant', 'Who this is and where citizens book'),
      response: { 200: TenantPublic, ...problems },
    },
    handler: async (request, reply) => {
      const c = await tenantOf(deps, request, reply)
      const { booking, theme, locale } = c.settings
      return {
        slug: c.slug,
        name: c.name,
        timeZone: c.timeZone,
        locale,
        bookingUrl: urlOf(deps, c),
        open: booking.enabled,
        emailRequired: booking.emailRequired || booking.emailConfirmationMinutes > 0,
        privacyUrl: booking.privacyUrl ?? null,
        accent: theme.accent,
      }
    },
  })
}

function servicesRoute(open: Api, deps: Deps): void {
  open.get('/v1/public/:tenant/services', {
    config,
    schema: {
      ...docs('listPublicServices', 'Services with their first free time at each office and over each channel'),
      querystring: Type.Object({ channel: Type.Optional(ChannelName) }, { additionalProperties: false }),
      response: { 200: Type.Object({ items: Type.Array(ServicePublic) }), ...problems },
    },
    handler: async (request, reply) => {
      const c = await tenantOf(deps, request, reply)
      const { channel } = request.query
      const services = [...c.services.values()].filter(
        (s) => !s.archived && (channel === undefined || s.channels.some((o) => o.type === channel)),
      )
      const offers = await offersOf(deps, { tenantId: c.tenantId, config: c }, services, { channel })
      return {
        items: offers.map(({ service: s, firsts }) => ({
          id: s.id,
          externalId: s.externalId ?? null,
          name: s.name,
          ...(s.description === undefined ? {} : { description: s.description }),
          ...(s.whatToBring === undefined ? {} : { whatToBring: s.whatToBring }),
          ...(s.category === undefined ? {} : { category: s.category }),
          durationMinutes: s.durationMinutes,
          durationOptions: s.durationOptions,
          channels: s.channels.map((o) => o.type),
          seats: s.seats,
          questions: s.questions,
          bookingUrl: urlOf(deps, c, `/book?service=${encodeURIComponent(s.externalId ?? s.id)}`),
          firstFree: firsts.map((f) => ({
            channel: f.channel,
            locationId: f.location?.id ?? null,
            locationName: f.location?.name ?? null,
            start: f.start === null ? null : formatInstant(f.zone, f.start),
          })),
        })),
      }
    },
  })
}

function slotsRoute(open: Api, deps: Deps): void {
  open.get('/v1/public/:tenant/slots', {
    config,
    schema: {
      ...docs('listPublicSlots', 'Free slots of a service by local date, over 92 days at most'),
      querystring: Type.Object(
        {
          service: Type.String({ maxLength: 200, description: 'Id or external id' }),
          location: Type.Optional(Type.String({ maxLength: 200, description: 'Id or external id; absent = all' })),
          channel: defaulted({ ...ChannelName, default: 'in_person' }),
          from: LocalDate,
          to: { ...LocalDate, description: 'Last local date, included' },
          timeZone: Type.Optional(Zone),
        },
        { additionalProperties: false },
      ),
      response: { 200: SlotsPublic, ...problems },
    },
    handler: async (request, reply) => {
      const c = await tenantOf(deps, request, reply)
      const query = request.query
      checkRange(query.from, query.to)
      const service = findNamed(c.services, query.service)
      const visit = service ? planVisit([service]) : undefined
      if (!service || visit === undefined || typeof visit === 'string')
        throw new AppError('not_found', { what: 'service', id: query.service })
      if (!visit.channels.includes(query.channel)) throw new AppError('channel_not_offered')
      const offered = locationsOver(c, visit, query.channel)
      const location = findNamed(c.locations, query.location)
      if (query.location !== undefined && (!location || !offered.includes(location)))
        throw new AppError('not_found', { what: 'location', id: query.location })
      const asked = {
        tenantId: c.tenantId,
        serviceIds: [service.id],
        locationIds: (location ? [location] : offered).map((l) => l.id),
        audience: 'public' as const,
        places: 1,
      }
      const text = await slotsText(deps, asked, query.timeZone, { from: query.from, to: query.to })
      return sendText(reply, 'application/json; charset=utf-8', text)
    },
  })
}

/** All in one context, which has a limit of calls of its own. */
export async function publicRoutes(app: Api, deps: Deps): Promise<void> {
  await app.register(async (plain) => {
    const open = plain.withTypeProvider<TypeBoxTypeProvider>()
    await open.register(rateLimit, {
      timeWindow: 60_000,
      store: sharedStore(deps, 'public'),
      max: deps.publicRate * 10,
      keyGenerator: (request) => networkOf(request.ip),
      errorResponseBuilder: () => new AppError('too_many_requests'),
      hook: 'preHandler',
    })
    bulkRoutes(open, deps)
    tenantRoute(open, deps)
    servicesRoute(open, deps)
    slotsRoute(open, deps)
  })
}
