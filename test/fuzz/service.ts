// The service in a process of its own, without demo data, with the failures that it logs, and its registered routes.
import { readFileSync } from 'node:fs'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RouteOptions } from 'fastify'
import { buildApp } from '../../src/app.ts'
import { createDeps } from '../../src/main.ts'
import type { Deps } from '../../src/domain/deps.ts'
import type { Noted } from './judge.ts'
import { operationsOf, type Operation } from './generator.ts'

export const PLATFORM_KEY = 'platform-key-of-the-fuzz-run-0123456789'

type Running = {
  child: ChildProcess
  base: string
  notes: Noted[]
  /** Any other output, such as the end of the process. */
  rest: string[]
  stop: () => Promise<void>
}

type Line = {
  msg?: string
  reqId?: string
  code?: string
  sqlstate?: string
  constraint?: string
  stack?: string[]
  err?: { message?: string; stack?: string }
}

function noteOf(line: Line): Noted | null {
  const frames = line.stack ?? line.err?.stack?.split('\n').filter((l) => l.startsWith('    at ')) ?? []
  if (line.msg !== 'request failed' && frames.length === 0 && line.err === undefined) return null
  const what = [
    line.code,
    line.sqlstate,
    line.constraint,
    line.err?.message ?? (line.msg === 'request failed' ? undefined : line.msg),
  ]
  return { id: line.reqId ?? '', what: what.filter(Boolean).join(' '), frames, at: performance.now() }
}

/** Starts the service on the embedded database in a folder of its own, as `npm start` would. */
export async function startTarget(env: Record<string, string> = {}): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'agenda-fuzz-'))
  // With all the memory of a large machine V8 would grow instead of collecting; the live data fits into this limit.
  const flags = ['--max-semi-space-size=4', '--v8-pool-size=1', '--stack-trace-limit=30', '--max-old-space-size=256']
  const child = spawn(
    process.execPath,
    [...flags, 'src/start.js', '--no-demo', '--port', '0', '--data', join(folder, 'data')],
    {
      cwd: join(import.meta.dirname, '..', '..'),
      env: {
        ...{
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          AGENDA_LOG_LEVEL: 'error',
          AGENDA_PLATFORM_KEY: PLATFORM_KEY,
        },
        // The sender claims many client networks, so that limits of one network do not refuse the requests.
        ...{
          AGENDA_TRUST_PROXY: '1',
          AGENDA_PUBLIC_RATE: '100000',
          AGENDA_API_RATE: '10000000',
          DATABASE_URL: process.env.FUZZ_DATABASE_URL ?? '',
        },
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  process.once('exit', () => child.kill('SIGKILL'))
  const [notes, rest]: [Noted[], string[]] = [[], []]
  const base = await new Promise<string>((resolve, reject) => {
    let address = ''
    const read = (text: string): void => {
      address ||= /Agenda answers at (http:\S+)/.exec(text)?.[1] ?? ''
      if (text.includes('ready after')) resolve(address)
      const note = text.startsWith('{') ? noteOf(JSON.parse(text) as Line) : null
      if (note) notes.push(note)
      else rest.push(text.slice(0, 500))
    }
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read)
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}: ${rest.join('\n')}`)))
  })
  return {
    ...{ child, base, notes, rest },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await new Promise((resolve) => child.once('exit', resolve))
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Resident memory of a process, bytes. */
export function residentBytes(pid: number): number {
  try {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  } catch {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
  }
}

/** All operations and pages of the application; building the list touches no database. */
export async function describeOperations(): Promise<Operation[]> {
  const seen: { method: string; url: string }[] = []
  const nowhere = undefined as unknown as Deps['db']
  const app = await buildApp(createDeps(nowhere, { platformKey: undefined }), {
    logLevel: 'silent',
    trustProxy: false,
    observe: (instance) =>
      instance.addHook('onRoute', (route: RouteOptions) => {
        for (const method of [route.method].flat()) seen.push({ method, url: route.url })
      }),
  })
  await app.ready()
  const description = JSON.parse(JSON.stringify(app.swagger())) as Parameters<typeof operationsOf>[0]
  await app.close()
  return operationsOf(description, seen)
}
