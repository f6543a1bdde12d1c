// Reads that may run on a standby of the same database: reports, exports, feeds. Each begins only once the standby has replayed what
// was committed before it; otherwise, and after a failure there, it runs on the primary. Never for a decision.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { isUnavailable } from './unavailable.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** Runs reads; `work` may run twice and must only read. */
export type Reading = <T>(work: (db: Db) => Promise<T>) => Promise<T>

/** How often it is asked whether the standby has come so far; how long one that failed or lags is left alone, at first and at most; ms. */
const [LOOK, PAUSE, LONGEST_PAUSE] = [10, 1_000, 30_000]

const position = async (primary: Db): Promise<string> =>
  (await sql<{ at: string }>`select pg_current_wal_flush_lsn()::text as at`.execute(primary)).rows[0]!.at

/** Whether the standby has replayed everything up to `at`; false also for a server that is no standby any more. */
const hasReplayed = async (standby: Db, at: string): Promise<boolean> =>
  (
    await sql<{ here: boolean | null }>`
      select pg_is_in_recovery() and pg_last_wal_replay_lsn() >= ${at}::pg_lsn as here`.execute(standby)
  ).rows[0]!.here === true

/**
 * Whether the same statement can succeed on the primary: the standby is away or damaged (58, XX), replay needed the rows that it
 * read or holds a lock (40001, 40P01, 55P03), a limit of its own ended it (57014), or the primary is itself in recovery and has no position
 * yet (55000).
 */
const isOfStandby = (error: unknown): boolean =>
  isUnavailable(error) ||
  /^(behind|40001|40P01|55P03|55000|57014|58|XX)/.test(String((error as { code?: unknown }).code))

/** The standby has not come so far in time. */
const behind = (): Error => Object.assign(new Error('the standby is behind'), { code: 'behind' })

/** Rejects with `behind` after `ms`; what was begun goes on by itself. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const abort = new AbortController()
  const late = sleep(ms, undefined, { signal: abort.signal }).then(
    () => {
      throw behind()
    },
    () => new Promise<never>(() => undefined),
  )
  work.catch(() => undefined)
  return Promise.race([work, late]).finally(() => abort.abort())
}

/**
 * `patience`: how long (ms) a read waits for the standby. `told` is called with the place where each read ran. Position decides, not age,
 * so a caller always finds what was committed before the call, own changes included. The standby must be one server, not a balancer:
 * the check and the read run on one connection, but a balancer may change servers between them.
 */
export function readingFrom(
  primary: Db,
  standby: Db,
  { patience, told }: { patience: number; told: (where: 'replica' | 'primary') => void },
): Reading {
  let [aloneUntil, pause, isTrying] = [0, PAUSE, false]
  const leaveAlone = (): void => {
    aloneUntil = performance.now() + pause
    pause = Math.min(LONGEST_PAUSE, pause * 2)
  }
  async function waitFor(connection: Db, at: string, until: number): Promise<void> {
    while (!(await hasReplayed(connection, at))) {
      if (performance.now() > until) throw behind()
      await sleep(LOOK)
    }
  }

  async function onStandby<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const until = performance.now() + patience
    const at = await position(primary)
    let ready = (): void => undefined
    let isGivenUp = false
    const isReady = new Promise<void>((resolve) => (ready = resolve))
    const done = standby.connection().execute(async (connection) => {
      await waitFor(connection, at, until)
      // Somebody else has answered meanwhile.
      if (isGivenUp) throw behind()
      ready()
      return work(connection)
    })
    // A connection that hangs is given up on; the read itself may take as long as it takes.
    await within(patience, Promise.race([isReady, done])).catch((error: unknown) => {
      isGivenUp = true
      throw error
    })
    return done
  }

  return async (work) => {
    // After a failure one read tries again, and the others go on without.
    const isAlone = performance.now() < aloneUntil || (pause > PAUSE && isTrying)
    if (!isAlone) {
      isTrying = true
      try {
        const result = await onStandby(work)
        pause = PAUSE
        told('replica')
        return result
      } catch (error) {
        if (!isOfStandby(error)) throw error
        leaveAlone()
      } finally {
        isTrying = false
      }
    }
    told('primary')
    return work(primary)
  }
}
