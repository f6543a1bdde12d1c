// Measures how long the work of a killed worker lies idle until another worker continues it: jobs that it had claimed, deliveries that
// it had to send, campaigns that it pushed. Only reads.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Eye, Rows } from './eye.ts'

/** What is claimed now. `mark` changes as soon as somebody claims it again, finishes it or postpones it. */
const CLAIMED = `
  select 'job of ' || queue as kind, id::text, due_at::text || ' ' || attempts as mark, due_at > now() as live from jobs
   where parked_at is null and attempts > 0 and failure is null
  union all
  select 'delivery', id::text, due_at::text || ' ' || attempts, due_at > now() from deliveries where status = 'pending'
  union all
  select 'campaign', campaign_id::text, pusher::text || ' ' || pusher_until::text, pusher_until > now() from campaign_states
   where pusher is not null`
const [EVERY, LONGEST] = [200, 120_000]

type InHand = { kind: string; id: string; mark: string }
export type Handover = {
  worker: string
  /** Seconds until the last item of each kind was taken over; kinds without claimed items are missing. */
  byKind: Map<string, number>
  /** Items that nobody took over while they were watched. */
  left: number
}

const toInHand = (rows: Rows): InHand[] => rows.map(({ kind, id, mark }) => ({ kind, id, mark }))

/** Items that nobody has touched since. */
export function stillInHand(before: readonly InHand[], now: readonly InHand[]): InHand[] {
  const marks = new Map(now.map((one) => [one.id, one.mark]))
  return before.filter((one) => marks.get(one.id) === one.mark)
}

/** Watches from the kill (`at`, epoch ms) until every item is taken over; items of living workers drop out quickly. */
export async function watchHandover(eye: Eye, worker: string, at: number): Promise<Handover> {
  const byKind = new Map<string, number>()
  const first = await eye.read(CLAIMED)
  let left = toInHand(first.filter((row) => row.live))
  for (const end = at + LONGEST; left.length > 0 && Date.now() < end;) {
    await sleep(EVERY)
    const rows = await eye.look(CLAIMED)
    if (!rows) continue
    const still = stillInHand(left, toInHand(rows))
    const ids = new Set(still.map((one) => one.id))
    for (const { id, kind } of left) if (!ids.has(id)) byKind.set(kind, (Date.now() - at) / 1000)
    left = still
  }
  for (const { kind } of left) byKind.set(kind, (Date.now() - at) / 1000)
  return { worker, byKind, left: left.length }
}
