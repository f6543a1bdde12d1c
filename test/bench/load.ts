// A small load generator over raw sockets, in a process of its own; limited in count and time, loopback only. Reads its plan as JSON
// from the command line and prints the result as JSON.
import { connect, type Socket } from 'node:net'

export type Plan = {
  port: number
  connections: number
  /** Stops after this many requests or milliseconds, whichever comes first. */
  requests: number
  milliseconds: number
  /** Complete HTTP requests, sent in turn and unchanged (no placeholders are replaced). */
  messages: string[]
}
export type Result = {
  rate: number
  p50: number
  p99: number
  bytes: number
  statuses: Record<string, number>
  seconds: number
}

/** Reads one HTTP/1.1 answer with Content-Length from the front of the buffer, or null while it is incomplete. */
function readAnswer(buffer: Buffer): { status: string; length: number } | null {
  const head = buffer.indexOf('\r\n\r\n')
  if (head < 0) return null
  const text = buffer.toString('latin1', 0, head)
  const at = text.search(/content-length: /i)
  const size = at < 0 ? 0 : Number.parseInt(text.slice(at + 16, at + 26), 10)
  const length = head + 4 + size
  return buffer.length < length ? null : { status: text.slice(9, 12), length }
}

async function run(plan: Plan): Promise<Result> {
  const statuses: Record<string, number> = {}
  const latencies: number[] = []
  let sent = 0
  let bytes = 0
  const began = performance.now()
  const client = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket: Socket = connect(plan.port, '127.0.0.1')
      socket.setNoDelay(true)
      let pending: Buffer = Buffer.alloc(0)
      let at = 0
      const next = (): void => {
        if (sent >= plan.requests || performance.now() - began > plan.milliseconds) {
          socket.end()
          return resolve()
        }
        at = performance.now()
        socket.write(plan.messages[sent % plan.messages.length]!)
        sent += 1
      }
      socket.on('connect', next)
      socket.on('error', reject)
      socket.on('data', (chunk) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
        const answer = readAnswer(pending)
        if (!answer) return
        bytes += answer.length
        pending = pending.subarray(answer.length)
        latencies.push(performance.now() - at)
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
        next()
      })
    })
  await Promise.all(Array.from({ length: plan.connections }, client))
  const seconds = (performance.now() - began) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return { rate: latencies.length / seconds, p50: at(0.5), p99: at(0.99), bytes, statuses, seconds }
}

if (import.meta.main) {
  let text = ''
  for await (const chunk of process.stdin) text += String(chunk)
  process.stdout.write(JSON.stringify(await run(JSON.parse(text) as Plan)))
}
