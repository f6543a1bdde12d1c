// The frame that a public office needs, as machines read it: the checks of the Italian validator for municipal sites
// (pa-website-validator-ng 1.1.38: booking C.SI.2.1, accessibility statement C.SI.3.2, metadata R.SI.1.1, privacy, inefficiency report),
// rewritten for the demo; canonical addresses and languages; robots, sitemap, manifest, icon; one tenant at the root.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Ajv } from 'ajv'
import { loadDemo } from '../src/cli/demo/demo.ts'
import { newCitizen } from './helpers/citizen.ts'
import { startService, type TestService } from './helpers/service.ts'

let service: TestService
const T = '/comune-di-roccamora'
beforeAll(async () => {
  service = await startService()
  await loadDemo(service.deps)
})
afterAll(() => service.close())

const text = { type: 'string', minLength: 1 }
const named = { type: 'object', properties: { name: text }, required: ['name'] }
/** What R.SI.1.1 asks of the data of a service. */
const METATAG = {
  type: 'object',
  properties: {
    name: text,
    serviceType: text,
    serviceOperator: named,
    areaServed: named,
    audience: { type: 'object', properties: { audienceType: text }, required: ['audienceType'] },
    availableChannel: {
      type: 'object',
      properties: {
        serviceUrl: text,
        serviceLocation: {
          type: 'object',
          properties: {
            name: text,
            address: {
              type: 'object',
              properties: { streetAddress: text, postalCode: text, addressLocality: text },
              required: ['streetAddress', 'postalCode', 'addressLocality'],
            },
          },
          required: ['name', 'address'],
        },
      },
      required: ['serviceUrl', 'serviceLocation'],
    },
  },
  required: ['name', 'serviceType', 'serviceOperator', 'areaServed', 'audience', 'availableChannel'],
}

const marked = (html: string, element: string): string[] =>
  [...html.matchAll(/<a\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => tag.includes(`data-element="${element}"`))
const hrefOf = (tag = ''): string => /href="([^"]*)"/.exec(tag)?.[1] ?? ''

test('the way to booking is found from the service, on every page, with its accesses marked', async () => {
  const citizen = newCitizen(service.app)
  const landing = await citizen.get(T)
  expect(landing.html).toMatch(/<main[^>]*data-element="appointment-booking"/)
  expect(marked(landing.html, 'service-booking-access').length).toBeGreaterThan(5)
  expect(hrefOf(marked(landing.html, 'appointment-booking')[0])).toBe(T)
  const place = await citizen.get(`${T}/book?service=demo-tributi`)
  expect(place.html).toMatch(/name="way"/)
  expect(place.html).toMatch(/<main[^>]*data-element="appointment-booking"/)
})

test('the footer leads to the accessibility statement, privacy, legal notes, report and cookies', async () => {
  const { html } = await newCitizen(service.app).get(T)
  const footer = html.slice(html.indexOf('<footer'))
  expect(hrefOf(marked(footer, 'accessibility-link')[0])).toContain('https://form.agid.gov.it/view/')
  expect(footer).toMatch(/accessibility-link"[^>]*>\s*Dichiarazione di accessibilità/)
  for (const element of ['privacy-policy-link', 'legal-notes', 'report-inefficiency'])
    expect([element, hrefOf(marked(footer, element)[0]).startsWith('https://')]).toEqual([element, true])
  expect(footer).toMatch(/report-inefficiency"[^>]*>\s*Segnalazione disservizio/)
  const cookies = await newCitizen(service.app).get(`${T}/cookies`)
  expect(cookies.text).toContain('solo cookie tecnici')
  expect(html).toContain('Torna al sito di Comune di Roccamora')
})

test('a service says what it is in the words of schema.org', async () => {
  const check = new Ajv().compile(METATAG)
  for (const path of ['/book?service=demo-tributi', '/book/time?service=demo-cie&channel=in_person']) {
    const { html } = await newCitizen(service.app).get(T + path)
    const data = JSON.parse(/<script type="application\/ld\+json" data-element="metatag">([^<]*)</.exec(html)![1]!)
    expect([path, check(data), check.errors]).toEqual([path, true, null])
    expect(data.potentialAction['@type']).toBe('ReserveAction')
  }
})

test('a public page has one address, in every language; a personal one is not to be found', async () => {
  const citizen = newCitizen(service.app)
  const page = await citizen.get(`${T}/book/time?service=demo-cie&channel=in_person&day=2026-12-10`)
  expect(page.html).toContain(`<link rel="canonical" href="${service.deps.links.base}${T}/book?service=demo-cie"`)
  expect(page.html.match(/hreflang="(it|en|de|fr|es|ro|ar|x-default)" href/g)).toHaveLength(8)
  expect(page.html).toMatch(/property="og:title" content="[^"]+"/)
  const english = await newCitizen(service.app).get(`${T}?lang=en`)
  expect(english.html).toContain(`rel="canonical" href="${service.deps.links.base}${T}?lang=en"`)
  const arabic = await newCitizen(service.app).get(`${T}?lang=ar`)
  expect(arabic.html).toMatch(/<html\s+lang="ar"\s+dir="rtl"/)
  const found = await citizen.get(`${T}/book/x/summary`)
  expect(found.html).toContain('content="noindex"')
  expect(found.html).not.toContain('rel="canonical"')
})

test('robots, sitemap, manifest and icon are there, and the root leads to the only tenant', async () => {
  const get = (url: string) => service.app.inject({ url, headers: { accept: 'text/html' } })
  expect((await get('/robots.txt')).body).toContain('Disallow: /agenda')
  const map = await get(`${T}/sitemap.xml`)
  expect([map.statusCode, map.body.match(/<url>/g)?.length]).toEqual([200, 8])
  expect(map.body).toContain('hreflang="ar"')
  const manifest = await get(`${T}/manifest.webmanifest`)
  expect(JSON.parse(manifest.body)).toMatchObject({ name: 'Comune di Roccamora', start_url: T })
  expect((await get('/favicon.ico')).statusCode).toBe(302)
  // The test's own tenant and the demo: two, so that the root shows no one's pages.
  const root = await get('/')
  expect([root.statusCode, root.body.startsWith('<!doctype html>')]).toEqual([404, true])
  expect((await get('/nessuno/sitemap.xml')).statusCode).toBe(404)
})
