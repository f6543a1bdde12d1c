// Locations and holiday calendars as REST collections.
import type { Api } from '../http/api.ts'
import { withScope } from '../http/route.ts'
import Type from 'typebox'
import { publicHolidays, type HolidayDocument } from '../domain/catalogue/holidays.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { tenantOf } from '../http/access.ts'
import { problems } from '../http/headers.ts'
import { registerResource } from '../http/resource.routes.ts'
import { findRow } from '../domain/catalogue/records/resource.sql.ts'
import { IdParams } from '../platform/schema/schema.ts'
import { locations, holidayCalendars } from '../domain/catalogue/resources/location.resource.ts'

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
