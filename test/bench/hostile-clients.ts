// Clients that mean no good, in a process of their own: slow ones, many, large and greedy ones. Only on loopback, and for a limited time.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type Attack = { port: number; kind: Kind; seconds: number; key: string; paths: { slots: string; page: string } }
export type Kind =
  | 'nobody'
  | 'slow heads'
  | 'slow bodies'
  | 'readers that do not read'
  | 'streams held open'
  | 'idle connections'
  | 'huge heads'
  | 'large bodies'
  | 'flood of pages'
  | 'flood of wrong keys'

const open = (port: number): Socket => connect({ port, host: '127.0.0.1' }).on('error', () => undefined)

/** Opens `n` connections, a few at a time, and calls `use` for each. */
async function many(port: number, n: number, use: (socket: Socket) => void): Promise<void> {
  for (let i = 0; i < n; i += 1) {
    use(open(port))
    if (i % 20 === 19) await sleep(10)
  }
}

/** Sends a piece every half second; a connection that the server closed is replaced. */
function drip(port: number, first: string, piece: string): (socket: Socket) => void {
  const use = (socket: Socket): void => {
    socket.write(first)
    const timer = setInterval(() => socket.writable && socket.write(piece), 500)
    socket.on('close', () => {
      clearInterval(timer)
      setTimeout(() => use(open(port)), 200)
    })
    socket.resume()
  }
  return use
}

/** Sends the message again as soon as something of an answer comes, on a new connection when this one was closed. */
function repeat(port: number, message: string | Buffer): (socket: Socket) => void {
  const use = (socket: Socket): void => {
    socket.write(message)
    socket.on('data', () => socket.writable && socket.write(message))
    socket.on('close', () => setTimeout(() => use(open(port)), 20))
  }
  return use
}

const head = (method: string, path: string, more: string): string => `${method} ${path} HTTP/1.1\r\nhost: x\r\n${more}`

async function run({ port, kind, seconds, key, paths }: Attack): Promise<void> {
  const signed = `authorization: Bearer ${key}\r\n`
  const get = (path: string, more = ''): string => `${head('GET', path, more)}\r\n`
  const attacks: Record<Kind, () => Promise<void>> = {
    nobody: async () => undefined,
    'slow heads': () => many(port, 1_000, drip(port, head('GET', paths.page, ''), 'x-a: b\r\n')),
    'slow bodies': () =>
      many(
        port,
        500,
        drip(
          port,
          `${head('POST', '/v1/contacts', `${signed}content-type: application/json\r\ncontent-length: 90000\r\n`)}\r\n{`,
          ' ',
        ),
      ),
    'readers that do not read': () =>
      many(port, 200, (socket) => {
        socket.pause()
        socket.write(get(paths.slots, signed).repeat(8))
      }),
    'streams held open': () =>
      many(port, 300, (socket) => void socket.resume().write(get('/v1/agenda/stream', signed))),
    'idle connections': () => many(port, 2_000, () => undefined),
    'huge heads': () => many(port, 8, repeat(port, get(paths.page, `x-a: ${'a'.repeat(64_000)}\r\n`))),
    'large bodies': () => {
      const body = `{"name":"${'a'.repeat(900_000)}"}`
      const more = `${signed}content-type: application/json\r\ncontent-length: ${body.length}\r\n`
      return many(port, 8, repeat(port, `${head('POST', '/v1/locations', more)}\r\n${body}`))
    },
    'flood of pages': () => many(port, 64, repeat(port, get(paths.page))),
    'flood of wrong keys': () => many(port, 64, repeat(port, get('/v1/agents', 'authorization: Bearer wrong\r\n'))),
  }
  await attacks[kind]()
  process.stdout.write('{"begun":true}')
  await sleep(seconds * 1000)
}

let text = ''
for await (const chunk of process.stdin) text += String(chunk)
await run(JSON.parse(text) as Attack)
process.exit(0)
