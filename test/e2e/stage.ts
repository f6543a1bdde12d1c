/// <reference lib="dom" />
// The service with the demo municipality in this process, with a clock that the test steps, and a browser that uses it.
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { loadDemo } from '../../src/cli/demo/demo.ts'
import { startService, type TestService } from '../helpers/service.ts'
import { openBrowser } from './browser.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export const PHONE = { width: 390, height: 844 }
export const DESKTOP = { width: 1280, height: 900 }

export type Stage = {
  service: TestService
  browser: Browser
  home: string
  tenantId: string
  open: (options?: BrowserContextOptions) => Promise<Page>
  /** A page of another site; its console errors are not checked. */
  openFree: (options?: BrowserContextOptions) => Promise<Page>
  settings: (booking: object) => Promise<void>
  /** Changes any part of the tenant. */
  change: (part: object) => Promise<void>
  close: () => Promise<void>
}

/**
 * Starts service and browser; `host` is the host name in the pages' URLs. Console errors of a page, and resources that it loads from
 * elsewhere, fail the test.
 */
export async function openStage(host = '127.0.0.1'): Promise<Stage> {
  const service = await startService()
  const demo = await loadDemo(service.deps)
  await service.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = service.app.server.address() as AddressInfo
  const origin = `http://${host}:${port}`
  service.deps.links.base = origin
  const browser = await openBrowser()
  const complaints: string[] = []
  const { newDemoKey } = await import('../../src/cli/demo/demo.ts')
  const key = await newDemoKey(service.deps, demo.tenantId)
  const change = async (part: object): Promise<void> => {
    const { status } = await service.tenant.call('PATCH', `/v1/tenants/${demo.tenantId}`, part, {
      key,
      headers: { 'if-match': '*' },
    })
    expect(status).toBe(200)
  }
  return {
    service,
    browser,
    home: `${origin}/${demo.slug}`,
    tenantId: demo.tenantId,
    async open(options = {}) {
      const context = await browser.newContext({
        viewport: PHONE,
        locale: 'it-IT',
        timezoneId: 'Europe/Rome',
        ...options,
      })
      const page = await context.newPage()
      page.setDefaultTimeout(30_000)
      page.on('console', (message) => {
        const text = message.text()
        // The browser itself reports error statuses that the page handles, and a connection that the test cut.
        if (message.type() === 'error' && !/status of (4\d\d|502)|ERR_INTERNET_DISCONNECTED/.test(text))
          complaints.push(text)
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('request', (request) => {
        if (!request.url().startsWith(origin)) complaints.push(`loads ${request.url()}`)
      })
      return page
    },
    async openFree(options = {}) {
      const context = await browser.newContext({ locale: 'it-IT', timezoneId: 'Europe/Rome', ...options })
      const page = await context.newPage()
      page.setDefaultTimeout(30_000)
      return page
    },
    settings: (booking) => change({ booking }),
    change,
    async close() {
      await browser.close()
      await service.close()
      expect(complaints).toEqual([])
    },
  }
}

/** Accessibility violations of the page as axe finds them, one per line. */
async function axe(page: Page): Promise<string[]> {
  // Injected through the debugger, because the pages' Content-Security-Policy forbids script tags.
  await page.evaluate(AXE)
  return page.evaluate(async (rules) => {
    const { violations } = await (globalThis as any).axe.run(document, { runOnly: { type: 'tag', values: rules } })
    return violations.flatMap((v: any) => v.nodes.map((n: any) => `${v.id}: ${n.target.join(' ')} ${n.failureSummary}`))
  }, RULES)
}

/** Asserts that the page has no accessibility violation and does not scroll sideways. */
export async function expectSound(page: Page, name: string): Promise<void> {
  expect(await axe(page), `axe on ${name}`).toEqual([])
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider, `sideways scrolling on ${name}`).toBe(0)
  // What frames a page of citizens keeps its distance from the edge of the screen.
  const inset = await page.evaluate(() =>
    Math.min(
      ...[...document.querySelectorAll('.wide, .narrow')].map((e) => parseFloat(getComputedStyle(e).paddingLeft)),
    ),
  )
  expect(inset, `inset of ${name}`).toBeGreaterThan(0)
}

/** Asserts that a page is sound, and takes its picture into a folder under `.tmp`; `width_prefixname.png`. */
export function looker(folder: string, prefix = ''): (page: Page, name: string) => Promise<void> {
  const out = join(import.meta.dirname, '..', '..', '.tmp', folder)
  mkdirSync(out, { recursive: true })
  return async (page, name) => {
    await expectSound(page, name)
    const { width } = page.viewportSize()!
    const path = join(out, `${width}_${prefix}${name.replace(/[^a-z]+/gi, '_')}.png`)
    await page.screenshot({ path, fullPage: true })
  }
}

let people = 0
export const somebody = () => ({
  firstName: 'Ada',
  lastName: `Neri ${(people += 1)}`,
  email: `ada${people}@posta.example`,
  phone: '0746 123456',
})

/** Presses the only primary button of the page and waits for the URL. */
export async function press(page: Page, url: RegExp): Promise<void> {
  await page.locator('.actions button').last().click()
  await page.waitForURL(url)
  await page.waitForLoadState()
}

/** Identity cards on a day with a morning and an afternoon, later than any notice period. */
export const CIE = 'service=demo-cie&channel=in_person&month=2026-12&day=2026-12-10'

/** Presses the nth time of the open day, which takes it, and waits for the next page. */
export async function pick(page: Page, n = 0, url = /details|applicant/): Promise<void> {
  await page.locator('.tiles button').nth(n).click()
  await page.waitForURL(url)
  await page.waitForLoadState()
}

/** Goes from the times to the summary. */
export async function toSummary(page: Page, home: string, n = 0, who = somebody(), query = CIE): Promise<void> {
  await page.goto(`${home}/book/time?${query}`)
  await pick(page, n)
  const reason = page.locator('input[name=answer_motivo]')
  if ((await reason.count()) > 0) await reason.nth(1).check()
  if (page.url().includes('details')) await press(page, /applicant/)
  for (const [name, value] of Object.entries(who)) await page.fill(`#${name}`, value)
  await press(page, /summary/)
}

export async function confirm(page: Page): Promise<void> {
  await page.locator('#consent input').check()
  await press(page, /confirmed|activation/)
}
