// The documentation site: every page and operation is there, every link leads somewhere, and what people look for is found.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import MiniSearch, { type Options } from 'minisearch'
import { afterAll, beforeAll, expect, test } from 'vitest'
// @ts-expect-error the site's own scripts have no types
import { findIn, INDEXED } from '../docs/site/search-options.js'
import { startService, type TestService } from './helpers/service.ts'

const ROOT = join(import.meta.dirname, '..')
let service: TestService

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(ROOT, 'docs/site/build.js'), '--if-changed'])
  service = await startService()
})
afterAll(() => service.close())

const folder = join(ROOT, 'docs/_site')
const htmlOf = (url: string): string => readFileSync(join(folder, url.replace('/docs/', ''), 'index.html'), 'utf8')
const urls = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('index.html') && !name.startsWith('404'))
    .map((name) => `/docs/${name.replaceAll('\\', '/').replace(/index\.html$/, '')}`)

test('each page has one heading, a title, and links that lead somewhere', async () => {
  const pages = new Map(urls().map((url) => [url, htmlOf(url)]))
  expect(pages.size).toBeGreaterThan(60)
  const dead: string[] = []
  for (const [url, html] of pages) {
    if ((html.match(/<h1[ >]/g) ?? []).length !== 1) dead.push(`${url}: headings`)
    for (const [, href = ''] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const [path = '', hash] = href.split('#')
      const target = path === '' ? url : path
      if (/^[a-z]+:/.test(target)) continue
      if (/\.\w+$/.test(target)) {
        if (!readdirSync(folder).includes(target.replace('/docs/', ''))) dead.push(`${url}: ${href}`)
      } else if (!pages.has(target)) dead.push(`${url}: ${href}`)
      else if (hash && !pages.get(target)!.includes(`id="${hash}"`)) dead.push(`${url}: ${href}`)
    }
  }
  expect([...new Set(dead)]).toEqual([])
})

test('every operation, notice and record of the description is there', () => {
  const document = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8'))
  const all = urls()
    .filter((url) => url.startsWith('/docs/reference/'))
    .map(htmlOf)
    .join('')
  const operations = Object.values<any>(document.paths).flatMap((item) =>
    Object.values<any>(item).map((operation) => operation.operationId as string),
  )
  expect(operations.filter((id) => !all.includes(`<code>${id}</code>`))).toEqual([])
  expect(Object.keys(document.webhooks).filter((type) => !all.includes(`>${type}</h2>`))).toEqual([])
  expect(Object.keys(document.components.schemas).filter((name) => !all.includes(`>${name}</h2>`))).toEqual([])
})

test.each([
  ['idempotency key', /integration\/#repeats/],
  ['authentication', /integration\/#authentication/],
  ['rate limit', /integration\/#rate-limits/],
  ['429', /integration\/#rate-limits/],
  ['pagination', /integration\/#paging/],
  ['error format', /integration\/#problems/],
  ['CORS', /integration|booking-pages/],
  ['sandbox', /test-mode/],
  ['test clock', /test-mode/],
  ['/v1/holds', /appointments\/#createhold/],
  ['POST /v1/appointments', /appointments\/#createappointment/],
  ['createAppointment', /appointments\/#createappointment/],
  ['slot_taken', /from-zero|catalogues/],
  ['lease', /callbacks|leases|from-zero/],
  ['verify signature webhook', /messages|client/],
  ['reschedule', /from-zero|moveappointment/],
  ['backup', /operations/],
])('a search for "%s" finds its page', async (asked, wanted) => {
  const index = MiniSearch.loadJSON(readFileSync(join(folder, 'search-index.json'), 'utf8'), INDEXED as Options)
  const found = (findIn as (index: unknown, asked: string) => { id: string }[])(index, asked).slice(0, 3)
  expect(found.map(({ id }) => id).join(' ')).toMatch(wanted)
})

test('the service serves it, runs no script of others, and nothing outside of it', async () => {
  const get = (url: string) => service.app.inject({ url })
  const page = await get('/docs/from-zero/')
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.headers['content-security-policy']).toContain("script-src 'self'")
  expect((await get('/docs')).headers.location).toBe('/docs/')
  expect((await get('/docs/from-zero')).headers.location).toBe('/docs/from-zero/')
  for (const url of [
    '/docs/../package.json',
    '/docs/%2e%2e/package.json',
    '/docs/..%2f..%2fpackage.json',
    '/docs/nothing/',
    '/docs/.made-from/',
  ])
    expect([url, (await get(url)).statusCode]).toEqual([url, 404])
})
