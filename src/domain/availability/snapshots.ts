// Owns the caches of configuration and reserved time and checks that they are fresh: one small query reads the versions of both,
// shared by all requests that wait for it. An answer never comes from a cache whose version was not just confirmed.
import { LRUCache } from 'lru-cache'
import type { CoreDeps } from '../../platform/core-deps.ts'
import type { Database } from '../../platform/database/open.ts'
import type { PubSub } from '../../platform/pubsub/pubsub.ts'
import { buildConfig } from '../catalogue/build-config.ts'
import { EMPTY_CALENDAR, withTaken, type AgentCalendar, type BusyKind, type Taken } from './agent-calendar.ts'
import { loadConfigRows, readVersions } from '../catalogue/config.sql.ts'
import { loadCalendars, type CalendarRow } from './ledger.sql.ts'
import { DAY, type Range } from '../../kernel/time/interval.ts'
import type { Agent, TenantConfig } from '../catalogue/tenant-config.ts'

const MAX_TENANTS = 500
const MAX_CALENDARS = 5_000
/** Notes of a calendar that nobody confirms; beyond, those that have ended are dropped. */
const MOST_NOTES = 50
/** Maximum age in ms of a cached calendar from which `recent` chooses an agent. */
const RECENT_MS = 1_000

/** `stored`: what the database had at its version. `view`: the same with the reservations that this process is making. */
type CachedCalendar = { stored: AgentCalendar; notes: readonly Note[]; view: AgentCalendar; confirmedAt: number }
/** `hasEnded`: its write is over, and a confirmed calendar no longer needs the note. */
type Note = { taken: Taken; hasEnded: boolean }
type TenantCache = {
  config: TenantConfig | undefined
  loading: Promise<TenantConfig | null> | undefined
  /** Running loads of reserved time, by agents, versions and range: requests for the same data share them. */
  fetching: Map<string, Promise<(readonly [string, CachedCalendar])[]>>
  calendars: Map<string, CachedCalendar>
  batch: { ids: Set<string>; promise: Promise<Versions | null> } | undefined
  inFlight: Promise<unknown>
}
type Versions = { config: number; calendars: Map<string, number> }

/** Configuration and the candidates' calendar versions, confirmed by the database after the call began. */
export type CurrentVersions = {
  config: TenantConfig
  agents: readonly Agent[]
  fingerprint: string
  versions: ReadonlyMap<string, number>
}
/** `views`: the calendars with what this process is reserving, to choose from; never to refuse by. */
type Snapshot = CurrentVersions & { calendars: Calendars; views: Calendars }
type Calendars = ReadonlyMap<string, AgentCalendar>
export type Recent = { config: TenantConfig; calendars: Calendars }
export type Snapshots = ReturnType<typeof createSnapshots>
export type SnapshotDeps = CoreDeps & { snapshots: Snapshots }

const KINDS: Record<string, BusyKind> = { a: 'appointment', h: 'hold', s: 'session', r: 'released' }

/** Unpacks `start,end,kind,expires;…`. */
function unpackCalendar(row: CalendarRow, from: number, to: number): AgentCalendar {
  const spans: number[] = []
  const kinds: BusyKind[] = []
  const expires: number[] = []
  let volatile = false
  for (const entry of row.packed === null ? [] : row.packed.split(';')) {
    const [start, end, kind, expiry] = entry.split(',')
    spans.push(Number(start), Number(end))
    kinds.push(KINDS[kind!]!)
    expires.push(Number(expiry))
    if (expiry !== '0') volatile = true
  }
  const sessions = (row.sessions ?? []).map((s) => ({
    id: s.id,
    serviceId: s.service,
    startsAt: s.starts,
    endsAt: s.ends,
    free: s.free,
  }))
  return { version: row.version, from, to, spans, kinds, expires, sessions, volatile }
}

function attempt<T>(work: () => T): { value?: T; error?: Error } {
  try {
    return { value: work() }
  } catch (error) {
    return { error: error as Error }
  }
}

/** The caches of one process over one database. */
type Caches = { db: Database; now: () => number; tenants: LRUCache<string, TenantCache> }
type Choose = (config: TenantConfig) => readonly Agent[]

