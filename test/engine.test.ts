// Compares the slot engine with a brute-force oracle, minute by minute, on random calendars; and the explanation with the offer.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AgentCalendar, BusyKind } from '../src/domain/availability/agent-calendar.ts'
import { explainStart } from '../src/domain/availability/explanation.ts'
import type { Agent, Location, Schedule, ScheduleRule, TenantConfig } from '../src/domain/catalogue/tenant-config.ts'
import { findSlots, NOTHING_FULL, situationOf, type Search } from '../src/domain/availability/search.ts'
import { whyNothing } from '../src/site/booking/times-by-day.ts'
import { planVisit, type Service, type Visit } from '../src/domain/catalogue/visit.ts'
import { effort } from './helpers/effort.ts'
import { baseService } from './helpers/model.ts'
import { wallByIntl } from './helpers/intl.ts'
import { DAY, HOUR, MINUTE, union } from '../src/kernel/time/interval.ts'
import { settingsOf } from '../src/domain/tenant/settings.ts'
import { formatDate, parseDate, weekdayOf } from '../src/kernel/time/zone.ts'

const NAMES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

type Case = {
  zone: string
  day: number
  days: number
  rules: ScheduleRule[]
  hours: ScheduleRule[] | null
  holidays: number[]
  absences: number[]
  closures: number[]
  openings: number[]
  busy: { spans: number[]; kinds: BusyKind[]; expires: number[] }
  service: Service
  now: number
}

/** Days on which Europe, America, Australia, Cairo and Lord Howe change their clocks, and ordinary days. */
const DAYS = [
  '2026-03-28',
  '2026-10-24',
  '2026-03-07',
  '2026-10-31',
  '2026-04-03',
  '2026-10-02',
  '2026-04-23',
  '2026-06-10',
  '2026-12-30',
]
const ZONES = ['Europe/Rome', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Kathmandu', 'UTC']

const windows = fc
  .uniqueArray(fc.integer({ min: 0, max: 95 }), { minLength: 2, maxLength: 6 })
  .map((marks) => marks.sort((a, b) => a - b))
  .map((marks) =>
    Array.from({ length: Math.floor(marks.length / 2) }, (_, i) => ({
      from: clock(marks[i * 2]! * 15),
      to: clock(marks[i * 2 + 1]! * 15),
    })),
  )
const rule: fc.Arbitrary<ScheduleRule> = fc.record({
  rrule: fc
    .uniqueArray(fc.constantFrom(...NAMES), { minLength: 2, maxLength: 7 })
    .map((d) => `FREQ=WEEKLY;BYDAY=${d.join()}`),
  windows: fc.oneof(
    { weight: 4, arbitrary: windows },
    { weight: 1, arbitrary: fc.constant([{ from: '22:00', to: '03:00' }]) },
    { weight: 1, arbitrary: fc.constant([{ from: '00:00', to: '24:00' }]) },
  ),
  breaks: fc.oneof(fc.constant(undefined), windows),
})

function offsets(low: number, high: number, grain: number): fc.Arbitrary<number[]> {
  const one = fc
    .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: 1, max: 400 }))
    .map(([at, length]) => [at * grain * MINUTE, at * grain * MINUTE + length * MINUTE])
  return fc.array(one, { maxLength: 3 }).map((list) => union(...list))
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    date: fc.constantFrom(...DAYS),
    days: fc.integer({ min: 1, max: 3 }),
    rules: fc.array(rule, { minLength: 1, maxLength: 2 }),
    hours: fc.oneof(fc.constant(null), fc.array(rule, { minLength: 1, maxLength: 2 })),
    holidays: fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 1 }),
    absences: offsets(-20, 300, 15),
    closures: offsets(-20, 300, 15),
    openings: offsets(-20, 300, 5),
    busy: fc.array(
      fc.record({
        at: fc.integer({ min: -10, max: 900 }),
        length: fc.integer({ min: 1, max: 90 }),
        kind: fc.constantFrom<BusyKind>('appointment', 'hold', 'released'),
        ends: fc.integer({ min: -30, max: 30 }),
      }),
      { maxLength: 8 },
    ),
    service: fc.record({
      durationMinutes: fc.constantFrom(5, 10, 15, 20, 30, 45, 60, 90),
      stepMinutes: fc.oneof(fc.constant(null), fc.constantFrom(5, 10, 15, 25, 30, 60)),
      stepAlignment: fc.constantFrom<'opening' | 'clock'>('opening', 'clock'),
      bufferBeforeMinutes: fc.constantFrom(0, 0, 5, 10),
      bufferAfterMinutes: fc.constantFrom(0, 0, 5, 15),
      minimumNoticeMinutes: fc.constantFrom(0, 30, 600),
      horizon: fc.record({
        days: fc.integer({ min: 0, max: 3 }),
        unit: fc.constantFrom<'days' | 'business_days'>('days', 'business_days'),
      }),
      nextDayCutoff: fc.constantFrom(null, '00:00', '12:00'),
    }),
    now: fc.integer({ min: -300, max: 900 }),
  })
  .map(({ date, busy, service, now, absences, closures, openings, ...rest }) => {
    const day = parseDate(date)
    const origin = day * DAY
    let last = -Infinity
    const taken: Case['busy'] = { spans: [], kinds: [], expires: [] }
    const present = origin + now * MINUTE
    for (const b of [...busy].sort((x, y) => x.at - y.at)) {
      const from = origin + b.at * 5 * MINUTE
      if (from < last) continue
      last = from + b.length * MINUTE
      taken.spans.push(from, last)
      taken.kinds.push(b.kind)
      taken.expires.push(b.kind === 'appointment' ? 0 : present + b.ends * MINUTE)
    }
    const shift = (set: number[]): number[] => set.map((t) => t + origin)
    return {
      ...rest,
      day,
      busy: taken,
      service: { ...baseService, ...service },
      now: present,
      absences: shift(absences),
      closures: shift(closures),
      openings: shift(openings),
    }
  })

