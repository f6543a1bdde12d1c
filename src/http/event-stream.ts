// Server-sent events: a stream stays open until the reader leaves or the service stops.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { memoizeByObject } from '../kernel/memoize.ts'
import { takePlaces } from '../kernel/limited-places.ts'

type Writing = (text: string) => Promise<void>

/** Writes, and waits while the reader is too slow. */
async function write(
  raw: NodeJS.WritableStream & { writableNeedDrain?: boolean },
  text: string,
  signal: AbortSignal,
): Promise<void> {
  if (raw.write(text)) return
  while (raw.writableNeedDrain && !signal.aborted) await sleep(20, undefined, { signal }).catch(() => undefined)
}

/** Most open streams in this process: per person or key, per tenant, in total. */
const [MOST_OF_ONE, MOST_OF_TENANT, MOST] = [20, 500, 2_000]
/** How often (ms) the reader's rights are checked again; also at once after a change of rights. */
const JUDGED = 1_500

const openOf = memoizeByObject((_deps: Deps) => new Map<string, number>())

/** Counts a stream for its reader, tenant and process until the returned function is called. Throws `too_many_streams`. */
function counted(deps: Deps, request: FastifyRequest): () => void {
  const { principal } = request
  const tenant = principal && principal.kind !== 'platform' ? principal.tenantId : ''
  const leave = takePlaces(openOf(deps), [
    [`one ${tenant} ${principal?.id ?? ''}`, MOST_OF_ONE],
    [`tenant ${tenant}`, MOST_OF_TENANT],
    ['all', MOST],
  ])
  if (!leave) throw new AppError('too_many_streams')
  return leave
}

/** Ends the stream when its reader loses the right to read it: checks at every change of rights and periodically. */
function judge(deps: Deps, request: FastifyRequest, end: () => void): () => void {
  const ask = (): void => {
    request.mayStill().then(
      (may) => may || end(),
      // The database is unreachable: keep the stream as it is.
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

/** Returns the function that opens streams of this instance; all of them end when the instance closes. */
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
    // The reply is hijacked: copy the headers that hooks have set.
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
    // Send the headers now: there may be no event for a long time, and HEAD needs nothing else.
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
