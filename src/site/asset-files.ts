// Serves the files of public/, the solver of the captcha, and each tenant's theme and logo. All are public and cacheable.
import compress from '@fastify/compress'
import { pathPart } from '../http/fields.ts'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { logoOf, themeCss } from '../domain/tenant/theme.ts'
import { configOfSlug } from './site.ts'
import { assetsVersion, PUBLIC } from '../platform/public-files.ts'

const FOR_EVER = 'public, max-age=31536000, immutable'
const SOLVER = dirname(
  createRequire(import.meta.url)
    .resolve('altcha-lib')
    .replace('/cjs/', '/esm/'),
)
const ARGON2 = dirname(createRequire(import.meta.url).resolve('hash-wasm'))
const CALENDAR = dirname(createRequire(import.meta.url).resolve('@event-calendar/build'))
const FONTS = join(dirname(createRequire(import.meta.url).resolve('@fontsource/titillium-web/400.css')), 'files')
const DAGRE = dirname(createRequire(import.meta.url).resolve('@dagrejs/dagre/dist/dagre.min.js'))
const CALENDAR_FILES = new Set(['event-calendar.min.js', 'event-calendar.min.css'])
const SOLVER_FILES = new Set(['pow.js', 'helpers.js', 'types.js'])

export async function installAssets(app: FastifyInstance, deps: Deps): Promise<void> {
  const config = { access: { kind: 'anyone' as const } }
  const schema = { hide: true }
  await app.register(async (files) => {
    await files.register(compress, { encodings: ['br', 'gzip'], threshold: 512 })
    await files.register(fastifyStatic, { root: PUBLIC, serve: false, cacheControl: false })
    files.get('/assets/:version/*', { config, schema }, async (request, reply) => {
      const [version, path] = [pathPart(request, 'version'), pathPart(request, '*')]
      // Other sites load the widget as a module, which needs CORS.
      reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin')
      // An old page may request an earlier version: send the present files, but do not let them be cached.
      reply.header('cache-control', version === assetsVersion() ? FOR_EVER : 'no-cache')
      reply.header('x-content-type-options', 'nosniff')
      const solver = /^altcha\/([a-z]+\.js)$/.exec(path)?.[1]
      if (solver !== undefined && SOLVER_FILES.has(solver)) return reply.sendFile(solver, SOLVER)
      if (path === 'argon2/argon2.umd.min.js') return reply.sendFile('argon2.umd.min.js', ARGON2)
      if (path === 'dagre/dagre.min.js') return reply.sendFile('dagre.min.js', DAGRE)
      const font = /^fonts\/(titillium-web-latin-[467]00-normal\.woff2)$/.exec(path)?.[1]
      if (font !== undefined) return reply.sendFile(font, FONTS)
      const calendar = /^calendar\/([a-z.-]+)$/.exec(path)?.[1]
      if (calendar !== undefined && CALENDAR_FILES.has(calendar)) return reply.sendFile(calendar, CALENDAR)
      return reply.sendFile(path)
    })
    // Sites embed this URL, which does not change with versions.
    files.get('/widget.js', { config, schema }, async (_request, reply) => {
      reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin')
      reply.header('cache-control', 'public, max-age=3600').header('x-content-type-options', 'nosniff')
      return reply.sendFile('widget.js')
    })

    // Read the present configuration: an old theme cached by this process would be kept for ever under the new URL.
    const themeOf = async (slug: string) => (await configOfSlug(deps, slug)).settings.theme
    files.get('/:tenant/theme.css', { config, schema }, async (request, reply) => {
      const theme = await themeOf(pathPart(request, 'tenant'))
      return reply
        .type('text/css; charset=utf-8')
        .header('cache-control', FOR_EVER)
        .header('x-content-type-options', 'nosniff')
        .send(themeCss(theme))
    })
    files.get('/:tenant/logo', { config, schema }, async (request, reply) => {
      const logo = logoOf((await themeOf(pathPart(request, 'tenant'))).logo)
      if (!logo) throw new AppError('not_found', { what: 'logo' })
      return (
        reply
          .type(logo.type)
          .header('cache-control', FOR_EVER)
          .header('x-content-type-options', 'nosniff')
          // An SVG opened directly is a document: block its scripts.
          .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
          .send(logo.bytes)
      )
    })
  })
}
