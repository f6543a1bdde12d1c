// What all pages with forms share: cookies, form bodies only, compression, and rate limits.
import cookie from '@fastify/cookie'
import compress from '@fastify/compress'
import formbody from '@fastify/formbody'
import rateLimit, { type RateLimitPluginOptions } from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { constants } from 'node:zlib'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { sharedStore } from './call-limit.ts'
import { networkOf } from '../kernel/network.ts'

type FormPages = {
  /** Name of these pages in the call counts. */
  part: string
  /** Largest form, bytes. */
  formLimit: number
  /** Brotli quality: higher is smaller and slower. */
  quality: number
  /** Calls per minute, and by whom they are counted. */
  rate: Pick<RateLimitPluginOptions, 'max' | 'keyGenerator'>
}

/** Registers the plug-ins on the instance that serves the pages. */
export async function installFormPages(pages: FastifyInstance, deps: Deps, options: FormPages): Promise<void> {
  await pages.register(cookie)
  // Accept only form bodies: pages expect text values and nothing else.
  pages.removeAllContentTypeParsers()
  await pages.register(formbody, { bodyLimit: options.formLimit })
  await pages.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: 1024,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: options.quality } },
  })
  await pages.register(rateLimit, {
    timeWindow: 60_000,
    store: sharedStore(deps, options.part),
    keyGenerator: (request) => networkOf(request.ip),
    ...options.rate,
    errorResponseBuilder: (_request, { ttl }) =>
      new AppError('too_many_requests', { minutes: Math.max(1, Math.ceil(ttl / 60_000)) }),
    hook: 'preHandler',
  })
}
