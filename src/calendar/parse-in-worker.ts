// Runs the reading of strangers' texts in a thread with a deadline and a bound of memory, few at a time.
import { failure } from '../outbound/answer.ts'
import { Worker } from 'node:worker_threads'
import type { Bounce } from '../notify/bounce.ts'
import { semaphore } from '../semaphore.ts'
import type { Reply } from './ics-reply.ts'

export type Task =
  | { kind: 'busy'; texts: readonly string[]; zone: string; from: number; to: number }
  | { kind: 'mail'; raw: Uint8Array }
  // Objects of a CalDAV calendar that touch [from, to), epoch ms: the thread says what to ask, and reads the answers.
  | { kind: 'dav'; url: string; headers: Record<string, string>; from: number; to: number }
/** What a thread wants asked of a server, and what came of it. */
export type Question = { url: string; method: string; headers: Record<string, string>; body: string | undefined }
export type Reaction = { status: number; headers: Record<string, string>; body: string } | { failure: string }
type Ask = (question: Question) => Promise<Reaction>
export type Read = {
  dav: string[]
  busy: number[]
  mail: {
    /** Address of the From field, lower case. */
    from: string
    /** Null when it is no delivery report. */
    bounces: Bounce[] | null
    returnedId: string | null
    replies: Reply[]
    /** A calendar in it could not be read. */
    isBroken: boolean
  }
}

const [DEADLINE, MEGABYTES, AT_ONCE] = [8_000, 192, 2]
/** Of a thread that waits for a server, which has so long (ms) for each answer. */
const [PATIENCE, WAITING] = [60_000, 4]
const FILE = new URL('./parse.worker.ts', import.meta.url)

const pass = semaphore(AT_ONCE)
const passWaiting = semaphore(WAITING)

function run<T>(task: Task, deadline: number, ask?: Ask): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(FILE, { workerData: task, resourceLimits: { maxOldGenerationSizeMb: MEGABYTES } })
    const end = (settle: () => void): void => {
      clearTimeout(late)
      settle()
      void worker.terminate()
    }
    const late = setTimeout(() => end(() => reject(failure('too_long'))), deadline)
    worker.on('message', (said: { result?: T; failure?: string; question?: Question }) => {
      if (said.question && ask) void ask(said.question).then((reaction) => worker.postMessage(reaction))
      else end(() => (said.failure === undefined ? resolve(said.result as T) : reject(failure(said.failure))))
    })
    // Out of memory, for one.
    worker.once('error', () => end(() => reject(failure('too_large'))))
    worker.once('exit', () => end(() => reject(failure('unreadable'))))
  })
}

/** Reads a task within `deadline` ms; rejects with `failure`: `unreadable`, `too_many`, `too_long`, `too_large`. */
export const parseInWorker = <K extends 'busy' | 'mail'>(
  task: Extract<Task, { kind: K }>,
  deadline = DEADLINE,
): Promise<Read[K]> => pass(() => run<Read[K]>(task, deadline))

/** Reads a CalDAV calendar; `ask` sends what the thread wants to know. Rejects with `failure`. */
export const readDavInWorker = (task: Extract<Task, { kind: 'dav' }>, ask: Ask): Promise<string[]> =>
  passWaiting(() => run<string[]>(task, PATIENCE, ask))
