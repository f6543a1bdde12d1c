/// <reference lib="dom" />
// The contact screen in Chromium: a callback from next to outcome by keyboard alone and by touch, with script, booking and message;
// accidents in the middle; calls that are announced; a known person booked in seconds.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorkspaceStage, type WorkspaceStage } from './workspace-stage.ts'
import { DESKTOP, looker, PHONE } from './stage.ts'

let stage: WorkspaceStage
let origin = ''
beforeAll(async () => {
  stage = await openWorkspaceStage()
  origin = stage.origin
})
afterAll(() => stage.close())

const look = looker('contact')

/** What has the keyboard, in words. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() =>
    `${document.activeElement?.textContent ?? ''} ${document.activeElement?.getAttribute('name') ?? ''}`.trim(),
  )

async function waitFocus(page: Page, text: string): Promise<void> {
  await page
    .waitForFunction(
      (wanted) =>
        `${document.activeElement?.textContent} ${document.activeElement?.getAttribute('name')}`.includes(wanted),
      text,
      { timeout: 8000 },
    )
    .catch(async () => {
      throw new Error(`the keyboard is at “${await focused(page)}” and not at “${text}”`)
    })
}

/** Presses Tab until what has the keyboard says `text`. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let i = 0; i < 40; i += 1) {
    if ((await focused(page)).includes(text)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`no way by Tab to ${text}`)
}

/** As a person does, who has seen what is there; a press within a quarter of a second counts as a double one. */
const press = async (page: Page, ...keys: string[]): Promise<void> => {
  await page.waitForTimeout(300)
  for (const key of keys) await page.keyboard.press(key)
}

const idIn = (page: Page): string => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(page.url())![0]

/** Leaves the field that has the keyboard, as a click beside it would; keys are commands again. */
const leaveField = (page: Page): Promise<void> => page.evaluate(() => (document.activeElement as HTMLElement).blur())

test('a callback goes from next to its outcome by keyboard alone: script, booking inside it, message', async () => {
  const page = await stage.enter('rossi')
  await page.goto(`${origin}/agenda/contact`)
  await look(page, 'ready')
  await press(page, 'n')
  await page.waitForURL(/contact\/callback/)
  const id = idIn(page)
  expect(await page.locator('h1').innerText()).toBe('Lucia Moretti')
  expect(await page.locator('.say .step').innerText()).toContain('sono Giulia Rossi del Comune di Roccamora')
  await look(page, 'contact')
  // Who they are stands beside what to say and what to do, all three in sight.
  for (const area of ['#who', '#say', '#do']) expect(await page.locator(area).isVisible()).toBe(true)
  expect(await page.locator('#who').innerText()).toContain('Sente poco')
  await waitFocus(page, 'sì')
  await press(page, 'Enter')
  await page.waitForSelector('#answer:focus')
  await page.keyboard.type('12202026')
  await press(page, 'Enter')
  await waitFocus(page, 'Sì, rinnovo')
  await press(page, 'Enter')
  await waitFocus(page, 'Prenota: Carta')
  await press(page, 'Enter')
  await waitFocus(page, 'start')
  await press(page, 'ArrowRight', 'ArrowDown', 'Enter')
  // The service asks for a reason: the browser leads there.
  await waitFocus(page, 'answer_motivo')
  await press(page, 'ArrowDown', 'Enter')
  await page.waitForSelector('#do .notice.success')
  expect(await page.locator('#do .notice.success').innerText()).toMatch(
    /Prenotato: Carta d’identità elettronica.*Codice [A-Z0-9]+/s,
  )
  await look(page, 'booked')
  // The booking was the open step: the script has gone on.
  await press(page, 's')
  await waitFocus(page, 'sì')
  await press(page, 'Enter')
  await waitFocus(page, 'Invia: Carta')
  await press(page, 'Enter')
  await waitFocus(page, 'saved')
  expect(await page.inputValue('#do textarea')).toContain('Buongiorno Lucia, per la carta d’identità porti')
  await look(page, 'message')
  await tabTo(page, 'Invia')
  await press(page, 'Enter')
  await page.waitForSelector('#do .notice.success')
  await press(page, 's')
  await waitFocus(page, 'Fine del copione')
  await press(page, 'Enter')
  await page.waitForSelector('#say .notice.success')
  await press(page, 'o')
  await page.waitForSelector('#do [data-key="1"]')
  expect(await page.locator('#do fieldset.keys').innerText()).toContain('Il copione propone: Ha risposto')
  await look(page, 'outcome')
  await press(page, '1')
  await page.waitForURL((url) => url.pathname === '/agenda/contact')
  expect(await page.locator('[data-just-done]').innerText()).toContain('Ha risposto')
  const after = await stage.api(page, 'GET', `/callbacks/${id}`)
  expect(after).toMatchObject({ status: 'completed', outcome: 'answered' })
  const { items } = await stage.api(page, 'GET', `/callbacks/${id}/history`)
  const attempted = items.find((one: any) => one.type === 'callback.attempted')
  expect(attempted.details.answers).toMatchObject({ saluto: true, scadenza: '2026-12-20', motivo: 'Sì, rinnovo' })
  expect(items.some((one: any) => one.type === 'callback.booked')).toBe(true)
  // Taken back within ten seconds, the contact is open again with all that was said.
  await page.locator('[data-just-done] button').click()
  await page.waitForURL(/contact\/callback/)
  expect(await page.locator('#do [data-key="1"]').isVisible()).toBe(true)
  // A key that was meant for the page before does nothing.
  await press(page, '1')
  await page.waitForTimeout(1300)
  expect(page.url()).toContain(id)
  await press(page, '1')
  await page.waitForURL((url) => url.pathname === '/agenda/contact')
})

