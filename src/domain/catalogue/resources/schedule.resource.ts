// Schedules, extra openings, absences and closures as records, with the rules that a write must meet.
import Type from 'typebox'
import type { OwnerKind } from '../../../platform/database/tables.ts'
import { bodyFault } from '../../../kernel/errors.ts'
import { requireLive } from '../records/references.ts'
import type { Body, Resource, ResourceTable, WriteContext, Row } from '../records/resource.ts'
import { findRow, insertRow } from '../records/resource.sql.ts'
import { findTenant } from '../../tenant/tenant.sql.ts'
import { DAY, lengthOf, MINUTE, union } from '../../../kernel/time/interval.ts'
import { requireNear, requireRule } from '../../availability/rule-bounds.ts'
import { parseDate, startOfDay } from '../../../kernel/time/zone.ts'
import { AbsenceBody, ClosureBody, OpeningBody, ScheduleBody } from '../schedule.schema.ts'
import type { ScheduleRule, Window } from '../tenant-config.ts'
import { endVersion, lockVersionOn, periodValue, validityValue } from '../schedule.sql.ts'
import { parseClock } from '../../../kernel/time/clock.ts'

const CONFIGURATION = { read: 'configuration:read', write: 'configuration:write' } as const

const HOURS = { read: 'configuration:read', write: 'hours:write' } as const

const TABLE_OF: Record<OwnerKind, ResourceTable> = { agent: 'agents', pool: 'pools', location: 'locations' }

async function tenantZone(context: WriteContext): Promise<string> {
  return (await findTenant(context.tx, context.tenantId))!.document.timeZone as string
}

async function zoneOfLocation(context: WriteContext, locationId: string | undefined): Promise<string> {
  const row =
    locationId === undefined ? undefined : await findRow(context.tx, 'locations', context.tenantId, locationId)
  return (row?.document.timeZone as string | undefined) ?? tenantZone(context)
}

const isOverlapping = (windows: readonly Window[]): boolean => {
  const spans = windows.map((w) => {
    const [from, to] = [parseClock(w.from), parseClock(w.to)]
    return [from, to <= from ? to + 24 * 60 * MINUTE : to]
  })
  return lengthOf(union(...spans)) < spans.reduce((sum, span) => sum + lengthOf(span), 0)
}

type Validity = { from: string; until: string | null }

function checkRule(rule: ScheduleRule, at: string, ownerKind: OwnerKind, validity: Validity): void {
  requireRule(rule, validity, at)
  if (isOverlapping(rule.windows))
    throw bodyFault(`${at}/windows`, 'invalid_window', { from: rule.windows[0]!.from, to: rule.windows[0]!.to })
  if (ownerKind !== 'pool' && (rule.desks ?? rule.publicDesks) !== undefined)
    throw bodyFault(`${at}/desks`, 'invalid_service_rules', { rule: 'desks' })
  if (ownerKind === 'location' && (rule.locationId ?? rule.audience) !== undefined)
    throw bodyFault(`${at}/locationId`, 'invalid_service_rules', { rule: 'locationId' })
}

/**
 * Makes room for a new version: the version valid on its first day ends there, and continues afterwards if the new one is
 * temporary.
 */
async function makeRoom(context: WriteContext, body: Body): Promise<void> {
  const { tx, tenantId } = context
  const { validFrom, validUntil, ownerId, ownerKind } = body as {
    validFrom: string
    validUntil?: string
    ownerId: string
    ownerKind: string
  }
  const earlier = await lockVersionOn(tx, tenantId, ownerId, validFrom)
  if (!earlier || earlier.from === validFrom) return
  const now = new Date(context.now)
  await endVersion(tx, tenantId, earlier, validFrom, now)
  if (validUntil === undefined || (earlier.until !== null && earlier.until <= validUntil)) return
  // Keep the start from which the rules count, so that "every two weeks" stays in phase.
  const rules = (earlier.document.rules as ScheduleRule[]).map((rule) => ({
    ...rule,
    start: rule.start ?? (earlier.document.validFrom as string),
  }))
  await insertRow(tx, 'schedules', {
    tenantId,
    id: context.deps.newId(),
    columns: { owner_kind: ownerKind, owner_id: ownerId, validity: validityValue(validUntil, earlier.until) },
    document: {
      ...earlier.document,
      validFrom: validUntil,
      ...(earlier.until === null ? {} : { validUntil: earlier.until }),
      rules,
    },
    now,
  })
}

