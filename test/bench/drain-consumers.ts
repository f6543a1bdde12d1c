// Consumers of campaigns over HTTP, in a process of their own: lease a batch, report all of it as answered, until nothing is left.
import { Agent, request as httpRequest } from 'node:http'

type Plan = { port: number; consumers: number; batch: number; campaigns: { key: string; campaignId: string }[] }

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

function post(port: number, key: string, path: string, body: unknown): Promise<any> {
  return new Promise((resolve, reject) => {
    const payload = JSON.stringify(body)
    const request = httpRequest(
      {
        port,
        host: '127.0.0.1',
        path,
        method: 'POST',
        agent,
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode} ${text}`))
          else resolve(JSON.parse(text))
        })
      },
    )
    request.on('error', reject)
    request.end(payload)
  })
}

async function run(plan: Plan): Promise<{ seconds: number; count: number }> {
  const waiting = [...plan.campaigns]
  let count = 0
  const began = performance.now()
  const consumer = async (): Promise<void> => {
    for (;;) {
      const campaign = waiting.shift()
      if (!campaign) return
      const { key, campaignId } = campaign
      const lease = await post(plan.port, key, `/v1/campaigns/${campaignId}/leases`, { max: plan.batch })
      if (lease.items.length === 0) continue
      const results = lease.items.map((item: { id: string }) => ({ callbackId: item.id, outcome: 'answered' }))
      const told = await post(plan.port, key, `/v1/campaigns/${campaignId}/leases/${lease.leaseId}/results`, {
        results,
      })
      for (const item of told.items) if (item.status !== 'completed') throw new Error(JSON.stringify(item))
      count += results.length
      waiting.push(campaign)
    }
  }
  await Promise.all(Array.from({ length: plan.consumers }, consumer))
  return { seconds: (performance.now() - began) / 1000, count }
}

let text = ''
for await (const chunk of process.stdin) text += String(chunk)
process.stdout.write(JSON.stringify(await run(JSON.parse(text) as Plan)))
process.exit(0)
