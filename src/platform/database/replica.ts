// Reads that may run on a standby of the same database: reports, exports, feeds. Each begins only once the standby has replayed what
// was committed before it; otherwise, and after any failure there, it runs on the primary. Never for a decision.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { isUnavailable } from './unavailable.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables>

/** Runs reads; `work` may run twice and must only read. */
export type Reading = <T>(work: (db: Db) => Promise<T>) => Promise<T>

/** How often it is asked whether the standby has come so far, and how long one that failed or lags is left alone; ms. */
const [LOOK, PAUSE] = [10, 1_000]

const position = async (primary: Db): Promise<string> =>
  (await sql<{ at: string }>`select pg_current_wal_flush_lsn()::text as at`.execute(primary)).rows[0]!.at

/** Whether the standby has replayed everything up to `at`; false also for a server that is no standby any more. */
const hasReplayed = async (standby: Db, at: string): Promise<boolean> =>
  (
    await sql<{ here: boolean | null }>`
      select pg_is_in_recovery() and pg_last_wal_replay_lsn() >= ${at}::pg_lsn as here`.execute(standby)
  ).rows[0]!.here === true

/** Whether the same statement can succeed on the primary: the standby is away, or replay needed the rows that it read (40001, 40P01). */
const isOfStandby = (error: unknown): boolean =>
  isUnavailable(error) || ['40001', '40P01'].includes(String((error as { code?: string }).code))

/**
 * `patience`: how long (ms) a read waits for the standby. `told` is called with the place where each read ran. Position decides, not age,
 * so a caller always finds what was committed before the call, own changes included.
 */
export function readingFrom(
  primary: Db,
  standby: Db,
  { patience, told }: { patience: number; told: (where: 'replica' | 'primary') => void },
): Reading {
  let leftAloneUntil = 0
  const leaveAlone = (): void => void (leftAloneUntil = performance.now() + PAUSE)

  async function hasCaughtUp(): Promise<boolean> {
    if (performance.now() < leftAloneUntil) return false
    const at = await position(primary)
    const until = performance.now() + patience
    try {
      while (!(await hasReplayed(standby, at))) {
        if (performance.now() > until) {
          leaveAlone()
          return false
        }
        await sleep(LOOK)
      }
      return true
    } catch {
      leaveAlone()
      return false
    }
  }
  return async (work) => {
    if (await hasCaughtUp()) {
      try {
        const result = await work(standby)
        told('replica')
        return result
      } catch (error) {
        if (!isOfStandby(error)) throw error
        leaveAlone()
      }
    }
    told('primary')
    return work(primary)
  }
}