export const schedules: Resource = {
  path: 'schedules',
  name: 'schedule',
  table: 'schedules',
  description:
    'one version of recurring hours of an agent, pool or location; a new version takes over on its first day',
  body: ScheduleBody,
  columns: { ownerKind: 'owner_kind', ownerId: 'owner_id' },
  filters: { ownerId: 'owner_id', ownerKind: 'owner_kind' },
  scopes: HOURS,
  reach: 'hours',
  isConfiguration: true,
  async prepare(context, body) {
    const { validFrom, validUntil, ownerId, ownerKind } = body as {
      validFrom: string
      validUntil?: string
      ownerId: string
      ownerKind: OwnerKind
    }
    if (validUntil !== undefined && validUntil <= validFrom) throw bodyFault('/validUntil', 'invalid_period')
    const today = Math.floor(context.now / DAY)
    // Dates that are stored already may be further in the past.
    const before = context.before?.document as { validFrom?: string; rules?: ScheduleRule[] } | undefined
    const known = new Set([before?.validFrom, ...(before?.rules ?? []).map((rule) => rule.start)])
    if (!known.has(validFrom)) requireNear(validFrom, today, '/validFrom')
    await requireLive(context, {
      table: TABLE_OF[ownerKind],
      what: ownerKind,
      id: ownerId,
      pointer: '/ownerId',
    })
    const rules = body.rules as ScheduleRule[]
    for (const [i, rule] of rules.entries()) {
      if (rule.start !== undefined && !known.has(rule.start)) requireNear(rule.start, today, `/rules/${i}/start`)
      checkRule(rule, `/rules/${i}`, ownerKind, { from: validFrom, until: validUntil ?? null })
      await requireLive(context, {
        table: 'locations',
        what: 'location',
        id: rule.locationId ?? undefined,
        pointer: `/rules/${i}/locationId`,
      })
    }
    body.timeZone ??= await zoneOfLocation(context, ownerKind === 'location' ? ownerId : undefined)
    if (!context.before) await makeRoom(context, body)
    return { validity: validityValue(validFrom, validUntil ?? null) }
  },
}

/** The period of an opening, absence or closure as a range; whole days are in `zone`. */
function periodOf(body: Body, zone: string): unknown {
  const { from, to, firstDay, lastDay } = body as Record<'from' | 'to' | 'firstDay' | 'lastDay', string | undefined>
  const byDays = firstDay !== undefined && lastDay !== undefined && from === undefined && to === undefined
  const byInstants = from !== undefined && to !== undefined && firstDay === undefined && lastDay === undefined
  if (!byDays && !byInstants) throw bodyFault(from === undefined ? '/from' : '/to', 'invalid_period')
  const start = byDays ? startOfDay(zone, parseDate(firstDay)) : Date.parse(from!)
  const end = byDays ? startOfDay(zone, parseDate(lastDay) + 1) : Date.parse(to!)
  if (start >= end || start % MINUTE !== 0 || end % MINUTE !== 0)
    throw bodyFault(byDays ? '/lastDay' : '/to', 'invalid_period')
  return periodValue(start, end)
}

function presentPeriod(row: Row): Body {
  const match = /^[[(]"?([^",]+)"?,"?([^",]+)"?[\])]$/.exec(String(row.period))
  const iso = (text: string | undefined): string =>
    new Date(`${(text ?? '').replace(' ', 'T')}`.replace(/([+-]\d\d)$/, '$1:00')).toISOString()
  return { from: iso(match?.[1]), to: iso(match?.[2]) }
}

const presented = { from: Type.String({ format: 'date-time' }), to: Type.String({ format: 'date-time' }) }

export const openings: Resource = {
  path: 'openings',
  name: 'opening',
  table: 'openings',
  description: 'extra time on a date, beside the schedule; holds on holidays too',
  body: OpeningBody,
  columns: { ownerKind: 'owner_kind', ownerId: 'owner_id' },
  filters: { ownerId: 'owner_id', ownerKind: 'owner_kind' },
  scopes: HOURS,
  reach: 'hours',
  isConfiguration: true,
  present: presentPeriod,
  presented,
  async prepare(context, body) {
    const { ownerId, ownerKind, locationId } = body as { ownerId: string; ownerKind: OwnerKind; locationId?: string }
    await requireLive(context, {
      table: TABLE_OF[ownerKind],
      what: ownerKind,
      id: ownerId,
      pointer: '/ownerId',
    })
    await requireLive(context, {
      table: 'locations',
      what: 'location',
      id: locationId,
      pointer: '/locationId',
    })
    return { period: periodOf(body, await zoneOfLocation(context, ownerKind === 'location' ? ownerId : locationId)) }
  },
}

export const absences: Resource = {
  path: 'absences',
  name: 'absence',
  table: 'absences',
  description: 'time at which an agent is away',
  body: AbsenceBody,
  columns: { agentId: 'agent_id' },
  filters: { agentId: 'agent_id' },
  scopes: HOURS,
  reach: 'hours',
  isConfiguration: true,
  present: presentPeriod,
  presented,
  async prepare(context, body) {
    await requireLive(context, {
      table: 'agents',
      what: 'agent',
      id: body.agentId as string,
      pointer: '/agentId',
    })
    return { period: periodOf(body, await tenantZone(context)) }
  },
}

export const closures: Resource = {
  path: 'closures',
  name: 'closure',
  table: 'closures',
  description: 'time at which a location, or the whole tenant, is closed',
  body: ClosureBody,
  columns: { locationId: 'location_id' },
  filters: { locationId: 'location_id' },
  scopes: CONFIGURATION,
  isConfiguration: true,
  present: presentPeriod,
  presented,
  async prepare(context, body) {
    const locationId = body.locationId as string | undefined
    await requireLive(context, {
      table: 'locations',
      what: 'location',
      id: locationId,
      pointer: '/locationId',
    })
    return { period: periodOf(body, await zoneOfLocation(context, locationId)) }
  },
}
