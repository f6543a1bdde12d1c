/// <reference lib="dom" />
// The citizen's way to an appointment: a time in sight at once, few presses, every address complete, what was chosen can be changed.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { CIE, confirm, looker, openStage, PHONE, somebody, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => (stage = await openStage()))
afterAll(() => stage.close())

const SIZES = [
  [320, 568],
  [360, 640],
  [390, 844],
  [1280, 720],
  [1366, 657],
] as const
const look = looker('citizen')

/** Buttons of times that are wholly in the first screen and not covered by anything. */
const timesInSight = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      [...document.querySelectorAll('.tiles button, .take')].filter((button) => {
        const { top, bottom, left, right } = button.getBoundingClientRect()
        const inSight = top >= 0 && bottom <= innerHeight && right <= innerWidth
        return inSight && button.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2))
      }).length,
  )

test.each(SIZES)('a day and its times are in the first screen: %i × %i', async (width, height) => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await stage.open({ viewport: { width, height }, javaScriptEnabled })
    await page.goto(`${stage.home}/book/time?${CIE}`)
    expect(await timesInSight(page)).toBeGreaterThanOrEqual(4)
    expect(await page.locator('#day').isVisible()).toBe(true)
    await page.goto(stage.home)
    expect(await timesInSight(page)).toBeGreaterThanOrEqual(1)
    if (javaScriptEnabled) await look(page, 'landing')
    await page.context().close()
  }
})

test.each([true, false])('Enter goes on, and never back nor longer: script %s', async (javaScriptEnabled) => {
  const page = await stage.open({ viewport: PHONE, javaScriptEnabled })
  await page.goto(`${stage.home}/book/time?${CIE}`)
  await page
    .locator('.tiles button')
    .nth(javaScriptEnabled ? 6 : 7)
    .click()
  await page.waitForURL(/details/)
  await page.locator('input[name=answer_motivo]').nth(1).check()
  await page.keyboard.press('Enter')
  await page.waitForURL(/applicant/)
  for (const [name, value] of Object.entries(somebody())) await page.fill(`#${name}`, value)
  await page.keyboard.press('Enter')
  await page.waitForURL(/summary/)
  await page.locator('#consent input').check()
  await page.keyboard.press('Enter')
  await page.waitForURL(/confirmed|activation/)
  await page.context().close()
})

test('from the landing page to "confirmed" in four presses and one form', async () => {
  const page = await stage.open({ viewport: PHONE })
  let presses = 0
  const press = async (selector: string, url?: RegExp): Promise<void> => {
    presses += 1
    await page.locator(selector).first().click()
    if (url) await page.waitForURL(url)
  }
  await page.goto(stage.home)
  await press('button.take:has-text("Cambio di residenza")', /applicant/)
  for (const [name, value] of Object.entries(somebody())) await page.fill(`#${name}`, value)
  await press('.actions button:last-child', /summary/)
  await press('#consent input')
  await press('form[data-challenge] .actions button', /confirmed/)
  expect(presses).toBe(4)
  expect(await page.locator('h1').innerText()).toBe('Appuntamento confermato')
  await page.context().close()
})

test('a time that is gone meanwhile leads to the nearest ones, with a sentence', async () => {
  const [page, quick] = [await stage.open(), await stage.open()]
  const button = 'button.take:has-text("Colloquio")'
  await page.goto(stage.home)
  await quick.goto(stage.home)
  await quick.locator(button).click()
  await quick.waitForURL(/applicant/)
  // The second agent of the service takes the same time once more; a third citizen finds it gone.
  const last = await stage.open()
  await last.goto(stage.home)
  const pressed = await page.locator(button).getAttribute('value')
  await page.locator(button).click()
  await page.waitForURL(/applicant|book\/time/)
  const other = await stage.open()
  await other.goto(stage.home)
  await last.evaluate(
    ([selector, value]) =>
      document.querySelector<HTMLButtonElement>(selector!.split(':')[0]!)?.setAttribute('value', value!),
    [button, pressed],
  )
  await last.locator(button).click()
  await last.waitForURL(/applicant|book\/time/)
  const urls = [page.url(), last.url()]
  expect(urls.some((url) => url.includes('/book/time'))).toBe(true)
  const refused = page.url().includes('/book/time') ? page : last
  expect(await refused.locator('#faults').innerText()).toMatch(/\S/)
  expect(await refused.locator('.tiles button').count()).toBeGreaterThan(0)
  // The address is complete: a reload shows the same service.
  await refused.reload()
  expect(await refused.locator('.chosen-line').innerText()).toContain('assistente sociale')
  for (const one of [page, quick, last, other]) await one.context().close()
})

