// Loads the demo municipality once: configuration through the code of the REST API, appointments through the rules of any
// booking, some of them in the past. A second run changes nothing; after an interruption the next run continues.
import { listEvents } from '../../platform/events/event.sql.ts'
import { writeEvent } from '../../platform/events/events.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { book } from '../../domain/appointment/book.ts'
import { cancel, approveOrRefuse, setOutcome } from '../../domain/appointment/change.ts'
import { createKey } from '../../application/identity/api-keys.ts'
import { findSlots, type Slot } from '../../domain/availability/search.ts'
import { prepareSearch } from '../../domain/availability/slots.ts'
import { transaction, violationOf } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Body, Resource } from '../../domain/catalogue/records/resource.ts'
import { createRecord } from '../../domain/catalogue/records/records.ts'
import { listRows } from '../../domain/catalogue/records/resource.sql.ts'
import { checkBody } from '../../platform/schema/validation.ts'
import { claimSlug, findTenant, insertTenant } from '../../domain/tenant/tenant.sql.ts'
import { DAY, HOUR, MINUTE } from '../../kernel/time/interval.ts'
import { dayOf, formatDate, weekdayOf } from '../../kernel/time/zone.ts'
import { AGENTS, CAMPAIGN, TRIAL_CAMPAIGN, HOLIDAYS, LOCATIONS, POOL, SERVICES, TENANT } from './municipality.ts'
import { FIRST_NAMES, LAST_NAMES } from './demo-names.ts'
import { LOCATION_WORDS, SERVICE_WORDS } from './municipality-words.ts'
import { loadCallCenter } from './call-center.ts'
import { SCOPES } from '../../kernel/permissions/scopes.ts'
import { agents, pools } from '../../domain/catalogue/resources/agent.resource.ts'
import { absences, closures, schedules } from '../../domain/catalogue/resources/schedule.resource.ts'
import { services } from '../../domain/catalogue/resources/service.resource.ts'
import { holidayCalendars, locations } from '../../domain/catalogue/resources/location.resource.ts'
import { campaigns } from '../../domain/callback/dialing/campaign.resource.ts'

type Demo = { tenantId: string; name: string; slug: string; isNew: boolean }
const LOADED = 'demo.loaded'
/** Fixed id of the claim event: of several processes only one can insert it. */
const LOADING_ID = '00000000-0000-7000-8000-0000000000de'
/** How long to wait for another process to load, and the polling interval, in ms. */
const [PATIENCE, LOOK] = [30_000, 250]
const ACTOR = { name: 'demo', audience: 'staff' as const }

type WantedRecord = {
  tenantId: string
  resource: Resource
  body: Body
  filter: { column: string; value: string }
}

/** Creates a record, unless one with its external id or matching the filter exists; returns its id. */
async function ensure(deps: Deps, { tenantId, resource, body, filter }: WantedRecord): Promise<string> {
  const [existing] = await listRows(deps.db.kysely, resource.table, tenantId, {
    after: null,
    limit: 1,
    archived: true,
    filters: [filter],
  })
  if (existing) return existing.id
  const full = structuredClone(body)
  checkBody(resource.body, full)
  const row = await transaction(deps.db, (tx) =>
    createRecord(resource, { tx, tenantId, id: deps.newId(), now: deps.now(), deps }, full),
  )
  return row.id
}

/** A Monday four weeks before the present week: a stable start for "every two weeks". */
function firstMonday(now: number): number {
  const today = dayOf(TENANT.timeZone, now)
  return today - weekdayOf(today) - 28
}

async function ensureTenant(deps: Deps): Promise<string> {
  const id = await claimSlug(deps.db.kysely, TENANT.slug, deps.newId())
  if (await findTenant(deps.db.kysely, id)) return id
  const { slug, name, ...document } = TENANT
  await transaction(deps.db, (tx) => insertTenant(tx, { id, slug, name, document, now: new Date(deps.now()) })).catch(
    (error: unknown) => {
      // Another process created the tenant.
      if (violationOf(error)?.kind !== 'unique') throw error
    },
  )
  return id
}

