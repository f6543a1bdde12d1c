// Serves the documentation site, which `npm run docs` makes from docs/ and the API description (`npm start` does it when it has changed).
import compress from '@fastify/compress'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathPart } from '../http/fields.ts'
import { AppError } from '../kernel/errors.ts'
import { PUBLIC } from '../platform/public-files.ts'

const SITE = join(import.meta.dirname, '..', '..', 'docs', '_site')
/** Everything comes from here; nothing runs inside of the pages, and nobody frames them. */
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"

export async function docsRoutes(app: FastifyInstance): Promise<void> {
  const options = { config: { access: { kind: 'anyone' as const } }, schema: { hide: true } }
  await app.register(async (files) => {
    await files.register(compress, { encodings: ['br', 'gzip'], threshold: 512 })
    await files.register(fastifyStatic, { root: PUBLIC, serve: false, cacheControl: false })
    files.get('/docs', options, async (_request, reply) => reply.redirect('/docs/', 308))
    files.get('/docs/*', options, async (request, reply) => {
      const path = pathPart(request, '*')
      const file = path === '' || path.endsWith('/') ? `${path}index.html` : path
      // A page without the slash at its end; links inside of it lean on that slash.
      if (!/\.\w+$/.test(path) && path !== '' && !path.endsWith('/')) return reply.redirect(`/docs/${path}/`, 308)
      const isThere = !file.split('/').includes('..') && existsSync(join(SITE, file))
      if (!isThere && !existsSync(join(SITE, '404/index.html'))) throw new AppError('not_found', { what: 'page' })
      reply.header('content-security-policy', POLICY).header('cache-control', 'no-cache')
      return reply.code(isThere ? 200 : 404).sendFile(isThere ? file : '404/index.html', SITE)
    })
  })
}
