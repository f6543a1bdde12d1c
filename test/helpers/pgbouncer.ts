// Debian's PgBouncer in transaction mode before a PostgreSQL of the tests, on a port of its own.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe } from 'vitest'
import { freePorts } from '../chaos/ports.ts'
import { describeOnRealPostgres } from './database.ts'

const PROGRAM = '/usr/sbin/pgbouncer'

export type Pooler = { through: (url: string) => string; stop: () => Promise<void> }

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

/** Starts it before the server of the URL, with few connections, so that clients share them all the time. */
export async function startPooler(serverUrl: string): Promise<Pooler> {
  const { hostname, port: serverPort, username, password } = new URL(serverUrl)
  const [port] = (await freePorts(1)) as [number]
  // Outside the home directory: as root the program runs under another account, which must reach the folder.
  const folder = mkdtempSync('/tmp/agenda-pooler-')
  chmodSync(folder, 0o755)
  const secret = password === '' ? '' : ` password=${decodeURIComponent(password)}`
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${serverPort || 5432} user=${username}${secret}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 6',
    'max_client_conn = 300',
  ]
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(file, `${lines.join('\n')}\n`)
  const account = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn(PROGRAM, ['-q', ...account, file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`PgBouncer does not start: ${said}`)
    await sleep(50)
  }
  return {
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    stop: async () => {
      child.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs the block with PgBouncer before a real PostgreSQL; without the program it is skipped under a name that says why. */
export function describeBehindPooler(name: string, block: (serverUrl: string) => void): void {
  if (existsSync(PROGRAM)) describeOnRealPostgres(name, block)
  else describe.skip(`${name} (skipped: Debian's package pgbouncer is not installed)`, () => block(''))
}
