// A slow mail server in a process of its own: answers each message after `delay` ms. When told to end it prints how many messages it
// took and the instants of the first and the last.
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

const delay = Number(process.argv[2] ?? 200)
let [count, first, last] = [0, 0, 0]
const server = new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  onData(stream, _session, callback) {
    stream.resume()
    stream.on('end', () => {
      setTimeout(() => {
        count += 1
        last = Date.now()
        if (first === 0) first = last
        callback()
      }, delay)
    })
  },
})
server.on('error', () => undefined)
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${JSON.stringify({ port: (server.server.address() as AddressInfo).port })}\n`),
)
process.stdin.on('data', () => process.stdout.write(`${JSON.stringify({ count, first, last })}\n`))
process.stdin.on('end', () => process.exit(0))
