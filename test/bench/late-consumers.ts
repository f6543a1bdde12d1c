// Consumers that wait by long poll and take callbacks as they become due, one campaign each; prints how late each arrived, in ms.
import { Agent, request as httpRequest } from 'node:http'

type Plan = {
  port: number
  campaigns: { key: string; campaignId: string; start: number; stepMs: number }[]
  count: number
  until: number
  wait: number
}
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

function post(port: number, key: string, path: string, body: unknown): Promise<any> {
  return new Promise((resolve, reject) => {
    const payload = JSON.stringify(body)
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
    }
    const request = httpRequest({ port, host: '127.0.0.1', path, method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode} ${text}`))
        else resolve(JSON.parse(text))
      })
    })
    request.on('error', reject)
    request.end(payload)
  })
}

async function run(plan: Plan): Promise<{ p50: number; p99: number; count: number }> {
  const late: number[] = []
  const isOver = (): boolean => late.length >= plan.count || Date.now() > plan.until
  await Promise.all(
    plan.campaigns.map(async ({ key, campaignId, start, stepMs }) => {
      while (!isOver()) {
        const waitSeconds = Math.max(0, Math.min(20, Math.ceil((plan.until - Date.now()) / 1000)))
        const body = { max: 50, waitSeconds: Math.min(waitSeconds, plan.wait) }
        const lease = await post(plan.port, key, `/v1/campaigns/${campaignId}/leases`, body)
        const now = Date.now()
        // The API shows whole seconds; the number in the code gives the exact due time.
        for (const item of lease.items) late.push(now - (start + Number(item.code.split('x')[1]) * stepMs))
        const results = lease.items.map((item: { id: string }) => ({ callbackId: item.id, outcome: 'answered' }))
        if (results.length > 0)
          void post(plan.port, key, `/v1/campaigns/${campaignId}/leases/${lease.leaseId}/results`, { results })
      }
    }),
  )
  late.sort((a, b) => a - b)
  const at = (share: number): number => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99), count: late.length }
}

let text = ''
for await (const chunk of process.stdin) text += String(chunk)
const result = await run(JSON.parse(text) as Plan)
await new Promise((resolve) => setTimeout(resolve, 500))
process.stdout.write(JSON.stringify(result))
process.exit(0)
