// The contact center's end of an HTTP push, as a real server: stores what it gets, and fails on demand.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Got = { headers: IncomingHttpHeaders; raw: string; body: any }
/** Sets the answer to the next messages; undefined = 200. */
type Answer = (got: Got, response: ServerResponse) => void

export type Receiver = {
  url: string
  got: Got[]
  /** Contacts in the order of arrival, including repeated ones. */
  contacts: () => any[]
  withdrawn: () => any[]
  answer: (how: Answer | null) => void
  close: () => Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const got: Got[] = []
  let how: Answer | null = null
  const server = createServer((request, response) => {
    let raw = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (raw += chunk))
    request.on('end', () => {
      const one = { headers: request.headers, raw, body: JSON.parse(raw) }
      if (how) return how(one, response)
      got.push(one)
      response.writeHead(200).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const items = (type: string): any[] => got.filter((g) => g.body.type === type).flatMap((g) => g.body.data.items)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`,
    got,
    contacts: () => items('callbacks.due'),
    withdrawn: () => items('callbacks.withdrawn'),
    answer: (next) => void (how = next),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