function cacheOf(caches: Caches, tenantId: string): TenantCache {
  const known = caches.tenants.get(tenantId)
  if (known) return known
  const cache: TenantCache = {
    config: undefined,
    loading: undefined,
    fetching: new Map(),
    calendars: new Map(),
    batch: undefined,
    inFlight: Promise.resolve(),
  }
  caches.tenants.set(tenantId, cache)
  return cache
}

async function reload(caches: Caches, tenantId: string, cache: TenantCache): Promise<TenantConfig | null> {
  cache.loading ??= loadConfigRows(caches.db.kysely, tenantId)
    .then((rows) => (rows ? buildConfig(rows) : null))
    .finally(() => (cache.loading = undefined))
  const config = await cache.loading
  if (config && config.version >= (cache.config?.version ?? 0)) cache.config = config
  return config
}

/** Joins the next version query: at most one runs at a time, so all callers that arrive meanwhile share the one after it. */
function versionsOf(
  caches: Caches,
  tenantId: string,
  cache: TenantCache,
  ids: readonly string[],
): Promise<Versions | null> {
  if (!cache.batch) {
    const batch = { ids: new Set<string>(), promise: Promise.resolve<Versions | null>(null) }
    batch.promise = cache.inFlight.then(async () => {
      cache.batch = undefined
      const rows = await readVersions(caches.db.kysely, tenantId, [...batch.ids])
      if (rows.length === 0) return null
      const calendars = new Map(
        rows.flatMap((r) => (r.agent_id === null ? [] : [[r.agent_id, r.version ?? 0] as const])),
      )
      return { config: rows[0]!.config, calendars }
    })
    cache.inFlight = batch.promise.catch(() => undefined)
    cache.batch = batch
  }
  for (const id of ids) cache.batch.ids.add(id)
  return cache.batch.promise
}

/** The cached configuration, possibly stale; for callers whose write checks the version itself. */
async function recentConfig(caches: Caches, tenantId: string): Promise<TenantConfig | null> {
  const cache = cacheOf(caches, tenantId)
  return cache.config ?? reload(caches, tenantId, cache)
}

/**
 * Confirms the configuration and the versions of the agents that `choose` picks from it. Null when there is no such tenant.
 * An error of `choose` is thrown only under a confirmed configuration: a stale one may not know a new service.
 */
async function confirm(caches: Caches, tenantId: string, choose: Choose): Promise<CurrentVersions | null> {
  const cache = cacheOf(caches, tenantId)
  for (;;) {
    const config = cache.config ?? (await reload(caches, tenantId, cache))
    if (!config) return null
    const chosen = attempt(() => choose(config))
    const agents = chosen.value ?? []
    const ids = agents.map((agent) => agent.id)
    const versions = await versionsOf(caches, tenantId, cache, ids)
    if (!versions) return null
    if (versions.config === config.version) {
      if (chosen.error) throw chosen.error
      let sum = 0
      for (const id of ids) sum += versions.calendars.get(id) ?? 0
      return { config, agents, fingerprint: `${config.version}:${sum}`, versions: versions.calendars }
    }
    if (versions.config > (cache.config?.version ?? 0)) await reload(caches, tenantId, cache)
  }
}

/** Loads calendars; concurrent callers that need the same agents at the same versions share the load. */
function fetchShared(
  caches: Caches,
  tenantId: string,
  { cache, ids, wanted, from, to }: { cache: TenantCache; ids: string[]; wanted: string; from: number; to: number },
) {
  const key = `${from}:${to}:${wanted}`
  let fetch = cache.fetching.get(key)
  if (!fetch) {
    fetch = loadCalendars(caches.db.kysely, tenantId, ids, from, to)
      .then((rows) => {
        if (cache.calendars.size + rows.length > MAX_CALENDARS) cache.calendars.clear()
        const loaded = rows.map((row) => {
          const running = (cache.calendars.get(row.agent_id)?.notes ?? []).filter((note) => !note.hasEnded)
          return [row.agent_id, viewed(unpackCalendar(row, from, to), running, caches.now())] as const
        })
        for (const [id, calendar] of loaded) {
          // What was heard while the load ran may be newer.
          const known = cache.calendars.get(id)?.stored
          const isNewer = known && known.version > calendar.stored.version && known.from <= from && known.to >= to
          if (!isNewer) cache.calendars.set(id, calendar)
        }
        return loaded
      })
      .finally(() => cache.fetching.delete(key))
    cache.fetching.set(key, fetch)
  }
  return fetch
}

