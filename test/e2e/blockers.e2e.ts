/// <reference lib="dom" />
// Repeats mistakes that blocked people: the wrong person booked, a wrong digit, two people merged into one, a grid that is unreadable in
// dark mode; a citizen whose form was lost to a limit or a proxy, and a location that could not be changed.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePerson, PASSWORD } from '../helpers/people.ts'
import { openWorkspaceStage, type WorkspaceStage } from './workspace-stage.ts'
import { CIE, DESKTOP, expectSound, PHONE, pick } from './stage.ts'

const OUT = join(import.meta.dirname, '..', '..', '.tmp', 'blockers')
let stage: WorkspaceStage
beforeAll(async () => {
  stage = await openWorkspaceStage()
  mkdirSync(OUT, { recursive: true })
  const { service, tenantId } = stage
  await makePerson(service, { email: 'capo@roccamora.example', role: 'supervisor', tenantId, name: 'Capo Turno' })
})
afterAll(() => stage.close())

async function look(page: Page, name: string): Promise<void> {
  await expectSound(page, name)
  await page.screenshot({ path: join(OUT, `${page.viewportSize()!.width}_${name}.png`), fullPage: true })
}

test('a clerk who types somebody new never books whoever was found first', async () => {
  const page = await stage.enter('rossi')
  await page.goto(`${stage.origin}/agenda/book`)
  await page.fill('#look', 'lomb')
  await page.waitForSelector('#people input[name=contact][value=new]')
  await page.fill('#firstName', 'Zoe')
  await page.fill('#lastName', 'Lombardini')
  await page.fill('#phone', '+39 333 123 4567')
  // The person whose data is on the screen is the chosen one.
  expect(await page.isChecked('#people input[value=new]')).toBe(true)
  await look(page, 'book')
  if (await page.locator('#answer_motivo-0').count()) await page.check('#answer_motivo-0')
  await Promise.all([page.waitForURL('**booked=1'), page.locator('#book button:not([formaction])').last().click()])
  expect(await page.locator('main').innerText()).toContain('Prenotato per Zoe Lombardini.')
  await look(page, 'booked')
  await page.context().close()
})

test('a digit pressed on a callback that is only read does nothing; the result of one’s own is taken back', async () => {
  const page = await stage.enter('rossi')
  const { campaigns } = (await stage.service.deps.snapshots.config(stage.tenantId))!
  const [campaign] = [...campaigns.values()]
  const made = await stage.api(page, 'POST', '/callbacks', { campaignId: campaign!.id, number: '+390746555321' })
  await page.goto(`${stage.origin}/agenda/callbacks/${made.id}`)
  await page.keyboard.press('6')
  await page.keyboard.press('2')
  expect((await stage.api(page, 'GET', `/callbacks/${made.id}`)).status).toBe('scheduled')
  await page.getByRole('button', { name: 'Prendilo e chiama' }).click()
  await page.waitForSelector('[data-key="6"]')
  await page.fill('#summary', 'Paga in 3 rate')
  await page.locator('h1').click()
  await Promise.all([page.waitForURL('**outcome=wrong_number**'), page.keyboard.press('6')])
  await look(page, 'recorded')
  await page.getByRole('button', { name: 'Annulla l’esito' }).click()
  await page.waitForSelector('[data-key="6"]')
  expect(await page.locator('main').innerText()).toContain('Paga in 3 rate')
  await look(page, 'attempts')
  await page.context().close()
})

