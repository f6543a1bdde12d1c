// Runs the embedded database in a worker thread, so that a query never blocks the server's event loop.
import { parentPort, workerData } from 'node:worker_threads'
import { counted, openEngine } from './embedded-engine.ts'

type Request =
  { id: number; text: string; values?: unknown[] } | { id: number; close: true } | { id: number; syncs: true }

const port = parentPort!
const OID = { int8: 20, date: 1082, timestamptz: 1184 }
const pg = await openEngine((workerData as { folder: string }).folder)

async function answer(request: Request): Promise<unknown> {
  if ('close' in request) return pg.close()
  if ('syncs' in request) return counted.syncs
  const result = await pg.query(request.text, request.values, {
    parsers: { [OID.int8]: Number, [OID.date]: (v: string) => v, [OID.timestamptz]: (v: string) => new Date(v) },
  })
  const command = /^\s*(\w+)/.exec(request.text)?.[1]?.toUpperCase() ?? ''
  const rowCount = command === 'SELECT' || result.rows.length > 0 ? result.rows.length : (result.affectedRows ?? 0)
  return { rows: result.rows, rowCount, command }
}

/** PostgreSQL's error fields as a plain object, because class instances do not survive postMessage; callers rely on these only. */
function plainError(error: unknown): Record<string, unknown> {
  const e = error as Record<string, unknown>
  const fields = ['message', 'code', 'detail', 'constraint', 'table', 'column', 'severity', 'hint', 'where', 'routine']
  return Object.fromEntries(fields.filter((f) => e[f] !== undefined).map((f) => [f, e[f]]))
}

port.on('message', (request: Request) => {
  answer(request).then(
    (result) => port.postMessage({ id: request.id, result }),
    (error: unknown) => port.postMessage({ id: request.id, error: plainError(error) }),
  )
})
port.postMessage({ ready: true })
