/// <reference lib="dom" />
// The whole way in every language of the product, from left to right and from right to left, on a phone and on a desk, light and dark.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LANGUAGES } from '../../src/kernel/language.ts'
import { confirm, DESKTOP, looker, openStage, PHONE, somebody, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => (stage = await openStage()))
afterAll(() => stage.close())

test.each(LANGUAGES.map((language, i) => ({ language, viewport: i % 2 ? DESKTOP : PHONE, dark: i % 3 === 0 })))(
  'a citizen books, moves, finds and asks for a call in $language',
  async ({ language, viewport, dark }) => {
    const page = await stage.open({ viewport, locale: 'it-IT', colorScheme: dark ? 'dark' : 'light' })
    const look = looker('languages', `${language}-`)
    await page.goto(`${stage.home}?lang=${language}`)
    expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([
      language,
      language === 'ar' ? 'rtl' : 'ltr',
    ])
    await look(page, 'landing')
    await page.goto(`${stage.home}/book?service=demo-residenza`)
    await look(page, 'place')
    await page.goto(`${stage.home}/book/time?service=demo-cie&channel=in_person`)
    await look(page, 'time')
    // A day of its own: nobody's share of a day runs out.
    await page.locator('.day-list a').nth(LANGUAGES.indexOf(language)).click()
    await page.waitForURL(/day=/)
    await page.locator('.tiles button').first().click()
    await page.waitForURL(/details/)
    await look(page, 'details')
    await page.locator('input[name=answer_motivo]').nth(1).check()
    await page.locator('.actions button').last().click()
    await page.waitForURL(/applicant/)
    await page.locator('.actions button').last().click()
    await page.waitForSelector('#faults')
    await look(page, 'applicant')
    for (const [name, value] of Object.entries({ ...somebody(), phone: '' })) await page.fill(`#${name}`, value)
    await page.locator('.actions button').last().click()
    await page.waitForURL(/summary/)
    await look(page, 'summary')
    await confirm(page)
    await look(page, 'confirmed')
    const own = page.url().replace('/confirmed', '')
    for (const part of ['', '/answers']) {
      await page.goto(own + part)
      await look(page, `own${part}`)
    }
    await page.goto(`${own}/move`)
    await page.locator('.tiles button:not(.wanted)').last().click()
    await page.waitForURL(/check/)
    await look(page, 'move')
    await page.goto(`${own}/cancel`)
    await look(page, 'cancel')
    for (const path of ['/find', '/callback', '/cookies', '/mine', '/waiting?service=demo-cie&channel=in_person']) {
      await page.goto(stage.home + path)
      await look(page, path)
    }
    await page.context().close()
  },
)

test.each([
  { language: 'ar', viewport: PHONE },
  { language: 'ar', viewport: DESKTOP },
  { language: 'de', viewport: PHONE },
])(
  'without the page’s scripts the way is the same and as accessible: $language, $viewport.width px',
  async (options) => {
    const { language, viewport } = options
    const page = await stage.open({ viewport, locale: 'it-IT' })
    // Their files never arrive; the check itself needs a browser that runs scripts.
    await page.route('**/assets/**/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }))
    const look = looker('languages', `${language}-bare-`)
    await page.goto(`${stage.home}?lang=${language}`)
    await look(page, 'landing')
    await page.goto(`${stage.home}/book/time?service=demo-cie&channel=in_person`)
    await look(page, 'time')
    await page.locator('.tiles button').first().click()
    await page.waitForURL(/details/)
    await look(page, 'details')
    await page.locator('input[name=answer_motivo]').nth(1).check()
    await page.locator('.actions button').last().click()
    await page.waitForURL(/applicant/)
    await look(page, 'applicant')
    for (const [name, value] of Object.entries({ ...somebody(), phone: '' })) await page.fill(`#${name}`, value)
    await page.locator('.actions button').last().click()
    await page.waitForURL(/summary/)
    await look(page, 'summary')
    await page.context().close()
  },
)
