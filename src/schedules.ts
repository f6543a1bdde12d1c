// The list of all periodic tasks: how often each runs, and whether in each process or once for all.
import { sealAudit } from './application/audit/seal-audit.ts'
import { forgetAccess } from './application/citizen-access/access.sql.ts'
import { forgetOldSessions } from './application/identity/session.sql.ts'
import { applyRetention } from './application/privacy/erasure.ts'
import { expireDue } from './domain/appointment/expire-holds.ts'
import { endUnapproved } from './domain/appointment/change.ts'
import { unapproved } from './domain/appointment/appointment.sql.ts'
import { forgetExpiredHolds, nextHoldEnd } from './domain/appointment/hold.sql.ts'
import { forgetDrafts } from './site/booking/draft.sql.ts'
import { forgetLine } from './domain/waiting-room/line.sql.ts'
import { countWaitingLists } from './domain/callback/contact-list/contact-list.sql.ts'
import { runContactListImports } from './domain/callback/contact-list/import-list.ts'
import { nextLook } from './domain/callback/dialing/claim.sql.ts'
import { sweepCallbacks } from './domain/callback/dialing/sweep.ts'
import type { Deps } from './domain/deps.ts'
import { sendDigests } from './application/notifications/digest.ts'
import { eraseOldMessages } from './application/messaging/retention.ts'
import { forgetAnswers } from './platform/idempotency/idempotency.sql.ts'
import { DAY, HOUR, MINUTE } from './kernel/time/interval.ts'
import { offerOpenTimes } from './application/waiting-list/open-times.ts'
import { endPast, forgetOver, listEntries, wishesOf } from './application/waiting-list/waiting.sql.ts'
import { endOldStates } from './application/presence/agent-state.ts'
import { forgetStates, listCurrent } from './application/presence/agent-state.sql.ts'
import { forgetPops } from './application/presence/screen-pop.sql.ts'
import { forgetParked } from './platform/jobs/job.sql.ts'
import { forgetNotices } from './application/webhooks/webhook.sql.ts'

/** How long to keep Idempotency-Keys; webhook logs, old sessions and closed waiting-list entries; parked jobs. */
const [REMEMBERED, LOGGED, PARKED] = [7 * DAY, 30 * DAY, 90 * DAY]
const BATCH = 500

type Schedule = {
  name: string
  /** Milliseconds between the end of one run and the next. */
  every: number
  /**
   * `everywhere`: in each process, because it is harmless there and must not wait; `once`: a job in the queue, which one process
   * runs at a time and which survives a crash.
   */
  mode: 'everywhere' | 'once'
  /** It only deletes what is old: moving the clock of a test tenant runs it once a day, and not every hour. */
  isHousekeeping?: boolean
  /** When it has something to do next; a clock that is moved runs it at that instant, and not every hour. */
  nextAt?: (deps: Deps, tenantId: string) => Promise<Date | null>
  /** Whether it can have anything to do for the tenant; a clock that is moved asks once a day. Unset = always. */
  isNeeded?: (deps: Deps, tenantId: string) => Promise<boolean>
  run: (deps: Deps, tenantId: string, stopped: () => boolean) => Promise<unknown>
}

const ago = (deps: Deps, ms: number): Date => new Date(deps.now() - ms)
const SOON = MINUTE / 4
const EVER = 3650 * DAY

