// Ends connections on which the server has fallen silent. A network that drops packets reports nothing: a statement would wait for the
// operating system's quarter of an hour, and its caller with it.
import pg from 'pg'

/** What pg's client knows of its connection; checked against the pinned version by test/silence.test.ts. */
export type Inside = pg.PoolClient & {
  processID: number | null
  readyForQuery: boolean
  connection: { stream: { bytesRead: number; writableLength: number; destroy: (error: Error) => void } }
}
/** `mark` changes when a byte comes, or leaves this process: a large statement takes its time on a slow network. */
type Watched = { client: Inside; mark: number; since: number }
const markOf = ({ connection: { stream } }: Inside): number => stream.bytesRead - stream.writableLength
/** A process of the server whose connection was given up, and until when it is looked for. */
type Abandoned = { pid: number; until: number }

/** How long the server may be silent before it is asked, how often that is looked at, and how long an answer may take; in ms. */
const [SILENCE, EVERY, ANSWER] = [4_000, 1_000, 3_000]
/** How long a given up process is looked for, in ms: as long as its transaction may idle. */
const LOOKED_FOR = 30_000
/** So many questions in a row without an answer mean that the server is not there: one alone may have met a busy moment. */
const UNANSWERED = 2

/**
 * A process that works: not one that waits for a client who is not there any more, to send or to receive. `track_activities = off` hides
 * what a process does, and then nothing is ended.
 */
const WORKING = `
  select pg_backend_pid() as me, array(
    select pid from pg_stat_activity
     where pid = any($1::int[]) and state not like 'idle%'
       and not (wait_event_type = 'Client' and wait_event in ('ClientRead', 'ClientWrite'))) as working`
/**
 * A transaction whose connection was lost without a word keeps its locks, and everybody who wants the same rows waits. A process of the
 * server may by now serve somebody else, who then began after it was given up.
 */
const END_ABANDONED = `
  select a.pid, pg_terminate_backend(a.pid)
    from pg_stat_activity a join unnest($1::int[], $2::float8[]) u (pid, age) on u.pid = a.pid
   where a.datname = current_database() and a.application_name = 'agenda' and a.backend_start < now() - u.age * interval '1 ms'
     and (a.state like 'idle%' or a.wait_event in ('ClientRead', 'ClientWrite'))`

/** `silent`: nobody answered. `unknown`: the server answered, but cannot tell, as behind a pooler or when it is full. */
type Answer = Set<number> | 'silent' | 'unknown'

/** Errors of a network that answers nothing; others, such as of names, files or certificates, say nothing about the server. */
const isSilence = (error: unknown): boolean => {
  const { code, message } = (error ?? {}) as { code?: string; message?: string }
  return /^(ETIMEDOUT|ECONN|EHOST|ENET)/.test(code ?? '') || /timeout|terminated/i.test(code ? '' : (message ?? ''))
}

/** Which of these processes of the server work on a statement; ends the given up ones that idle and returns them. */
async function ask(
  url: string,
  pids: readonly number[],
  abandoned: readonly Abandoned[],
): Promise<{ working: Answer; ended: readonly number[] }> {
  const asking = new pg.Client({
    connectionString: url,
    application_name: 'agenda-ask',
    connectionTimeoutMillis: ANSWER,
    query_timeout: ANSWER,
  })
  asking.on('error', () => undefined)
  try {
    await asking.connect()
    const { rows } = await asking.query<{ me: number; working: number[] }>(WORKING, [pids])
    const { me, working } = rows[0]!
    // A pooler gives out numbers of its own.
    if (me !== (asking as unknown as Inside).processID)
      return { working: 'unknown', ended: abandoned.map(({ pid }) => pid) }
    const ages = abandoned.map(({ until }) => performance.now() + LOOKED_FOR - until)
    const ended = await asking.query<{ pid: number }>(END_ABANDONED, [abandoned.map(({ pid }) => pid), ages]).then(
      (answer) => answer.rows.map(({ pid }) => pid),
      () => [],
    )
    return { working: new Set(working), ended }
  } catch (error) {
    return { working: isSilence(error) ? 'silent' : 'unknown', ended: [] }
  } finally {
    void asking.end().catch(() => undefined)
  }
}

/**
 * Watches the pool's connections until the returned function is called. A connection whose statement has had no byte of an answer for
 * four seconds is asked about on a new one; unless the server is still working on it, it ends, and the statement rejects with an error
 * that `isUnavailable` knows. Long statements go on for as long as they take. Behind a pooler only one that answers nothing at all is
 * noticed: what the pooler has lost, it must notice itself.
 */
export function endSilent(pool: pg.Pool, url: string): () => void {
  const all = new Map<Inside, Watched>()
  let isAsking = false
  let unanswered = 0
  let abandoned: Abandoned[] = []

  function end(one: Watched): void {
    const { connection, processID } = one.client
    if (processID !== null) abandoned.push({ pid: processID, until: performance.now() + LOOKED_FOR })
    const error = new Error('Connection terminated: the database fell silent')
    connection.stream.destroy(Object.assign(error, { code: 'ETIMEDOUT' }))
  }

  async function look(): Promise<void> {
    const silent: Watched[] = []
    for (const one of all.values()) {
      const mark = markOf(one.client)
      if (one.client.readyForQuery || mark !== one.mark) Object.assign(one, { mark, since: performance.now() })
      else if (performance.now() - one.since >= SILENCE) silent.push(one)
    }
    abandoned = abandoned.filter(({ until }) => until > performance.now())
    if (silent.length === 0 && abandoned.length === 0) return
    const pids = silent.map(({ client }) => client.processID ?? 0)
    const { working, ended } = await ask(url, pids, abandoned)
    abandoned = abandoned.filter(({ pid }) => !ended.includes(pid))
    unanswered = working === 'silent' ? unanswered + 1 : 0
    // What came while this process was busy with something else is read first.
    await new Promise((resolve) => setImmediate(resolve))
    for (const one of silent) {
      const isHeard = markOf(one.client) !== one.mark
      const isAlive = working === 'unknown' || (working !== 'silent' && working.has(one.client.processID ?? 0))
      if (isHeard || isAlive) one.since = performance.now()
      else if (working !== 'silent' || unanswered >= UNANSWERED) end(one)
    }
  }

  pool.on('acquire', (client) => {
    const inside = client as Inside
    all.set(inside, { client: inside, mark: markOf(inside), since: performance.now() })
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