test('a reload, a lost connection, a second tab and a second agent lose nothing', async () => {
  const page = await stage.enter('rossi')
  await page.goto(`${origin}/agenda/contact`)
  await press(page, 'n')
  await page.waitForURL(/contact\/callback/)
  await page.fill('#summary', 'richiama la figlia')
  await leaveField(page)
  await press(page, 's', 'Enter')
  await page.waitForSelector('.trail')
  await page.reload()
  expect(await page.inputValue('#summary')).toBe('richiama la figlia')
  expect(await page.locator('.trail li').count()).toBe(1)
  // A proxy that fails, then no connection at all: what is typed stays, and the same press works again.
  await page.route('**/answer', (route) => route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' }))
  await page.fill('#answer', '2027-01-08')
  await press(page, 'Enter')
  await page.waitForSelector('.lost')
  expect(await page.inputValue('#answer')).toBe('2027-01-08')
  await page.unroute('**/answer')
  await page.context().setOffline(true)
  await page.locator('.lost button').click()
  await page.waitForSelector('.lost')
  await page.context().setOffline(false)
  await page.locator('.lost button').click()
  await page.waitForFunction(() => document.querySelectorAll('.trail li').length === 2)
  expect(await page.inputValue('#summary')).toBe('richiama la figlia')
  // Another tab of the same person follows, and what is typed in the first one stays there.
  const second = await page.context().newPage()
  await second.goto(page.url())
  await second.locator('#say button[value=dopo]').click()
  await second.waitForFunction(() => document.querySelectorAll('.trail li').length === 3)
  await page.reload()
  expect(await page.locator('.trail li').count()).toBe(3)
  expect(await page.inputValue('#summary')).toBe('richiama la figlia')
  // A second agent sees who has it, and no keys for its outcome.
  const boss = await stage.enter('admin')
  await boss.goto(page.url())
  expect(await boss.locator('#do').innerText()).toContain('Giulia Rossi')
  expect(await boss.locator('[data-key]').count()).toBe(0)
  await second.close()
  // A wish for another time is kept with the outcome.
  await page.fill('#again', '2026-12-01T10:00')
  await leaveField(page)
  await press(page, '8')
  await page.waitForURL((url) => url.pathname === '/agenda/contact')
  await boss.close()
})

test('on a phone, by touch and in the dark: next, answers, a booking, the outcome', async () => {
  const page = await stage.enter('rossi', { viewport: PHONE, hasTouch: true, isMobile: true, colorScheme: 'dark' })
  await page.goto(`${origin}/agenda/contact`)
  await look(page, 'ready dark')
  await page.locator('[data-next]').tap()
  await page.waitForURL(/contact\/callback/)
  await look(page, 'contact dark')
  await page.locator('.jump a', { hasText: 'Che cosa dire' }).tap()
  await page.locator('#say button', { hasText: /^sì$/ }).tap()
  await page.waitForSelector('.trail')
  await page.locator('#do .tabs a', { hasText: 'Prenota' }).tap()
  await page.waitForSelector('table[data-slots]')
  await page.evaluate(() => window.scrollTo(0, 0))
  await look(page, 'booking dark')
  // Another service: its times come without a press.
  await page.selectOption('.grid-filters [name=service]', { index: 1 })
  await page.waitForFunction(() => location.search.includes('service='))
  await page.locator('#do .tabs a', { hasText: 'Esito' }).tap()
  await page.waitForSelector('[data-key="4"]')
  await page.locator('[data-key="4"]').tap()
  await page.waitForURL((url) => url.pathname === '/agenda/contact')
  await look(page, 'done dark')
})

test('an announced call opens within a second; a stranger becomes a contact in place; several people are offered', async () => {
  const page = await stage.enter('rossi')
  await page.goto(`${origin}/agenda/hours`)
  await page.waitForTimeout(500)
  const me = await stage.api(page, 'GET', '/me')
  const announced = Date.now()
  await stage.api(page, 'POST', '/screen-pops', { userId: me.id ?? me.user?.id, number: '0746 555 999' })
  await page.waitForURL(/contact\/call/)
  console.log(`opened ${Date.now() - announced} ms after the call was announced`)
  expect(await page.locator('#who').innerText()).toContain('Numero sconosciuto')
  expect(await page.inputValue('#phone')).toBe('+390746555999')
  await look(page, 'stranger')
  await page.fill('#firstName', 'Nuova')
  await page.fill('#lastName', 'Voce')
  await press(page, 'Enter')
  await page.waitForFunction(() => document.querySelector('#who h2')?.textContent === 'Nuova Voce')
  // The number of two people of one household.
  await page.goto(`${origin}/agenda/contact`)
  await page.fill('#number', '0746/555210')
  await press(page, 'Enter')
  await page.waitForURL(/contact\/call/)
  expect(await page.locator('#who').innerText()).toContain('Chi parla?')
  await page.locator('#who li', { hasText: 'Marta Giordano' }).locator('button').click()
  await page.waitForFunction(() => document.querySelector('#who h2')?.textContent === 'Marta Giordano')
  await look(page, 'household')
  // A call is told to browsers that were open then, not to those that open later.
  stage.service.clock.now += 60_000
})

test('a known person is found and booked by keyboard in less than 20 seconds', async () => {
  const page = await stage.enter('rossi')
  await page.waitForLoadState('load')
  const began = Date.now()
  await press(page, '/')
  await page.keyboard.type('320 555 2006')
  await press(page, 'Enter')
  await page.waitForURL(/contact\/person/)
  await press(page, 'b')
  await waitFocus(page, 'start')
  await press(page, 'ArrowDown', 'Enter')
  await waitFocus(page, 'answer_motivo')
  await press(page, 'ArrowDown', 'Enter')
  await page.waitForSelector('#do .notice.success')
  const seconds = (Date.now() - began) / 1000
  console.log(`booked in ${seconds.toFixed(1)} s and 7 presses besides the number`)
  expect(seconds).toBeLessThan(20)
  // The same grid moves it.
  await page.locator('#who a', { hasText: 'Sposta' }).first().click()
  await waitFocus(page, 'start')
  await press(page, 'ArrowRight', 'Enter')
  await page.waitForFunction(() => document.querySelector('#do .notice.success')?.textContent?.includes('Spostato'))
  await look(page, 'moved')
})

test('what people wrote waits in the inbox, and an answer closes it', async () => {
  const page = await stage.enter('admin')
  await page.goto(`${origin}/agenda/inbox`)
  await look(page, 'inbox')
  const line = page.locator('.message', { hasText: 'Ho pagato il 3 novembre' })
  await line.locator('button', { hasText: 'Lo prendo io' }).click()
  await page.goto(`${origin}/agenda/inbox?show=mine`)
  await page.locator('.message a.button').first().click()
  await page.waitForURL(/contact\/person.*do=message/)
  await page.fill('#do textarea', 'Grazie, abbiamo controllato: è tutto a posto.')
  await page.locator('#do form.write button').last().click()
  await page.waitForSelector('#do .notice.success')
  await page.goto(`${origin}/agenda/inbox?show=closed`)
  expect(await page.locator('main').innerText()).toContain('Ho pagato il 3 novembre')
  await page.goto(`${origin}/agenda/contact/team`)
  await look(page, 'team')
})

test('the search of the head and the keys are there on every page', async () => {
  const page = await stage.enter('rossi', { viewport: DESKTOP })
  await page.waitForLoadState('load')
  await page.keyboard.press('?')
  await page.waitForSelector('#keys[open]')
  await look(page, 'keys')
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.keyboard.type('giordano')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/agenda/search')
  expect(await page.locator('main').innerText()).toContain('Pietro Giordano')
  await look(page, 'found')
})
