// Publishes all open slots of a tenant for portals, like SMART Scheduling Links: a manifest and NDJSON files with an ETag. They
// are made at most once in 30 seconds for all callers, so that portals need not poll the search.
import { LRUCache } from 'lru-cache'
import type { Api } from '../../http/api.ts'
import { pathPart } from '../../http/fields.ts'
import { tagOf } from '../../http/route.ts'
import { memoizeByObject } from '../../kernel/memoize.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { prepareSearch } from '../../domain/availability/slots.ts'
import { findSlots } from '../../domain/availability/search.ts'
import type { OfferedService, TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { DateTime, oneOf } from '../../platform/schema/schema.ts'
import { problems } from '../../http/headers.ts'
import { planVisit } from '../../domain/catalogue/visit.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { formatInstant } from '../../kernel/time/zone.ts'
import { configOfSlug } from '../site.ts'
import { locationsOver } from '../booking/selection.ts'

const [AHEAD, FRESH, MOST] = [30 * DAY, 30_000, 200_000]
const FILES = ['locations', 'schedules', 'slots'] as const
type File = (typeof FILES)[number]
type Made = { at: number; bodies: Record<File, string>; etags: Record<File, string> }
type Making = { at: number; version: number; files: Promise<Made> }

const madeBy = memoizeByObject((_deps: Deps) => new LRUCache<string, Making>({ max: 500 }))
const lines = (items: readonly object[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('')

const locationLine = (l: ReturnType<TenantConfig['locations']['get']> & object): object => ({
  resourceType: 'Location',
  id: l.id,
  name: l.name,
  ...(l.phone == null ? {} : { telecom: [{ system: 'phone', value: l.phone }] }),
  ...(l.address
    ? {
        address: {
          line: l.address.street === undefined ? [] : [l.address.street],
          ...{ city: l.address.city, state: l.address.province },
          ...{ postalCode: l.address.postalCode, country: l.address.country },
        },
        ...(l.address.latitude === undefined
          ? {}
          : { position: { latitude: l.address.latitude, longitude: l.address.longitude } }),
      }
    : {}),
})

/** Services that citizens can book in person, with their offices. */
function* offered(config: TenantConfig): Generator<[OfferedService, string[]]> {
  for (const service of config.services.values()) {
    const visit = service.archived ? 'archived' : planVisit([service])
    if (typeof visit === 'string' || !visit.channels.includes('in_person')) continue
    const locations = locationsOver(config, visit, 'in_person').map((l) => l.id)
    if (locations.length > 0) yield [service, locations]
  }
}

async function make(deps: Deps, config: TenantConfig): Promise<Made> {
  const now = deps.now()
  const schedules: object[] = []
  const slots: object[] = []
  const used = new Set<string>()
  for (const [service, locationIds] of offered(config)) {
    if (slots.length >= MOST) break
    const asked = {
      tenantId: config.tenantId,
      serviceIds: [service.id],
      locationIds,
      audience: 'public' as const,
      places: 1,
    }
    const search = await prepareSearch(deps, asked, { from: now, to: now + AHEAD })
    for (const id of locationIds) {
      used.add(id)
      schedules.push({
        ...{ resourceType: 'Schedule', id: `${service.id}.${id}`, actor: [{ reference: `Location/${id}` }] },
        serviceType: [
          { coding: [{ system: `${deps.links.base}/${config.slug}`, code: service.id, display: service.name }] },
        ],
      })
    }
    for (const slot of findSlots(search, { locationIds }, now, now + AHEAD)) {
      if (slots.length >= MOST) break
      const zone = config.locations.get(slot.locationId)!.timeZone
      const booking = new URLSearchParams({ service: service.externalId ?? service.id, location: slot.locationId })
      slots.push({
        resourceType: 'Slot',
        id: `${service.id}.${slot.locationId}.${slot.start / 1000}`,
        schedule: { reference: `Schedule/${service.id}.${slot.locationId}` },
        status: 'free',
        start: formatInstant(zone, slot.start),
        end: formatInstant(zone, slot.start + search.visit.duration),
        extension: [
          {
            url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/booking-deep-link',
            valueUrl: `${deps.links.base}/${config.slug}/book/time?${booking.toString()}`,
          },
          {
            url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/slot-capacity',
            valueInteger: slot.remaining,
          },
        ],
      })
    }
  }
  const locations = [...config.locations.values()].filter((l) => used.has(l.id)).map(locationLine)
  const bodies = { locations: lines(locations), schedules: lines(schedules), slots: lines(slots) }
  const etags = { locations: tagOf(bodies.locations), schedules: tagOf(bodies.schedules), slots: tagOf(bodies.slots) }
  return { at: now, bodies, etags }
}

/** The tenant's files, cached for 30 seconds; concurrent requests wait for the same files. */
async function filesOf(deps: Deps, config: TenantConfig): Promise<Made> {
  const ofProcess = madeBy(deps)
  const known = ofProcess.get(config.tenantId)
  if (known && deps.now() - known.at < FRESH && known.version === config.version) return known.files
  const files = make(deps, config)
  const making = { at: deps.now(), version: config.version, files }
  ofProcess.set(config.tenantId, making)
  // Do not cache a failure: the next request tries again.
  files.catch(() => ofProcess.get(config.tenantId) === making && ofProcess.delete(config.tenantId))
  return files
}

async function openConfig(deps: Deps, request: FastifyRequest): Promise<TenantConfig> {
  const config = await configOfSlug(deps, pathPart(request, 'tenant'))
  if (!config.settings.booking.enabled) throw new AppError('booking_closed')
  return config
}

const Params = Type.Object({ tenant: Type.String({ maxLength: 60 }) }, { additionalProperties: false })

const Manifest = Type.Object(
  {
    transactionTime: DateTime,
    request: Type.String(),
    output: Type.Array(Type.Object({ type: oneOf(['Location', 'Schedule', 'Slot']), url: Type.String() })),
  },
  { title: 'BulkManifest', additionalProperties: false },
)

/** Must be registered where the public rate limit applies: these routes have none of their own and run full searches. */
export function bulkRoutes(app: Api, deps: Deps): void {
  const config = { access: { kind: 'anyone' as const } }
  const docs = (operationId: string, summary: string) => ({
    ...{ tags: ['public'], operationId, summary, params: Params },
    response: problems,
  })
  const send = async (request: FastifyRequest, reply: FastifyReply, file: File): Promise<FastifyReply> => {
    const { bodies, etags } = await filesOf(deps, await openConfig(deps, request))
    reply.headers({ etag: etags[file], 'cache-control': 'public, max-age=30' })
    return reply.type('application/fhir+ndjson; charset=utf-8').send(bodies[file])
  }

  app.get('/v1/public/:tenant/$bulk-publish', {
    config,
    schema: {
      ...docs('bulkPublish', 'Manifest of the open slots of the next 30 days (SMART Scheduling Links)'),
      response: { 200: Manifest, ...problems },
    },
    handler: async (request, reply) => {
      const c = await openConfig(deps, request)
      const { at } = await filesOf(deps, c)
      const base = `${deps.links.base}/v1/public/${c.slug}`
      const names: Record<File, 'Location' | 'Schedule' | 'Slot'> = {
        locations: 'Location',
        schedules: 'Schedule',
        slots: 'Slot',
      }
      reply.header('cache-control', 'public, max-age=30')
      return {
        transactionTime: new Date(at).toISOString(),
        request: `${base}/$bulk-publish`,
        output: FILES.map((file) => ({ type: names[file], url: `${base}/bulk/${file}.ndjson` })),
      }
    },
  })
  for (const file of FILES)
    app.get(`/v1/public/:tenant/bulk/${file}.ndjson`, {
      config,
      schema: docs(
        `bulk${file.charAt(0).toUpperCase()}${file.slice(1)}`,
        `The ${file} of the manifest, one JSON object a line; with ETag`,
      ),
      handler: (request, reply) => send(request, reply, file),
    })
}
