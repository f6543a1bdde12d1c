// Records what clients and diallers saw during the faults: every acknowledged answer, every dial, every refusal. Only records; judge.ts
// interprets it.

/** An acknowledged change of one appointment; `version` is the version in the answer. */
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
/** An acknowledged promise of a callback; `key` is the idempotency key, which the callback also carries in its data. */
export type Promised = { id: string; number: string; key: string; at: number }
/** An acknowledged result of an attempt. */
export type Reported = { callbackId: string; attempt: number; key: string; outcome: string; at: number }
/** A contact that reached a dialler: `key` is the delivery or lease under which it came. */
export type Dial = { callbackId: string; attempt: number; key: string; via: 'push' | 'lease'; at: number }

export type Ledger = {
  changes: Change[]
  promises: Promised[]
  results: Reported[]
  dials: Dial[]
  /** Instants of successful probes of slots and of bookings, and of bookings alone; epoch ms. */
  answers: number[]
  bookings: number[]
  /** Instants of acknowledged bookings, callbacks, moves and cancellations; epoch ms. */
  acknowledged: number[]
  /** Refusals (4xx), server errors (5xx) and lost answers, counted by their text. */
  refused: Map<string, number>
  failed: Map<string, number>
  lost: Map<string, number>
  /** Requests whose result was still unknown when the run ended. */
  givenUp: number
}

export const createLedger = (): Ledger => ({
  changes: [],
  promises: [],
  results: [],
  dials: [],
  answers: [],
  bookings: [],
  acknowledged: [],
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
