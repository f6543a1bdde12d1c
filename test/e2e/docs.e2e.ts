// The documentation site in a browser: searched by keyboard, read on a phone, and by a screen reader.
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DESKTOP, expectSound, openStage, PHONE, type Stage } from './stage.ts'

let stage: Stage
let base: string

beforeAll(async () => {
  execFileSync(process.execPath, ['docs/site/build.js', '--if-changed'])
  stage = await openStage()
  base = new URL(stage.home).origin
})
afterAll(() => stage.close())

test('a word leads to its place, by keyboard alone', async () => {
  const page = await stage.openFree()
  await page.setViewportSize(DESKTOP)
  await page.goto(`${base}/docs/`)
  await page.keyboard.press('/')
  await page.keyboard.type('test clock')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/docs\/search\/\?q=test/)
  const first = page.locator('#results a').first()
  await first.waitFor()
  expect(await page.locator('#found').textContent()).toMatch(/found for “test clock”/)
  await first.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/docs\/(reference\/)?test-mode\//)
})

test.each([
  ['light', PHONE],
  ['dark', PHONE],
  ['light', DESKTOP],
  ['dark', { width: 1920, height: 1080 }],
] as const)('pages are sound in %s at %o', async (colorScheme, size) => {
  const page = await stage.openFree()
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize(size)
  for (const path of ['', 'from-zero/', 'catalogues/', 'reference/appointments/', 'search/?q=slot']) {
    await page.goto(`${base}/docs/${path}`)
    if (path.startsWith('search')) await page.locator('#results a').first().waitFor()
    await expectSound(page, `docs/${path} ${size.width}`)
  }
})
