/// <reference lib="dom" />
// The workspace in Chromium: every page passes axe, on desktop and phone, in both languages; booking with the keyboard alone; a move by
// drag with its undo; a lost connection; and all of it without script.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorkspaceStage, type WorkspaceStage } from './workspace-stage.ts'
import { DESKTOP, expectSound, PHONE } from './stage.ts'

const CIE = 'Carta d’identità elettronica'
const OUT = join(import.meta.dirname, '..', '..', '.tmp', 'workspace')
let stage: WorkspaceStage
let origin = ''
let enter: WorkspaceStage['enter']
beforeAll(async () => {
  stage = await openWorkspaceStage()
  ;({ origin, enter } = stage)
  mkdirSync(OUT, { recursive: true })
})
afterAll(() => stage.close())

const PAGES = [
  ...['/agenda', '/agenda/calendar?view=day&date=2026-11-23', '/agenda/calendar?view=week&date=2026-11-24'],
  ...['/agenda/calendar?view=month&date=2026-11-24', '/agenda/calendar?view=team&date=2026-11-24'],
  ...['/agenda/calendar?view=teamWeek&date=2026-11-24', '/agenda/calendar?as=list&view=week&date=2026-11-24'],
  ...['/agenda/book', '/agenda/callbacks', '/agenda/contacts', '/agenda/hours', '/agenda/team?date=2026-11-24'],
  ...[
    '/agenda/team/affected',
    '/agenda/team/queues',
    '/agenda/reports',
    '/agenda/reports?report=utilisation&from=2026-11-01&to=2026-11-30',
  ],
  ...['notice', 'firstFree', 'callbacks', 'attempts', 'ratings', 'forecast'].map((r) => `/agenda/reports?report=${r}`),
  ...['/agenda/settings', '/agenda/settings/start', '/agenda/settings/services', '/agenda/settings/services/new'],
  ...['/agenda/settings/schedules', '/agenda/settings/campaigns', '/agenda/settings/holiday-calendars/new'],
  ...['office', 'theme', 'booking', 'notifications', 'signIn', 'workspace', 'privacy'].map(
    (p) => `/agenda/settings/office/${p}`,
  ),
  ...['users', 'keys', 'webhooks', 'templates', 'templates/booked/it', 'outbox', 'explanation', 'data', 'audit'].map(
    (p) => `/agenda/settings/${p}`,
  ),
  ...['/agenda/account', '/agenda/account/second-factor'],
]

