// Keeps processes of the service running: kills them on demand, starts them again on the same port, and watches them. A process that
// ends without being told to is recorded with its last output and started again after a pause. Ends only what it started.
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { causeOf, loggedError, type Ended } from './ended.ts'
import { count } from './ledger.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/**
 * Pauses in ms before a process that ended by itself is started again. After a longer run (`STEADY`) the pauses start from the first
 * again.
 */
const PAUSES = [300, 600, 1_200, 2_400, 4_000]
const STEADY = 10_000
/** Number of stderr lines to keep: a stack and the fields of its error. */
const TAIL = 120

export type Role = 'api' | 'worker'
/** Observations about all processes. */
export type Watch = { ended: Ended[]; errors: Map<string, number>; withoutMessage: number; withoutCause: number }
export const createWatch = (): Watch => ({ ended: [], errors: new Map(), withoutMessage: 0, withoutCause: 0 })

export type Kept = {
  name: string
  role: Role
  base: string
  pid: () => number | undefined
  isReady: () => boolean
  /** kill -9; resolves once the process is gone. It is started again at once. */
  kill: () => Promise<void>
  /** Whether the process reports that it is ready within `ms`. */
  ready: (ms: number) => Promise<boolean>
  /** Stops it for good: SIGTERM, and kill -9 after half a minute; resolves with its exit code. */
  stop: () => Promise<number | null>
}

type Settings = { name: string; role: Role; port: number; env: Record<string, string>; watch: Watch }
type Run = { child: ChildProcess; isReady: boolean; readyAt: number; isMeant: boolean; gone: Promise<number | null> }

function noteLine(watch: Watch, line: string): void {
  const error = loggedError(line)
  if (!error) return
  count(watch.errors, error.says)
  if (!error.hasMessage) watch.withoutMessage += 1
  if (!error.hasCause) watch.withoutCause += 1
}

/** Starts the process once; calls `ended` with the way it ended. */
function launch(
  { role, port, env, watch }: Settings,
  ended: (run: Run, code: number | null, tail: string[]) => void,
): Run {
  const flags = ['--max-semi-space-size=8', '--max-old-space-size=512', '--v8-pool-size=1']
  const child = spawn(
    process.execPath,
    [...flags, 'src/start.js', '--no-demo', '--role', role, '--port', String(port)],
    {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        AGENDA_LOG_LEVEL: 'warn',
        AGENDA_API_RATE: '10000000',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const tail: string[] = []
  // `close` fires after the last line was read.
  const gone = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const run: Run = { child, isReady: false, readyAt: 0, isMeant: false, gone }
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes('ready after')) Object.assign(run, { isReady: true, readyAt: Date.now() })
    noteLine(watch, line)
  })
  createInterface({ input: child.stderr }).on('line', (line) => {
    noteLine(watch, line)
    tail.push(line)
    if (tail.length > TAIL) tail.shift()
  })
  void gone.then((code) => ended(run, code, tail))
  return run
}

/** Starts a process and keeps it running until `stop`. */
export function keepRunning(settings: Settings): Kept {
  const { name, role, port, watch } = settings
  let isStopped = false
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let run: Run

  function ended(old: Run, code: number | null, tail: string[]): void {
    const phase = old.isReady ? 'running' : 'starting'
    old.isReady = false
    if (isStopped) return
    if (old.isMeant) {
      run = launch(settings, ended)
      return
    }
    const signal = old.child.signalCode
    watch.ended.push({ name, at: Date.now(), phase, code, signal, cause: causeOf(phase, code, signal, tail), tail })
    failures = phase === 'running' && Date.now() - old.readyAt > STEADY ? 0 : failures + 1
    timer = setTimeout(() => (run = launch(settings, ended)), PAUSES[Math.min(failures, PAUSES.length - 1)])
  }
  run = launch(settings, ended)
  process.once('exit', () => run.child.kill('SIGKILL'))

  return {
    name,
    role,
    base: `http://127.0.0.1:${port}`,
    pid: () => run.child.pid,
    isReady: () => run.isReady,
    async kill() {
      const killed = run
      killed.isMeant = true
      killed.child.kill('SIGKILL')
      await killed.gone
    },
    async ready(ms) {
      for (const end = Date.now() + ms; !run.isReady && Date.now() < end;) await sleep(25)
      return run.isReady
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      run.child.kill('SIGTERM')
      const late = setTimeout(() => run.child.kill('SIGKILL'), 30_000)
      const code = await run.gone
      clearTimeout(late)
      return code
    },
  }
}
