// Answers as server-sent events: open until the reader leaves or the service stops.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

type Writing = (text: string) => Promise<void>

/** Writes, and waits while the reader is slower than the changes. */
async function write(
  raw: NodeJS.WritableStream & { writableNeedDrain?: boolean },
  text: string,
  signal: AbortSignal,
): Promise<void> {
  if (raw.write(text)) return
  while (raw.writableNeedDrain && !signal.aborted) await sleep(20, undefined, { signal }).catch(() => undefined)
}

/** What sends streams of this instance; all of them end when it closes. */
export function streamsOf(app: FastifyInstance) {
  const closing = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const one of closing) one.abort()
  })
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    follow: (signal: AbortSignal, write: Writing) => Promise<void>,
  ): Promise<void> => {
    const gone = new AbortController()
    request.raw.socket.once('close', () => gone.abort())
    closing.add(gone)
    reply.hijack()
    // What hooks have set so far counts here too.
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
    // Nothing may happen for long; and whoever asks for the head alone is answered at once.
    reply.raw.flushHeaders()
    try {
      if (request.method === 'HEAD') return
      await follow(gone.signal, (text) => write(reply.raw, text, gone.signal))
    } finally {
      closing.delete(gone)
      reply.raw.end()
    }
  }
}
