// Debian's RabbitMQ in a process of its own, which tests kill and start again on the same data. Where it is not installed, the tests
// that need it are skipped under a name that says so.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe } from 'vitest'

const LIB = '/usr/lib/rabbitmq/lib'

function serverScript(): string | null {
  if (!existsSync(LIB)) return null
  const [version] = readdirSync(LIB).filter((name) => name.startsWith('rabbitmq_server-'))
  return version === undefined ? null : join(LIB, version, 'sbin', 'rabbitmq-server')
}

type Broker = {
  url: string
  kill: () => Promise<void>
  start: () => Promise<void>
  close: () => Promise<void>
}

async function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export async function startBroker(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'agenda-broker-'))
  mkdirSync(join(folder, 'data'))
  writeFileSync(join(folder, 'plugins'), '[].')
  const port = 20_000 + (process.pid % 5_000)
  const name = `agenda-${process.pid}@localhost`
  let child: ChildProcess | null = null
  const kill = async (): Promise<void> => {
    if (!child) return
    const gone = new Promise((resolve) => child!.once('exit', resolve))
    // The script is a shell around the Erlang machine, so the whole process group is killed.
    process.kill(-child.pid!, 'SIGKILL')
    await gone
    child = null
  }
  const start = async (): Promise<void> => {
    child = spawn(serverScript()!, [], {
      detached: true,
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        RABBITMQ_NODENAME: name,
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_DIST_PORT: String(port + 10_000),
        RABBITMQ_MNESIA_BASE: join(folder, 'data'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
        RABBITMQ_CONFIG_FILE: join(folder, 'none'),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
        // A separate Erlang port mapper, which ends with the broker.
        ERL_EPMD_ADDRESS: '127.0.0.1',
        ERL_EPMD_PORT: String(port + 5_000),
      },
    })
    for (let i = 0; i < 240; i += 1) {
      if (await isOpen(port)) return
      await sleep(250)
    }
    throw new Error('RabbitMQ did not start within a minute')
  }
  await start()
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    kill,
    start,
    async close() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs the block with Debian's RabbitMQ, or skips it under a name that says why. */
export function describeWithBroker(name: string, block: () => void): void {
  if (!process.env.TEST_DATABASE_URL)
    describe.skip(`${name} (skipped: takes long, and runs with TEST_DATABASE_URL)`, block)
  else if (serverScript() === null) describe.skip(`${name} (skipped: Debian’s rabbitmq-server is not installed)`, block)
  else describe(name, block)
}

/** Needs TEST_DATABASE_URL: a broker takes half a minute, which is too long for a plain `npm test`. */
export const hasBroker = (): boolean => Boolean(process.env.TEST_DATABASE_URL) && serverScript() !== null
