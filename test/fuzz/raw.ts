// Malformed HTTP over a socket, which no HTTP client would send. The only expectations: no answer is a failure of the service, and the
// service keeps running.
import { connect } from 'node:net'
import type { Random } from './random.ts'

type Attack = {
  name: string
  parts: (string | Buffer)[]
  /** Closes the connection without waiting for an answer. */ leaves: boolean
}

const HOST = 'host: 127.0.0.1\r\n'
const JSON_HEAD = `POST /v1/contacts HTTP/1.1\r\n${HOST}content-type: application/json\r\n`

/** One kind of malformed request; `key` authenticates it so that it passes the first checks. */
export function attackFrom(random: Random, key: string, slug: string): Attack {
  const auth = random.chance(0.6) ? `authorization: Bearer ${key}\r\n` : ''
  const path = random.pick(['/healthz', '/v1/contacts', `/${slug}`, '/agenda', '/v1/nothing', '/'])
  const get = (target: string, more = ''): string => `GET ${target} HTTP/1.1\r\n${HOST}${auth}${more}\r\n`
  const big = 'x'.repeat(random.pick([17_000, 70_000]))
  const kinds: Record<string, (string | Buffer)[]> = {
    'no request line': ['\r\n\r\nnonsense\r\n\r\n'],
    'bad method': [`G\0T ${path} HTTP/1.1\r\n${HOST}\r\n`],
    'unknown method': [`BREW ${path} HTTP/1.1\r\n${HOST}\r\n`],
    'bad version': [`GET ${path} HTTP/9.9\r\n${HOST}\r\n`],
    'HTTP/0.9': [`GET ${path}\r\n\r\n`],
    'two hosts': [get(path, 'host: other.invalid\r\n')],
    'no host': [`GET ${path} HTTP/1.1\r\n${auth}\r\n`],
    'hostile host': [
      `GET ${path} HTTP/1.1\r\nhost: ${random.pick(['a b', '"><script>', '[::1', 'x:99999', ''])}\r\naccept: text/html\r\n${auth}\r\n`,
    ],
    'folded header': [get(path, 'x-a: 1\r\n 2\r\n')],
    'NUL in a header': [get(path, 'x-a: 1\0 2\r\n')],
    'NUL in the path': [get(`${path}\0x`)],
    'space in the path': [get(`${path} x`)],
    'bytes in the path': [Buffer.from(get(`${path}/\xff\xfe\xe9`), 'latin1')],
    'absolute form': [get(`http://other.invalid${path}`)],
    'authority form': [`CONNECT 127.0.0.1:1 HTTP/1.1\r\n${HOST}\r\n`],
    'asterisk form': [`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`],
    'two slashes': [get(`//other.invalid${path}`)],
    fragment: [get(`${path}#x`)],
    'endless header': [get(path, `x-a: ${big}\r\n`)],
    'endless path': [get(`/${big}`)],
    'many headers': [get(path, 'a: 1\r\n'.repeat(3000))],
    'bad chunk': [`${JSON_HEAD}${auth}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
    'chunk with a wrong size': [`${JSON_HEAD}${auth}transfer-encoding: chunked\r\n\r\n1\r\n{"a":1}\r\n0\r\n\r\n`],
    'length and chunks': [`${JSON_HEAD}${auth}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    'two lengths': [`${JSON_HEAD}${auth}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
    'negative length': [`${JSON_HEAD}${auth}content-length: -1\r\n\r\n{}`],
    'length too small': [`${JSON_HEAD}${auth}content-length: 1\r\n\r\n{"firstName":"x"}`],
    upgrade: [get(path, 'connection: upgrade\r\nupgrade: websocket\r\n')],
    expectation: [`${JSON_HEAD}${auth}expect: 200-maybe\r\ncontent-length: 2\r\n\r\n{}`],
    pipelined: [get(path) + get('/healthz') + get(path)],
    'bare line ends': [`GET ${path} HTTP/1.1\nhost: x\n\n`],
    TLS: [Buffer.from([0x16, 3, 1, 0, 0xa5, 1, 0, 0, 0xa1, 3, 3])],
    'HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  }
  const leaving: Record<string, (string | Buffer)[]> = {
    'length too large': [`${JSON_HEAD}${auth}content-length: 500\r\n\r\n{"firstName":"x"`],
    'half a head': [`GET ${path} HTTP/1.1\r\nhos`],
    'gone before the answer': [get(path, 'accept: text/html\r\n')],
    'gone within a body': [`${JSON_HEAD}${auth}content-length: 40\r\n\r\n{"first`, 'Name":'],
    'gone within chunks': [`${JSON_HEAD}${auth}transfer-encoding: chunked\r\n\r\n5\r\n{"a":`],
    'many at once, then gone': [get('/v1/slots/next').repeat(20)],
  }
  const leaves = random.chance(0.3)
  const table = leaves ? leaving : kinds
  const name = random.pick(Object.keys(table))
  return { name, parts: table[name]!, leaves }
}

type RawAnswer = { status: number; type: string; text: string } | null

/** The first response in the received bytes; its body only if it is complete. */
function firstAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  const head = bytes.subarray(0, end < 0 ? bytes.length : end).toString('latin1')
  const match = /^HTTP\/1\.1 (\d{3})/.exec(head)
  if (!match) return null
  const type = /^content-type: *([^\r\n]+)/im.exec(head)?.[1] ?? ''
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  const body = bytes.subarray(end + 4, end + 4 + length)
  return { status: Number(match[1]), type, text: end < 0 || body.length < length ? '' : body.toString() }
}

/** Sends it; resolves with the first response, or null when the connection ended or stayed without one. */
export function attack(port: number, { parts, leaves }: Attack, patience = 1_000): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let bytes = Buffer.alloc(0)
    const end = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(firstAnswer(bytes))
    }
    const timer = setTimeout(end, leaves ? 5 : patience)
    socket.on('connect', () => {
      for (const part of parts) socket.write(part)
    })
    socket.on('data', (part) => {
      bytes = Buffer.concat([bytes, part])
      // The first response is enough; if it has a body, the end of the connection or the time-out ends the reading.
      if (!leaves && bytes.includes('\r\n\r\n')) setTimeout(end, 10)
    })
    socket.on('error', end)
    socket.on('close', end)
  })
}
