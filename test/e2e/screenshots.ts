// `npm run screenshots`: every page of the citizens' way, at phone and desktop width, into .tmp/screenshots.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startDemo } from '../helpers/demo.ts'
import { openBrowser } from './browser.ts'

const OUT = join(import.meta.dirname, '..', '..', '.tmp', 'screenshots')
rmSync(OUT, { recursive: true, force: true })
mkdirSync(OUT, { recursive: true })

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } }
const demo = await startDemo()
const browser = await openBrowser()
const home = `${demo.base}/${demo.slug}`

async function walk(page: Page, shot: (name: string) => Promise<void>): Promise<void> {
  await page.goto(home)
  await shot('01-landing')
  await page.goto(`${home}?q=carta`)
  await shot('02-search')
  await page.goto(`${home}/book?service=demo-tributi`)
  await shot('03-place')
  await page.goto(`${home}/book/time?service=demo-cie&channel=in_person&view=calendar`)
  await shot('04-calendar')
  await page.goto(`${home}/book/time?service=demo-cie&channel=in_person`)
  await page.locator('details[open] .tile input').first().check()
  await shot('05-list')
  await page.locator('.actions button').last().click()
  await page.waitForURL(/details/)
  await page.locator('.actions button').last().click()
  await shot('06-details-faults')
  await page.getByLabel('Rinnovo').check()
  await page.locator('.actions button').last().click()
  await page.waitForURL(/applicant/)
  await shot('07-applicant')
  await page.fill('#firstName', 'Ada')
  await page.fill('#lastName', 'Neri')
  await page.fill('#email', `ada.${Date.now()}@posta.example`)
  await page.fill('#phone', '0746 123456')
  await page.locator('.actions button').last().click()
  await page.waitForURL(/summary/)
  await shot('08-summary')
  await page.locator('#consent input').check()
  await page.locator('.actions button').last().click()
  await page.waitForURL(/confirmed/)
  await shot('09-confirmed')
  await page.getByRole('main').getByRole('link', { name: 'Gestisci' }).click()
  await page.waitForURL(/appointments\/[0-9a-f-]+$/)
  await shot('10-manage')
  await page.goto(`${page.url()}/move`)
  await shot('11-move')
  await page.goto(page.url().replace(/move.*/, 'cancel'))
  await shot('12-cancel')
  await page.locator('button.danger').click()
  await page.waitForURL(/said=cancelled/)
  await shot('13-cancelled')
  await page.goto(`${home}/find`)
  await shot('14-find')
  await page.fill('#code', 'ABCD2345')
  await page.fill('#means', 'nessuno@posta.example')
  await page.locator('.actions button').last().click()
  await page.waitForSelector('.notice')
  await shot('15-not-found')
  await page.goto(`${home}/book/time?service=demo-stato-civile&month=2027-01`)
  await shot('16-nothing')
  await page.goto(`${home}/book/0195d3a0-0000-7000-8000-000000000000/summary`)
  await shot('17-problem')
}

for (const [name, viewport] of Object.entries(SIZES)) {
  const context = await browser.newContext({ viewport, locale: 'it-IT', deviceScaleFactor: 1 })
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  await walk(page, async (shot) => {
    await page.screenshot({ path: join(OUT, `${shot}-${name}.png`), fullPage: true })
  })
  await context.close()
}
const dark = await browser.newContext({ viewport: SIZES.phone, locale: 'en-GB', colorScheme: 'dark' })
const page = await dark.newPage()
await page.goto(`${home}?lang=en`)
await page.screenshot({ path: join(OUT, '20-landing-dark-en.png'), fullPage: true })
await page.goto(`${home}/book/time?service=demo-cie&channel=in_person`)
await page.screenshot({ path: join(OUT, '21-time-dark-en.png'), fullPage: true })
await browser.close()
await demo.stop()
console.log(`screenshots in ${OUT}`)