function searchOf(c: Case): { search: Search; visit: Visit; location: Location; agent: Agent } {
  const location: Location = { id: 'location', name: 'l', timeZone: c.zone, holidayCalendarId: 'h', archived: false }
  const agent: Agent = {
    id: 'agent',
    name: 'a',
    serviceIds: new Set(['service']),
    locationIds: new Set(),
    weight: 1,
    poolId: null,
    desk: null,
    archived: false,
  }
  const schedule = (rules: ScheduleRule[]): Schedule => ({
    id: 's',
    timeZone: c.zone,
    fromDay: c.day - 30,
    untilDay: c.day + 60,
    rules,
  })
  const openings = []
  for (let i = 0; i < c.openings.length; i += 2)
    openings.push({ from: c.openings[i]!, to: c.openings[i + 1]!, locationId: null, audience: 'public' as const })
  const holidays = new Set(c.holidays.map((n) => c.day + n))
  const config: TenantConfig = {
    tenantId: 't',
    version: 1,
    timeZone: c.zone,
    slug: 't',
    name: 't',
    settings: settingsOf({}),
    campaigns: new Map(),
    locations: new Map([['location', location]]),
    services: new Map([['service', { ...c.service, archived: false }]]),
    agents: new Map([['agent', agent]]),
    schedules: new Map([
      ['agent', [schedule(c.rules)]],
      ...(c.hours ? ([['location', [schedule(c.hours)]]] as const) : []),
    ]),
    openings: new Map([['agent', openings]]),
    absences: new Map([['agent', c.absences]]),
    closures: new Map([['location', c.closures]]),
    holidays: new Map([['h', { nameOf: (day) => (holidays.has(day) ? 'festa' : undefined) }]]),
  }
  const calendar: AgentCalendar = {
    version: 1,
    from: -Infinity,
    to: Infinity,
    ...c.busy,
    sessions: [],
    volatile: c.busy.expires.some((e) => e !== 0),
  }
  const visit = planVisit([c.service]) as Visit
  return {
    search: {
      config,
      visit,
      calendars: new Map([['agent', calendar]]),
      audience: 'public',
      now: c.now,
      places: 1,
      ignored: undefined,
      full: () => NOTHING_FULL,
    },
    visit,
    location,
    agent,
  }
}

const walls = new Map<string, Map<number, { day: number; minute: number }>>()

/** Wall clock of an instant, computed by Intl alone: day number and minute of the day; cached, because Intl takes 10 µs. */
function wall(zone: string, at: number): { day: number; minute: number } {
  let known = walls.get(zone)
  if (!known) walls.set(zone, (known = new Map()))
  let w = known.get(at)
  if (!w) {
    // No zone of ZONES changes its clock within a quarter of an hour.
    const quarter = at - (at % (15 * MINUTE))
    const clock = (at === quarter ? wallByIntl(zone, at) : wallOfDay(wall(zone, quarter))) + at - quarter
    const day = Math.floor(clock / DAY)
    known.set(at, (w = { day, minute: Math.floor((clock - day * DAY) / MINUTE) }))
  }
  return w
}
const wallOfDay = (w: { day: number; minute: number }): number => w.day * DAY + w.minute * MINUTE

