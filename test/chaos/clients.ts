// People and integrators who book, promise callbacks, cancel and move during the faults. Each client sends one request at a time,
// repeats lost requests under the same key, and records what was acknowledged. Its load is limited by a pause after each request.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { insist, type Door } from './http.ts'
import { count, type Change } from './ledger.ts'
import { SLOT_MINUTES, type Stage } from './stage.ts'

const [BOOKERS, PROMISERS] = [6, 2]
/** Pauses of a client between two requests, in ms. */
const PAUSE = { book: 90, promise: 180, change: 150 }
/** So many bookings ask for the same start: with twelve agents most of them succeed, and some conflict. */
const RIVALS = 10
/** How long a request that is still open at the end of the run is repeated, in ms. */
const PATIENCE = 40_000

type Clients = {
  /** Resolves once all clients have stopped. */
  done: Promise<void>
  stop: () => void
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!
const changeOf = (kind: Change['kind'], body: any): Change => ({
  kind,
  id: body.id,
  version: body.version,
  status: body.status,
  start: Date.parse(body.start),
  agentId: body.agentId,
  at: Date.now(),
})

async function repeat(once: () => Promise<void>, pause: number, isStopped: () => boolean): Promise<void> {
  while (!isStopped()) {
    await once()
    await sleep(pause * (0.5 + Math.random()))
  }
}

export function startClients(door: Door, stage: Stage): Clients {
  const { ledger } = door
  /** Appointments that no client is changing at the moment. */
  const changeable: string[] = []
  const first = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 86_400_000
  let asked = 0
  let numbers = 0
  let isStopped = false
  let until = Number.MAX_SAFE_INTEGER
  const startOf = (n: number): string => new Date(first + Math.floor(n / RIVALS) * SLOT_MINUTES * 60_000).toISOString()

  async function bookOnce(): Promise<void> {
    const key = `book-${randomUUID()}`
    const body = {
      serviceIds: [stage.serviceId],
      start: startOf((asked += 1)),
      contactId: pick(stage.contactIds),
      notes: key,
      ...(Math.random() < 0.3 ? { agentId: pick(stage.agentIds) } : {}),
    }
    const ask = { method: 'POST', path: '/v1/appointments', body, headers: { 'idempotency-key': key } }
    const answer = await insist(door, ask, until)
    if (answer?.status !== 201) return
    const booked = changeOf('booked', answer.body)
    ledger.changes.push(booked)
    ledger.answers.push(booked.at)
    ledger.bookings.push(booked.at)
    ledger.acknowledged.push(booked.at)
    changeable.push(booked.id)
  }

  async function promiseOnce(): Promise<void> {
    const key = `call-${randomUUID()}`
    numbers += 1
    const number = `+39320${String(1_000_000 + numbers)}`
    const body = {
      campaignId: Math.random() < 0.7 ? pick(stage.pushed) : stage.pulled,
      number,
      when: { kind: 'now' },
      data: { chaos: key },
      ...(numbers % 2 === 0 ? { externalId: key } : {}),
    }
    const ask = { method: 'POST', path: '/v1/callbacks', body, headers: { 'idempotency-key': key } }
    const answer = await insist(door, ask, until)
    if (answer?.status !== 201 && answer?.status !== 200) return
    // The number is new, so a 200 ("waits already") means that the service did not recognise a repeated request.
    if (answer.status === 200) count(ledger.refused, '200 taken for another request')
    ledger.promises.push({ id: answer.body.id, number, key, at: Date.now() })
    ledger.acknowledged.push(Date.now())
  }

  async function changeOnce(): Promise<void> {
    const [id] = changeable.splice(Math.floor(Math.random() * changeable.length), 1)
    if (id === undefined) return
    const isMove = Math.random() < 0.6
    const body = isMove ? { start: startOf(Math.random() * (asked + 10 * RIVALS)) } : {}
    const path = `/v1/appointments/${id}/${isMove ? 'rescheduling' : 'cancellation'}`
    const answer = await insist(door, { method: 'POST', path, body }, until)
    if (answer?.status === 200) {
      ledger.changes.push(changeOf(isMove ? 'moved' : 'cancelled', answer.body))
      ledger.acknowledged.push(Date.now())
    }
    // Without an answer the state is unknown, so the appointment is not used again.
    if (isMove && answer) changeable.push(id)
  }

  const many = (n: number, once: () => Promise<void>, pause: number): Promise<void>[] =>
    Array.from({ length: n }, () => repeat(once, pause, () => isStopped))
  const all = [
    ...many(BOOKERS, bookOnce, PAUSE.book),
    ...many(PROMISERS, promiseOnce, PAUSE.promise),
    ...many(1, changeOnce, PAUSE.change),
  ]
  return {
    done: Promise.all(all).then(() => undefined),
    stop() {
      isStopped = true
      until = Date.now() + PATIENCE
    },
  }
}
