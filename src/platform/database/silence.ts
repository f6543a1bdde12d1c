// Ends connections on which the server has fallen silent. A network that drops packets reports nothing: a statement would wait for the
// operating system's quarter of an hour, and its caller with it.
import pg from 'pg'

/** What pg's client knows of its connection; checked against the pinned version by test/silence.test.ts. */
type Inside = pg.PoolClient & {
  processID: number | null
  readyForQuery: boolean
  connection: { stream: { bytesRead: number; destroy: (error: Error) => void } }
}
type Watched = { client: Inside; read: number; since: number }

/**
 * A transaction whose connection was lost without a word keeps its locks, and everybody who wants the same rows waits. A process of the
 * server may by now serve somebody else, who then works or has worked within these seconds.
 */
const END_ABANDONED = `
  select pg_terminate_backend(pid) from pg_stat_activity
   where pid = any($1::int[]) and application_name = 'agenda' and state like 'idle%' and state_change < now() - interval '3 seconds'`

/** How long the server may be silent before it is asked, how often that is looked at, and how long an answer may take; in ms. */
const [SILENCE, EVERY, ANSWER] = [4_000, 1_000, 3_000]

type Asked = {
  /** Processes that may be working for this one, and such whose connection was given up: theirs is ended if it does nothing. */
  pids: readonly number[]
  abandoned: readonly number[]
}

/**
 * Which of the server's processes work on a statement; null when the server answers but cannot tell, as behind a pooler or when it is
 * full. Rejects when it does not answer.
 */
async function askWorking(url: string, { pids, abandoned }: Asked): Promise<Set<number> | null> {
  const asking = new pg.Client({
    connectionString: url,
    application_name: 'agenda-ask',
    connectionTimeoutMillis: ANSWER,
    query_timeout: ANSWER,
  })
  asking.on('error', () => undefined)
  try {
    await asking.connect()
    const { rows } = await asking.query<{ me: number; working: number[] }>(
      `select pg_backend_pid() as me, array(
         select pid from pg_stat_activity where pid = any($1::int[]) and state in ('active', 'fastpath function call')
       ) as working`,
      [pids],
    )
    const { me, working } = rows[0]!
    // A pooler gives out numbers of its own.
    if (me !== (asking as unknown as Inside).processID) return null
    await asking.query(END_ABANDONED, [abandoned])
    return new Set(working)
  } catch (error) {
    // An answer with an SQLSTATE is an answer.
    if (/^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? '')) return null
    throw error
  } finally {
    void asking.end().catch(() => undefined)
  }
}

/**
 * Watches the pool's connections until the returned function is called. A connection whose statement has had no byte of an answer for
 * four seconds is asked about on a new one; unless the server is still working on it, it ends, and the statement rejects with an error
 * that `isUnavailable` knows. Long statements go on for as long as they take.
 */
export function endSilent(pool: pg.Pool, url: string): () => void {
  const all = new Map<Inside, Watched>()
  let isAsking = false
  let abandoned: number[] = []

  async function look(): Promise<void> {
    const silent: Watched[] = []
    for (const one of all.values()) {
      const { bytesRead } = one.client.connection.stream
      if (one.client.readyForQuery || bytesRead !== one.read)
        Object.assign(one, { read: bytesRead, since: performance.now() })
      else if (performance.now() - one.since >= SILENCE) silent.push(one)
    }
    if (silent.length === 0 && abandoned.length === 0) return
    const gone = abandoned
    const working = await askWorking(url, {
      pids: silent.map(({ client }) => client.processID ?? 0),
      abandoned: gone,
    }).then(
      (answer) => {
        abandoned = abandoned.filter((pid) => !gone.includes(pid))
        return answer
      },
      () => new Set<number>(),
    )
    for (const one of silent) {
      const { connection, processID } = one.client
      if (working === null || working.has(processID ?? 0) || connection.stream.bytesRead !== one.read) {
        one.since = performance.now()
        continue
      }
      if (processID !== null) abandoned.push(processID)
      const error = new Error('Connection terminated: the database fell silent')
      connection.stream.destroy(Object.assign(error, { code: 'ETIMEDOUT' }))
    }
  }

  pool.on('acquire', (client) => {
    const inside = client as Inside
    all.set(inside, { client: inside, read: inside.connection.stream.bytesRead, since: performance.now() })
  })
  pool.on('release', (_, client) => void all.delete(client as Inside))
  const timer = setInterval(() => {
    if (isAsking || (all.size === 0 && abandoned.length === 0)) return
    isAsking = true
    void look().finally(() => (isAsking = false))
  }, EVERY)
  timer.unref()
  return () => clearInterval(timer)
}
