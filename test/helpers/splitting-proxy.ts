// A proxy between service and PostgreSQL that ends the implicit transaction after every statement, as the distributed engine Citus
// does with statements sent together: each is committed by itself unless `begin` came before. What follows a failed statement is skipped.
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'

const SYNC = Buffer.from([0x53, 0, 0, 0, 4])
const [EXECUTE, SYNCED, QUERY] = ['E', 'S', 'Q'].map((letter) => letter.charCodeAt(0))
const [READY, FAILED] = ['Z', 'E'].map((letter) => letter.charCodeAt(0))

/** Cuts a stream into messages of PostgreSQL's protocol (documentation, 55.7): a type, four bytes of length that count themselves, content. */
function messages(see: (message: Buffer) => void, hasStartup: boolean): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let isStartup = hasStartup
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      // The first message of a client has no type.
      const at = isStartup ? 0 : 1
      if (rest.length < at + 4) return
      const size = at + rest.readInt32BE(at)
      if (rest.length < size) return
      const message = rest.subarray(0, size)
      rest = rest.subarray(size)
      see(message)
      isStartup = false
    }
  }
}

function join(client: Socket, server: Socket): void {
  /** Answers to expect to a Sync or query, in order: whether the client asked for it. */
  const expected: boolean[] = []
  let isSkipping = false
  let isFirst = true
  const toServer = messages((message) => {
    if (!isFirst && (message[0] === SYNCED || message[0] === QUERY)) expected.push(true)
    server.write(message)
    if (!isFirst && message[0] === EXECUTE) {
      expected.push(false)
      server.write(SYNC)
    }
    isFirst = false
  }, true)
  const toClient = messages((message) => {
    const isReady = message[0] === READY
    // Before the first request the server says once that it is ready.
    const isAsked = isReady ? (expected.shift() ?? true) : true
    if (isReady && isAsked) isSkipping = false
    if (isAsked && !isSkipping) client.write(message)
    if (message[0] === FAILED) isSkipping = true
  }, false)
  client.on('data', toServer)
  server.on('data', toClient)
  client.setNoDelay()
  server.setNoDelay()
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}

/** Starts the proxy in front of the server of `serverUrl`; `through` turns a URL of a database there into one by way of the proxy. */
export async function startSplittingProxy(
  serverUrl: string,
): Promise<{ through: (url: string) => string; close: () => void }> {
  const { hostname: host, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  const listener = createServer((client) => {
    sockets.add(client)
    join(client, connect(Number(port || 5432), host))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const own = (listener.address() as AddressInfo).port
  return {
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(own) }).href,
    close: () => {
      listener.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
