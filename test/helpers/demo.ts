// The service with the demo municipality on the embedded database, in a process of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, type ChildProcess } from 'node:child_process'

type Running = {
  base: string
  slug: string
  key: string
  password: string
  child: ChildProcess
  stop: () => Promise<void>
}

/** Starts the service with demo data on a free port and in a folder of its own. */
export async function startDemo(env: Record<string, string> = {}): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'agenda-e2e-'))
  const child = spawn(
    process.execPath,
    ['src/start.js', '--data', join(folder, 'data'), '--port', '0', '--demo', 'true'],
    {
      cwd: join(import.meta.dirname, '..', '..'),
      env: {
        ...process.env,
        DATABASE_URL: '',
        AGENDA_LOG_LEVEL: 'warn',
        AGENDA_PUBLIC_RATE: '100000',
        AGENDA_API_RATE: '10000000',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  // If the tests crash, the service must end too.
  process.once('exit', () => child.kill('SIGKILL'))
  let text = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      text += part.toString()
      if (/ready after/.test(text)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}: ${text}`)))
  })
  const base = /answers at (\S+)/.exec(text)![1]!
  return {
    base,
    slug: 'comune-di-roccamora',
    key: /Demo API key +(\S+)/.exec(text)![1]!,
    password: /Demo sign-in +\S+ +(\S+)/.exec(text)![1]!,
    child,
    async stop() {
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
