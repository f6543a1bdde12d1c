// Runs the reading of strangers' texts in a thread with a deadline and a bound of memory, few at a time.
import { failure } from '../outbound/answer.ts'
import { Worker } from 'node:worker_threads'
import type { Bounce } from '../notify/bounce.ts'
import { turnstile } from '../turnstile.ts'
import type { Reply } from './reply.ts'

export type Task =
  { kind: 'busy'; texts: readonly string[]; zone: string; from: number; to: number } | { kind: 'mail'; raw: Uint8Array }
export type Read = {
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
const FILE = new URL('./parse.worker.ts', import.meta.url)

const pass = turnstile(AT_ONCE)

function run<T>(task: Task, deadline: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(FILE, { workerData: task, resourceLimits: { maxOldGenerationSizeMb: MEGABYTES } })
    const end = (settle: () => void): void => {
      clearTimeout(late)
      settle()
      void worker.terminate()
    }
    const late = setTimeout(() => end(() => reject(failure('too_long'))), deadline)
    worker.once('message', (said: { result?: T; failure?: string }) =>
      end(() => (said.failure === undefined ? resolve(said.result as T) : reject(failure(said.failure)))),
    )
    // Out of memory, for one.
    worker.once('error', () => end(() => reject(failure('too_large'))))
    worker.once('exit', () => end(() => reject(failure('unreadable'))))
  })
}

/** Reads a task within `deadline` ms; rejects with `failure`: `unreadable`, `too_many`, `too_long`, `too_large`. */
export const readApart = <K extends Task['kind']>(
  task: Extract<Task, { kind: K }>,
  deadline = DEADLINE,
): Promise<Read[K]> => pass(() => run<Read[K]>(task, deadline))
