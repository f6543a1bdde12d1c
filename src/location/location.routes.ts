// Locations and holiday calendars as REST collections.
import type { Api } from '../rest/api.ts'
import { withScope } from '../rest/route.ts'
import Type from 'typebox'
import { isKnownRegion, publicHolidays, type HolidayDocument } from '../availability/holidays.ts'
import type { Deps } from '../deps.ts'
import { AppError, bodyFault } from '../errors.ts'
import { tenantOf } from '../rest/access.ts'
import { requireLive } from '../rest/references.ts'
import type { Resource } from '../rest/resource.ts'
import { problems } from '../rest/headers.ts'
import { registerResource } from '../rest/resource.routes.ts'
import { findRow } from '../rest/resource.sql.ts'
import { IdParams } from '../rest/schema.ts'
import { HolidayCalendarBody, LocationBody } from './location.schema.ts'

const CONFIGURATION = { read: 'configuration:read', write: 'configuration:write' } as const

export const locations: Resource = {
  path: 'locations',
  name: 'location',
  table: 'locations',
  description: 'an office or call room: address, time zone, holiday calendar',
  body: LocationBody,
  columns: { name: 'name', externalId: 'external_id' },
  filters: { externalId: 'external_id', name: 'name' },
  scopes: CONFIGURATION,
  isConfiguration: true,
  async prepare(context, body) {
    if (body.holidayCalendarId !== undefined) {
      await requireLive(
        context,
        'holiday_calendars',
        'holiday calendar',
        [body.holidayCalendarId as string],
        '/holidayCalendarId',
        false,
      )
    }
    return {}
  },
}

export const holidayCalendars: Resource = {
  path: 'holiday-calendars',
  name: 'holiday-calendar',
  table: 'holiday_calendars',
  description: 'public holidays by country and region, with days of one’s own',
  body: HolidayCalendarBody,
  columns: { name: 'name', externalId: 'external_id' },
  filters: { externalId: 'external_id', name: 'name' },
  scopes: CONFIGURATION,
  isConfiguration: true,
  async prepare(_context, body) {
    const { country, region } = body as { country?: string; region?: string }
    if (region !== undefined && country === undefined)
      throw bodyFault('/country', 'unknown_holidays', { country: '', region })
    if (country !== undefined && !isKnownRegion(country, region)) {
      throw bodyFault(region === undefined ? '/country' : '/region', 'unknown_holidays', { country, region })
    }
    return {}
  },
}

/** Registers both collections and the preview of a holiday calendar's days. */
export function locationRoutes(app: Api, deps: Deps): void {
  registerResource(app, deps, locations)
  registerResource(app, deps, holidayCalendars)
  app.get('/v1/holiday-calendars/:id/days', {
    config: withScope('configuration:read'),
    schema: {
      tags: ['holiday-calendars'],
      operationId: 'listHolidays',
      summary: 'The days of a calendar in one year, with names',
      security: [{ key: [] }],
      params: IdParams,
      querystring: Type.Object(
        { year: Type.Integer({ minimum: 2000, maximum: 2100 }) },
        { additionalProperties: false },
      ),
      response: {
        200: Type.Object({ items: Type.Array(Type.Object({ date: Type.String(), name: Type.String() })) }),
        ...problems,
      },
    },
    handler: async (request) => {
      const row = await findRow(deps.db.kysely, 'holiday_calendars', tenantOf(request), request.params.id)
      if (!row) throw new AppError('not_found', { what: 'holiday-calendar' })
      return {
        items: publicHolidays(row.document as unknown as HolidayDocument, request.query.year, 'it'),
      }
    },
  })
}
