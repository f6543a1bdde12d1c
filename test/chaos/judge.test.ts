// Tests the judgement of `npm run chaos` on records and rows made by hand: a check that never finds anything proves nothing.
import { expect, test } from 'vitest'
import { byCause, causeOf, loggedError } from './ended.ts'
import { stillInHand } from './handover.ts'
import {
  countedTwice,
  judgeDials,
  lostCallbacks,
  lostChanges,
  sentTwice,
  silence,
  twice,
  unsent,
  untold,
} from './judge.ts'
import type { Change, Dial } from './ledger.ts'
import { ratesOf } from './rates.ts'

const booked: Change = { kind: 'booked', id: 'a', version: 1, status: 'confirmed', start: 600, agentId: 'x', at: 1 }
const row = { id: 'a', version: 1, status: 'confirmed', start: 600, agentId: 'x', key: 'k' }
const dial = (callbackId: string, attempt: number, key: string): Dial => ({
  callbackId,
  attempt,
  key,
  via: 'push',
  at: 1,
})
const callback = {
  id: 'c',
  status: 'completed',
  attempts: 1,
  number: '+39',
  externalId: null,
  key: 'k',
  campaignId: 'p',
}

test('an acknowledged change is there in that or a later state, or it is lost', () => {
  const cancelled: Change = { ...booked, kind: 'cancelled', version: 2, status: 'cancelled' }
  expect(lostChanges([booked], [row])).toEqual([])
  expect(lostChanges([booked], [{ ...row, version: 3, start: 1_200 }])).toEqual([])
  expect(lostChanges([booked, cancelled], [{ ...row, version: 2, status: 'cancelled' }])).toEqual([])
  for (const rows of [
    [],
    [{ ...row, start: 1_200 }],
    [{ ...row, agentId: 'y' }],
    [{ ...row, status: 'cancelled' }],
    [{ ...row, version: 0 }],
  ])
    expect(lostChanges([booked], rows)).toHaveLength(1)
  expect(lostChanges([cancelled], [row])).toHaveLength(1)
  expect(lostChanges([cancelled], [{ ...row, version: 3 }])).toHaveLength(1)
})

test('an acknowledged callback is there as it was promised, an acknowledged result is counted', () => {
  const promised = { id: 'c', number: '+39', key: 'k', at: 1 }
  const result = { callbackId: 'c', attempt: 1, key: 'd', outcome: 'answered', at: 1 }
  expect(lostCallbacks([promised], [result], [callback])).toEqual([])
  expect(lostCallbacks([promised], [], [])).toHaveLength(1)
  expect(lostCallbacks([promised], [], [{ ...callback, key: 'other' }])).toHaveLength(1)
  expect(lostCallbacks([], [result], [{ ...callback, attempts: 0 }])).toHaveLength(1)
  expect(lostCallbacks([], [result], [{ ...callback, status: 'scheduled' }])).toHaveLength(1)
})

test('one attempt under two keys is a duplicate, the same key again a repeat, and a key counts once', () => {
  const dials = [dial('c', 1, 'd'), dial('c', 1, 'd'), dial('c', 2, 'e')]
  expect(judgeDials(dials)).toEqual({ attempts: 2, repeats: 1, duplicates: [] })
  expect(judgeDials([...dials, dial('c', 2, 'f')]).duplicates).toHaveLength(1)
  expect(countedTwice(dials, [{ ...callback, attempts: 2 }])).toEqual([])
  expect(countedTwice(dials, [{ ...callback, attempts: 3 }])).toHaveLength(1)
  expect(twice(['k', 'l', null, null, 'k'])).toEqual(['k'])
})

test('silence is what lies between answers, at both ends too', () => {
  expect(silence([500, 1_400, 2_300], 0, 3_000)).toEqual({ longest: 0, total: 0, times: 0, at: 0 })
  expect(silence([500, 4_500, 5_000], 0, 7_000)).toEqual({ longest: 4, total: 6, times: 2, at: 500 })
  expect(silence([], 0, 2_500)).toMatchObject({ longest: 2.5, total: 2.5 })
})

test('work is in hand until its mark changes or it is gone', () => {
  const work = (id: string, mark: string) => ({ kind: 'job', id, mark })
  const before = [work('a', '1'), work('b', '1'), work('c', '1')]
  expect(stillInHand(before, [work('a', '1'), work('b', '2')])).toEqual([work('a', '1')])
})

test('processes that ended for the same reason stand together, under message and place', () => {
  const tail = [
    'node:events:505',
    "    throw er; // Unhandled 'error' event",
    '',
    'Error: Connection terminated unexpectedly',
    '    at Connection.<anonymous> (/opt/agenda/node_modules/pg/lib/client.js:204:73)',
    'Node.js v24.21.0',
  ]
  const cause = causeOf('running', 1, null, tail)
  expect(cause).toBe(
    "running | exit 1 | Error: Connection terminated unexpectedly | unhandled 'error' event | node_modules/pg/lib/client.js:204",
  )
  const one = { name: 'api-1', at: 1, phase: 'running' as const, code: 1, signal: null, cause, tail }
  expect(byCause([one, { ...one, name: 'api-2' }])).toMatchObject([{ times: 2, names: ['api-1', 'api-2'] }])
})

test('error lines of the log are told from others, with or without message and cause', () => {
  expect(loggedError('Agenda answers at http://127.0.0.1')).toBeNull()
  expect(loggedError('{"level":40,"msg":"slow"}')).toBeNull()
  expect(loggedError('{"level":50,"code":"57P01","msg":"sweep failed"}')).toEqual({
    says: 'sweep failed | 57P01',
    hasMessage: true,
    hasCause: true,
  })
  expect(loggedError('{"level":50}')).toMatchObject({ hasMessage: false, hasCause: false })
})

test('the same content under two ids was sent twice, under one id repeated; who was not told is found', () => {
  const [once, again, other] = [
    { id: '<m1@x>', content: 'ada 1' },
    { id: '<m1@x>', content: 'ada 1' },
    { id: '<m2@x>', content: 'ada 1' },
  ]
  expect(sentTwice('e-mail', [once, again])).toEqual([])
  expect(sentTwice('e-mail', [once, again, other])).toEqual([
    { what: 'e-mail', id: 'ada 1', why: 'came under <m1@x> and <m2@x>' },
  ])
  expect(untold([booked, { ...booked, id: 'b' }], [{ id: 'w', content: '', about: 'a' }])).toMatchObject([{ id: 'b' }])
  expect(unsent(['m1', 'm3'], [once])).toMatchObject([{ id: 'm3' }])
})

test('rates: before a fault, in the best window after it, or during it', () => {
  const every = (from: number, to: number, step: number): number[] =>
    Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step)
  // Ten a second, nothing from 20 to 30 s, eight a second after it.
  const acknowledged = [...every(0, 20_000, 100), ...every(30_000, 60_000, 125)]
  const after = ratesOf(acknowledged, 20_000, 28_000, { share: 80, when: 'after' })
  expect(after).toMatchObject({ before: 10, reached: 8, share: 80, isMet: true })
  expect(ratesOf(acknowledged, 20_000, 28_000, { share: 95, when: 'after' }).isMet).toBe(false)
  expect(ratesOf(acknowledged, 20_000, 28_000, { share: 80, when: 'during' })).toMatchObject({
    reached: 0,
    isMet: false,
  })
})
