// Locations and holiday calendars as records.
import { isKnownRegion } from '../holidays.ts'
import { bodyFault } from '../../../kernel/errors.ts'
import { requireLive } from '../records/references.ts'
import type { Resource } from '../records/resource.ts'
import { HolidayCalendarBody, LocationBody } from '../location.schema.ts'

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
    await requireLive(context, {
      table: 'holiday_calendars',
      what: 'holiday calendar',
      id: body.holidayCalendarId as string | undefined,
      pointer: '/holidayCalendarId',
    })
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
