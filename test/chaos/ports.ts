// Ports for servers that are stopped and started again: below the range that the system uses for outgoing connections, so that nobody
// takes one in between.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const [LOW, HIGH] = [20_000, 30_000]

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

/** Different free ports on loopback. */
export async function freePorts(wanted: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < wanted) {
    const port = randomInt(LOW, HIGH)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}