type Plain = { days: boolean[]; windows: number[][]; breaks: number[][] }

function plain(r: ScheduleRule): Plain {
  const days = r.rrule.split('BYDAY=')[1]!.split(',')
  const minutes = (list: readonly { from: string; to: string }[]): number[][] =>
    list.map((w) => [
      minutesOf(w.from),
      minutesOf(w.to) <= minutesOf(w.from) ? minutesOf(w.to) + 1440 : minutesOf(w.to),
    ])
  return { days: NAMES.map((n) => days.includes(n)), windows: minutes(r.windows), breaks: minutes(r.breaks ?? []) }
}

/** Whether a rule is open at a wall-clock minute, read directly from its fields. */
function ruleOpen(r: Plain, day: number, minute: number): boolean {
  const within = (list: number[][], onDay: number, m: number): boolean =>
    r.days[weekdayOf(onDay)]! && list.some(([from, to]) => m >= from! && m < to!)
  const any = (list: number[][]): boolean => within(list, day, minute) || within(list, day - 1, minute + 1440)
  return any(r.windows) && !any(r.breaks)
}

const has = (set: readonly number[], t: number): boolean =>
  set.some((_, i) => i % 2 === 0 && t >= set[i]! && t < set[i + 1]!)

/** All starts by brute force: checks for every minute whether the whole visit is open, free, on the grid and within bounds. */
function oracle(c: Case, from: number, to: number): number[] {
  const low = from - 4 * DAY
  const high = to + 3 * DAY
  const frame: boolean[] = []
  const open: boolean[] = []
  const walls: { day: number; minute: number }[] = []
  const rules = c.rules.map(plain)
  const hours = c.hours?.map(plain) ?? null
  for (let t = low; t < high; t += MINUTE) {
    const w = wall(c.zone, t)
    walls.push(w)
    const isHoliday = c.holidays.some((n) => c.day + n === w.day)
    const working = (rules.some((r) => ruleOpen(r, w.day, w.minute)) && !isHoliday) || has(c.openings, t)
    const house = hours === null ? !isHoliday : hours.some((r) => ruleOpen(r, w.day, w.minute)) && !isHoliday
    frame.push(working && house)
    open.push(frame.at(-1)! && !has(c.absences, t) && !has(c.closures, t))
  }
  // Where each frame of open time begins and how long it is, for the grid.
  const startOf: number[] = []
  const lengthOf: number[] = []
  for (let i = 0, begun = 0; i < frame.length; i += 1) {
    if (!frame[i]) continue
    if (!frame[i - 1]) begun = i
    startOf[i] = begun
    let end = i
    if (!frame[i - 1]) {
      while (frame[end]) end += 1
      lengthOf[begun] = end - begun
    }
  }
  const busy: number[] = []
  c.busy.spans.forEach(
    (t, i) =>
      i % 2 === 0 &&
      (c.busy.expires[i / 2] === 0 || c.busy.expires[i / 2]! > c.now) &&
      busy.push(t, c.busy.spans[i + 1]!),
  )
  const s = c.service
  const step = s.stepMinutes ?? s.durationMinutes
  const today = wall(c.zone, c.now)
  let lastDay = today.day + s.horizon.days
  if (s.horizon.unit === 'business_days') {
    lastDay = today.day
    for (let left = s.horizon.days; left > 0;) {
      lastDay += 1
      if (weekdayOf(lastDay) < 5 && !c.holidays.some((n) => c.day + n === lastDay)) left -= 1
    }
  }
  const late = s.nextDayCutoff && today.minute >= minutesOf(s.nextDayCutoff)
  const starts: number[] = []
  for (let t = from; t < to; t += MINUTE) {
    const i = (t - low) / MINUTE
    const w = walls[i]!
    if (t < c.now + s.minimumNoticeMinutes * MINUTE || w.day > lastDay || (late && w.day === today.day + 1)) continue
    let fits = true
    for (let k = 0; fits && k < s.durationMinutes; k += 1) fits = open[i + k]!
    if (!fits) continue
    const endless = lengthOf[startOf[i]!]! > 1440
    const onGrid = s.stepAlignment === 'clock' || endless ? w.minute % step === 0 : (i - startOf[i]!) % step === 0
    if (!onGrid) continue
    const [a, b] = [t - s.bufferBeforeMinutes * MINUTE, t + (s.durationMinutes + s.bufferAfterMinutes) * MINUTE]
    if (busy.some((_, k) => k % 2 === 0 && busy[k]! < b && busy[k + 1]! > a)) continue
    starts.push(t)
  }
  return starts
}

