// Measures the slot core alone: 200 agents, 31 days, 40 busy intervals each, 30-minute slots; cached and cold, and how the time grows.
import type { AgentCalendar } from '../../src/domain/availability/agent-calendar.ts'
import type { Agent, Location, Schedule, TenantConfig } from '../../src/domain/catalogue/tenant-config.ts'
import { findSlots, NOTHING_FULL, type Search } from '../../src/domain/availability/search.ts'
import { planVisit, type Visit } from '../../src/domain/catalogue/visit.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/time/interval.ts'
import { forgetExpansions } from '../../src/kernel/time/recurrence.ts'
import { settingsOf } from '../../src/domain/tenant/settings.ts'
import { formatDate, parseDate } from '../../src/kernel/time/zone.ts'
import { baseService } from '../helpers/model.ts'
import { median, type Row } from './tools.ts'

const FIRST = parseDate('2026-12-01')

function searchOf(agentCount: number): Search {
  const service = { ...baseService, archived: false, horizon: { days: 200, unit: 'days' as const } }
  const location: Location = { id: 'l', name: 'l', timeZone: 'Europe/Rome', holidayCalendarId: null, archived: false }
  const agents = new Map<string, Agent>()
  const schedules = new Map<string, Schedule[]>()
  const calendars = new Map<string, AgentCalendar>()
  for (let i = 0; i < agentCount; i += 1) {
    const id = `agent${i}`
    agents.set(id, {
      id,
      name: id,
      serviceIds: new Set([service.id]),
      locationIds: new Set(),
      weight: 1,
      poolId: null,
      desk: null,
      archived: false,
    })
    // Each agent's schedule starts on another day, so that no expansion is shared between agents.
    const start = formatDate(FIRST - 400 - i)
    const rules = [
      {
        rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
        start,
        windows: [
          { from: '09:00', to: '13:00' },
          { from: '14:00', to: '18:00' },
        ],
      },
    ]
    schedules.set(id, [{ id, timeZone: 'Europe/Rome', fromDay: FIRST - 400, untilDay: FIRST + 400, rules }])
    const spans: number[] = []
    for (let n = 0; n < 40; n += 1) {
      const at = (FIRST + Math.floor((n * 31) / 40)) * DAY + (8 + ((i + n) % 8)) * HOUR
      if (at >= (spans.at(-1) ?? 0)) spans.push(at, at + 45 * MINUTE)
    }
    const kinds = spans.filter((_, k) => k % 2 === 0).map(() => 'appointment' as const)
    calendars.set(id, {
      version: 1,
      from: 0,
      to: Infinity,
      spans,
      kinds,
      expires: kinds.map(() => 0),
      sessions: [],
      volatile: false,
    })
  }
  const config: TenantConfig = {
    tenantId: 't',
    version: 1,
    timeZone: 'Europe/Rome',
    slug: 't',
    name: 't',
    settings: settingsOf({}),
    campaigns: new Map(),
    locations: new Map([['l', location]]),
    services: new Map([[service.id, service]]),
    agents,
    schedules,
    openings: new Map(),
    absences: new Map(),
    closures: new Map(),
    holidays: new Map(),
  }
  return {
    config,
    visit: planVisit([service]) as Visit,
    calendars,
    audience: 'public',
    now: FIRST * DAY - DAY,
    places: 1,
    ignored: undefined,
    full: () => NOTHING_FULL,
  }
}

const find = (search: Search, days: number) => findSlots(search, {}, FIRST * DAY, (FIRST + days) * DAY)

function time(work: () => unknown, runs: number): number {
  const times: number[] = []
  for (let i = 0; i < runs; i += 1) {
    const began = performance.now()
    work()
    times.push(performance.now() - began)
  }
  return median(times)
}

export function benchSlotCore(): Row[] {
  const base = searchOf(200)
  const offered = find(base, 31).length
  for (let i = 0; i < 30; i += 1) find(base, 31)
  const warm = time(() => find(base, 31), 51)
  const cold = time(() => {
    forgetExpansions()
    // A copied configuration has no cached composition yet.
    find({ ...base, config: { ...base.config } }, 31)
  }, 15)
  const before = process.memoryUsage()
  const kept = { ...base, config: { ...base.config } }
  find(kept, 31)
  const after = process.memoryUsage()
  const grown = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1e6
  const few = searchOf(50)
  for (let i = 0; i < 30; i += 1) find(few, 31)
  const quarter = time(() => find(few, 31), 51)
  for (let i = 0; i < 30; i += 1) find(base, 8)
  const week = time(() => find(base, 8), 51)
  return [
    {
      name: `slot core, 200 agents × 31 days × 40 busy, cached (${offered} starts)`,
      value: `${warm.toFixed(2)} ms`,
      target: '3 ms',
      met: warm <= 3,
    },
    { name: 'the same, nothing cached', value: `${cold.toFixed(1)} ms`, target: '60 ms', met: cold <= 60 },
    {
      name: 'memory that the cold run adds',
      value: `${Math.max(0, grown).toFixed(1)} MB`,
      target: '50 MB',
      met: grown < 50,
    },
    {
      name: 'growth: 200 agents over 50 agents',
      value: `${(warm / quarter).toFixed(1)} ×`,
      target: 'about 4 ×',
      met: warm / quarter < 6,
    },
    {
      name: 'growth: 31 days over 8 days',
      value: `${(warm / week).toFixed(1)} ×`,
      target: 'about 4 ×',
      met: warm / week < 6,
    },
  ]
}
