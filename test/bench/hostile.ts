// Measures how long others wait while somebody attacks: a citizen's page and a caller's slots, asked from another address, while a second
// process holds, drips, floods and swells. Everything runs on loopback and shares the two cores, attackers included.
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProcess } from '../helpers/process.ts'
import type { Fixture } from './fixture.ts'
import type { Attack, Kind } from './hostile-clients.ts'
import { memoryOf, runScript, type Row } from './tools.ts'

const [SECONDS, EVERY, TARGET] = [10, 40, 200]
const KINDS: readonly Kind[] = [
  'nobody',
  'slow heads',
  'slow bodies',
  'readers that do not read',
  'streams held open',
  'idle connections',
  'huge heads',
  'large bodies',
  'flood of pages',
  'flood of wrong keys',
]

// Another address of loopback: limits by address are not shared with the attackers.
const agent = new Agent({ keepAlive: true, localAddress: '127.0.0.2' })

/** Milliseconds until the whole answer is there; Infinity when it is not 200. */
function ask(base: string, path: string, key?: string): Promise<number> {
  const began = performance.now()
  return new Promise((resolve) => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
    get(`${base}${path}`, { agent, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode === 200 ? performance.now() - began : Infinity))
    }).on('error', () => resolve(Infinity))
  })
}

export async function benchHostile(fixture: Fixture): Promise<Row[]> {
  const rows: Row[] = []
  for (const kind of KINDS) {
    const service = await startProcess(['--no-demo', '--role', 'api'], { DATABASE_URL: fixture.url })
    const from = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const until = new Date(Date.now() + 31 * 86_400_000).toISOString().slice(0, 10)
    const paths = {
      slots: `/v1/slots?serviceId=${fixture.serviceId}&from=${from}&to=${until}`,
      page: '/misura',
    }
    for (let i = 0; i < 50; i += 1)
      await Promise.all([ask(service.base, paths.page), ask(service.base, paths.slots, fixture.key)])
    const attack: Attack = { port: Number(new URL(service.base).port), kind, seconds: SECONDS, key: fixture.key, paths }
    const attacking = runScript('hostile-clients.ts', attack)
    await sleep(1_500)
    const taken: number[] = []
    const open: Promise<unknown>[] = []
    let peak = 0
    for (const end = Date.now() + (SECONDS - 2) * 1000; Date.now() < end; await sleep(EVERY)) {
      for (const [path, key] of [[paths.page], [paths.slots, fixture.key]] as const)
        open.push(ask(service.base, path, key).then((ms) => taken.push(ms)))
      peak = Math.max(peak, memoryOf(service.child.pid!))
    }
    await Promise.all([attacking, ...open])
    await service.stop()
    const sorted = taken.toSorted((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)]!
    const failed = taken.filter((ms) => ms === Infinity).length
    rows.push({
      name: `others wait while: ${kind}`,
      value: `p50 ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms, ${failed} of ${taken.length} failed, ${peak.toFixed(0)} MB`,
      target: `p99 < ${TARGET} ms, none failed`,
      met: at(0.99) < TARGET && failed === 0,
    })
    process.stderr.write(`${rows.at(-1)!.name}: ${rows.at(-1)!.value}\n`)
  }
  return rows
}
