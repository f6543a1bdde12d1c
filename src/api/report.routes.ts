// Reports by REST: one route and one shape (columns with units, rows of figures), as JSON or CSV.
import type { Api } from '../http/api.ts'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { toCsv } from '../http/csv.ts'
import { utilisationOf } from './utilisation.routes.ts'
import { configOf } from '../domain/availability/current-config.ts'
import { reachFor } from '../http/reach.ts'
import type { TenantConfig } from '../domain/catalogue/tenant-config.ts'
import { firstSlots } from '../domain/availability/slots.ts'
import { OUTCOMES } from '../domain/catalogue/campaign/retry.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { documentedUnder, withScope, sendText } from '../http/route.ts'
import { Id, LocalDate, Nullable, oneOf } from '../platform/schema/schema.ts'
import { DAY, MINUTE } from '../kernel/time/interval.ts'
import { dayOf, formatDate, parseDate, startOfDay } from '../kernel/time/zone.ts'
import { forecast, HALF_LIFE, OCCUPANCY } from '../application/reports/forecast.ts'
import {
  countAppointments,
  countCallbacks,
  countHours,
  countNotice,
  countRatings,
  type ReportFilter,
} from '../application/reports/report.sql.ts'
import {
  appointmentTable,
  attemptTable,
  callbackTable,
  GROUPS,
  GROUPS_OF,
  noticeTable,
  ratingTable,
  REPORTS,
  type Group,
  type ReportName,
  type Table,
} from '../application/reports/reports.ts'

const MOST_DAYS = 732
/** Past weeks on which a forecast is based. */
const FORECAST_WEEKS = 26

const ReportShown = Type.Object(
  {
    report: Type.String(),
    by: Nullable(Type.String()),
    from: LocalDate,
    to: LocalDate,
    columns: Type.Array(Type.Object({ name: Type.String(), unit: Type.String() }, { additionalProperties: false })),
    rows: Type.Array(
      Type.Object(
        { key: Type.String(), label: Type.String(), values: Type.Array(Nullable(Type.Number())) },
        { additionalProperties: false },
      ),
    ),
    method: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'How a forecast was made, and its error' }),
    ),
  },
  { title: 'Report', additionalProperties: false },
)
export type Report = {
  report: ReportName
  by: Group | null
  from: string
  to: string
  method?: Record<string, number | null>
} & Table

type Query = {
  from?: string
  to?: string
  by?: Group
  locationId?: string
  serviceId?: string
  agentId?: string
  campaignId?: string
  format?: string
}

function rangeOf(query: Query, zone: string, now: number): { fromDay: number; toDay: number } {
  const today = dayOf(zone, now)
  const toDay = query.to === undefined ? today + 1 : parseDate(query.to)
  const fromDay = query.from === undefined ? toDay - 91 : parseDate(query.from)
  if (toDay <= fromDay || toDay - fromDay > MOST_DAYS)
    throw new AppError('range_too_long', {}, { fields: [{ in: 'query', pointer: 'to', code: 'range_too_long' }] })
  return { fromDay, toDay }
}

/** The first free time of each service by location. */
async function firstFree(deps: Deps, config: TenantConfig, query: Query): Promise<Table> {
  const rows: Table['rows'] = []
  const start = Math.ceil(deps.now() / MINUTE) * MINUTE
  for (const service of config.services.values()) {
    if (service.archived || (query.serviceId !== undefined && service.id !== query.serviceId)) continue
    const locationIds = query.locationId === undefined ? undefined : [query.locationId]
    const request = {
      tenantId: config.tenantId,
      serviceIds: [service.id],
      locationIds,
      agentId: query.agentId,
      audience: 'public' as const,
      places: 1,
    }
    for (const { locationId, slot } of await firstSlots(deps, request, start)) {
      const days = slot ? Math.round(((slot.start - deps.now()) / DAY) * 10) / 10 : null
      rows.push({
        key: `${service.id} ${locationId}`,
        label: `${service.name}, ${config.locations.get(locationId)?.name ?? '–'}`,
        values: [days],
      })
    }
  }
  return {
    columns: [{ name: 'daysToFirst', unit: 'days' }],
    rows: rows.sort((a, b) => (b.values[0] ?? 1e9) - (a.values[0] ?? 1e9)),
  }
}

async function forecastOf(
  deps: Deps,
  config: TenantConfig,
  filter: ReportFilter,
): Promise<Table & { method: Record<string, number | null> }> {
  const today = dayOf(config.timeZone, deps.now())
  const [from, to] = [today - 7 * FORECAST_WEEKS, today].map((day) => new Date(startOfDay(config.timeZone, day))) as [
    Date,
    Date,
  ]
  const hours = await deps.db.reading((db) => countHours(db, config.tenantId, { ...filter, from, to }))
  const made = forecast(hours, today)
  const percent = (share: number | null): number | null => (share === null ? null : Math.round(share * 1000) / 10)
  return {
    columns: [
      { name: 'expected', unit: 'count' },
      { name: 'minutes', unit: 'minutes' },
      { name: 'seats', unit: 'count' },
    ],
    rows: made.cells.map((cell) => ({
      key: `${cell.weekday} ${String(cell.hour).padStart(2, '0')}`,
      label: `${cell.weekday} ${String(cell.hour).padStart(2, '0')}:00`,
      values: [Math.round(cell.expected * 10) / 10, Math.round(cell.minutes), cell.seats],
    })),
    method: {
      weeks: made.weeks,
      heldOutWeeks: made.heldOut,
      halfLifeWeeks: HALF_LIFE,
      occupancyPercent: OCCUPANCY * 100,
      wapePercent: percent(made.wape),
      naiveWapePercent: percent(made.naiveWape),
    },
  }
}