/** Adds the reserved time of the confirmed agents in [from, to); loads all missing calendars in one query. */
async function withCalendars(caches: Caches, confirmed: CurrentVersions, { from, to }: Range): Promise<Snapshot> {
  const cache = cacheOf(caches, confirmed.config.tenantId)
  const calendars = new Map<string, AgentCalendar>()
  const views = new Map<string, AgentCalendar>()
  const missing: string[] = []
  for (const { id } of confirmed.agents) {
    const cached = cache.calendars.get(id)
    // A calendar newer than the confirmed version is fresh too: it was read after the call began.
    const isFresh = cached && cached.stored.version >= (confirmed.versions.get(id) ?? 0)
    if (isFresh && cached.stored.from <= from && cached.stored.to >= to) {
      const running = cached.notes.filter((note) => !note.hasEnded)
      const now = running.length < cached.notes.length ? viewed(cached.stored, running, 0) : cached
      now.confirmedAt = caches.now()
      cache.calendars.set(id, now)
      calendars.set(id, now.stored)
      views.set(id, now.view)
    } else missing.push(id)
  }
  if (missing.length > 0) {
    // Rounded outwards, so that the next month or the next caller hits the cache.
    const low = Math.floor((from - DAY) / DAY) * DAY
    const high = Math.ceil((to - low) / (32 * DAY)) * 32 * DAY + low
    const wanted = missing.map((id) => `${id}:${confirmed.versions.get(id)}`)
    for (const [id, calendar] of await fetchShared(caches, confirmed.config.tenantId, {
      cache,
      ids: missing,
      wanted: wanted.join(),
      from: low,
      to: high,
    })) {
      calendars.set(id, calendar.stored)
      views.set(id, calendar.view)
    }
  }
  for (const { id } of confirmed.agents) if (!calendars.has(id)) calendars.set(id, EMPTY_CALENDAR)
  return { ...confirmed, calendars, views }
}

/**
 * Cached configuration and calendars at most one second old, without a database query; null when any of it is missing or older.
 * Good enough to choose what to try: the write itself refuses time that is no longer free. Never base a refusal on it.
 */
function recent(caches: Caches, tenantId: string, choose: Choose, { from, to }: Range): Recent | null {
  const cache = caches.tenants.get(tenantId)
  const config = cache?.config
  if (!cache || !config) return null
  const chosen = attempt(() => choose(config)).value
  if (!chosen) return null
  const calendars = new Map<string, AgentCalendar>()
  for (const { id } of chosen) {
    const cached = cache.calendars.get(id)
    if (!cached || cached.view.from > from || cached.view.to < to) return null
    if (caches.now() - cached.confirmedAt > RECENT_MS) return null
    calendars.set(id, cached.view)
  }
  return { config, calendars }
}

const viewed = (stored: AgentCalendar, notes: readonly Note[], confirmedAt: number): CachedCalendar => ({
  stored,
  notes,
  view: notes.reduce((view, { taken }) => withTaken(view, taken), stored),
  confirmedAt,
})

/** Adds a reservation that this process is making to what it sees of the calendar, without renewing the calendar's age. */
function noteReserved(caches: Caches, tenantId: string, agentId: string, taken: Taken): void {
  const calendars = caches.tenants.get(tenantId)?.calendars
  const cached = calendars?.get(agentId)
  if (!calendars || !cached) return
  if (taken.kind === 'session') return void calendars.delete(agentId)
  const { stored, notes, view, confirmedAt } = cached
  const note = { taken, hasEnded: false }
  if (notes.length < MOST_NOTES)
    calendars.set(agentId, { stored, notes: [...notes, note], view: withTaken(view, taken), confirmedAt })
  else calendars.set(agentId, viewed(stored, [...notes.filter((one) => !one.hasEnded), note], confirmedAt))
}

/**
 * Ends a note: the write gave the calendar this version, or null if it failed. If nobody else changed the calendar in between, the
 * cached one is now what the database has and need not be read again; otherwise the note stays until it is.
 */
