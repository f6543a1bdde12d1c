/// <reference lib="dom" />
// The workspace's forms in Chromium, with the accessibility of their answers: painting hours, callbacks by one key press, an absence and
// the appointments that it affects, duration by drag, and the administration pages that only a form leads to.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorkspaceStage, type WorkspaceStage } from './workspace-stage.ts'
import { looker, PHONE } from './stage.ts'

let stage: WorkspaceStage
let origin = ''
beforeAll(async () => {
  stage = await openWorkspaceStage()
  origin = stage.origin
})
afterAll(() => stage.close())

const look = looker('workspace', 'work_')

test('hours are painted with the pointer or the keyboard, and say the same as the lines', async () => {
  const page = await stage.enter('rossi')
  await page.goto(`${origin}/agenda/hours`)
  await page.locator('summary', { hasText: 'Cambia' }).first().click()
  const cell = (at: string) => page.locator(`.painter button[aria-label^="sabato" i][aria-label$="${at}"]`)
  const line = page.locator('#day5')
  await line.fill('')
  await line.blur()
  // Drag over four half hours.
  await cell('10:30').scrollIntoViewIfNeeded()
  const [from, to] = [(await cell('09:00').boundingBox())!, (await cell('10:30').boundingBox())!]
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
  await page.mouse.down()
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 12 })
  await page.mouse.up()
  expect(await line.inputValue()).toBe('09:00-11:00')
  // The keyboard: arrow keys move, space selects, and space on a selected cell deselects it.
  await cell('10:30').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  expect(await line.inputValue()).toBe('09:00-11:30')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Space')
  expect(await line.inputValue()).toBe('09:00-10:00, 10:30-11:30')
  // A typed line appears in the painted grid.
  await line.fill('14:00-15:00')
  await line.blur()
  expect(await cell('14:30').getAttribute('aria-pressed')).toBe('true')
  expect(await cell('09:00').getAttribute('aria-pressed')).toBe('false')
  await look(page, 'painter')
  await page.locator('form[action="/agenda/hours/week"] button').last().click()
  await page.waitForSelector('form[action="/agenda/hours/week"] [name=sure]', { state: 'attached' })
  await look(page, 'new week')
  await Promise.all([page.waitForURL('**done=saved'), page.locator('form[action="/agenda/hours/week"] button').click()])
  expect(await page.locator('main').innerText()).toContain('14:00–15:00')
})

test('the next callback is taken, called, and ended by one key, which writes where something is typed', async () => {
  const page = await stage.enter('rossi')
  await page.goto(`${origin}/agenda/callbacks`)
  await page.locator('summary', { hasText: 'Prometti un richiamo' }).click()
  await page.fill('#number', '12')
  await page.fill('form[action="/agenda/callbacks"] #reason', 'vuole sapere del rinnovo')
  await page.locator('form[action="/agenda/callbacks"] button').click()
  // The number is invalid: the error is at its field, and the typed data is still there.
  await page.waitForSelector('#faults a[href="#number"]')
  expect(await page.inputValue('#reason')).toBe('vuole sapere del rinnovo')
  await look(page, 'refused promise')
  await page.selectOption('#campaignId', { label: 'Richiami di prova' })
  await page.fill('#number', '0746 555 777')
  await page.locator('form[action="/agenda/callbacks"] button').click()
  await page.waitForURL(/callbacks\/[0-9a-f-]{36}/)
  await page.goto(`${origin}/agenda/callbacks`)
  await page.selectOption('#campaign', { label: 'Richiami di prova' })
  await page.locator('form[action="/agenda/callbacks/next"] button').click()
  await page.waitForURL(/callbacks\/[0-9a-f-]{36}/)
  const id = /[0-9a-f-]{36}/.exec(page.url())![0]
  expect(await page.locator('a[href^="tel:"]').first().getAttribute('href')).toBe('tel:+390746555777')
  await look(page, 'callback')
  await page.fill('#summary', 'prova ')
  await page.locator('#summary').press('4')
  expect(await page.inputValue('#summary')).toContain('4')
  await page.locator('h1').click()
  await Promise.all([page.waitForURL('**outcome=no_answer**'), page.keyboard.press('4')])
  await look(page, 'callbacks')
  const after = await stage.api(page, 'GET', `/callbacks/${id}`)
  expect(after).toMatchObject({ attempts: 1, status: 'scheduled' })
})

