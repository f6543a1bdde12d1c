// Imports appointments through the same rules as any booking, in the order in which they were booked. Importing twice changes
// nothing, because every record has an external id.
import { setOutcome, cancel } from '../domain/appointment/change.ts'
import { book } from '../domain/appointment/book.ts'
import { findByExternalId } from '../domain/appointment/appointment.sql.ts'
import { explainDay } from '../domain/availability/explain-slots.ts'
import { findSlots } from '../domain/availability/search.ts'
import { prepareSearch } from '../domain/availability/slots.ts'
import { transaction } from '../platform/database/tx.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import type { Body, Resource } from '../domain/catalogue/records/resource.ts'
import { createRecord } from '../domain/catalogue/records/records.ts'
import { listRows } from '../domain/catalogue/records/resource.sql.ts'
import { checkBody } from '../platform/schema/validation.ts'
import { findTenant } from '../domain/tenant/tenant.sql.ts'
import { parseDate, startOfDay } from '../kernel/time/zone.ts'
import { readEntry, type Entry, type Mapping, type Row, type RowFault } from './mapping.ts'
import { agents, pools } from '../domain/catalogue/resources/agent.resource.ts'
import { schedules } from '../domain/catalogue/resources/schedule.resource.ts'
import { services } from '../domain/catalogue/resources/service.resource.ts'
import { locations } from '../domain/catalogue/resources/location.resource.ts'

export type Refusal = { line: number; column: string; code: string; params: Record<string, unknown>; row: Row }
export type Summary = { rows: number; booked: number; unchanged: number; outcomes: number; refused: Refusal[] }
type Progress = (done: number, total: number) => void

/** Of several reasons, the first one of these is reported: the person who corrects the file can act on it. */
const WHY = ['slot_taken', 'too_soon', 'closure', 'holiday', 'absence', 'beyond_horizon', 'outside_schedule'] as const

const ACTOR = { name: 'import', audience: 'staff' as const }

type Context = {
  deps: Deps
  tenantId: string
  mapping: Mapping
  country: string
  timeZone: string
  ids: Map<string, string>
}

/** The id of the record with this external id; creates the record if missing. */
async function ensure(c: Context, resource: Resource, externalId: string, body: () => Body): Promise<string> {
  const key = `${resource.path} ${externalId}`
  const known = c.ids.get(key)
  if (known) return known
  const filters = [{ column: 'external_id', value: externalId }]
  const [existing] = await listRows(c.deps.db.kysely, resource.table, c.tenantId, {
    after: null,
    limit: 1,
    archived: true,
    filters,
  })
  const id = existing?.id ?? (await create(c, resource, { ...body(), externalId }))
  c.ids.set(key, id)
  return id
}

async function create(c: Context, resource: Resource, body: Body): Promise<string> {
  const full = structuredClone(body)
  checkBody(resource.body, full)
  const context = { tenantId: c.tenantId, id: c.deps.newId(), now: c.deps.now(), deps: c.deps }
  return (await transaction(c.deps.db, (tx) => createRecord(resource, { ...context, tx }, full))).id
}

/** Ids of service, location and agent; missing ones are created with the mapping's defaults. */
async function ensurePlace(
  c: Context,
  entry: Entry,
): Promise<{ serviceId: string; locationId: string; agentId: string | undefined }> {
  const { mapping } = c
  const { defaults, source } = mapping
  const serviceId = await ensure(c, services, `${source}:${entry.service}`, () => ({
    ...defaults.service.body,
    name: entry.service,
  }))
  const locationId = await ensure(c, locations, `${source}:${entry.location}`, () => ({
    ...defaults.location.body,
    name: entry.location,
  }))
  const skills = { serviceIds: [serviceId], locationIds: [locationId] }
  const schedule = (ownerKind: string, ownerId: string): Body => ({
    ownerKind,
    ownerId,
    validFrom: defaults.validFrom,
    rules: defaults.hours,
  })
  const owner = entry.agent ?? (defaults.pool ? null : entry.location)
  const kind =
    owner === null
      ? { resource: pools, name: `${entry.location}`, extra: { size: defaults.pool!.size }, owner: 'pool' }
      : { resource: agents, name: owner, extra: {}, owner: 'agent' }
  const key = `${source}:${entry.location}:${kind.name}`
  const isNew = !c.ids.has(`${kind.resource.path} ${key}`)
  const id = await ensure(c, kind.resource, key, () => ({ name: kind.name, ...kind.extra, ...skills }))
  if (isNew) {
    const [existing] = await listRows(c.deps.db.kysely, 'schedules', c.tenantId, {
      after: null,
      limit: 1,
      archived: true,
      filters: [{ column: 'owner_id', value: id }],
    })
    if (!existing) await create(c, schedules, schedule(kind.owner, id))
  }
  return { serviceId, locationId, agentId: entry.agent === null ? undefined : id }
}