test('the calendar is read in the dark, and light or dark is a choice', async () => {
  const page = await stage.open({ viewport: DESKTOP, colorScheme: 'dark' })
  await page.goto(`${stage.home}/sign-in`)
  await page.fill('#email', 'rossi@roccamora.example')
  await page.fill('#password', PASSWORD)
  await Promise.all([page.waitForURL('**/agenda'), page.click('main form button')])
  const contrast = () =>
    page.evaluate(() => {
      const canvas = document.createElement('canvas').getContext('2d')!
      const light = (color: string): number => {
        canvas.fillStyle = color
        canvas.fillRect(0, 0, 1, 1)
        const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => {
          const part = v / 255
          return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
      }
      const head = document.querySelector('#calendar .ec-day-head, #calendar .ec-col-head, #calendar time')!
      let ground: Element | null = head
      while (ground && getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement
      const [x, y] = [light(getComputedStyle(head).color), light(getComputedStyle(ground!).backgroundColor)]
      return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
    })
  for (const view of ['day', 'week', 'month']) {
    await page.goto(`${stage.origin}/agenda/calendar?view=${view}`)
    await page.waitForSelector('#calendar .ec-event, #calendar time')
    expect([view, (await contrast()) > 4.5]).toEqual([view, true])
    await look(page, `dark-${view}`)
  }
  await page.goto(`${stage.origin}/agenda/account`)
  await page.check('input[name=look][value=light]')
  await Promise.all([page.waitForURL('**done=saved'), page.locator('form[action$="/look"] button').click()])
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('light')
  await page.context().close()
})

test('a calendar that cannot be loaded keeps its list and says so, and never shows an empty week', async () => {
  const page = await stage.enter('rossi')
  await page.route('**/v1/agenda?*', (route) =>
    route.fulfill({ status: 429, contentType: 'application/problem+json', body: '{"code":"too_many_requests"}' }),
  )
  await page.goto(`${stage.origin}/agenda/calendar?view=week`)
  await page.getByText('Non è stato possibile caricare gli appuntamenti').waitFor({ state: 'attached' })
  expect(await page.locator('#calendar').isVisible()).toBe(false)
  expect(await page.locator('#list').isVisible()).toBe(true)
  await look(page, 'calendar-refused')
  await page.context().close()
})

test('two records are compared before they become one, and taken apart again', async () => {
  const page = await stage.open({ viewport: DESKTOP })
  await page.goto(`${stage.home}/sign-in`)
  await page.fill('#email', 'capo@roccamora.example')
  await page.fill('#password', PASSWORD)
  await Promise.all([page.waitForURL('**/agenda'), page.click('main form button')])
  const make = (phone: string) => stage.api(page, 'POST', '/contacts', { firstName: 'Ines', lastName: 'Doppi', phone })
  const [one, two] = [await make('+393207774401'), await make('+393207774402')]
  await page.goto(`${stage.origin}/agenda/contacts/${one.id}`)
  await page.getByRole('link', { name: 'Confronta e unisci' }).click()
  await page.waitForURL('**/merge?other=**')
  await look(page, 'compare')
  await Promise.all([
    page.waitForURL('**done=merged'),
    page.getByRole('button', { name: 'Unisci le due schede' }).click(),
  ])
  const found = await stage.api(page, 'POST', '/contacts/lookup', { text: '320 777 4402' })
  expect(found.items.map((c: any) => c.id)).toEqual([one.id])
  await look(page, 'merged')
  await page.getByRole('button', { name: 'Separa di nuovo' }).click()
  await page.waitForURL(`**/contacts/${two.id}?done=unmerged`)
  await page.context().close()
})

test('a limit and a proxy’s error keep the form, say why, and go on', async () => {
  const page = await stage.open({ viewport: PHONE })
  await page.goto(`${stage.home}/book/time?${CIE}`)
  const refuse = (status: number, body: string) =>
    page.route('**/book/**', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status, contentType: 'text/html', body })
        : route.fallback(),
    )
  await refuse(502, '<html><body><h1>502 Bad Gateway</h1></body></html>')
  await page.locator('.tiles button').first().click()
  await page.waitForSelector('.lost[role=alert]')
  expect(await page.locator('.lost').innerText()).toContain('Non si è perso nulla')
  expect(await page.locator('h1').innerText()).not.toContain('Servizio non trovato')
  await look(page, 'proxy')
  await page.unroute('**/book/**')
  await refuse(429, '<main><p class="lead">Riprova tra 3 min.</p><a href="tel:+39">0746 1</a></main>')
  await page.getByRole('button', { name: 'Riprova' }).click()
  await page.waitForFunction(() => document.querySelector('.lost')?.textContent?.includes('Riprova tra 3 min.'))
  await page.unroute('**/book/**')
  await page.getByRole('button', { name: 'Riprova' }).click()
  await page.waitForURL(/details/)
  await page.context().close()
})

test('a place that was chosen is changed from the line that says it', async () => {
  const page = await stage.open({ viewport: PHONE })
  const residence = 'service=demo-residenza&channel=in_person&month=2026-12&day=2026-12-10'
  await page.goto(`${stage.home}/book/time?${residence}`)
  await pick(page)
  await page.locator('.so-far a').last().click()
  await page.waitForURL(/\/book\/[0-9a-f-]{36}\/place/)
  expect(await page.locator('input[name=way]').count()).toBeGreaterThan(1)
  await look(page, 'place')
  await page.context().close()
})