test('the engine offers exactly the starts of the oracle, and explains exactly what it offers', () => {
  const runs = effort(2000, 'ORACLE_RUNS')
  let offered = 0
  fc.assert(
    fc.property(cases, (c) => {
      const from = c.day * DAY
      const to = from + c.days * DAY
      const { search, location, agent } = searchOf(c)
      const found = findSlots(search, {}, from, to).map((slot) => slot.start)
      expect(found).toEqual(oracle(c, from, to))
      offered += found.length
      const situation = situationOf(search, { agent, location }, from, to)
      const explained: number[] = []
      for (let t = from; t < to; t += 5 * MINUTE) if (explainStart(situation, t) === 'offered') explained.push(t)
      expect(explained).toEqual(found.filter((t) => (t - from) % (5 * MINUTE) === 0))
      for (const t of found) expect(explainStart(situation, t)).toBe('offered')
    }),
    { numRuns: runs },
  )
  expect(offered).toBeGreaterThan(runs)
})

test('several agents at several locations add up to the remaining places', () => {
  const c: Case = {
    zone: 'Europe/Rome',
    day: parseDate('2026-06-10'),
    days: 1,
    rules: [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '09:00', to: '11:00' }] }],
    hours: null,
    holidays: [],
    absences: [],
    closures: [],
    openings: [],
    busy: { spans: [], kinds: [], expires: [] },
    service: baseService,
    now: parseDate('2026-06-09') * DAY,
  }
  const { search, agent, location } = searchOf(c)
  const agents = new Map([1, 2, 3].map((n) => [`agent${n}`, { ...agent, id: `agent${n}` }]))
  const schedules = new Map([...agents.keys()].map((id) => [id, search.config.schedules.get('agent')!]))
  const config = {
    ...search.config,
    agents,
    schedules,
    locations: new Map([
      ['location', location],
      ['other', { ...location, id: 'other' }],
    ]),
  }
  const busyAt = {
    spans: [c.day * DAY + 7 * HOUR, c.day * DAY + 7 * HOUR + 30 * MINUTE],
    kinds: ['appointment' as const],
    expires: [0],
    sessions: [],
    volatile: false,
    version: 1,
    from: 0,
    to: Infinity,
  }
  const slots = findSlots(
    { ...search, config, calendars: new Map([['agent2', busyAt]]) },
    {},
    c.day * DAY,
    (c.day + 1) * DAY,
  )
  expect(
    slots.map((s) => [formatDate(Math.floor(s.start / DAY)), (s.start % DAY) / HOUR, s.locationId, s.remaining]),
  ).toEqual([
    ['2026-06-10', 7, 'location', 2],
    ['2026-06-10', 7, 'other', 2],
    ...[7.5, 8, 8.5].flatMap((h) => [
      ['2026-06-10', h, 'location', 3],
      ['2026-06-10', h, 'other', 3],
    ]),
  ])
})

test('a month without free times names the reason that says most about it', () => {
  const day = parseDate('2026-06-10')
  const midnight = day * DAY
  const c: Case = {
    zone: 'UTC',
    day,
    days: 1,
    rules: [{ rrule: 'FREQ=DAILY', windows: [{ from: '09:05', to: '11:00' }] }],
    hours: null,
    holidays: [],
    absences: [],
    closures: [],
    openings: [],
    busy: { spans: [], kinds: [], expires: [] },
    service: { ...baseService, minimumNoticeMinutes: 60 },
    now: midnight + 9 * HOUR,
  }
  const rest = [midnight, midnight + 10 * DAY]
  const why = (change: Partial<Case>) => whyNothing(searchOf({ ...c, ...change }).search, {}, c.now, midnight + DAY)
  // What is left of today is too soon as well.
  expect(why({ absences: rest })).toBe('absence')
  expect(why({ closures: rest })).toBe('closure')
  // No start of 09:05, 09:35, 10:05 … lies on a quarter of an hour.
  const taken = [midnight + 9 * HOUR + 5 * MINUTE, midnight + 11 * HOUR]
  expect(why({ busy: { spans: taken, kinds: ['appointment'], expires: [0] } })).toBe('slot_taken')
})
