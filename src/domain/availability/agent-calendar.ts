// PURE. An agent's reserved time as loaded from the ledger, and which entries count as busy for which audience.
import type { Audience } from '../catalogue/visit.ts'
import { firstEnding, indexAt, type Range, type Spans } from '../../kernel/time/interval.ts'

export type BusyKind = 'appointment' | 'hold' | 'session' | 'released'

type Session = { id: string; serviceId: string; startsAt: number; endsAt: number; free: number }

/** Reserved time of one agent in [from, to), sorted and disjoint: entry i is [spans[2i], spans[2i+1]). */
export type AgentCalendar = {
  version: number
  from: number
  to: number
  spans: Spans
  kinds: readonly BusyKind[]
  /** Instant (epoch ms) at which entry i expires, 0 = never. */
  expires: readonly number[]
  sessions: readonly Session[]
  /** Whether any entry expires; if none does, `spans` is used without filtering. */
  volatile: boolean
}

export const EMPTY_CALENDAR: AgentCalendar = {
  version: 0,
  from: 0,
  to: 0,
  spans: [],
  kinds: [],
  expires: [],
  sessions: [],
  volatile: false,
}

/** Time that is being reserved; `expires`: epoch ms, 0 = never. */
export type Taken = Range & { kind: BusyKind; expires: number }

/** The calendar with one more entry, in place of released time that it covers. Time outside of the loaded range is left out. */
export function withTaken(calendar: AgentCalendar, { from, to, kind, expires }: Taken): AgentCalendar {
  const at = firstEnding(calendar.spans, from)
  let covered = 0
  while (calendar.kinds[at + covered] === 'released' && calendar.spans[(at + covered) * 2]! < to) covered += 1
  // Released time that crosses the end of the loaded range goes also with an entry outside of it.
  const isOutside = to <= calendar.from || from >= calendar.to
  if (isOutside && covered === 0) return calendar
  return {
    ...calendar,
    spans: calendar.spans.toSpliced(at * 2, covered * 2, ...(isOutside ? [] : [from, to])),
    kinds: calendar.kinds.toSpliced(at, covered, ...(isOutside ? [] : [kind])),
    expires: calendar.expires.toSpliced(at, covered, ...(isOutside ? [] : [expires])),
    volatile: calendar.volatile || expires !== 0,
  }
}

/** One entry that a query must ignore: the time of the appointment that is being moved. */
export type Ignored = { agentId: string; from: number; to: number } | undefined

/** The reservation as time to ignore; undefined for a group session, whose time stays taken by the other participants. */
export const ignoring = (kept: { kind: BusyKind; agentId: string; from: number; to: number } | undefined): Ignored =>
  kept && kept.kind !== 'session' ? { agentId: kept.agentId, from: kept.from, to: kept.to } : undefined

/** Whether entry `i` counts as busy at `now` for this audience: staff may book time that was just released. */
function isLive(calendar: AgentCalendar, i: number, now: number, audience: Audience): boolean {
  const expires = calendar.expires[i]!
  if (expires !== 0 && expires <= now) return false
  return audience === 'public' || calendar.kinds[i] !== 'released'
}

/** When and by whom a calendar is looked at, and which entry is left out. */
type BusyView = { now: number; audience: Audience; ignored: Ignored }

/** The spans that count as busy at `now`. */
export function busySpans(agentId: string, calendar: AgentCalendar, { now, audience, ignored }: BusyView): Spans {
  const mine = ignored?.agentId === agentId ? ignored : undefined
  if (!calendar.volatile && !mine) return calendar.spans
  const out: number[] = []
  for (let i = 0; i < calendar.kinds.length; i += 1) {
    const from = calendar.spans[i * 2]!
    const to = calendar.spans[i * 2 + 1]!
    if (mine && from === mine.from && to === mine.to) continue
    if (isLive(calendar, i, now, audience)) out.push(from, to)
  }
  return out
}

/** The kind of the first live entry that overlaps [from, to), or null when the time is free. */
export function conflictIn(
  agentId: string,
  calendar: AgentCalendar,
  { from, to }: Range,
  { now, audience, ignored }: BusyView,
): BusyKind | null {
  for (let i = firstEnding(calendar.spans, from); i < calendar.kinds.length; i += 1) {
    const start = calendar.spans[i * 2]!
    const end = calendar.spans[i * 2 + 1]!
    if (start >= to) return null
    if (!isLive(calendar, i, now, audience)) continue
    if (ignored?.agentId === agentId && start === ignored.from && end === ignored.to) continue
    return calendar.kinds[i]!
  }
  return null
}

/** The earliest instant after `now` at which an entry of the calendar expires; Infinity when none does. */
export function nextExpiry(calendar: AgentCalendar, now: number): number {
  let next = Infinity
  if (!calendar.volatile) return next
  for (const expires of calendar.expires) if (expires > now && expires < next) next = expires
  return next
}

/** The entry that contains the instant `at`, in the form that the queries above ignore. */
export function entryAt(agentId: string, calendar: AgentCalendar, at: number): Ignored {
  const i = indexAt(calendar.spans, at)
  return i < 0 ? undefined : { agentId, from: calendar.spans[i]!, to: calendar.spans[i + 1]! }
}