function endNote(
  calendars: TenantCache['calendars'] | undefined,
  agentId: string,
  taken: Taken,
  version: number | null,
): void {
  const cached = calendars?.get(agentId)
  const note = cached?.notes.find((one) => one.taken === taken)
  if (!calendars || !cached || !note) return
  const { stored, notes, view, confirmedAt } = cached
  if (version === null || stored.version !== version - 1) return void (note.hasEnded = true)
  const others = notes.filter((one) => one !== note)
  const now = { ...withTaken(stored, taken), version }
  calendars.set(
    agentId,
    others.length === 0 ? viewed(now, [], confirmedAt) : { stored: now, notes: others, view, confirmedAt },
  )
}

/** What another process did to a calendar by which it got this version; without `taken` nothing but the version changed. */
type News = { tenantId: string; agentId: string; version: number; taken?: Taken }
const TOPIC = 'calendar'

const written = ({ tenantId, agentId, version, taken }: News): string =>
  [tenantId, agentId, version, ...(taken ? [taken.from, taken.to, taken.kind, taken.expires] : [])].join(' ')

function readNews(text: string): News {
  const [tenantId = '', agentId = '', version, from, to, kind, expires] = text.split(' ')
  const news = { tenantId, agentId, version: Number(version) }
  if (kind === undefined) return news
  return { ...news, taken: { from: Number(from), to: Number(to), kind: kind as BusyKind, expires: Number(expires) } }
}

/**
 * Brings a cached calendar to the version that another process made of it, so that it need not be read again. Only from the version
 * just before: after a message that was lost, the calendar stays old, its version shows it, and it is read.
 */
function learn(caches: Caches, { tenantId, agentId, version, taken }: News): void {
  const calendars = caches.tenants.get(tenantId)?.calendars
  const cached = calendars?.get(agentId)
  if (!calendars || cached?.stored.version !== version - 1) return
  const { stored, view } = cached
  calendars.set(agentId, {
    ...cached,
    stored: { ...(taken ? withTaken(stored, taken) : stored), version },
    view: taken ? withTaken(view, taken) : view,
  })
}

/** The current configuration, confirmed by the database. */
async function configNow(caches: Caches, tenantId: string): Promise<TenantConfig | null> {
  return (await confirm(caches, tenantId, () => []))?.config ?? null
}

function forgetConfig(caches: Caches, tenantId: string): void {
  const cache = caches.tenants.get(tenantId)
  if (cache) cache.config = undefined
}

/**
 * Creates the caches of one process over one database; what each act does is said at its function. With `pubsub`, processes tell each
 * other what they book: otherwise each would read the whole calendar of an agent after every booking of another.
 */
export function createSnapshots(db: Database, now: () => number, pubsub?: PubSub) {
  const caches: Caches = { db, now, tenants: new LRUCache({ max: MAX_TENANTS }) }
  pubsub?.on(TOPIC, (text) => learn(caches, readNews(text)))
  const tell = (news: News): void => pubsub?.say(TOPIC, written(news))
  return {
    recentConfig: (tenantId: string) => recentConfig(caches, tenantId),
    recent: (tenantId: string, choose: Choose, range: Range) => recent(caches, tenantId, choose, range),
    noteReserved: (tenantId: string, agentId: string, taken: Taken) => noteReserved(caches, tenantId, agentId, taken),
    keepReserved(tenantId: string, agentId: string, taken: Taken, version: number) {
      endNote(caches.tenants.get(tenantId)?.calendars, agentId, taken, version)
      if (taken.kind !== 'session') tell({ tenantId, agentId, version, taken })
    },
    passVersion(tenantId: string, agentId: string, version: number) {
      learn(caches, { tenantId, agentId, version })
      tell({ tenantId, agentId, version })
    },
    dropReserved: (tenantId: string, agentId: string, taken: Taken) =>
      endNote(caches.tenants.get(tenantId)?.calendars, agentId, taken, null),
    confirm: (tenantId: string, choose: Choose) => confirm(caches, tenantId, choose),
    withCalendars: (confirmed: CurrentVersions, range: Range) => withCalendars(caches, confirmed, range),
    config: (tenantId: string) => configNow(caches, tenantId),
    forgetConfig: (tenantId: string) => forgetConfig(caches, tenantId),
  }
}