test.each([
  { viewport: DESKTOP, locale: 'it-IT' },
  { viewport: PHONE, locale: 'en-GB' },
])('every page is sound: $locale, $viewport.width px', async ({ viewport, locale }) => {
  const page = await enter('admin', { viewport, locale })
  // The tenant's language is Italian; the browser's language counts only if the person has not chosen one.
  const lang = locale.slice(0, 2)
  const first = await page.request.get(`${origin}/agenda/calendar?as=list&view=week&date=2026-11-24`)
  const one = /href="(\/agenda\/appointments\/[0-9a-f-]{36})"/.exec(await first.text())![1]!
  for (const path of [...PAGES, one, `${one}/history`]) {
    const answer = await page.goto(`${origin}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
    expect(answer!.status(), path).toBe(200)
    if (viewport === DESKTOP && path.includes('view=') && !path.includes('as=list') && !path.includes('teamWeek'))
      await page.waitForSelector('#calendar .ec-main')
    await expectSound(page, path)
    // Collapsed sections are checked too.
    const folded = await page.$$eval('details:not([open])', (all) =>
      all.map((one) => ((one as HTMLDetailsElement).open = true)),
    )
    if (folded.length > 0) await expectSound(page, `${path} unfolded`)
    expect(await page.locator('html').getAttribute('lang')).toBe(lang)
    await page.screenshot({
      path: join(OUT, `${viewport.width}${path.replace(/[^a-z]+/gi, '_').slice(0, 60)}.png`),
      fullPage: true,
    })
  }
})

test('a booking on the telephone takes the keyboard and less than twenty seconds', async () => {
  const page = await enter('rossi')
  const began = Date.now()
  await page.goto(`${origin}/agenda/book`)
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('look')
  await page.keyboard.type('Nuovissima', { delay: 5 })
  await page.keyboard.press('Enter')
  await page.waitForSelector('#people .empty')
  const tabTo = async (id: string): Promise<void> => {
    for (let i = 0; i < 60; i += 1) {
      if ((await page.evaluate(() => document.activeElement?.id)) === id) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`the keyboard does not reach ${id}`)
  }
  // Nobody was found: the focus moves to the fields of a new person.
  await page.waitForFunction(() => document.activeElement?.id === 'firstName')
  await page.keyboard.type('Nuovissima')
  await tabTo('lastName')
  await page.keyboard.type('Persona')
  await tabTo('phone')
  await page.keyboard.type('06 5551 2345')
  await tabTo('service')
  // Selects by typing the first letters, as keyboard users do.
  await page.keyboard.type('Carta')
  await page.waitForTimeout(600)
  await page.waitForSelector('#times input[name=start]:checked')
  await page.waitForSelector('#answer_motivo-1')
  await tabTo('answer_motivo-0')
  await page.keyboard.press('Space')
  await tabTo('notes')
  await page.keyboard.press('Tab')
  await Promise.all([page.waitForURL('**/agenda/appointments/**'), page.keyboard.press('Enter')])
  expect((Date.now() - began) / 1000).toBeLessThan(20)
  expect(await page.locator('main').innerText()).toContain('Nuovissima Persona')
  await expectSound(page, 'booked')
})

test('a move by drag is done at once, and undone by a press', async () => {
  const { service, tenantId } = stage
  const config = (await service.deps.snapshots.config(tenantId))!
  const serviceId = [...config.services.values()].find((s) => s.externalId === 'demo-cie')!.id
  const page = await enter('rossi')
  const api = (method: string, path: string, body?: object) => stage.api(page, method, path, body)
  const { agentId } = stage
  const slots = await api(
    'GET',
    `/slots?serviceId=${serviceId}&agentId=${agentId}&from=2026-12-01&to=2026-12-01&as=staff`,
  )
  const start = slots.days[0].slots[0].start
  const made = await api('POST', '/appointments', {
    serviceIds: [serviceId],
    agentId,
    start,
    as: 'staff',
    contact: { firstName: 'Tira', lastName: 'Molla' },
    answers: { motivo: 'Rinnovo' },
  })
  await page.goto(`${origin}/agenda/calendar?view=day&date=2026-12-01`)
  const event = page.locator('.ec-event', { hasText: 'Tira Molla' })
  await event.waitFor()
  await event.scrollIntoViewIfNeeded()
  const box = (await event.boundingBox())!
  const hour = box.height * (60 / made.durationMinutes)
  await page.mouse.move(box.x + 20, box.y + 6)
  await page.mouse.down()
  await page.mouse.move(box.x + 20, box.y + 6 + hour / 2, { steps: 8 })
  await page.mouse.move(box.x + 20, box.y + 6 + hour, { steps: 8 })
  await page.mouse.up()
  await page.waitForSelector('#moved:not([hidden])')
  const moved = (await api('GET', `/appointments/${made.id}`)).start
  expect(Date.parse(moved)).not.toBe(Date.parse(start))
  // The message names the person, the old and the new time; a person without an e-mail address is not told.
  await page.waitForFunction(() => document.getElementById('moved')?.textContent?.includes('non viene avvisata'))
  expect(await page.locator('#moved').innerText()).toMatch(/Tira Molla: .* → .*Giulia Rossi/)
  await page.locator('#moved button').click()
  await page.waitForFunction(() => document.getElementById('moved')?.textContent?.includes('tornato'))
  expect(Date.parse((await api('GET', `/appointments/${made.id}`)).start)).toBe(Date.parse(start))
})

test('without a connection nothing that was typed is lost, and the page says so', async () => {
  const page = await enter('rossi')
  await page.goto(`${origin}/agenda/book`)
  await page.fill('#notes', 'una nota lunga')
  await page.context().setOffline(true)
  await page.waitForSelector('#offline:not([hidden])')
  await page.locator('#book button:not([formaction])').last().click()
  expect(page.url()).toContain('/agenda/book')
  expect(await page.inputValue('#notes')).toBe('una nota lunga')
  await page.context().setOffline(false)
  await page.waitForSelector('#offline', { state: 'hidden' })
})

test('everything works without script', async () => {
  const page = await enter('rossi', { javaScriptEnabled: false, viewport: PHONE })
  await page.goto(`${origin}/agenda/calendar?view=week&date=2026-11-24`)
  expect(await page.locator('#list .entry').count()).toBeGreaterThan(0)
  await page.goto(`${origin}/agenda/book`)
  await page.selectOption('#service', { label: CIE })
  await page.fill('#look', 'Senza')
  await page.click('button[formaction="/agenda/book/person"]')
  await page.fill('#firstName', 'Senza')
  await page.fill('#lastName', 'Script')
  await page.check('#answer_motivo-1')
  await page.click('#book button:not([formaction])')
  await page.waitForURL('**/agenda/appointments/**')
  await page.click('summary:has-text("Annulla")')
  await page.fill('#reason', 'prova')
  await page.click('button.danger')
  expect(await page.locator('h1').innerText()).toContain('Annullato')
  await page.click('button.plain')
  expect(page.url()).toContain('/sign-in')
})
