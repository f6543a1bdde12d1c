// The service as users run it: separate processes, used over HTTP.
import { spawn, type ChildProcess } from 'node:child_process'
import { Agent, request as httpRequest } from 'node:http'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

export type ServiceProcess = {
  child: ChildProcess
  base: string
  output: () => string
  /** Sends the signal and resolves with the exit code once the process has ended. */
  stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** Starts `src/start.js` with the given arguments and environment; resolves when it has printed its address. `cwd`: of another version. */
export async function startProcess(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd = ROOT,
): Promise<ServiceProcess> {
  // The flags of `npm start` (embedded database) and of `npm run serve` (server).
  const server = ['--max-semi-space-size=8', '--max-old-space-size=512']
  const flags = [...(env.DATABASE_URL ? server : ['--max-semi-space-size=4']), '--v8-pool-size=1']
  const child = spawn(process.execPath, [...flags, 'src/start.js', '--port', '0', ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AGENDA_LOG_LEVEL: 'error',
      AGENDA_API_RATE: '10000000',
      AGENDA_POOLER: process.env.TEST_DATABASE_POOLER ?? '',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const base = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      // The line after the addresses is the last one: from then on the service answers.
      const address = /Agenda answers at (http:\S+)/.exec(text)?.[1]
      if (text.includes('ready after')) resolve(address ?? '')
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void gone.then((code) => reject(new Error(`the service ended with ${code}: ${text}`)))
  })
  return {
    child,
    base,
    output: () => text,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return gone
    },
  }
}

/** Runs a command of `agenda` until it ends. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string; errors: string }> {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, ['src/start.js', ...args], { cwd: ROOT, env: { PATH, HOME, ...env } })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output, errors }
}

/** A process that does background work only. */
export const startWorker = (env: Record<string, string>): Promise<ServiceProcess> =>
  startProcess(['--no-demo', '--role', 'worker'], env)

export type HttpReply = { status: number; body: any }
const agent = new Agent({ keepAlive: true, maxSockets: 200 })

/** Sends one JSON request; rejects when the connection breaks, as it does when the server is killed. */
export function send(
  base: string,
  key: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const request = httpRequest(
      `${base}${path}`,
      {
        method,
        agent,
        headers: {
          authorization: `Bearer ${key}`,
          ...(payload ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) } : {}),
          ...headers,
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode!, body: text === '' ? null : JSON.parse(text) }))
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(payload)
  })
}
