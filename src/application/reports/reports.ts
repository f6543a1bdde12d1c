// PURE. Builds report rows from counts: grouping, names and figures.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { CallbackCount, DayCount, RatedCount } from './report.sql.ts'
import { formatDate, parseDate, weekdayOf } from '../../kernel/time/zone.ts'

export const REPORTS = [
  'appointments',
  'utilisation',
  'notice',
  'firstFree',
  'callbacks',
  'attempts',
  'ratings',
  'forecast',
] as const
export type ReportName = (typeof REPORTS)[number]
export const GROUPS = ['day', 'week', 'month', 'location', 'service', 'agent', 'channel', 'campaign'] as const
export type Group = (typeof GROUPS)[number]

/** Groupings of each report; the first is the default. */
export const GROUPS_OF: Record<ReportName, readonly Group[]> = {
  appointments: ['week', 'day', 'month', 'location', 'service', 'agent', 'channel'],
  utilisation: ['agent'],
  notice: [],
  firstFree: [],
  callbacks: ['week', 'day', 'month', 'campaign'],
  attempts: ['campaign'],
  ratings: ['month', 'week', 'location', 'service', 'agent'],
  forecast: [],
}

type Unit = 'count' | 'percent' | 'minutes' | 'days' | 'seconds' | 'stars' | 'score'
export type Column = { name: string; unit: Unit }
type Row = { key: string; label: string; values: (number | null)[] }
export type Table = { columns: Column[]; rows: Row[] }

const column = (name: string, unit: Unit = 'count'): Column => ({ name, unit })
const share = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((1000 * part) / whole) / 10

/** The period of a day: itself, the Monday of its week, or its month. */
function periodOf(day: string, group: Group): string {
  if (group === 'month') return day.slice(0, 7)
  if (group !== 'week') return day
  const n = parseDate(day)
  return formatDate(n - weekdayOf(n))
}

type Keyed = { day: string; location_id: string; agent_id: string; service_id: string; channel?: string }
const keyFor = (row: Keyed, group: Group): string =>
  group === 'location'
    ? row.location_id
    : group === 'agent'
      ? row.agent_id
      : group === 'service'
        ? row.service_id
        : group === 'channel'
          ? (row.channel ?? '')
          : periodOf(row.day, group)

function labelFor(config: TenantConfig, group: Group, key: string): string {
  const named =
    group === 'location'
      ? config.locations
      : group === 'agent'
        ? config.agents
        : group === 'service'
          ? config.services
          : group === 'campaign'
            ? config.campaigns
            : null
  return named ? (named.get(key)?.name ?? '–') : key
}

type Grouped<T> = {
  group: Group
  rows: readonly T[]
  key: (row: T) => string
  values: (rows: T[]) => (number | null)[]
}

/** Groups rows; sorts them by time, or else by size, largest first. */
function rowsOf<T>(config: TenantConfig, { group, rows, key, values }: Grouped<T>): Row[] {
  const grouped = [...Map.groupBy(rows, key)].map(([k, some]) => ({
    key: k,
    label: labelFor(config, group, k),
    values: values(some),
  }))
  const isTime = group === 'day' || group === 'week' || group === 'month'
  return grouped.sort((a, b) =>
    isTime ? a.key.localeCompare(b.key) : (b.values[0] ?? 0) - (a.values[0] ?? 0) || a.label.localeCompare(b.label),
  )
}

const sum = <T>(rows: readonly T[], of: (row: T) => number): number => rows.reduce((total, row) => total + of(row), 0)

