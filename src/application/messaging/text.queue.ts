// Sends text messages through the tenant's HTTP gateway, within its rate limit.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Deps } from '../../domain/deps.ts'
import { memoizeByObject } from '../../kernel/memoize.ts'
import type { Job } from '../../platform/jobs/job.sql.ts'
import { DONE, type Ended, type Queue } from '../../platform/jobs/queue.ts'
import { failureOf, headerOf, isTaken, retryAfter } from '../../platform/http-client/failure.ts'
import { providerIdIn, requestOf } from './gateway.ts'
import { openGateway } from './gateways.ts'
import type { TextDocument } from './message.ts'
import { failed, messageToSend, sent } from './send.ts'
import { afterQuietHours } from './text.ts'

const TIMEOUT = 20_000
/** How long a message waits in its slot for the rate limit, in ms; a longer wait is rescheduled. */
const PATIENCE = 8_000
const placesOf = memoizeByObject((_deps: Deps) => new Map<string, number>())

/** Reserves the next send time in this process's rate limit; returns the milliseconds until then. Reserves none beyond PATIENCE. */
function waitFor(deps: Deps, key: string, perSecond: number): number {
  const places = placesOf(deps)
  const now = performance.now()
  const place = Math.max(places.get(key) ?? 0, now)
  if (place - now > PATIENCE) return place - now
  places.set(key, place + 1000 / perSecond)
  return place - now
}

async function run(deps: Deps, job: Job): Promise<Ended> {
  const m = await messageToSend(deps, job)
  if (!m) return DONE
  const isTest = deps.clocks.current() !== undefined
  const gateway = isTest ? null : await openGateway(deps, m.tenant_id, m.channel)
  if (!gateway && !isTest) return failed(deps, { m, job, failure: 'no_gateway', isForGood: false })
  // Check the quiet hours again: the message may be late for any reason.
  const config = await deps.snapshots.config(m.tenant_id)
  const quiet = config?.settings.notifications.quietHours
  const at = quiet ? afterQuietHours(quiet, config.timeZone, deps.now()) : deps.now()
  if (at > deps.now()) return { kind: 'again', at, failure: 'quiet_hours', isUntried: true }
  if (!gateway) return sent(deps, m, job, null)
  const wait = waitFor(deps, `${m.tenant_id} ${m.channel}`, gateway.perSecond)
  if (wait > PATIENCE) return { kind: 'again', at: deps.now() + wait, failure: 'paced', isUntried: true }
  if (wait > 0) await sleep(wait)
  const { text } = m.document as unknown as TextDocument
  const { body, type } = requestOf(gateway, { to: m.recipient, text, from: gateway.from ?? '', id: m.id })
  try {
    // The key stays the same for all attempts, so gateways that support it send the message once.
    const headers = { ...gateway.headers, 'content-type': type, 'idempotency-key': m.id }
    const answer = await deps.post(gateway.url, body, headers, TIMEOUT)
    if (isTaken(answer)) return sent(deps, m, job, providerIdIn(gateway, answer.body))
    const pause = answer.status === 429 ? retryAfter(headerOf(answer, 'retry-after'), deps.now()) : null
    if (pause !== null) {
      return { kind: 'again', at: deps.now() + Math.max(1_000, pause), failure: 'http_429', isUntried: true }
    }
    // The gateway refuses the message itself, which is permanent (RFC 9110 §15.5).
    return failed(deps, {
      m,
      job,
      failure: `http_${answer.status}`,
      isForGood: [400, 404, 413, 422].includes(answer.status),
    })
  } catch (error) {
    return failed(deps, { m, job, failure: failureOf(error), isForGood: false })
  }
}

export const textQueue: Queue<Deps> = { name: 'texts', slots: 16, attempts: 40, run }
