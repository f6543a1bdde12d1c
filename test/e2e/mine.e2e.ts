/// <reference lib="dom" />
// "My appointments" in Chromium: in by a code, with and without script, on a phone in the dark and on a desk; every page is accessible.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { citizenCodeQueue } from '../../src/application/citizen-access/access.ts'
import { drain } from '../../src/platform/jobs/jobs.ts'
import { confirm, DESKTOP, looker, openStage, PHONE, somebody, toSummary, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => (stage = await openStage()))
afterAll(() => stage.close())

async function codeFor(address: string): Promise<string> {
  // Only this queue: the events of the whole demo are not needed here.
  await drain(stage.service.deps, [citizenCodeQueue])
  const client = await stage.service.deps.db.pool.connect()
  const { rows } = await client.query(
    "select document from messages where recipient = $1 and template = 'access_code' order by id desc limit 1",
    [address],
  )
  client.release()
  return /\b\d{6}\b/.exec(JSON.stringify(rows[0]))![0]
}

test.each([
  { viewport: PHONE, colorScheme: 'dark' as const, javaScriptEnabled: true, n: 0 },
  { viewport: DESKTOP, colorScheme: 'light' as const, javaScriptEnabled: false, n: 3 },
])('a citizen opens what is theirs, changes reminders and signs out: $viewport.width px', async (options) => {
  const { n, ...context } = options
  const see = looker('mine', `${context.colorScheme}-`)
  // The accessibility check needs the page's script.
  const look = (on: Page, name: string) => (context.javaScriptEnabled ? see(on, name) : Promise.resolve())
  const booking = await stage.open({ viewport: DESKTOP })
  const who = { ...somebody(), phone: '' }
  await toSummary(booking, stage.home, n, who)
  await confirm(booking)
  await booking.context().close()
  const page = await stage.open(context)
  await page.goto(`${stage.home}/mine`)
  await look(page, 'ask')
  const vouching = (id: string, name: string, profile: string) => ({
    ...{ id, name, profile },
    issuer: 'https://idp.example',
    clientId: 'x',
  })
  await stage.change({
    signIn: {
      citizenProviders: [
        ...[vouching('uno', 'Poste ID', 'spid'), vouching('due', 'Aruba ID', 'spid')],
        ...[vouching('cie', 'CIE', 'cie'), vouching('login', 'Comune', 'openid')],
      ],
    },
  })
  await page.reload()
  await page.click('.sign-in-list summary')
  await look(page, 'ask with services')
  await page.fill('#means', who.email)
  await page.locator('.actions button').click()
  await page.waitForSelector('#code')
  await look(page, 'code')
  await page.fill('#code', '123')
  await page.locator('.actions button').click()
  await page.waitForSelector('#faults')
  await page.fill('#code', await codeFor(who.email))
  await page.locator('.actions button').click()
  await page.waitForSelector('.items')
  expect(await page.locator('.items').first().innerText()).toMatch(/Carta d’identità elettronica[\s\S]*Confermato/)
  for (const summary of await page.locator('summary').all())
    if (!(await summary.evaluate((s) => s.closest('.language-menu') !== null))) await summary.click()
  await look(page, 'mine')
  await page.selectOption('#when', 'both')
  await page.locator('form[action$="/reminders"] button').click()
  await page.waitForURL(/said=saved/)
  await page.locator('.items a').first().click()
  await page.waitForURL(/appointments\/[0-9a-f-]{36}$/)
  await look(page, 'one of mine')
  await page.goto(`${stage.home}/mine/erasure`)
  await look(page, 'erasure')
  await page.goto(`${stage.home}/mine`)
  await page.locator('.signed-in button').click()
  await page.waitForURL(stage.home)
  await page.context().close()
})
