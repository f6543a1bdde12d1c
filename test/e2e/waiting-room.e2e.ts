// The waiting room in Chromium: a place in line without a press, the page that goes on by itself, the draw, and all of it without
// scripts; phone and desktops, light and dark.
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { newCitizen } from '../helpers/citizen.ts'
import { DESKTOP, expectSound, looker, openStage, PHONE, type Stage } from './stage.ts'

const WIDE = { width: 1920, height: 1080 }
const shot = looker('waiting-room')
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())
beforeEach(async () => {
  // The line of the test before is over.
  stage.service.clock.now += 30 * 60_000
})

const TIMES = 'service=demo-cie&channel=in_person'
const heading = (page: Page): Promise<string> => page.locator('h1').innerText()
/** So many others arrive first. */
async function crowd(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const citizen = newCitizen(stage.service.app)
    const page = await citizen.get(`/${stage.home.split('/').pop()}/book/time?${TIMES}`)
    if (page.html.includes('/line"')) await citizen.submit(page, '/line')
  }
}

test.each([
  { viewport: PHONE, colorScheme: 'light' as const, locale: 'it-IT' },
  { viewport: DESKTOP, colorScheme: 'dark' as const, locale: 'ar' },
  { viewport: WIDE, colorScheme: 'light' as const, locale: 'de-DE' },
])('$viewport.width px, $colorScheme, $locale: a place without a press, and on by itself', async (options) => {
  await stage.change({ waitingRoom: { admitPerMinute: 6 }, booking: { captcha: 'none' } })
  await crowd(4)
  await stage.settings({ captcha: 'proof_of_work' })
  const page = await stage.open(options)
  const name = `${options.viewport.width}-${options.colorScheme}`
  await page.goto(`${stage.home}/book/time?${TIMES}`)
  await shot(page, `join-${name}`)
  // The work is done by the page, and the form sends itself.
  await page.waitForSelector('[data-line]')
  await expectSound(page, 'line')
  await shot(page, `line-${name}`)
  const place = await page.locator('.place').innerText()
  expect(place).toContain('3')
  expect(page.url()).toContain('/book/time')
  stage.service.clock.now += 20_000
  await page.waitForFunction((before) => document.querySelector('.place')?.textContent !== before, place)
  expect(await page.title()).toContain('(1)')
  // The window is closed and opened again: the place is kept.
  await page.reload()
  expect(await page.locator('.place').count()).toBe(1)
  stage.service.clock.now += 20_000
  await page.waitForSelector('button[name=at]')
  await expectSound(page, 'turn')
  await page.context().close()
})

test('a draw before an opening: joined by keyboard, drawn at the time, and booked', async () => {
  const { clock } = stage.service
  const at = Math.ceil(clock.now / 60_000) * 60_000 + 10 * 60_000
  const [date, time] = new Date(at + 3_600_000).toISOString().slice(0, 16).split('T')
  await stage.change({
    waitingRoom: { admitPerMinute: 600, openings: [{ date, time, drawMinutes: 15 }] },
    booking: { captcha: 'none' },
  })
  const page = await stage.open({ viewport: DESKTOP })
  await page.goto(`${stage.home}/book/time?${TIMES}`)
  expect(await heading(page)).toBe(`Le prenotazioni aprono alle ${time}`)
  await expectSound(page, 'draw')
  await shot(page, 'draw')
  await page.locator('main form[action$="/line"] button').focus()
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-line]')
  await page.waitForLoadState()
  expect(await heading(page)).toBe('Partecipi al sorteggio')
  await shot(page, 'in-draw')
  clock.now = at + 1_000
  await page.waitForSelector('button[name=at]', { timeout: 60_000 })
  await page.context().close()
})

test('without scripts: one press for a place, and the page loads itself again', async () => {
  await stage.change({ waitingRoom: { admitPerMinute: 6, openings: [] }, booking: { captcha: 'none' } })
  await crowd(2)
  await stage.settings({ captcha: 'proof_of_work' })
  const page = await stage.open({ javaScriptEnabled: false })
  await page.goto(`${stage.home}/book/time?${TIMES}`)
  await page.locator('main form[action$="/line"] button').click()
  expect(await heading(page)).toBe('Sei in fila')
  await page.screenshot({ path: join(import.meta.dirname, '..', '..', '.tmp', 'waiting-room', 'no_script.png') })
  stage.service.clock.now += 60_000
  await page.waitForSelector('button[name=at]', { timeout: 60_000 })
  await page.context().close()
})