type ReportRequest = {
  report: ReportName
  by: Group | null
  query: Query
  filter: ReportFilter
}

async function tableOf(
  deps: Deps,
  config: TenantConfig,
  { report, by, query, filter }: ReportRequest,
): Promise<Table & { method?: Record<string, number | null> }> {
  const { reading } = deps.db
  const days = [filter.from, filter.to].map((at) => formatDate(dayOf(config.timeZone, at.getTime()))) as [
    string,
    string,
  ]
  const callbacks = () => reading((db) => countCallbacks(db, config.tenantId, ...days, query.campaignId))
  switch (report) {
    case 'appointments':
      return appointmentTable(config, by!, await reading((db) => countAppointments(db, config.tenantId, filter)))
    case 'ratings':
      return ratingTable(config, by!, await reading((db) => countRatings(db, config.tenantId, filter)))
    case 'notice':
      return noticeTable(await reading((db) => countNotice(db, config.tenantId, filter)))
    case 'callbacks':
      return callbackTable(config, by!, await callbacks())
    case 'attempts':
      return attemptTable(config, await callbacks(), OUTCOMES)
    case 'firstFree':
      return firstFree(deps, config, query)
    case 'forecast':
      return forecastOf(deps, config, filter)
    case 'utilisation': {
      const only = { agentId: filter.agentId, locationId: filter.locationId }
      const [from, to] = [filter.from.getTime(), filter.to.getTime()]
      const rows = await utilisationOf(deps, config, { from, to, within: filter.within, only })
      return {
        columns: [
          { name: 'utilisation', unit: 'percent' },
          { name: 'open', unit: 'minutes' },
          { name: 'bookedMinutes', unit: 'minutes' },
          { name: 'booked', unit: 'count' },
        ],
        rows: rows.map((r) => ({
          key: r.agentId,
          label: config.agents.get(r.agentId)?.name ?? '–',
          values: [
            r.openMinutes === 0 ? null : Math.round((1000 * r.bookedMinutes) / r.openMinutes) / 10,
            r.openMinutes,
            r.bookedMinutes,
            r.appointments,
          ],
        })),
      }
    }
  }
}

export function reportRoutes(app: Api, deps: Deps): void {
  async function make(request: FastifyRequest, report: ReportName, query: Query): Promise<Report> {
    const config = await configOf(deps, tenantOf(request))
    const { fromDay, toDay } = rangeOf(query, config.timeZone, deps.now())
    const groups = GROUPS_OF[report]
    if (query.by !== undefined && !groups.includes(query.by))
      throw new AppError(
        'invalid_request',
        { count: 1 },
        { fields: [{ in: 'query', pointer: 'by', code: 'not_allowed', params: { limit: groups.join(', ') } }] },
      )
    const by = query.by ?? groups[0] ?? null
    const [from, to] = [fromDay, toDay].map((day) => new Date(startOfDay(config.timeZone, day))) as [Date, Date]
    const { locationId, serviceId, agentId } = query
    const filter = { from, to, zone: config.timeZone, locationId, serviceId, agentId, within: reachFor(request) }
    const table = await tableOf(deps, config, { report, by, query, filter })
    return { report, by, from: formatDate(fromDay), to: formatDate(toDay), ...table }
  }

  app.get('/v1/reports/:report', {
    config: withScope('reports:read', 'appointments'),
    schema: {
      ...documentedUnder('reports')(
        'readReport',
        'Appointments, utilisation, notice, first free slot, callbacks, attempts, ratings, and a forecast of demand; CSV with format=csv',
      ),
      params: Type.Object({ report: oneOf(REPORTS) }, { additionalProperties: false }),
      querystring: Type.Object(
        {
          from: Type.Optional({ ...LocalDate, description: 'First day; 13 weeks before `to` by default' }),
          to: Type.Optional({ ...LocalDate, description: 'The day after the last; tomorrow by default' }),
          by: Type.Optional(oneOf(GROUPS)),
          locationId: Type.Optional(Id),
          serviceId: Type.Optional(Id),
          agentId: Type.Optional(Id),
          campaignId: Type.Optional(Id),
          format: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('csv')])),
        },
        { additionalProperties: false },
      ),
      response: { 200: ReportShown, ...problems },
    },
    handler: async (request, reply) => {
      const made = await make(request, request.params.report, request.query)
      if (request.query.format !== 'csv') return made
      const names = made.columns.map((c) => `${c.name} (${c.unit})`)
      const rows = made.rows.map((row) => ({
        [made.by ?? 'group']: row.label,
        ...Object.fromEntries(names.map((name, i) => [name, row.values[i]])),
      }))
      reply.header('content-disposition', `attachment; filename="${made.report}.csv"`)
      return sendText(reply, 'text/csv; charset=utf-8', toCsv([made.by ?? 'group', ...names], rows))
    },
  })
}
