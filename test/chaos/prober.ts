// Asks each API for the first free slot several times a second and records when it answered.
import { askOnce } from './http.ts'
import type { Ledger } from './ledger.ts'

const [EVERY, TIMEOUT] = [150, 2_000]
/** Maximum of open probes per API: a hanging process does not get more and more requests. */
const MOST = 4

export type Prober = {
  /** For each API, the send time of the latest probe with a good answer; epoch ms, 0 = none. */
  answered: () => readonly number[]
  stop: () => void
}

export function startProber(bases: readonly string[], key: string, serviceId: string, ledger: Ledger): Prober {
  const latest = bases.map(() => 0)
  const under = bases.map(() => 0)
  const ask = { method: 'GET', path: `/v1/slots/next?serviceId=${serviceId}` }

  async function probe(i: number): Promise<void> {
    if (under[i]! >= MOST) return
    const sent = Date.now()
    under[i]! += 1
    const reply = await askOnce(bases[i]!, key, ask, TIMEOUT)
    under[i]! -= 1
    if (reply.kind !== 'answer' || reply.status !== 200) return
    latest[i] = Math.max(latest[i]!, sent)
    ledger.answers.push(Date.now())
  }
  const timer = setInterval(() => bases.forEach((_, i) => void probe(i)), EVERY)
  return { answered: () => latest, stop: () => clearInterval(timer) }
}
