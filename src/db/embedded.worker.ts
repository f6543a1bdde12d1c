// Owns the embedded PostgreSQL (PGlite) inside a worker thread: a query never stalls the event loop of the server.
// Repairs PGlite's missing fsync. It leans on internals: the exact version is pinned and the number of calls is tested.
import { closeSync, fdatasyncSync, openSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type Stream = { nfd?: number }
type Emscripten = { NODEFS: { stream_ops: { fsync?: (stream: Stream) => number } } }
type InitArguments = Parameters<NodeFS['init']>
type Request =
  { id: number; text: string; values?: unknown[] } | { id: number; close: true } | { id: number; syncs: true }

let syncs = 0

/** PGlite's Node file system answers fsync without doing anything; this one writes the file through to the disk. */
class SyncingFS extends NodeFS {
  override async init(pg: InitArguments[0], options: InitArguments[1]) {
    const { emscriptenOpts } = await super.init(pg, options)
    const install = (module: unknown): void => {
      ;(module as Emscripten).NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd !== undefined) fdatasyncSync(stream.nfd)
        syncs += 1
        return 0
      }
    }
    return {
      emscriptenOpts: { ...emscriptenOpts, preRun: [...[emscriptenOpts.preRun ?? []].flat(), install] },
    } as Awaited<ReturnType<NodeFS['init']>>
  }
}

const port = parentPort!
const folder: string = workerData.folder
const OID = { int8: 20, date: 1082, timestamptz: 1184 }

const startParams = [
  ...PGlite.defaultStartParams.filter((p) => p !== '-F'), // -F would switch fsync off
  ...['wal_sync_method=fsync', 'shared_buffers=16MB', 'timezone=UTC', 'max_wal_size=64MB'].flatMap((p) => ['-c', p]),
]

const pg = await PGlite.create({
  fs: new SyncingFS(folder),
  extensions: { btree_gist },
  startParams,
  relaxedDurability: false,
})

// The folder itself must reach the disk too, or a file created by a checkpoint could vanish with it.
const folderHandle = openSync(folder, 'r')
fdatasyncSync(folderHandle)
closeSync(folderHandle)

async function answer(request: Request): Promise<unknown> {
  if ('close' in request) return pg.close()
  if ('syncs' in request) return syncs
  const result = await pg.query(request.text, request.values as unknown[] | undefined, {
    parsers: { [OID.int8]: Number, [OID.date]: (v: string) => v, [OID.timestamptz]: (v: string) => new Date(v) },
  })
  const command = /^\s*(\w+)/.exec(request.text)?.[1]?.toUpperCase() ?? ''
  const rowCount = command === 'SELECT' || result.rows.length > 0 ? result.rows.length : (result.affectedRows ?? 0)
  return { rows: result.rows, rowCount, command }
}

/** PostgreSQL's error fields, the only ones that callers may rely on; class instances do not survive the message. */
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