async function loadConfiguration(deps: Deps, tenantId: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  const validFrom = formatDate(firstMonday(deps.now()))
  const keyed = async (kind: string, resource: Resource, key: string, body: Body): Promise<void> => {
    const externalId = `demo-${key}`
    ids.set(
      `${kind}:${key}`,
      await ensure(deps, {
        tenantId,
        resource,
        body: { ...body, externalId },
        filter: { column: 'external_id', value: externalId },
      }),
    )
  }
  const idsOf = (kind: string, keys: readonly string[]): string[] => keys.map((key) => ids.get(`${kind}:${key}`)!)
  const schedule = async (
    ownerKind: string,
    key: string,
    rules: readonly { locationKey?: string }[],
  ): Promise<void> => {
    const ownerId = ids.get(`${ownerKind}:${key}`)!
    const full = rules.map(({ locationKey, ...rule }) => ({
      ...rule,
      ...(locationKey ? { locationId: ids.get(`location:${locationKey}`) } : {}),
    }))
    await ensure(deps, {
      tenantId,
      resource: schedules,
      body: { ownerKind, ownerId, validFrom, rules: full },
      filter: { column: 'owner_id', value: ownerId },
    })
  }
  await keyed('holidays', holidayCalendars, 'festivita', HOLIDAYS)
  for (const { key, hours, ...body } of LOCATIONS) {
    const holidayCalendarId = ids.get('holidays:festivita')
    await keyed('location', locations, key, { ...body, ...LOCATION_WORDS[key], holidayCalendarId })
    await schedule('location', key, hours)
  }
  for (const { key, locations: at, ...body } of SERVICES)
    await keyed('service', services, key, { ...body, ...SERVICE_WORDS[key], locationIds: idsOf('location', at) })
  for (const { key, services: skills, locations: at, rules, ...body } of AGENTS) {
    await keyed('agent', agents, key, {
      ...body,
      serviceIds: idsOf('service', skills),
      locationIds: idsOf('location', at),
    })
    await schedule('agent', key, rules)
  }
  await keyed('pool', pools, POOL.key, {
    name: POOL.name,
    size: POOL.size,
    serviceIds: idsOf('service', POOL.services),
    locationIds: idsOf('location', POOL.locations),
  })
  await schedule('pool', POOL.key, POOL.rules)
  const { key, serviceKey, ...campaign } = CAMPAIGN
  const capacity = { ...campaign.capacity, serviceId: ids.get(`service:${serviceKey}`) }
  await keyed('campaign', campaigns, key, { ...campaign, capacity, holidayCalendarId: ids.get('holidays:festivita') })
  const { key: trialKey, ...trial } = TRIAL_CAMPAIGN
  await keyed('campaign', campaigns, trialKey, trial)
  await loadCallCenter(deps, tenantId, ids, keyed)
  return ids
}

/** One absence and one closure in the coming weeks, as examples. */
async function loadExceptions(deps: Deps, tenantId: string, ids: Map<string, string>): Promise<void> {
  const monday = firstMonday(deps.now()) + 28
  const agentId = ids.get('agent:bianchi')!
  const locationId = ids.get('location:tributi')!
  const days = { firstDay: formatDate(monday + 14), lastDay: formatDate(monday + 18) }
  await ensure(deps, {
    tenantId,
    resource: absences,
    body: { agentId, ...days, reason: 'Ferie' },
    filter: { column: 'agent_id', value: agentId },
  })
  const closed = { firstDay: formatDate(monday + 23), lastDay: formatDate(monday + 23) }
  await ensure(deps, {
    tenantId,
    resource: closures,
    body: { locationId, ...closed, reason: 'Aggiornamento dei sistemi' },
    filter: { column: 'location_id', value: locationId },
  })
}

