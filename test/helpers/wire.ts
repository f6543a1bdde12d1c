// A network between a client and a server on loopback that can be disturbed: delayed, cut, or silent as one that drops every packet.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export type Wire = {
  port: number
  /** Delays what is sent from now on, in each direction, by so many ms. */
  delay: (ms: number) => void
  /** Passes nothing on, on old and new connections, and tells neither side. Ends with `heal`: what was sent meanwhile is lost. */
  silence: () => void
  /** Passes on again. Connections that lost something stay silent for ever: half-open. */
  heal: () => void
  /** Resets all connections; returns how many. */
  cut: () => number
  /** Leads new connections to another port, and resets the present ones. */
  lead: (port: number) => void
  close: () => Promise<void>
}

type Line = { ends: readonly [Socket, Socket]; isDead: boolean }

export async function startWire(target: number, port = 0): Promise<Wire> {
  const lines = new Set<Line>()
  let [to, latency, isSilent] = [target, 0, false]

  /** Writes chunks in their order, each when its delay is over. */
  function writer(onto: Socket): (chunk: Buffer) => void {
    const waiting: { chunk: Buffer; at: number }[] = []
    function flush(): void {
      while (waiting.length > 0 && waiting[0]!.at <= performance.now()) {
        const { chunk } = waiting.shift()!
        if (onto.writable) onto.write(chunk)
      }
      if (waiting.length > 0) setTimeout(flush, Math.ceil(waiting[0]!.at - performance.now()))
    }
    return (chunk) => {
      if (latency === 0 && waiting.length === 0) return void onto.write(chunk)
      waiting.push({ chunk, at: performance.now() + latency })
      if (waiting.length === 1) setTimeout(flush, latency)
    }
  }

  function pass(line: Line, from: Socket, onto: Socket): void {
    const write = writer(onto)
    from.on('data', (chunk: Buffer) => {
      if (isSilent) line.isDead = true
      if (!line.isDead) write(chunk)
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      // The other side of a silent network does not hear of the end either.
      if (!line.isDead) onto.destroy()
      if (from.destroyed && onto.destroyed) lines.delete(line)
    })
  }

  const server: Server = createServer({ noDelay: true }, (client) => {
    if (isSilent) {
      const line: Line = { ends: [client, client], isDead: true }
      lines.add(line)
      client.on('error', () => undefined).on('close', () => lines.delete(line))
      return
    }
    const upstream = connect({ port: to, host: '127.0.0.1', noDelay: true })
    const line: Line = { ends: [client, upstream], isDead: false }
    lines.add(line)
    pass(line, client, upstream)
    pass(line, upstream, client)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  function cut(): number {
    const count = lines.size
    for (const { ends } of lines) for (const end of ends) end.resetAndDestroy()
    lines.clear()
    return count
  }
  return {
    port: (server.address() as AddressInfo).port,
    delay: (ms) => void (latency = ms),
    silence: () => void (isSilent = true),
    heal: () => void (isSilent = false),
    cut,
    lead(next) {
      to = next
      cut()
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
