// PURE. English texts of the reports. The Italian file must have the same keys.
import type { Group, ReportName } from '../../application/reports/reports.ts'

export const reportsEn = {
  title: 'Reports',
  from: 'From',
  to: 'To (not included)',
  by: 'By',
  all: 'All',
  group: 'Group',
  nothing: 'Nothing in this period.',
  names: {
    appointments: ['Appointments', 'How many were booked, took place, were missed or cancelled.'],
    utilisation: ['Utilisation', 'How much of the open time was booked (62 days at most).'],
    notice: ['Notice', 'How many days ahead people book.'],
    firstFree: ['First free time', 'How long a citizen waits who books now.'],
    callbacks: ['Promises', 'Whether callbacks began within their promised window, and how late they were.'],
    attempts: ['Attempts', 'How attempts to call ended.'],
    ratings: ['Ratings', 'What citizens thought; the recommendation from −100 to 100.'],
    forecast: ['Forecast', 'What to expect by weekday and hour, and the seats that it needs.'],
  } as Record<ReportName, [string, string]>,
  groups: {
    day: 'Day',
    week: 'Week',
    month: 'Month',
    location: 'Location',
    service: 'Service',
    agent: 'Agent',
    channel: 'Channel',
    campaign: 'Campaign',
  } as Record<Group, string>,
  columns: {
    booked: 'Booked',
    completed: 'Took place',
    noShow: 'Missed',
    cancelled: 'Cancelled',
    noShowPercent: 'Missed, of those with an outcome',
    minutes: 'Duration',
    utilisation: 'Utilisation',
    open: 'Open',
    bookedMinutes: 'Booked time',
    share: 'Share',
    daysToFirst: 'Until the first free time',
    promises: 'Promises',
    kept: 'Kept',
    late: 'Late',
    missed: 'Missed',
    keptPercent: 'Kept',
    averageDelay: 'Average delay',
    attempts: 'Attempts',
    ratings: 'Ratings',
    average: 'Average of 5',
    nps: 'Recommendation',
    expected: 'Expected',
    seats: 'Seats',
  } as Record<string, string>,
  units: { minutes: (n: string) => `${n} min`, days: (n: string) => `${n} days` },
  daysAhead: (label: string) => (label === '0' ? 'Same day' : label === '1' ? '1 day' : `${label} days`),
  method: (m: {
    weeks: number
    halfLife: number
    occupancy: number
    heldOut: number
    wape: number | null
    naive: number | null
  }) =>
    `Method: mean of the last ${m.weeks} weeks by weekday and hour, ` +
    `newer weeks weighing more (half-life ${m.halfLife} weeks); seats at ${m.occupancy} % occupancy. ${
      m.wape === null
        ? 'Too little history to measure the error.'
        : `Error on the last ${m.heldOut} weeks, which it had not seen: ${m.wape} % (as in the week before: ${m.naive} %).`
    }`,
}
