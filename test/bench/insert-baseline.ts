// The baseline of a booking: the bare INSERT of the ledger row under the same exclusion constraint, by pg with n connections.
import pg from 'pg'
import { randomUUID } from 'node:crypto'

type Input = { url: string; tenantId: string; agentIds: string[]; connections: number; rows: number; from: number }

let text = ''
for await (const chunk of process.stdin) text += String(chunk)
const input = JSON.parse(text) as Input
const pool = new pg.Pool({ connectionString: input.url, max: input.connections })
let next = 0
const began = performance.now()
async function client(): Promise<void> {
  while (next < input.rows) {
    const n = next++
    const start = input.from + Math.floor(n / input.agentIds.length) * 300_000
    await pool.query('insert into reservations (tenant_id, id, agent_id, period, kind) values ($1, $2, $3, $4, $5)', [
      input.tenantId,
      randomUUID(),
      input.agentIds[n % input.agentIds.length],
      `[${new Date(start).toISOString()},${new Date(start + 300_000).toISOString()})`,
      'appointment',
    ])
  }
}
await Promise.all(Array.from({ length: input.connections }, client))
const seconds = (performance.now() - began) / 1000
await pool.end()
process.stdout.write(JSON.stringify({ rate: input.rows / seconds }))
