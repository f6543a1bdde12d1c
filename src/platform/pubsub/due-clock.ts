// Waits until a callback of a campaign is due without polling: one timer on the earliest due callback, which hints about earlier
// ones move forward. Several consumers may wait for one campaign; they wake one at a time, in the order in which they came.
import type { PubSub } from './pubsub.ts'

/** At most `ms`; `since`: the instant up to which the caller has looked (epoch ms). */
type Waiting = { ms: number; since: number; signal?: AbortSignal | undefined }

export type DueClock = {
  /**
   * Resolves when a callback of the campaign may be due, after `ms` at the latest, or when `signal` aborts. The caller has found
   * nothing to claim among those due until `since` (epoch ms).
   */
  wait: (tenantId: string, campaignId: string, until: Waiting) => Promise<void>
  /** Reports that a callback of the campaign is or becomes due at `at` (epoch ms). */
  tell: (tenantId: string, campaignId: string, at: number) => void
  /**
   * Reports that a woken consumer has queried. If it `took` something, more may be due: wakes the next one at once. Otherwise wakes
   * the next one when a callback becomes due that was not due at `since`.
   */
  looked: (tenantId: string, campaignId: string, took: boolean, since: number) => void
}

/** Hints about instants further ahead than this (ms) are not sent, because every waiting consumer queries again at least this often. */
const AHEAD = 10_000
const TOPIC = 'due'

type Line = { waiting: (() => void)[]; timer: NodeJS.Timeout | null; at: number }

/** A transaction may commit a callback whose due instant lies this far in the past (ms). */
export const SLACK = 1_000
/** A consumer that found nothing does not query again sooner than this (ms). */
const REST = 25

/**
 * `now`: the time of a tenant (epoch ms). `nextDue` queries the earliest due instant after `since` of a campaign's waiting callbacks
 * (epoch ms); null = none.
 */
export function createDueClock(
  pubsub: PubSub,
  now: (tenantId: string) => number,
  nextDue: (tenantId: string, campaignId: string, since: number) => Promise<number | null>,
): DueClock {
  const lines = new Map<string, Line>()

  function arm(key: string, line: Line, at: number, present: number): void {
    if (line.timer) clearTimeout(line.timer)
    line.at = at
    line.timer = setTimeout(
      () => {
        line.timer = null
        line.at = Infinity
        line.waiting.shift()?.()
        if (line.waiting.length === 0) lines.delete(key)
      },
      Math.max(0, Math.min(at - present, AHEAD)),
    )
    line.timer.unref()
  }

  /** Arms the timer for the earliest due callback; a hint that arrives meanwhile wins if it is earlier. */
  async function look(key: string, tenantId: string, campaignId: string, since: number): Promise<void> {
    const line = lines.get(key)
    if (!line) return
    const due = await nextDue(tenantId, campaignId, since).catch(() => null)
    if (lines.get(key) !== line || line.waiting.length === 0) return
    const present = now(tenantId)
    const at = due === null ? Infinity : Math.max(due, present + (due <= present ? REST : 0))
    arm(key, line, Math.min(at, line.timer ? line.at : Infinity, present + AHEAD), present)
  }

  pubsub.on(TOPIC, (text) => {
    const [tenantId = '', campaignId = '', at = '0'] = text.split(' ')
    const key = `${tenantId} ${campaignId}`
    const line = lines.get(key)
    if (line && Number(at) < line.at) arm(key, line, Number(at), now(tenantId))
  })

  return {
    wait(tenantId, campaignId, { ms, since, signal }) {
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
      if (at - now(tenantId) <= AHEAD) pubsub.say(TOPIC, `${tenantId} ${campaignId} ${at}`)
    },
    looked(tenantId, campaignId, took, since) {
      const key = `${tenantId} ${campaignId}`
      const line = lines.get(key)
      if (line && took) arm(key, line, now(tenantId), now(tenantId))
      else if (line) void look(key, tenantId, campaignId, since)
    },
  }
}
