// Debian's Radicale as the CalDAV server of one test run, with a user and a calendar.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'

const PROGRAM = '/usr/bin/radicale'

export type Radicale = { url: string; username: string; password: string; folder: string; stop: () => Promise<void> }

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

export const basic = (r: Pick<Radicale, 'username' | 'password'>): string =>
  `Basic ${Buffer.from(`${r.username}:${r.password}`).toString('base64')}`

/** Starts it and creates the calendar; `url` is the calendar's collection. */
export async function startRadicale(): Promise<Radicale> {
  const folder = mkdtempSync(join(tmpdir(), 'agenda-radicale-'))
  const port = await freePort()
  const [username, password] = ['operatore', 'segreto']
  writeFileSync(join(folder, 'users'), `${username}:${password}\n`)
  const config = [
    ...['[server]', `hosts = 127.0.0.1:${port}`, '[auth]', 'type = htpasswd', `htpasswd_filename = ${folder}/users`],
    ...[
      'htpasswd_encryption = plain',
      '[storage]',
      `filesystem_folder = ${folder}/data`,
      '[logging]',
      'level = error',
      '',
    ],
  ]
  writeFileSync(join(folder, 'config'), config.join('\n'))
  const child = spawn(PROGRAM, ['--config', join(folder, 'config')], { stdio: 'ignore' })
  process.once('exit', () => child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}/${username}/lavoro/`
  const headers = { authorization: basic({ username, password }) }
  for (let tries = 0; ; tries += 1) {
    const made = await fetch(url, { method: 'MKCALENDAR', headers }).catch(() => null)
    if (made && made.status < 300) break
    if (tries > 100) throw new Error(`Radicale did not start: ${made?.status}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    ...{ url, username, password, folder },
    async stop() {
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs the block if Radicale is installed; else it is skipped under a name that says so. */
export function describeOnRadicale(name: string, block: () => void): void {
  if (existsSync(PROGRAM)) describe(name, block)
  else describe.skip(`${name} (skipped: ${PROGRAM} is not installed)`, block)
}
