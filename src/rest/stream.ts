// Answers as server-sent events: open until the reader leaves or the service stops.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { memoizeByObject } from '../memoize.ts'

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

/** Streams that are open in this process at most: of one person or key, of one tenant, of all. */
const [MOST_OF_ONE, MOST_OF_TENANT, MOST] = [20, 500, 2_000]
/** Who reads is judged again at least so often (ms), and at once when somebody's rights have changed. */
const JUDGED = 1_500

const openOf = memoizeByObject((_deps: Deps) => new Map<string, number>())

/** Counts a stream for its reader, tenant and process until the returned function is called; throws `too_many_streams`. */
function counted(deps: Deps, request: FastifyRequest): () => void {
  const { principal } = request
  const tenant = principal && principal.kind !== 'platform' ? principal.tenantId : ''
  const keys = [
    [`one ${tenant} ${principal?.id ?? ''}`, MOST_OF_ONE],
    [`tenant ${tenant}`, MOST_OF_TENANT],
    ['all', MOST],
  ] as const
  const open = openOf(deps)
  if (keys.some(([key, most]) => (open.get(key) ?? 0) >= most)) throw new AppError('too_many_streams')
  for (const [key] of keys) open.set(key, (open.get(key) ?? 0) + 1)
  return () => {
    for (const [key] of keys) {
      const left = (open.get(key) ?? 1) - 1
      if (left > 0) open.set(key, left)
      else open.delete(key)
    }
  }
}

/** Ends the stream when its reader may not read it any more: asked at every change of rights, and every now and then. */
function judge(deps: Deps, request: FastifyRequest, end: () => void): () => void {
  const ask = (): void => {
    request.mayStill().then(
      (may) => may || end(),
      // The database is away: nobody is let out or in by that.
      () => undefined,
    )
  }
  const timer = setInterval(ask, JUDGED)
  const stop = deps.pubsub.on('rights', ask)
  return () => {
    clearInterval(timer)
    stop()
  }
}

/** What sends streams of this instance; all of them end when it closes. */
export function streamsOf(app: FastifyInstance, deps: Deps) {
  const closing = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const one of closing) one.abort()
  })
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    follow: (signal: AbortSignal, write: Writing) => Promise<void>,
  ): Promise<void> => {
    const leave = counted(deps, request)
    const gone = new AbortController()
    request.raw.socket.once('close', () => gone.abort())
    closing.add(gone)
    const stopJudging = judge(deps, request, () => gone.abort())
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
      stopJudging()
      leave()
      closing.delete(gone)
      reply.raw.end()
    }
  }
}
