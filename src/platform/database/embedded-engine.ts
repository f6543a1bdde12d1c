// The embedded PostgreSQL (PGlite) with its missing fsync added. It relies on internals: the exact version is pinned and a test
// checks the number of calls. Run as a program, it creates the cluster in a folder and exits.
import { closeSync, fdatasyncSync, openSync } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type Stream = { nfd?: number }
type Emscripten = { NODEFS: { stream_ops: { fsync?: (stream: Stream) => number } } }
type InitArguments = Parameters<NodeFS['init']>

/** Number of fsync calls that reached the disk. */
export const counted = { syncs: 0 }

/** Flushes files to disk on fsync; PGlite's Node file system ignores fsync. */
class SyncingFS extends NodeFS {
  override async init(pg: InitArguments[0], options: InitArguments[1]) {
    const { emscriptenOpts } = await super.init(pg, options)
    const install = (module: unknown): void => {
      ;(module as Emscripten).NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd !== undefined) fdatasyncSync(stream.nfd)
        counted.syncs += 1
        return 0
      }
    }
    const preRun = [...[emscriptenOpts.preRun ?? []].flat(), install]
    return { emscriptenOpts: { ...emscriptenOpts, preRun } } as Awaited<ReturnType<NodeFS['init']>>
  }
}

const startParams = [
  ...PGlite.defaultStartParams.filter((p) => p !== '-F'), // -F would switch fsync off
  ...['wal_sync_method=fsync', 'shared_buffers=8MB', 'timezone=UTC', 'max_wal_size=64MB'].flatMap((p) => ['-c', p]),
]

/** Starts PostgreSQL over `folder`, creating the cluster when the folder is empty. */
export async function openEngine(folder: string): Promise<PGlite> {
  const pg = await PGlite.create({
    fs: new SyncingFS(folder),
    extensions: { btree_gist },
    startParams,
    relaxedDurability: false,
  })
  // Sync the folder too: otherwise a crash could lose the directory entry of a file created by a checkpoint.
  const handle = openSync(folder, 'r')
  fdatasyncSync(handle)
  closeSync(handle)
  return pg
}

if (import.meta.main) await (await openEngine(process.argv[2]!)).close()
