// The files of deploy/: what they name exists, and what the container copies is enough to start as somebody who may write nothing.
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parser } from '@prometheus-io/lezer-promql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { freePorts } from './chaos/ports.ts'
import { envExample } from '../src/platform/config.ts'
import { isThorough } from './helpers/effort.ts'
import { freshFolder } from './helpers/database.ts'
import { startProcess, type ServiceProcess } from './helpers/process.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const settings = new Set([...envExample().matchAll(/^#? ?([A-Z_]+)=/gm)].map(([, name]) => name))

/** Names of the metrics in a PromQL expression; throws where it is not valid. */
function metricsIn(expression: string): string[] {
  const names: string[] = []
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`not valid PromQL at ${node.from}: ${expression}`)
      if (node.name === 'VectorSelector') names.push(/^[a-zA-Z_:][\w:]*/.exec(expression.slice(node.from, node.to))![0])
    },
  })
  return names
}

type Rule = { alert: string; expr: string; annotations: { summary: string; action: string } }
const rules = (): Rule[] =>
  (parse(read('deploy/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
    (group) => group.rules,
  )
const dashboardExpressions = (): string[] =>
  (JSON.parse(read('deploy/grafana/agenda.json')) as { panels: { targets: { expr: string }[] }[] }).panels.flatMap(
    (panel) => panel.targets.map((target) => target.expr),
  )

const getStatus = async (url: string): Promise<number> => (await fetch(url)).status

describe('a process that is watched', () => {
  let service: ServiceProcess
  const folder = freshFolder()
  beforeAll(async () => {
    service = await startProcess(['--no-demo', '--data', folder], { AGENDA_DRAIN_SECONDS: '2' })
  })
  afterAll(async () => {
    await service.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('has every metric that alerts and dashboard name', async () => {
    // Requests and jobs appear in the metrics once there was one.
    await fetch(`${service.base}/healthz`)
    const text = await (await fetch(`${service.base}/metrics`)).text()
    const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!))
    const wanted = [...rules().map(({ expr }) => expr), ...dashboardExpressions()].flatMap(metricsIn)
    expect(wanted.length).toBeGreaterThan(20)
    const missing = wanted.filter((name) => name !== 'up' && !known.has(name.replace(/_(bucket|sum|count)$/, '')))
    expect(missing.filter((name) => !known.has(name))).toEqual([])
    for (const { alert, annotations } of rules()) {
      expect(annotations.summary, alert).toBeTruthy()
      expect(annotations.action, alert).toBeTruthy()
    }
  })

  test('says that it is not ready when it must stop, goes on serving, and then ends', async () => {
    expect(await getStatus(`${service.base}/readyz`)).toBe(200)
    const ended = service.stop('SIGTERM')
    let ready = 200
    for (let tries = 0; ready === 200 && tries < 50; tries += 1) {
      await sleep(20)
      ready = await getStatus(`${service.base}/readyz`)
    }
    expect(ready).toBe(503)
    expect(await getStatus(`${service.base}/healthz`)).toBe(200)
    expect(await ended).toBe(0)
  })
})

test('a worker answers on the operations port, and on no other', async () => {
  const folder = freshFolder()
  const [port] = await freePorts(1)
  const worker = await startProcess(['--no-demo', '--role', 'worker', '--data', folder], {
    AGENDA_OPERATIONS_PORT: String(port),
  })
  try {
    expect(await getStatus(`http://127.0.0.1:${port}/readyz`)).toBe(200)
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('agenda_jobs_due')
  } finally {
    expect(await worker.stop()).toBe(0)
    rmSync(folder, { recursive: true, force: true })
  }
})

test('compose file and units name settings that exist', () => {
  const named = [
    ...Object.keys(parse(read('compose.yaml'), { merge: true })['x-agenda'].environment),
    ...[...read('compose.yaml').matchAll(/AGENDA_[A-Z_]+/g)].map(([name]) => name),
    ...[...read('Dockerfile').matchAll(/AGENDA_[A-Z_]+/g)].map(([name]) => name),
  ]
  expect(named.filter((name) => !settings.has(name))).toEqual([])
  const { services } = parse(read('compose.yaml'), { merge: true })
  for (const name of ['api-1', 'api-2', 'worker-1', 'worker-2']) {
    expect(services[name], name).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
    expect(services[name].environment.AGENDA_ROLE).toBe(name.replace(/-\d$/, ''))
  }
})

test.runIf(existsSync('/usr/bin/systemd-analyze'))('the units are valid to systemd', () => {
  for (const unit of readdirSync(join(ROOT, 'deploy/systemd'))) {
    const said = execFileSync('systemd-analyze', ['verify', join(ROOT, 'deploy/systemd', unit)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect(said).toBe('')
  }
})

/** Paths that the last stage of the Dockerfile copies, without what an earlier stage made. */
function copiedPaths(): string[] {
  const last = read('Dockerfile')
    .split(/^FROM /m)
    .at(-1)!
  return [...last.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths]) => paths!.split(' '))
}

test.runIf(isThorough)(
  'what the container copies is enough, for an account that may write only its data and /tmp',
  async () => {
    const folder = mkdtempSync('/tmp/agenda-container-')
    const [home, data] = [join(folder, 'agenda'), join(folder, 'data')]
    mkdirSync(home)
    const ready = freshFolder()
    // Not moved: the folders may lie on different disks.
    cpSync(ready, data, { recursive: true })
    rmSync(ready, { recursive: true })
    for (const path of copiedPaths()) cpSync(join(ROOT, path), join(home, path), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'))
    execFileSync('chmod', ['-R', 'a-w,a+rX', home])
    chmodSync(folder, 0o755)
    const isRoot = process.getuid?.() === 0
    // As root, the account of Debian's nobody; else this account, which may not write either.
    const account = isRoot ? { uid: 65_534, gid: 65_534 } : {}
    if (isRoot) execFileSync('chown', ['-R', '65534:65534', data])
    const child = spawn(process.execPath, ['src/start.js', '--no-demo', '--port', '0', '--data', data], {
      cwd: home,
      env: { PATH: process.env.PATH, NODE_ENV: 'production', NODE_COMPILE_CACHE: join(data, 'compile-cache') },
      ...account,
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const ended = new Promise((resolve) => child.once('exit', resolve))
    try {
      await Promise.race([
        ended,
        (async () => {
          while (!text.includes('ready after')) await sleep(50)
        })(),
      ])
      const base = /answers at (http:\S+)/.exec(text)?.[1]
      expect(base, text).toBeDefined()
      expect(await getStatus(`${base}/readyz`)).toBe(200)
      expect(await getStatus(`${base}/openapi.json`)).toBe(200)
    } finally {
      child.kill('SIGTERM')
      await ended
      execFileSync('chmod', ['-R', 'u+w', home])
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
