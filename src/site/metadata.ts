// PURE. What machines read of a public page: its own address, its languages, a preview for links, and the service as schema.org has it.
import type { Location, OfferedService } from '../domain/catalogue/tenant-config.ts'
import { LANGUAGES } from '../kernel/language.ts'
import { html, trusted, type Html } from '../platform/html/html.ts'
import type { Page } from './page.ts'
import type { Site } from './site.ts'

/** An address in a language; the tenant's own language needs no parameter. */
export function inLanguage(address: string, language: string, locale: string): string {
  const url = new URL(address)
  if (language !== locale) url.searchParams.set('lang', language)
  return url.href
}

/** Canonical address, the other languages, and Open Graph (ogp.me). `path`: with its query, without a language. */
export function metadata(site: Site, page: Page, path: string): Html {
  const title = `${page.title} – ${site.config.name}`
  const logo = site.settings.theme.logo !== undefined
  // An address without a language stands for itself, whatever the reader's browser prefers.
  const address = new URL(path, site.origin).href
  const { locale } = site.settings
  const canonical = site.isLanguageAsked ? inLanguage(address, site.language, locale) : address
  return html`<link rel="canonical" href="${canonical}" />
    ${LANGUAGES.map((l) => html`<link rel="alternate" hreflang="${l}" href="${inLanguage(address, l, locale)}" />`)}
    <link rel="alternate" hreflang="x-default" href="${address}" />
    <meta property="og:type" content="website" />
    <meta property="og:site_name" content="${site.config.name}" />
    <meta property="og:title" content="${title}" />
    <meta property="og:description" content="${page.description ?? page.title}" />
    <meta property="og:url" content="${canonical}" />
    <meta property="og:locale" content="${site.language}" />
    ${logo && html`<meta property="og:image" content="${site.origin}${site.base}/logo" />`}`
}

function addressOf(location: Location): Record<string, string> {
  const a = location.address ?? {}
  return {
    '@type': 'PostalAddress',
    streetAddress: a.street ?? '',
    postalCode: a.postalCode ?? '',
    addressLocality: a.city ?? '',
    ...(a.country === undefined ? {} : { addressCountry: a.country }),
  }
}

/**
 * A service as GovernmentService with the action that books it (schema.org), in the shape that the Italian model of municipal sites
 * asks for (`data-element="metatag"`, criterion R.SI.1.1).
 */
export function serviceData(
  site: Site,
  service: OfferedService,
  offices: readonly Location[],
): Record<string, unknown> {
  const url = new URL(`${site.base}/book?service=${encodeURIComponent(service.externalId ?? service.id)}`, site.origin)
    .href
  const [office] = offices
  const organisation = { '@type': 'GovernmentOrganization', name: site.config.name }
  return {
    '@context': 'https://schema.org',
    '@type': 'GovernmentService',
    name: service.name,
    ...(service.description === undefined ? {} : { description: service.description }),
    serviceType: service.category ?? service.name,
    serviceOperator: organisation,
    areaServed: { '@type': 'AdministrativeArea', name: office?.address?.city ?? site.config.name },
    audience: { '@type': 'Audience', audienceType: site.words.citizens },
    availableChannel: {
      '@type': 'ServiceChannel',
      serviceUrl: url,
      serviceLocation: {
        '@type': 'Place',
        name: office?.name ?? site.config.name,
        address: office ? addressOf(office) : { '@type': 'PostalAddress' },
      },
    },
    potentialAction: { '@type': 'ReserveAction', target: url, result: { '@type': 'Reservation', name: service.name } },
  }
}

/** Data as a script element that no browser runs. `<` is escaped, so that no text can end the element. */
export const dataElement = (data: Record<string, unknown>): Html =>
  trusted(
    `<script type="application/ld+json" data-element="metatag">${JSON.stringify(data).replace(/</g, '\\u003c')}</script>`,
  )
