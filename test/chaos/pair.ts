// Two PostgreSQL servers, one of which writes while the other receives every commit before it is acknowledged, and the network before
// them. After a failover the lost server is made again as the standby of the new one.
import { setTimeout as sleep } from 'node:timers/promises'
import { startWire, type Wire } from '../helpers/wire.ts'
import { startCluster, type Cluster } from './cluster.ts'
import { makeDisk, type Disk } from './disk.ts'
import { createEye } from './eye.ts'
import { freePorts } from './ports.ts'

export type Pair = {
  version: string
  disk: Disk
  /** The network between the service and the server that writes; its port stays the same after a failover. */
  wire: Wire
  /** URL of a database on the server that writes, through the network, and past its disturbances. */
  through: (database: string) => string
  past: (database: string) => string
  start: () => Promise<void>
  stop: Cluster['stop']
  /** Starts again what a fault has ended. */
  ensureRunning: () => Promise<void>
  /** Loses the server that writes; the other one takes over. Resolves once it takes writes. */
  failOver: () => Promise<void>
  /** Makes the lost server again; resolves once it receives every commit. */
  rejoin: () => Promise<void>
  destroy: () => Promise<void>
}

/** Whether a commit waits for the standby. Without one it must not, or it would wait for ever. */
async function waitForStandby(server: Cluster, isWanted: boolean): Promise<void> {
  const eye = createEye(server.url)
  await eye.read(`alter system set synchronous_standby_names = '${isWanted ? 'standby' : ''}'`)
  await eye.read('select pg_reload_conf()')
  while (isWanted) {
    const rows = await eye.read("select 1 from pg_stat_replication where sync_state = 'sync'")
    if (rows.length > 0) break
    await sleep(100)
  }
  await eye.close()
}

export async function startPair(binaries: string | undefined, others: readonly string[]): Promise<Pair> {
  const disk = makeDisk()
  const ports = await freePorts(2)
  let writes = await startCluster(ports[0]!, binaries, others, disk.folder)
  let receives = await writes.standby(ports[1]!)
  await waitForStandby(writes, true)
  const [wire, quiet] = [await startWire(writes.port), await startWire(writes.port)]
  const at = (port: number, database: string): string => `postgresql://postgres@127.0.0.1:${port}/${database}`
  return {
    version: writes.version,
    disk,
    wire,
    through: (database) => at(wire.port, database),
    past: (database) => at(quiet.port, database),
    start: () => writes.start(),
    stop: (mode) => writes.stop(mode),
    async ensureRunning() {
      for (const one of [writes, receives]) if (!one.isRunning()) await one.start()
    },
    async failOver() {
      await writes.stop('immediate')
      await receives.promote()
      ;[writes, receives] = [receives, writes]
      await waitForStandby(writes, false)
      for (const one of [wire, quiet]) one.lead(writes.port)
    },
    async rejoin() {
      receives.destroy()
      receives = await writes.standby(receives.port)
      await waitForStandby(writes, true)
    },
    async destroy() {
      await Promise.all([wire.close(), quiet.close()])
      for (const one of [receives, writes]) one.destroy()
      disk.destroy()
    },
  }
}