test('an appointment is made longer by its lower edge, to a duration that is offered, and short again', async () => {
  const page = await stage.enter('admin')
  const location = (await stage.api(page, 'GET', '/locations')).items[0]
  const make = (path: string, body: object) => stage.api(page, 'POST', `/${path}`, body)
  const service = await make('services', {
    ...{ name: 'Consulenza', durationMinutes: 30, durationOptions: [60], locationIds: [location.id] },
  })
  const agent = await make('agents', { name: 'Lia Prova', serviceIds: [service.id], locationIds: [location.id] })
  const rules = [{ rrule: 'FREQ=DAILY', windows: [{ from: '08:00', to: '18:00' }] }]
  await make('schedules', { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-11-01', rules })
  const made = await make('appointments', {
    ...{ serviceIds: [service.id], agentId: agent.id, start: '2026-12-02T10:00:00+01:00', as: 'staff' },
    contact: { firstName: 'Lunga', lastName: 'Seduta' },
  })
  await page.goto(`${origin}/agenda/calendar?view=day&date=2026-12-02&agent=${agent.id}`)
  const event = page.locator('.ec-event', { hasText: 'Lunga Seduta' })
  await event.waitFor()
  await event.scrollIntoViewIfNeeded()
  await event.hover()
  const box = (await event.boundingBox())!
  await page.mouse.move(box.x + 20, box.y + box.height - 2)
  await page.mouse.down()
  await page.mouse.move(box.x + 20, box.y + box.height * 1.5, { steps: 8 })
  await page.mouse.move(box.x + 20, box.y + box.height * 2 - 3, { steps: 8 })
  await page.mouse.up()
  await page.waitForSelector('#moved:not([hidden])')
  const duration = async () => (await stage.api(page, 'GET', `/appointments/${made.id}`)).durationMinutes
  expect(await duration()).toBe(60)
  await page.locator('#moved button').click()
  await page.waitForFunction(() => document.getElementById('moved')?.textContent?.includes('tornato'))
  expect(await duration()).toBe(30)
})

test('pages that a form leads to are sound on a phone too, and say what was asked', async () => {
  for (const viewport of [undefined, PHONE]) {
    const page = await stage.enter('admin', viewport ? { viewport } : {})
    const { services, campaigns } = (await stage.service.deps.snapshots.config(stage.tenantId))!
    const service = [...services.values()].find((s) => s.externalId === 'demo-cie')!
    const campaign = [...campaigns.values()][0]!
    await page.goto(`${origin}/agenda/settings/explanation?service=${service.id}&date=2026-11-29`)
    expect(await page.locator('main').innerText()).toContain('Giulia Rossi')
    await look(page, 'explanation')
    await page.goto(`${origin}/agenda/settings/campaigns/${campaign.id}`)
    await page.fill('#attributes', '{"lingua": "it"}')
    await page.locator('form[action$="/dry-run"] button').click()
    await page.waitForSelector('aside pre')
    await look(page, 'dry run')
    await page.goto(`${origin}/agenda/settings/templates/booked/it`)
    await page.fill('#subject', 'Ci vediamo da {{ place }}')
    await page.locator('button[formaction$="/preview"]').click()
    await page.waitForSelector('aside strong:has-text("Ci vediamo")')
    await look(page, 'template preview')
    await page.goto(`${origin}/agenda/settings/services/${service.id}`)
    await look(page, 'service')
    await page.goto(`${origin}/agenda/settings/keys`)
    await page.$$eval('details', (all) => all.forEach((one) => (one.open = true)))
    await page.fill('#name', `Prova ${viewport ? 'telefono' : 'tavolo'}`)
    await page.locator('form[action="/agenda/settings/keys"] input[type=checkbox]').first().check()
    await page.locator('form[action="/agenda/settings/keys"] button').last().click()
    await page.waitForSelector('text=/agd\\./')
    await look(page, 'key')
    await page.goto(`${origin}/agenda/settings/webhooks`)
    await page.$$eval('details', (all) => all.forEach((one) => (one.open = true)))
    await look(page, 'webhooks')
    await page.fill('#url', 'https://crm.example/agenda')
    await page.locator('form[action="/agenda/settings/webhooks"] button').last().click()
    await page.waitForSelector('text=/whsec_/')
    await page.locator('form[action$="/test"] button').click()
    await page.waitForURL(/done=sent/)
    await look(page, 'webhook')
    await page.goto(`${origin}/agenda/team/affected?agent=${stage.agentId}&date=2026-11-24`)
    await look(page, 'affected')
  }
})
