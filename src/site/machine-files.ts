// Files that programs ask for: robots.txt, the icon, a tenant's sitemap and manifest; and the root, which leads to the only tenant.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathPart } from '../http/fields.ts'
import { listTenants } from '../domain/tenant/tenant.sql.ts'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { LANGUAGES } from '../kernel/language.ts'
import { html, type Html } from '../platform/html/html.ts'
import { assetsBase } from '../platform/public-files.ts'
import { inLanguage } from './metadata.ts'
import { sendPageNotFound } from './pages.ts'
import { configOfSlug } from './site.ts'

const config = { access: { kind: 'anyone' as const } }
const schema = { hide: true }
const A_DAY = 'public, max-age=86400'

/** The pages of citizens may be found; those of staff, personal ones and the API may not. */
const ROBOTS = `User-agent: *
Disallow: /agenda
Disallow: /v1/
Disallow: /*/appointments/
Disallow: /*/book/
Allow: /*/book?
Allow: /*/book/time?
`

/** The address of a page in each language (sitemaps.org, with alternates as search engines read them). */
function entry(base: string, locale: string): Html {
  return html`<url>
    <loc>${base}</loc>
    ${LANGUAGES.map((l) => html`<xhtml:link rel="alternate" hreflang="${l}" href="${inLanguage(base, l, locale)}" />`)}
  </url>`
}

async function openTenant(deps: Deps, request: FastifyRequest) {
  const found = await configOfSlug(deps, pathPart(request, 'tenant'))
  if (!found.settings.booking.enabled) throw new AppError('not_found', { what: 'page' })
  return found
}

async function sitemap(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { slug, services, settings } = await openTenant(deps, request)
  const base = `${deps.links.base}/${slug}`
  const pages = [...services.values()]
    .filter((s) => !s.archived)
    .map((s) => `${base}/book?service=${encodeURIComponent(s.externalId ?? s.id)}`)
  const body = html`<urlset
    xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    xmlns:xhtml="http://www.w3.org/1999/xhtml"
  >
    ${[base, ...pages].map((page) => entry(page, settings.locale))}
  </urlset>`
  reply.header('cache-control', 'public, max-age=3600')
  return reply.type('application/xml; charset=utf-8').send(`<?xml version="1.0" encoding="UTF-8"?>\n${String(body)}`)
}

/** The manifest with which a phone keeps the pages on its screen (W3C Web Application Manifest). */
async function manifest(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { slug, name, settings } = await openTenant(deps, request)
  reply.header('cache-control', 'public, max-age=3600')
  return reply.type('application/manifest+json; charset=utf-8').send(
    JSON.stringify({
      name,
      short_name: name.slice(0, 30),
      start_url: `/${slug}`,
      scope: `/${slug}`,
      display: 'browser',
      lang: settings.locale,
      theme_color: settings.theme.headerBackground,
      background_color: '#f4f6f8',
      icons: [{ src: `${assetsBase()}/icon.svg`, sizes: 'any', type: 'image/svg+xml' }],
    }),
  )
}

/** Leads to the pages of the only tenant; with several, or none, there is no page here. */
async function root(deps: Deps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const tenants = await listTenants(deps.db.kysely, null, 2)
  if (tenants.length !== 1) {
    if (sendPageNotFound(request, reply)) return reply
    throw new AppError('not_found', { what: 'page' })
  }
  return reply.header('cache-control', 'no-store').redirect(`/${tenants[0]!.slug}`, 302)
}

export function machineFiles(app: FastifyInstance, deps: Deps): void {
  app.get('/', { config, schema }, (request, reply) => root(deps, request, reply))
  app.get('/robots.txt', { config, schema }, (_request, reply) =>
    reply.header('cache-control', A_DAY).type('text/plain; charset=utf-8').send(ROBOTS),
  )
  app.get('/favicon.ico', { config, schema }, (_request, reply) =>
    reply.header('cache-control', A_DAY).redirect(`${assetsBase()}/icon.svg`, 302),
  )
  app.get('/:tenant/sitemap.xml', { config, schema }, (request, reply) => sitemap(deps, request, reply))
  app.get('/:tenant/manifest.webmanifest', { config, schema }, (request, reply) => manifest(deps, request, reply))
}
