// Transactions written together: who is answered, who is tried alone, and who is told that nobody knows. The database is a function here;
// test/concurrency.test.ts runs the real one.
import { setTimeout as sleep } from 'node:timers/promises'
import { CompiledQuery } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '../src/platform/database/open.ts'
import type { Rows } from '../src/platform/database/pipeline.ts'
import { together, writeTogether } from '../src/platform/database/together.ts'

type Write = (statements: readonly CompiledQuery[]) => Promise<Rows>
const refusal = (code: string): Error => Object.assign(new Error(code), { severity: 'ERROR', code })

/** A transaction of kinds of rows, of which `decide` decides. */
function transactionOf(id: string, kinds: readonly string[] = ['lock', 'decide', 'record']) {
  const statements = kinds.map((kind) => together(CompiledQuery.raw(`${kind} of one`, [id]), kind, { id }))
  const lost: string[] = []
  const group = {
    ...{ tenantId: 'T', needs: id, apart: id },
    decidedBy: statements[kinds.indexOf('decide')]!,
    lost: () => void lost.push(id),
  }
  return { statements, group, lost }
}

/** Writes all in one turn of the event loop; `answer` plays the server for a group, and for one alone it succeeds. */
async function writeAll(transactions: ReturnType<typeof transactionOf>[], answer: Write) {
  const db = {} as Database
  const written: string[][] = []
  const write: Write = async (statements) => {
    written.push(statements.map(({ sql }) => sql))
    return statements.some(({ sql }) => sql.endsWith('of one')) ? new Map() : answer(statements)
  }
  const ends = await Promise.allSettled(
    transactions.map(({ statements, group }) => writeTogether(db, statements, group, write)),
  )
  return { ends: ends.map(({ status }) => status), written, results: ends }
}
const won =
  (...ids: string[]): Write =>
  (statements) =>
    Promise.resolve(new Map([[statements.find(({ sql }) => sql === 'decide')!, [[`{${ids.join()}}`]]]]))

test('winners are answered, a loser is told and tried alone', async () => {
  const all = ['a', 'b', 'c'].map((id) => transactionOf(id))
  const { ends, written } = await writeAll(all, won('a', 'c'))
  expect(ends).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
  expect(written.map((texts) => texts.filter((text) => !text.startsWith('set local')))).toEqual([
    ['lock', 'decide', 'record'],
    ['lock of one', 'decide of one', 'record of one'],
  ])
  expect(all.map(({ lost }) => lost)).toEqual([[], ['b'], []])
})

test('a group that the server refused is tried one by one', async () => {
  const { ends, written } = await writeAll(
    ['a', 'b'].map((id) => transactionOf(id)),
    () => Promise.reject(refusal('23503')),
  )
  expect(ends).toEqual(['fulfilled', 'fulfilled'])
  expect(written).toHaveLength(3)
})

test.each([
  ['a network that is down', Object.assign(new Error('x'), { code: 'ENETDOWN' })],
  ['a broken TLS connection', Object.assign(new Error('x'), { code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' })],
  ['a server that stops', Object.assign(refusal('57P01'), { severity: 'FATAL' })],
  ['a server that panics', Object.assign(refusal('XX000'), { severity: 'PANIC' })],
  ['a connection that ended', new Error('Connection terminated unexpectedly')],
])('after %s nobody knows what was committed: all are told, none is written again', async (_what, error) => {
  const { ends, written, results } = await writeAll(
    ['a', 'b', 'c'].map((id) => transactionOf(id)),
    () => Promise.reject(error),
  )
  expect(ends).toEqual(['rejected', 'rejected', 'rejected'])
  expect(written).toHaveLength(1)
  expect(results.every((one) => one.status === 'rejected' && one.reason === error)).toBe(true)
})

test('a kind that comes twice keeps its first place', async () => {
  const twice = transactionOf('a', ['lock', 'decide', 'event', 'job', 'event', 'job'])
  const { written } = await writeAll([twice, transactionOf('b', ['lock', 'decide', 'contact', 'event'])], won('a', 'b'))
  expect(written).toEqual([["set local lock_timeout = '500ms'", 'lock', 'decide', 'contact', 'event', 'job']])
})

test('rows that cannot be written end their group, and none waits for ever', async () => {
  const bad = transactionOf('a')
  bad.statements[2] = together(CompiledQuery.raw('record of one', []), 'record', { amount: 1n })
  const { ends } = await writeAll([bad, transactionOf('b')], won('a', 'b'))
  expect(ends).toEqual(['rejected', 'rejected'])
})

test('a group that hangs does not hold up those who come later', async () => {
  const db = {} as Database
  let calls = 0
  const write: Write = () => ((calls += 1) === 1 ? new Promise<Rows>(() => undefined) : Promise.resolve(new Map()))
  const first = transactionOf('a')
  void writeTogether(db, first.statements, first.group, write)
  await sleep(20)
  const { statements, group } = transactionOf('b')
  let isDone = false
  const second = writeTogether(db, statements, group, write).then(() => (isDone = true))
  await sleep(20)
  expect(isDone).toBe(false)
  await second
  expect(isDone).toBe(true)
})