/** The start to book: the given one, or the first slot of the day that was free at the time of booking. */
async function startOf(
  c: Context,
  then: Deps,
  entry: Entry,
  place: { serviceId: string; locationId: string; agentId: string | undefined },
): Promise<number> {
  if (entry.start !== null) return entry.start
  const request = {
    tenantId: c.tenantId,
    serviceIds: [place.serviceId],
    locationIds: [place.locationId],
    agentId: place.agentId,
    audience: ACTOR.audience,
    places: 1,
  }
  const day = parseDate(entry.day!)
  const [from, to] = [startOfDay(c.timeZone, day), startOfDay(c.timeZone, day + 1)]
  const search = await prepareSearch(then, request, { from, to })
  const [slot] = findSlots(search, request, from, to)
  if (slot) return slot.start
  // Nothing is free: take the reason from the slot engine's explanation.
  const { agents: explained } = await explainDay(then, request, c.timeZone, day)
  const reasons = new Set(explained.map((agent) => agent.reason))
  const code = WHY.find((reason) => reasons.has(reason)) ?? 'no_agent_free'
  throw new AppError(code)
}

async function loadEntry(c: Context, entry: Entry, summary: Summary): Promise<void> {
  const { deps, tenantId } = c
  if (await findByExternalId(deps.db.kysely, tenantId, entry.externalId)) {
    summary.unchanged += 1
    return
  }
  const then: Deps = entry.bookedAt === null ? deps : { ...deps, now: () => entry.bookedAt! }
  const place = await ensurePlace(c, entry)
  const start = await startOf(c, then, entry, place)
  const { serviceId, locationId, agentId } = place
  const request = {
    serviceIds: [serviceId],
    start,
    locationId,
    agentId,
    places: 1,
    contact: entry.contact,
    externalId: entry.externalId,
  }
  const context = { tenantId, actor: ACTOR, hold: false, country: c.country }
  const booking = await book(then, request, context)
  summary.booked += 1
  if (entry.outcome === null) return
  const change = { tenantId, id: booking.appointment.id, actor: ACTOR, wantedVersion: null }
  const after: Deps = { ...deps, now: () => Math.max(start, then.now()) }
  if (entry.outcome === 'cancelled') await cancel(after, change, 'import')
  else await setOutcome(after, change, entry.outcome, undefined)
  summary.outcomes += 1
}

function refusalOf(entry: Entry, mapping: Mapping, error: AppError): Refusal {
  const { columns } = mapping
  const pointer = error.fields[0]?.pointer ?? ''
  const column = pointer.startsWith('/contact/phone')
    ? columns.phone
    : pointer.startsWith('/contact/email')
      ? columns.email
      : (columns.start ?? columns.day)
  return { line: entry.line, column: column ?? columns.id, code: error.code, params: error.params, row: entry.row }
}

type RowImport = {
  tenantId: string
  mapping: Mapping
  rows: readonly Row[]
  options: { dryRun: boolean; progress?: Progress }
}

/**
 * Imports the rows into a tenant; `dryRun` only reads and checks them. Rows are processed in the order of `bookedAt`, so that
 * each sees the calendar as its citizen did. Refused rows are returned with line, column and code.
 */
export async function importRows(deps: Deps, { tenantId, mapping, rows, options }: RowImport): Promise<Summary> {
  const tenant = await findTenant(deps.db.kysely, tenantId)
  if (!tenant) throw new AppError('not_found', { what: 'tenant' })
  const { country, timeZone } = tenant.document as { country: string; timeZone: string }
  const c: Context = { deps, tenantId, mapping, country, timeZone, ids: new Map() }
  const summary: Summary = { rows: rows.length, booked: 0, unchanged: 0, outcomes: 0, refused: [] }
  const entries: Entry[] = []
  rows.forEach((row, i) => {
    const read = readEntry(mapping, row, i + 2)
    if ('externalId' in read) entries.push(read)
    else summary.refused.push(faultRefusal(read, row, i + 2))
  })
  entries.sort((a, b) => (a.bookedAt ?? Infinity) - (b.bookedAt ?? Infinity) || a.line - b.line)
  for (const [i, entry] of entries.entries()) {
    options.progress?.(i + 1, entries.length)
    if (options.dryRun) continue
    try {
      await loadEntry(c, entry, summary)
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      summary.refused.push(refusalOf(entry, mapping, error))
    }
  }
  summary.refused.sort((a, b) => a.line - b.line)
  return summary
}

function faultRefusal(fault: RowFault, row: Row, line: number): Refusal {
  return { line, column: fault.column, code: fault.code, params: fault.params ?? {}, row }
}