/** Pseudo-random numbers in [0, 1) (mulberry32), so that the demo is the same everywhere. */
function random(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function person(number: number): Body {
  const pick = (list: readonly string[], step: number): string => list[(number * step) % list.length]!
  const [firstName, lastName] = [pick(FIRST_NAMES, 7), pick(LAST_NAMES, 5)]
  return {
    firstName,
    lastName,
    phone: `+39 320 555 ${String(1000 + number).slice(-4)}`,
    ...(number % 4 === 0 ? {} : { email: `persona${number}@posta.example` }),
  }
}

const WEEKS = 3
/** Most appointments per service and week: enough to look at, and few enough for a quick first start. */
const MOST = 5

/** Books a few appointments per service, from three weeks ago to three weeks ahead, as if booked days before. */
async function loadAppointments(deps: Deps, tenantId: string, ids: Map<string, string>): Promise<void> {
  const next = random(20260613)
  const now = deps.now()
  const today = Math.floor(now / DAY) * DAY
  let number = 0
  for (const service of SERVICES) {
    const serviceId = ids.get(`service:${service.key}`)!
    for (let week = -WEEKS; week < WEEKS; week += 1) {
      const wanted: DemoBooking[] = []
      const from = today + week * 7 * DAY
      const then = { ...deps, now: () => Math.min(from - 3 * DAY, now) }
      const request = { tenantId, serviceIds: [serviceId], audience: 'staff' as const, places: 1 }
      const search = await prepareSearch(then, request, { from, to: from + 7 * DAY })
      const slots = findSlots(search, {}, from, from + 7 * DAY)
      const share = week < 0 ? 0.16 : 0.22 - 0.06 * week
      for (const slot of slots) {
        if (next() > share || wanted.length >= MOST) continue
        number += 1
        const asksReason = service.questions?.some((q) => q.id === 'motivo') ?? false
        wanted.push({ then, tenantId, serviceId, slot, number, luck: next(), asksReason })
      }
      // At once, so that they are written together.
      const booked = await Promise.all(wanted.map((one) => bookOne(deps, one)))
      for (const [i, appointment] of booked.entries()) if (appointment) await goOn(deps, wanted[i]!, appointment)
    }
  }
}

type DemoBooking = {
  then: Deps
  tenantId: string
  serviceId: string
  slot: Slot
  number: number
  luck: number
  asksReason: boolean
}

/** Books it; null if it is there already, the time is taken or a limit is reached. */
async function bookOne(
  deps: Deps,
  { then, tenantId, serviceId, slot, number, asksReason }: DemoBooking,
): Promise<{ id: string; status: string } | null> {
  const answers = asksReason ? { motivo: ['Rinnovo', 'Primo rilascio', 'Furto o smarrimento'][number % 3] } : {}
  const request = {
    serviceIds: [serviceId],
    start: slot.start,
    locationId: slot.locationId,
    places: 1,
    contact: person(number) as never,
    externalId: `demo-${number}`,
    notes: 'Dato dimostrativo',
    answers,
  }
  const context = { tenantId, actor: ACTOR, hold: false, country: 'IT' }
  const booking = await book(then, request, context).catch((error: unknown) => {
    if (error instanceof AppError && error.status < 500) return null
    throw error
  })
  return booking?.isNew ? booking.appointment : null
}

/** What happened to it afterwards: cancelled, approved, visited or missed. */
async function goOn(
  deps: Deps,
  { then, tenantId, slot, luck }: DemoBooking,
  { id, status }: { id: string; status: string },
): Promise<void> {
  const change = { tenantId, id, actor: ACTOR, wantedVersion: null }
  if (luck < 0.07) return void (await cancel(then, change, 'Impegno imprevisto'))
  // Approve what has begun or starts within ten minutes; later ones stay on the list of requests.
  if (status === 'pending' && slot.start < deps.now() + 10 * MINUTE)
    await approveOrRefuse(then, change, 'approve', undefined).catch(ignoreRefusal)
  const after = { ...deps, now: () => Math.min(slot.start + 30 * MINUTE, deps.now()) }
  if (slot.start + HOUR < deps.now())
    await setOutcome(after, change, luck < 0.16 ? 'no_show' : 'completed', undefined).catch(ignoreRefusal)
}

/** Ignores refusals, such as an appointment that needs no approval or can no longer change; rethrows server errors. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof AppError) || error.status >= 500) throw error
}

const isLoaded = async (deps: Deps, tenantId: string): Promise<boolean> =>
  (await listEvents(deps.db.kysely, tenantId, tenantId)).some((event) => event.type === LOADED)

/** Elects one loader among processes that start together: true for it, false once it has finished. Replaces one that died. */
async function becomeLoader(deps: Deps, tenantId: string): Promise<boolean> {
  // The embedded database has only one process.
  if (deps.db.kind === 'embedded') return true
  const claim = {
    ...{ tenantId, subjectId: tenantId, id: LOADING_ID, type: 'demo.loading' },
    ...{ at: new Date(deps.now()), actor: 'demo', data: {} },
  }
  const isMine = await transaction(deps.db, (tx) => writeEvent(deps, tx, claim)).then(
    () => true,
    (error: unknown) => {
      if (violationOf(error)?.kind === 'unique') return false
      throw error
    },
  )
  if (isMine) return true
  for (let waited = 0; waited < PATIENCE; waited += LOOK) {
    await sleep(LOOK)
    if (await isLoaded(deps, tenantId)) return false
  }
  return true
}

/** Loads the missing parts of the demo and returns its tenant. */
export async function loadDemo(deps: Deps): Promise<Demo> {
  const tenantId = await ensureTenant(deps)
  const demo = { tenantId, name: TENANT.name, slug: TENANT.slug, isNew: false }
  if ((await isLoaded(deps, tenantId)) || !(await becomeLoader(deps, tenantId))) return demo
  const ids = await loadConfiguration(deps, tenantId)
  await loadExceptions(deps, tenantId, ids)
  await loadAppointments(deps, tenantId, ids)
  const loaded = {
    ...{ tenantId, subjectId: tenantId, id: deps.newId(), type: LOADED },
    ...{ at: new Date(deps.now()), actor: ACTOR.name, data: {} },
  }
  await transaction(deps.db, (tx) => writeEvent(deps, tx, loaded))
  return { ...demo, isNew: true }
}

/** Creates a key of the demo tenant with all scopes. */
export async function newDemoKey(deps: Deps, tenantId: string): Promise<string> {
  const { token } = await transaction(deps.db, (tx) =>
    createKey(deps, tx, { tenantId, name: 'demo', scopes: [...SCOPES], expiresAt: null }),
  )
  return token
}
