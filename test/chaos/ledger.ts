// What clients and diallers saw while the service was disturbed: every acknowledged answer, every dial, every refusal.
// Only records; what it means is decided in judge.ts.

/** An acknowledged change of one appointment; `version` is the one that the answer named. */
export type Change = {
  kind: 'booked' | 'moved' | 'cancelled'
  id: string
  version: number
  status: string
  /** Epoch ms. */
  start: number
  agentId: string
  at: number
}
/** An acknowledged promise of a callback; `key` is the idempotency key, which the callback also carries as data. */
export type Promised = { id: string; number: string; key: string; at: number }
/** An acknowledged result of an attempt. */
export type Reported = { callbackId: string; attempt: number; key: string; outcome: string; at: number }
/** A contact that reached a dialler: `key` is the delivery or the lease that it came under. */
export type Dial = { callbackId: string; attempt: number; key: string; via: 'push' | 'lease'; at: number }

export type Ledger = {
  changes: Change[]
  promises: Promised[]
  results: Reported[]
  dials: Dial[]
  /** Instants of good answers to probes of slots and to bookings, and of bookings alone; epoch ms. */
  answers: number[]
  bookings: number[]
  /** Refusals (4xx), answers of failure (5xx) and lost answers, by what they said. */
  refused: Map<string, number>
  failed: Map<string, number>
  lost: Map<string, number>
  /** Requests whose end was still not known when the run ended. */
  givenUp: number
}

export const createLedger = (): Ledger => ({
  changes: [],
  promises: [],
  results: [],
  dials: [],
  answers: [],
  bookings: [],
  refused: new Map(),
  failed: new Map(),
  lost: new Map(),
  givenUp: 0,
})

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

export const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, n) => total + n, 0)
