// What all pages with forms share: cookies, forms as the only bodies, compression, and a limit of calls a minute.
import cookie from '@fastify/cookie'
import compress from '@fastify/compress'
import formbody from '@fastify/formbody'
import rateLimit, { type RateLimitPluginOptions } from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { constants } from 'node:zlib'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { sharedStore } from '../rest/call-limit.ts'
import { networkOf } from './network.ts'

export type FormPages = {
  /** Name of these pages among those that count calls. */
  part: string
  /** Largest form, bytes. */
  formLimit: number
  /** Brotli's quality: more is smaller and slower. */
  quality: number
  /** Calls a minute, and of whom. */
  rate: Pick<RateLimitPluginOptions, 'max' | 'keyGenerator'>
}

/** Registers the plug-ins on the instance whose pages they serve. */
export async function installFormPages(pages: FastifyInstance, deps: Deps, options: FormPages): Promise<void> {
  await pages.register(cookie)
  // Forms only: a value of a form is text, and nothing here expects anything else.
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
