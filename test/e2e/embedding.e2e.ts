// The widget on another site grows with its content, reports the citizen's current step, and works only where the tenant allows it.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESKTOP, openStage, somebody, type Stage } from './stage.ts'

let stage: Stage
let site: Server
let host: string

beforeAll(async () => {
  stage = await openStage()
  const { origin } = new URL(stage.home)
  site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><html lang="it"><title>Un altro sito</title><h1>Un altro sito</h1>
      <script type="module" src="${origin}/widget.js"></script>
      <agenda-booking tenant="comune-di-roccamora" service="demo-cie" lang="it"></agenda-booking>
      <script>window.seen = []; addEventListener('agenda-step', (e) => seen.push(e.detail.step));
      addEventListener('agenda-booked', () => seen.push('!'))</script>`)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  // Another host name, so that the browser treats it as another site.
  host = `http://localhost:${(site.address() as AddressInfo).port}`
})
afterAll(async () => {
  site.close()
  await stage.close()
})

test('a site that is not allowed gets no frame and no data', async () => {
  const page = await stage.openFree()
  await page.goto(host)
  await page.waitForTimeout(1000)
  const frame = page.frames().find((f) => f !== page.mainFrame())
  expect((await frame?.locator('#main').count()) ?? 0).toBe(0)
  const answer = await fetch(`${new URL(stage.home).origin}/v1/public/comune-di-roccamora`, {
    headers: { origin: host },
  })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  await page.context().close()
})

test('an allowed site shows the whole way, with its events and its height', async () => {
  await stage.settings({ allowedOrigins: [host] })
  const page = await stage.openFree({ viewport: DESKTOP })
  await page.goto(host)
  const frame = page.frameLocator('agenda-booking iframe')
  await frame.locator('.tiles button').nth(5).waitFor()
  const tall = await page.locator('agenda-booking iframe').evaluate((element) => element.clientHeight)
  expect(tall).toBeGreaterThan(400)
  await frame.locator('.tiles button').nth(5).click()
  await frame.getByLabel('Rinnovo').check()
  await frame.locator('.actions button').last().click()
  for (const [name, value] of Object.entries(somebody())) await frame.locator(`#${name}`).fill(value)
  await frame.locator('.actions button').last().click()
  await frame.locator('#consent input').check()
  await frame.locator('form[data-challenge] .actions button').last().click()
  await frame.getByText('Appuntamento confermato').waitFor()
  await expect
    .poll(() => page.evaluate(() => (globalThis as any).seen))
    .toEqual(['time', 'details', 'applicant', 'summary', 'booked', '!'])
  await page.evaluate(() => document.querySelector('agenda-booking')!.setAttribute('callback', 'demo-richiami'))
  await frame.getByRole('heading', { name: 'Ti richiamiamo noi' }).waitFor()
  const cookies = await page.context().cookies()
  for (const cookie of cookies) expect([cookie.httpOnly, cookie.secure, cookie.sameSite]).toEqual([true, true, 'None'])
  const answer = await fetch(`${new URL(stage.home).origin}/v1/public/comune-di-roccamora/services`, {
    headers: { origin: host },
  })
  expect(answer.headers.get('access-control-allow-origin')).toBe(host)
  await page.context().close()
})

test('the page of examples shows the widget at work, and the next step comes into view', async () => {
  const page = await stage.open({ viewport: DESKTOP })
  await page.goto(`${stage.home}/examples`)
  const frame = page.frameLocator('agenda-booking iframe')
  await frame.locator('.tiles button').last().click()
  await frame.locator('h1').filter({ hasNotText: 'Scegli' }).waitFor()
  await expect
    .poll(() => page.locator('agenda-booking iframe').evaluate((element) => element.getBoundingClientRect().top))
    .toBeGreaterThanOrEqual(0)
  expect(await frame.locator('.skip, footer').count()).toBe(0)
  await page.context().close()
})
