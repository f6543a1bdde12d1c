// Sleeps until something of a campaign is due, and not a query longer: a timer on the earliest due callback, moved by hints about
// nearer ones. Several may wait for one campaign; they are woken one after the other, in the order in which they came.
import type { PubSub } from '../db/pubsub.ts'

export type DueClock = {
  /**
   * Resolves when a callback of the campaign may be due, after `ms` at the latest, or when `signal` says so. Whoever waits has
   * found nothing to take that was due until `since` (epoch ms).
   */
  wait: (tenantId: string, campaignId: string, ms: number, since: number, signal?: AbortSignal) => Promise<void>
  /** A callback of the campaign is or becomes due at `at` (epoch ms). */
  tell: (tenantId: string, campaignId: string, at: number) => void
  /**
   * Whoever was woken has looked: when they `took` something more may be there, so the next is woken at once; else when something
   * is due that was not due at `since`.
   */
  looked: (tenantId: string, campaignId: string, took: boolean, since: number) => void
}

/** Hints about what lies further ahead than this (ms) are not sent: everybody who waits looks again at least so often. */
export const AHEAD = 10_000
const TOPIC = 'due'

type Line = { waiting: (() => void)[]; timer: NodeJS.Timeout | null; at: number }

/** A callback may be written with an instant so far in the past (ms), while its transaction was under way. */
export const SLACK = 1_000
/** Who found nothing does not look again sooner (ms). */
const REST = 25

/** `nextDue` asks the database for the earliest due instant of a campaign's waiting callbacks after another; null = none. */
export function createDueClock(
  pubsub: PubSub,
  now: () => number,
  nextDue: (tenantId: string, campaignId: string, since: number) => Promise<number | null>,
): DueClock {
  const lines = new Map<string, Line>()

  function arm(key: string, line: Line, at: number): void {
    if (line.timer) clearTimeout(line.timer)
    line.at = at
    line.timer = setTimeout(
      () => {
        line.timer = null
        line.at = Infinity
        line.waiting.shift()?.()
        if (line.waiting.length === 0) lines.delete(key)
      },
      Math.max(0, Math.min(at - now(), AHEAD)),
    )
    line.timer.unref()
  }

  /** Looks for the earliest due callback; what was told meanwhile counts if it is earlier. */
  async function look(key: string, tenantId: string, campaignId: string, since: number): Promise<void> {
    const line = lines.get(key)
    if (!line) return
    const due = await nextDue(tenantId, campaignId, since).catch(() => null)
    if (lines.get(key) !== line || line.waiting.length === 0) return
    const at = due === null ? Infinity : Math.max(due, now() + (due <= now() ? REST : 0))
    arm(key, line, Math.min(at, line.timer ? line.at : Infinity, now() + AHEAD))
  }

  pubsub.on(TOPIC, (text) => {
    const [tenantId = '', campaignId = '', at = '0'] = text.split(' ')
    const key = `${tenantId} ${campaignId}`
    const line = lines.get(key)
    if (line && Number(at) < line.at) arm(key, line, Number(at))
  })

  return {
    wait(tenantId, campaignId, ms, since, signal) {
      const key = `${tenantId} ${campaignId}`
      return new Promise((resolve) => {
        let line = lines.get(key)
        const isFirst = !line
        if (!line) lines.set(key, (line = { waiting: [], timer: null, at: Infinity }))
        const done = (): void => {
          clearTimeout(end)
          signal?.removeEventListener('abort', leave)
          resolve()
        }
        const leave = (): void => {
          const at = line.waiting.indexOf(done)
          if (at >= 0) line.waiting.splice(at, 1)
          if (line.waiting.length === 0 && lines.get(key) === line) {
            if (line.timer) clearTimeout(line.timer)
            lines.delete(key)
          }
          done()
        }
        const end = setTimeout(leave, ms)
        line.waiting.push(done)
        if (signal?.aborted) return leave()
        signal?.addEventListener('abort', leave, { once: true })
        if (isFirst || !line.timer) void look(key, tenantId, campaignId, since)
      })
    },
    tell(tenantId, campaignId, at) {
      if (at - now() <= AHEAD) pubsub.say(TOPIC, `${tenantId} ${campaignId} ${at}`)
    },
    looked(tenantId, campaignId, took, since) {
      const key = `${tenantId} ${campaignId}`
      const line = lines.get(key)
      if (line && took) arm(key, line, now())
      else if (line) void look(key, tenantId, campaignId, since)
    },
  }
}
