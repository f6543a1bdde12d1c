// Measures GET /v1/slots for a month and any of twenty agents, compared with the same Fastify serving the same number of constant bytes.
import fastify from 'fastify'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { send, startProcess } from '../helpers/process.ts'
import { fill, type Fixture } from './fixture.ts'
import { load, median, message, type Row } from './tools.ts'
import type { Plan, Result } from './load.ts'

const RUNS = 5
const MILLISECONDS = 3_000
const dateOf = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** A Fastify that answers with the same number of bytes, in a process of its own; it ends with the benchmark. */
async function serveConstant(bytes: number): Promise<{ port: number; close: () => Promise<void> }> {
  const app = fastify()
  const body = JSON.stringify({ text: 'x'.repeat(Math.max(0, bytes - 11)) })
  app.get('/', (_request, reply) => reply.type('application/json; charset=utf-8').send(body))
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: (app.server.address() as { port: number }).port, close: () => app.close() }
}

export async function benchSlots(fixture: Fixture): Promise<Row[]> {
  const service = await startProcess(['--no-demo', '--role', 'api'], { DATABASE_URL: fixture.url })
  const port = Number(new URL(service.base).port)
  const headers = { authorization: `Bearer ${fixture.key}` }
  const path = `/v1/slots?serviceId=${fixture.serviceId}&from=${dateOf(1)}&to=${dateOf(31)}`
  const answer = await send(service.base, fixture.key, 'GET', path)
  const bytes = Buffer.byteLength(JSON.stringify(answer.body))
  const constant = startConstant(bytes)
  const constantPort = await constant.port
  const plan = (to: number, messages: string[]): Plan => ({
    port: to,
    connections: 16,
    requests: 1_000_000,
    milliseconds: MILLISECONDS,
    messages,
  })
  const measure = async () => {
    const shares: number[] = []
    const results: Result[] = []
    for (let run = -1; run < RUNS; run += 1) {
      const base = await load(plan(constantPort, [message('GET', '/', {})]))
      const slots = await load(plan(port, [message('GET', path, headers)]))
      if (Object.keys(slots.statuses).join() !== '200') throw new Error(JSON.stringify(slots.statuses))
      process.stderr.write(
        `slots run ${run}: constant ${base.rate.toFixed(0)}/s, slots ${slots.rate.toFixed(0)}/s, p99 ${slots.p99.toFixed(1)} ms\n`,
      )
      if (run < 0) continue
      shares.push(slots.rate / base.rate)
      results.push(slots)
    }
    return { share: median(shares), rate: median(results.map((r) => r.rate)), p99: median(results.map((r) => r.p99)) }
  }
  await fill(fixture, 10_000)
  const small = await measure()
  const cold = await coldRate(fixture, service.base, path)
  await fill(fixture, 1_000_000)
  const large = await measure()
  const coldLarge = await coldRate(fixture, service.base, path)
  constant.stop()
  await sleep(3_000)
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.child.pid}/status`, 'utf8'))![1]) / 1024
  await service.stop()
  const fresh = await startProcess(['--no-demo'], { DATABASE_URL: fixture.url })
  await sleep(2_000)
  const idle = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${fresh.child.pid}/status`, 'utf8'))![1]) / 1024
  await fresh.stop()
  const ratio = large.rate / small.rate
  return [
    {
      name: `GET /v1/slots, month, any of 20 agents (${(bytes / 1024).toFixed(0)} KB), 16 connections`,
      value: `${small.rate.toFixed(0)}/s = ${(small.share * 100).toFixed(0)} % of constant bytes`,
      target: '25 %',
      met: small.share >= 0.25,
    },
    { name: 'its p99', value: `${small.p99.toFixed(1)} ms`, target: '50 ms', met: small.p99 < 50 },
    {
      name: 'with 1,000,000 stored appointments instead of 10,000',
      value: `${large.rate.toFixed(0)}/s = ${(large.share * 100).toFixed(0)} %, ${(ratio * 100).toFixed(0)} % of before (p99 ${large.p99.toFixed(1)} ms)`,
      target: 'within 20 %',
      met: ratio > 0.8,
    },
    {
      name: 'one request at a time, each after a booking made its cache stale',
      value: `${cold.toFixed(1)} ms; with 1,000,000 stored ${coldLarge.toFixed(1)} ms`,
      target: '',
      met: null,
    },
    {
      name: 'memory of the process, idle after the start',
      value: `${idle.toFixed(0)} MB (after the load ${rss.toFixed(0)} MB)`,
      target: '150 MB',
      met: idle < 150,
    },
  ]
}

/** Median milliseconds of a slot query right after a booking, so that the answer cannot come from a cache. */
async function coldRate(fixture: Fixture, base: string, path: string): Promise<number> {
  const contact = (await send(base, fixture.key, 'POST', '/v1/contacts', { firstName: 'C', lastName: 'D' })).body
  const times: number[] = []
  for (let i = 0; i < 41; i += 1) {
    const slots = (await send(base, fixture.key, 'GET', path)).body
    const day = slots.days[Math.floor((slots.days.length * i) / 41)]
    const slot = day.slots[i % day.slots.length]
    const booked = await send(base, fixture.key, 'POST', '/v1/appointments', {
      serviceIds: [fixture.serviceId],
      start: slot.start,
      contactId: contact.id,
    })
    if (booked.status !== 201) throw new Error(JSON.stringify(booked.body))
    const began = performance.now()
    await send(base, fixture.key, 'GET', path)
    times.push(performance.now() - began)
  }
  return median(times)
}

/** Starts the constant server in a process of its own, so that the work of the load generator's parent does not slow it. */
function startConstant(bytes: number): { port: Promise<number>; stop: () => void } {
  let stop = (): void => undefined
  const port = new Promise<number>((resolve, reject) => {
    import('node:child_process')
      .then(({ spawn }) => {
        const child = spawn(process.execPath, [import.meta.filename, String(bytes)], {
          stdio: ['pipe', 'pipe', 'inherit'],
        })
        stop = () => void child.kill()
        child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())))
        child.once('error', reject)
      })
      .catch(reject)
  })
  return { port, stop: () => stop() }
}

if (import.meta.main) {
  const { port } = await serveConstant(Number(process.argv[2]))
  process.stdout.write(`${port}\n`)
  // Ends when the parent ends and its pipe closes.
  process.stdin.resume().on('end', () => process.exit(0))
}
