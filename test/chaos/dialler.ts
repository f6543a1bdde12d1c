// Two contact centers: one gets callbacks pushed, the other leases them. Each records every dial with its key, and reports the result
// until it is acknowledged. They never fail on purpose: a contact that comes twice was sent twice by the service.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { insist, type Door } from './http.ts'
import type { Dial } from './ledger.ts'

/** One attempt in ten finds the line busy, so another attempt follows. */
const BUSY = 0.1
/** How long a request that is still open at the end of the run is repeated, in ms. */
const PATIENCE = 10_000
const [REPORTERS, LEASE_SECONDS, WAIT_SECONDS, AT_ONCE] = [4, 60, 3, 5]

type Call = Omit<Dial, 'at'>
export type Dialler = {
  url: string
  /** Connects the dialler to the service: from now on it reports results and leases callbacks of the campaign `pulled`. */
  begin: (door: Door, pulled: string) => void
  /** Number of calls whose result is not acknowledged yet. */
  waiting: () => number
  stop: () => Promise<void>
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) text += chunk as string
  return text
}

/** A server that accepts every push and passes on its contacts before it answers. */
async function receive(take: (item: any) => void): Promise<Server> {
  const server = createServer((request, response) => {
    void textOf(request)
      .then((text) => {
        const { type, data } = JSON.parse(text) as { type: string; data: { items: any[] } }
        if (type === 'callbacks.due') data.items.forEach(take)
        response.writeHead(200).end('{}')
      })
      // The sender was killed in the middle of its message.
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

export async function startDialler(): Promise<Dialler> {
  const known = new Set<string>()
  const calls: Call[] = []
  let door: Door | null = null
  let reporting = 0
  let isStopped = false
  let until = Number.MAX_SAFE_INTEGER
  const running: Promise<void>[] = []

  function dial(call: Call): void {
    door?.ledger.dials.push({ ...call, at: Date.now() })
    const name = `${call.callbackId} ${call.key}`
    // The same contact under the same key is one call.
    if (known.has(name)) return
    known.add(name)
    calls.push(call)
  }

  const server = await receive(({ callbackId, attempt, deliveryId }) =>
    dial({ callbackId, attempt, key: deliveryId, via: 'push' }),
  )

  async function report(to: Door, { callbackId, attempt, key }: Call): Promise<void> {
    const outcome = attempt < 3 && Math.random() < BUSY ? 'busy' : 'answered'
    const path = `/v1/callbacks/${callbackId}/attempts`
    const answer = await insist(to, { method: 'POST', path, body: { outcome, leaseId: key } }, until)
    if (answer?.status === 200) to.ledger.results.push({ callbackId, attempt, key, outcome, at: Date.now() })
  }

  async function reporter(to: Door): Promise<void> {
    while (!isStopped) {
      const call = calls.shift()
      if (!call) {
        await sleep(30)
        continue
      }
      reporting += 1
      await report(to, call)
      reporting -= 1
    }
  }

  async function leaser(to: Door, campaignId: string): Promise<void> {
    const ask = {
      method: 'POST',
      path: `/v1/campaigns/${campaignId}/leases`,
      body: { max: AT_ONCE, leaseSeconds: LEASE_SECONDS, waitSeconds: WAIT_SECONDS },
    }
    while (!isStopped) {
      const answer = await insist(to, ask, until)
      for (const { id, attempts } of answer?.body?.items ?? [])
        dial({ callbackId: id, attempt: attempts + 1, key: answer!.body.leaseId, via: 'lease' })
      await sleep(100)
    }
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`,
    begin(to, pulled) {
      door = to
      running.push(leaser(to, pulled), ...Array.from({ length: REPORTERS }, () => reporter(to)))
    },
    waiting: () => calls.length + reporting,
    async stop() {
      isStopped = true
      until = Date.now() + PATIENCE
      await Promise.all(running)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