export const SCHEDULES: readonly Schedule[] = [
  {
    name: 'requests that nobody approved',
    every: SOON,
    mode: 'everywhere',
    run: (deps, id) => endUnapproved(deps, id),
    isNeeded: async (deps, id) => (await unapproved(deps.db.kysely, id, ago(deps, -EVER), 1)).length > 0,
  },
  {
    ...{ name: 'holds that end', every: SOON, mode: 'everywhere' },
    run: (deps, id) => expireDue(deps, id),
    nextAt: (deps, id) => nextHoldEnd(deps.db.kysely, id, ago(deps, 0)),
  },
  {
    ...{ name: 'callbacks', every: SOON, mode: 'everywhere' },
    run: (deps, id, stopped) => sweepCallbacks(deps, id, stopped),
    nextAt: (deps, id) => nextLook(deps.db.kysely, id, ago(deps, 0)),
  },
  {
    ...{ name: 'lists of contacts', every: SOON, mode: 'everywhere' },
    run: (deps, id, stopped) => runContactListImports(deps, id, stopped),
    isNeeded: async (deps, id) => (await countWaitingLists(deps.db.kysely, id)) > 0,
  },
  {
    isHousekeeping: true,
    ...{ name: 'old answers', every: SOON, mode: 'everywhere' },
    run: (deps, id) => forgetAnswers(deps.db.kysely, id, ago(deps, REMEMBERED), BATCH),
  },
  {
    isHousekeeping: true,
    ...{ name: 'old drafts', every: SOON, mode: 'everywhere' },
    run: (deps, id) => forgetDrafts(deps.db.kysely, id, ago(deps, 0)),
  },
  {
    isHousekeeping: true,
    ...{ name: 'old draws', every: HOUR, mode: 'once' },
    run: (deps, id) => forgetLine(deps.db.kysely, id, deps.now() - 2 * DAY),
  },
  {
    isHousekeeping: true,
    ...{ name: 'access of citizens', every: HOUR, mode: 'once' },
    // Kept for an hour, because codes are counted by the hour.
    run: (deps, id) => forgetAccess(deps.db.kysely, id, ago(deps, HOUR)),
  },
  {
    isHousekeeping: true,
    ...{ name: 'dead holds', every: SOON, mode: 'everywhere' },
    run: (deps, id) => forgetExpiredHolds(deps.db.kysely, id, ago(deps, DAY), BATCH),
  },
  {
    ...{ name: 'states of agents', every: SOON, mode: 'everywhere' },
    run: (deps, id) => endOldStates(deps, id),
    isNeeded: async (deps, id) => (await listCurrent(deps.db.kysely, id)).length > 0,
  },
  {
    isHousekeeping: true,
    ...{ name: 'old states and calls', every: HOUR, mode: 'once' },
    run: async (deps, id) => {
      await forgetPops(deps.db.kysely, id, ago(deps, DAY))
      await forgetStates(deps.db.kysely, id, ago(deps, 13 * 30 * DAY))
    },
  },
  {
    ...{ name: 'digests', every: 10 * MINUTE, mode: 'once' },
    run: (deps, id) => sendDigests(deps, id),
    isNeeded: async (deps, id) => (await deps.snapshots.config(id))?.settings.notifications.digestAt !== undefined,
  },
  { isHousekeeping: true, name: 'retention', every: HOUR, mode: 'once', run: (deps, id) => eraseOldMessages(deps, id) },
  {
    isHousekeeping: true,
    ...{ name: 'people to forget', every: HOUR, mode: 'once' },
    run: (deps, id, stopped) => applyRetention(deps, id, stopped),
  },
  {
    isHousekeeping: true,
    name: 'old sessions',
    every: HOUR,
    mode: 'once',
    run: (deps, id) => forgetOldSessions(deps.db.kysely, id, ago(deps, LOGGED)),
  },
  {
    name: 'open times for those who wait',
    every: 10 * MINUTE,
    mode: 'once',
    run: (deps, id) => offerOpenTimes(deps, id),
    isNeeded: async (deps, id) => (await wishesOf(deps.db.kysely, id, 1)).length > 0,
  },
  {
    ...{ name: 'waiting list', every: HOUR, mode: 'once' },
    isNeeded: async (deps, id) => (await listEntries(deps.db.kysely, id, null, 1)).length > 0,
    run: async (deps, id) => {
      await endPast(deps.db.kysely, id, ago(deps, 0))
      await forgetOver(deps.db.kysely, id, ago(deps, LOGGED))
    },
  },
  {
    isHousekeeping: true,
    ...{ name: 'seals of the audit log', every: 10 * MINUTE, mode: 'once' },
    run: (deps, id) => sealAudit(deps, id),
  },
  {
    isHousekeeping: true,
    ...{ name: 'parked jobs', every: DAY, mode: 'once' },
    run: (deps, id) => forgetParked(deps.db.kysely, id, ago(deps, PARKED)),
  },
  {
    isHousekeeping: true,
    ...{ name: 'webhook log', every: HOUR, mode: 'once' },
    run: async (deps, id, stopped) => {
      while (!stopped() && (await forgetNotices(deps.db.kysely, id, ago(deps, LOGGED), BATCH)) === BATCH);
    },
  },
]
