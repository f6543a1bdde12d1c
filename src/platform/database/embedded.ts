// The embedded database as a pool of one connection, in the shape that Kysely's PostgreSQL dialect expects of pg.
// Owns the worker thread and the folder's lock; independent of tables.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { lockFolder } from './folder-lock.ts'

// WebAssembly stays on the baseline compiler: optimising PostgreSQL's one giant function peaks at 760 MB for no measurable gain
// (209 MB without, same 1,900 durable inserts per second).
const WASM_FLAGS = ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up']

type Result = { rows: Record<string, unknown>[]; rowCount: number; command: string }
type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void }

type EmbeddedClient = {
  query: (text: string, values?: readonly unknown[]) => Promise<Result>
  release: () => void
}

type EmbeddedPool = {
  connect: () => Promise<EmbeddedClient>
  end: () => Promise<void>
  /** Number of fsync calls since the start, for the durability test. */
  syncs: () => Promise<number>
}

/** Rebuilds PostgreSQL's error from the worker's message, with `code` (SQLSTATE) and `message`. */
function revive(fields: Record<string, unknown>): Error {
  return Object.assign(new Error((fields.message as string | undefined) ?? 'database error'), fields)
}

type Engine = { call: (request: Record<string, unknown>) => Promise<unknown>; terminate: () => Promise<unknown> }

/** Starts PostgreSQL in a worker thread over `folder` and resolves when it answers. */
async function startEngine(folder: string): Promise<Engine> {
  const worker = new Worker(new URL('./embedded.worker.ts', import.meta.url), {
    workerData: { folder },
    // The worker keeps few objects; V8's default young generation would grow to 64 MB of garbage from messages.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  })
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let failure: Error | undefined

  const failAll = (error: Error): void => {
    failure = error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('error', (error) => failAll(error as Error))
  worker.on('exit', () => failAll(failure ?? new Error('the embedded database is closed')))

  await new Promise<void>((resolve, reject) => {
    waiting.set(0, { resolve: () => resolve(), reject })
    worker.on('message', (m: { ready?: true; id: number; result?: unknown; error?: Record<string, unknown> }) => {
      const id = m.ready ? 0 : m.id
      const waiter = waiting.get(id)
      waiting.delete(id)
      if (m.error) waiter?.reject(revive(m.error))
      else waiter?.resolve(m.result)
    })
  })
  const call = (request: Record<string, unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure)
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, ...request })
    })
  return { call, terminate: () => worker.terminate() }
}

/** Creates the cluster in a separate process: it peaks at 650 MB and leaves 100 MB allocated, freed when the process exits. */
async function createCluster(folder: string): Promise<void> {
  const script = fileURLToPath(new URL('./embedded-engine.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [...WASM_FLAGS, script, folder])
}

async function stopEngine(engine: Engine): Promise<void> {
  await engine.call({ close: true }).catch(() => undefined)
  await engine.terminate()
}

/**
 * Opens (or creates) the embedded database in `folder` and resolves when it answers.
 * Throws `folder_in_use` when another living process holds the folder.
 */
export async function openEmbedded(folder: string): Promise<EmbeddedPool> {
  const unlock = lockFolder(folder)
  for (const flag of WASM_FLAGS) setFlagsFromString(flag)
  const database = join(folder, 'database')
  const open = async (): Promise<Engine> => {
    if (!existsSync(join(database, 'PG_VERSION'))) await createCluster(database)
    return startEngine(database)
  }
  const engine = await open().catch((error: unknown) => {
    unlock()
    throw error
  })

  // There is one connection: each caller waits until the previous one releases it.
  let free: Promise<void> = Promise.resolve()
  async function connect(): Promise<EmbeddedClient> {
    const before = free
    let release = (): void => {}
    free = new Promise((resolve) => (release = resolve))
    await before
    return { query: (text, values) => engine.call({ text, values }) as Promise<Result>, release }
  }

  async function end(): Promise<void> {
    await free
    await stopEngine(engine)
    unlock()
  }
  return { connect, end, syncs: () => engine.call({ syncs: true }) as Promise<number> }
}
