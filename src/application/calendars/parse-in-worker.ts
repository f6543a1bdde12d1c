// Parses untrusted input in worker threads with a deadline and a memory limit, few at a time.
import { failure } from '../../platform/http-client/failure.ts'
import { Worker } from 'node:worker_threads'
import type { Bounce } from '../messaging/bounce.ts'
import { semaphore } from '../../kernel/semaphore.ts'
import type { DavAnswer, DavRequest } from './dav-fetch.ts'
import type { Reply } from './ics-reply.ts'

export type Task =
  | { kind: 'busy'; texts: readonly string[]; zone: string; from: number; to: number }
  | { kind: 'mail'; raw: Uint8Array }
  // Objects of a CalDAV calendar that overlap [from, to), epoch ms: the thread states the requests and parses the answers.
  | { kind: 'dav'; url: string; headers: Record<string, string>; from: number; to: number }
/** The result of an HTTP request that the worker thread asked the main thread to send: the answer, or why there is none. */
export type Reaction = DavAnswer | { failure: string }
type Ask = (request: DavRequest) => Promise<Reaction>
export type Read = {
  dav: string[]
  busy: number[]
  mail: {
    /** Address of the From field, lower case. */
    from: string
    /** Null when the mail is no delivery report. */
    bounces: Bounce[] | null
    returnedId: string | null
    replies: Reply[]
    messageId: string | null
    subject: string
    /** What was written, without quoted lines; at most 10,000 characters. */
    text: string
    /** Sent by a program, for example an out-of-office notice (RFC 3834 §5). */
    isAutomatic: boolean
    /** A calendar part could not be parsed. */
    isBroken: boolean
  }
}

const [DEADLINE, MEGABYTES, AT_ONCE] = [8_000, 192, 2]
/** Deadline (ms) and number of threads at once for tasks that wait for a server. */
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
    worker.on('message', (said: { result?: T; failure?: string; question?: DavRequest }) => {
      if (said.question && ask) void ask(said.question).then((reaction) => worker.postMessage(reaction))
      else end(() => (said.failure === undefined ? resolve(said.result as T) : reject(failure(said.failure))))
    })
    // For example out of memory.
    worker.once('error', () => end(() => reject(failure('too_large'))))
    worker.once('exit', () => end(() => reject(failure('unreadable'))))
  })
}

/** Runs a task within `deadline` ms; rejects with `failure`: `unreadable`, `too_many`, `too_long`, `too_large`. */
export const parseInWorker = <K extends 'busy' | 'mail'>(
  task: Extract<Task, { kind: K }>,
  deadline = DEADLINE,
): Promise<Read[K]> => pass(() => run<Read[K]>(task, deadline))

/** Reads a CalDAV calendar; `ask` sends the requests of the thread. Rejects with `failure`. */
export const readDavInWorker = (task: Extract<Task, { kind: 'dav' }>, ask: Ask): Promise<string[]> =>
  passWaiting(() => run<string[]>(task, PATIENCE, ask))
