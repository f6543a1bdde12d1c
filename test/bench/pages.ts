// Measures the time to the first byte of the citizens' pages on the embedded database with the demo municipality, one request at a time.
import { startDemo } from '../helpers/demo.ts'
import { median, type Row } from './tools.ts'

const RUNS = 5
const REQUESTS = 40

async function firstByte(url: string): Promise<number> {
  const began = performance.now()
  const answer = await fetch(url, { headers: { 'accept-language': 'it' } })
  // fetch resolves with the response head, which is sent with the first byte of the page.
  const taken = performance.now() - began
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`)
  return taken
}

/** Median over runs of the median over requests; `before` runs untimed before each request. */
async function measure(url: string, before: () => Promise<void> = async () => undefined): Promise<number> {
  const runs: number[] = []
  for (let run = 0; run <= RUNS; run += 1) {
    const times: number[] = []
    for (let i = 0; i < REQUESTS; i += 1) {
      await before()
      times.push(await firstByte(url))
    }
    if (run > 0) runs.push(median(times))
  }
  return median(runs)
}

export async function benchPages(): Promise<Row[]> {
  const demo = await startDemo()
  try {
    const home = `${demo.base}/${demo.slug}`
    const date = `${home}/book/time?service=demo-cie&channel=in_person`
    const api = async (path: string, body?: object) => {
      const answer = await fetch(`${demo.base}/v1${path}`, {
        ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
        headers: { authorization: `Bearer ${demo.key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      })
      return (await answer.json()) as Record<string, any>
    }
    const services = await api('/services?limit=100')
    const serviceId = services.items.find((s: any) => s.externalId === 'demo-cie').id as string
    /** Books a slot and cancels it, so that everything cached about its agent is stale. */
    const disturb = async () => {
      const next = await api(`/slots/next?serviceId=${serviceId}`)
      const hold = await api('/holds', { serviceIds: [serviceId], start: next.items[0].slot.start })
      await api(`/appointments/${hold.id}/cancellation`, {})
    }
    const constant = await measure(`${demo.base}/healthz`)
    const row = async (
      name: string,
      url: string,
      target: number | null,
      before?: () => Promise<void>,
    ): Promise<Row> => {
      const ms = await measure(url, before)
      return {
        name,
        value: `${ms.toFixed(1)} ms (a constant answer ${constant.toFixed(1)} ms)`,
        target: target === null ? '' : `${target} ms`,
        met: target === null ? null : ms < target,
      }
    }
    return [
      await row('first byte of the date page, embedded database', date, 50),
      await row('the same, each after a booking and a cancellation', date, 50, disturb),
      await row('first byte of the landing page with all first free times', home, null),
    ]
  } finally {
    await demo.stop()
  }
}