test('what was chosen is changed inside the draft: place, time and back, with nothing typed lost', async () => {
  const page = await stage.open({ viewport: { width: 1280, height: 720 } })
  await page.goto(`${stage.home}/book?service=demo-residenza`)
  await page.locator('#way input').first().check()
  await page.locator('.actions button').click()
  await page.waitForURL(/book\/time/)
  await page.locator('.tiles button').first().click()
  await page.waitForURL(/applicant/)
  await page.fill('#firstName', 'Ada')
  await page.fill('#lastName', 'Neri')
  await page.fill('#email', 'ada@posta.example')
  await page.locator('.actions button').last().click()
  await page.waitForURL(/summary/)
  const draft = page.url().split('/')[5]
  await page.locator('.review a').first().click()
  await page.waitForURL(/\/place\?/)
  expect(page.url()).toContain(draft)
  expect(await page.locator('#way input').count()).toBe(2)
  await page.locator('#way input[value=video]').check()
  await page.locator('.actions button').click()
  await page.waitForURL(/channel=video/)
  await page.reload()
  expect(await page.locator('.chosen-line').innerText()).toContain('In videochiamata')
  expect(await page.locator('.held').innerText()).toContain('Riservato a te')
  await look(page, 'times in the draft')
  await page.locator('.tiles button:not(.wanted)').last().click()
  await page.waitForURL(/applicant/)
  expect(await page.inputValue('#firstName')).toBe('Ada')
  await page.fill('#phone', '0746 123456')
  await page.locator('.actions button').last().click()
  await page.waitForURL(/summary/)
  expect(await page.locator('main').innerText()).toContain('In videochiamata')
  await page.context().close()
})

test('the days run on over the end of a month, closed ones say why, the calendar is at choice', async () => {
  const page = await stage.open({ viewport: { width: 1280, height: 720 } })
  await page.goto(`${stage.home}/book/time?service=demo-cie&channel=in_person`)
  const list = await page.locator('.day-list').innerText()
  expect(list).toMatch(/30 nov/i)
  expect(list).toMatch(/1 dic/i)
  expect(list).toMatch(/8 dic\s*festivo: Immacolata/i)
  const day = page.locator('.day-list a').nth(3)
  const name = await day.locator('.name').innerText()
  await day.click()
  await page.waitForURL(/day=/)
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('day')
  expect((await page.locator('#day').innerText()).toLowerCase()).toContain(name.split(' ')[1]!)
  // Sideways with the arrow keys, from the first time on.
  await page.keyboard.press('Tab')
  const first = await page.evaluate(() => (document.activeElement as HTMLButtonElement).value)
  await page.keyboard.press('ArrowRight')
  expect(await page.evaluate(() => (document.activeElement as HTMLButtonElement).value)).not.toBe(first)
  await page.getByRole('link', { name: 'Calendario' }).click()
  await page.waitForSelector('table.calendar')
  await look(page, 'calendar')
  await page.getByRole('link', { name: 'Mese successivo' }).click()
  await page.waitForURL(/month=2026-12|month=2027-01/)
  await page.getByRole('link', { name: 'Elenco' }).click()
  await page.waitForSelector('.day-list')
  await page.context().close()
})

test('a service is found by any word; nothing found shows everything, the telephone and the callback', async () => {
  const page = await stage.open()
  for (const words of ["carta d'identità", 'CIE', 'documento smarrito', 'residensa']) {
    await page.goto(stage.home)
    await page.fill('#q', words)
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=/)
    const first = await page.locator('.card h3').first().innerText()
    expect([words, first]).toEqual([
      words,
      words === 'residensa' ? 'Cambio di residenza' : 'Carta d’identità elettronica',
    ])
  }
  await page.goto(`${stage.home}?q=xyzxyz`)
  expect(await page.locator('.notice').innerText()).toMatch(/Nulla per «xyzxyz».*Chiamaci.*Ti richiamiamo/s)
  expect(await page.locator('.card').count()).toBeGreaterThan(5)
  await look(page, 'nothing found')
  await page.goto(`${stage.home}?part=afternoon&need=step_free`)
  for (const text of await page.locator('.take time').allInnerTexts())
    expect(Number(/(\d\d):/.exec(text)![1])).toBeGreaterThan(12)
  await look(page, 'filters')
  await page.context().close()
})

test('moving shows the old time beside the new one before anything is moved', async () => {
  const page = await stage.open()
  await page.goto(stage.home)
  await page.locator('button.take:has-text("Cambio di residenza")').first().click()
  await page.waitForURL(/applicant/)
  for (const [name, value] of Object.entries(somebody())) await page.fill(`#${name}`, value)
  await page.locator('.actions button').last().click()
  await page.waitForURL(/summary/)
  await confirm(page)
  await page.goto(page.url().replace('/confirmed', '/move'))
  await look(page, 'move')
  await page.locator('.tiles button:not(.wanted)').last().click()
  await page.waitForURL(/move\/check/)
  expect(await page.locator('.old-new').innerText()).toMatch(/Orario attuale[\s\S]*Nuovo orario/)
  await look(page, 'move check')
  await page.locator('.actions button').click()
  await page.waitForURL(/said=moved/)
  await page.context().close()
})

test('the look of the Italian public administration is accessible too, light and dark, with its font', async () => {
  await stage.change({ theme: { style: 'italia', accent: '#0066cc', headerBackground: '#0066cc' } })
  for (const [viewport, colorScheme] of [
    [PHONE, 'light'],
    [{ width: 1280, height: 720 }, 'dark'],
    [{ width: 1920, height: 1080 }, 'light'],
  ] as const) {
    const page = await stage.open({ viewport, colorScheme })
    const see = looker('citizen', `italia-${colorScheme}-`)
    await page.goto(stage.home)
    await page.evaluate(() => document.fonts.ready)
    expect(await page.evaluate(() => document.fonts.check('16px "Titillium Web"'))).toBe(true)
    await see(page, 'landing')
    await page.goto(`${stage.home}/book/time?${CIE}`)
    await see(page, 'time')
    await page.locator('.tiles button').last().click()
    await page.waitForURL(/details/)
    await see(page, 'details')
    await page.context().close()
  }
  await stage.change({ theme: { style: 'plain' } })
})