export function appointmentTable(config: TenantConfig, group: Group, counts: readonly DayCount[]): Table {
  const columns = [
    column('booked'),
    column('completed'),
    column('noShow'),
    column('cancelled'),
    column('noShowPercent', 'percent'),
    column('minutes', 'minutes'),
  ]
  const rows = rowsOf(config, {
    group,
    rows: counts,
    key: (row) => keyFor(row, group),
    values: (some) => {
      const of = (...statuses: string[]): number =>
        sum(
          some.filter((one) => statuses.includes(one.status)),
          (one) => one.n,
        )
      const [completed, missed] = [of('completed'), of('no_show')]
      const kept = some.filter((one) => one.status !== 'cancelled')
      return [
        sum(kept, (one) => one.n),
        completed,
        missed,
        of('cancelled'),
        share(missed, completed + missed),
        sum(kept, (one) => one.minutes),
      ]
    },
  })
  return { columns, rows }
}

export function ratingTable(config: TenantConfig, group: Group, counts: readonly RatedCount[]): Table {
  const columns = [column('ratings'), column('average', 'stars'), column('nps', 'score')]
  const rows = rowsOf(config, {
    group,
    rows: counts,
    key: (row) => keyFor(row, group),
    values: (some) => {
      const [n, recommended] = [sum(some, (one) => one.n), sum(some, (one) => one.recommended)]
      const net = sum(some, (one) => one.promoters - one.detractors)
      return [
        n,
        n === 0 ? null : Math.round((100 * sum(some, (one) => one.stars)) / n) / 100,
        recommended === 0 ? null : Math.round((100 * net) / recommended),
      ]
    },
  })
  return { columns, rows }
}

export function callbackTable(config: TenantConfig, group: Group, counts: readonly CallbackCount[]): Table {
  const columns = [
    column('promises'),
    column('kept'),
    column('late'),
    column('missed'),
    column('keptPercent', 'percent'),
    column('averageDelay', 'seconds'),
  ]
  const rows = rowsOf(config, {
    group,
    rows: counts.filter((one) => ['kept', 'late', 'missed'].includes(one.kind)),
    key: (row) => (group === 'campaign' ? row.campaign_id : periodOf(row.day, group)),
    values: (some) => {
      const of = (kind: string): number =>
        sum(
          some.filter((one) => one.kind === kind),
          (one) => one.n,
        )
      const [kept, late, missed] = [of('kept'), of('late'), of('missed')]
      const seconds = sum(
        some.filter((one) => one.kind !== 'missed'),
        (one) => one.seconds,
      )
      return [
        kept + late + missed,
        kept,
        late,
        missed,
        share(kept, kept + late + missed),
        kept + late === 0 ? null : Math.round(seconds / (kept + late)),
      ]
    },
  })
  return { columns, rows }
}

/** Attempts by campaign, with a column per outcome. */
export function attemptTable(
  config: TenantConfig,
  counts: readonly CallbackCount[],
  outcomes: readonly string[],
): Table {
  const attempts = counts.filter((one) => one.kind.startsWith('attempt:'))
  const columns = [column('attempts'), ...outcomes.map((outcome) => column(outcome))]
  const rows = rowsOf(config, {
    group: 'campaign',
    rows: attempts,
    key: (row) => row.campaign_id,
    values: (some) => [
      sum(some, (one) => one.n),
      ...outcomes.map((outcome) =>
        sum(
          some.filter((one) => one.kind === `attempt:${outcome}`),
          (one) => one.n,
        ),
      ),
    ],
  })
  return { columns, rows }
}

const NOTICE: readonly [label: string, most: number][] = [
  ['0', 0],
  ['1', 1],
  ['2–3', 3],
  ['4–7', 7],
  ['8–14', 14],
  ['15–30', 30],
  ['31–60', 60],
  ['61+', Infinity],
]

/** How many days ahead people book, in increasing intervals. */
export function noticeTable(counts: readonly { days: number; n: number }[]): Table {
  const all = sum(counts, (one) => one.n)
  let least = 0
  const rows = NOTICE.map(([label, most]) => {
    const n = sum(
      counts.filter((one) => one.days >= least && one.days <= most),
      (one) => one.n,
    )
    least = most + 1
    return { key: label, label, values: [n, share(n, all)] }
  })
  return { columns: [column('booked'), column('share', 'percent')], rows: all === 0 ? [] : rows }
}
