/// <reference lib="dom" />
// After booking, in Chromium on a phone in the dark and on a desk: answers are changed, one of several leaves, and the phone says that
// its owner is there.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { confirm, DESKTOP, looker, openStage, PHONE, pick, press, somebody, toSummary, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => (stage = await openStage()))
afterAll(() => stage.close())

const LOOKS = [
  { viewport: PHONE, colorScheme: 'dark' as const, n: 0 },
  { viewport: DESKTOP, colorScheme: 'light' as const, n: 1 },
]

test.each(LOOKS)(
  'the answers are changed, and who is not there yet is told so: $viewport.width px',
  async (options) => {
    const { n, ...context } = options
    const look = looker('after', `${context.colorScheme}-`)
    // Far away first; later at the town hall.
    const page = await stage.open({
      ...{ ...context, permissions: ['geolocation'], geolocation: { latitude: 41.89, longitude: 12.49 } },
    })
    await toSummary(page, stage.home, n, { ...somebody(), phone: '' })
    await confirm(page)
    const own = page.url().replace('/confirmed', '')
    await page.goto(own)
    await page.click('a[href$="/answers"]')
    await page.waitForURL(/answers$/)
    await look(page, 'answers')
    await page.locator('input[name=answer_motivo]').first().check()
    await press(page, /said=answers/)
    await look(page, 'changed')
    const before = stage.service.clock.now
    const id = own.split('/').at(-1)!
    const { starts_at: starts } = await stage.service.deps.db.kysely
      .selectFrom('appointments')
      .select('starts_at')
      .where('tenant_id', '=', stage.tenantId)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    stage.service.clock.now = starts.getTime() - 10 * 60_000
    await page.goto(own)
    await look(page, 'here')
    await page.click('form[data-here] button')
    await page.waitForSelector('#faults')
    expect(await page.locator('#faults').innerText()).toContain('ancora lontano')
    const place = await stage.service.deps.snapshots.config(stage.tenantId)
    const address = [...place!.locations.values()].find((l) => l.arrivalRadius !== undefined)!.address!
    await page.context().setGeolocation({ latitude: address.latitude!, longitude: address.longitude! })
    await page.goto(own)
    await page.click('form[data-here] button')
    await page.waitForURL(/said=here/)
    await look(page, 'arrived')
    stage.service.clock.now = before
    await page.context().close()
  },
)

test('one of three does not come: asked once, and the others stay', async () => {
  const look = looker('after')
  const page = await stage.open({ viewport: PHONE })
  await page.goto(`${stage.home}/book?service=demo-spid`)
  await page.goto(`${stage.home}/book/time?service=demo-spid&channel=in_person&places=3`)
  await pick(page)
  for (const [name, value] of Object.entries({ ...somebody(), phone: '' })) await page.fill(`#${name}`, value)
  await page.locator('#companions').evaluate((field) => field.closest('details')?.setAttribute('open', ''))
  await page.fill('#companions', 'Ugo Neri\nLia Neri')
  await press(page, /summary/)
  await confirm(page)
  await page.goto(page.url().replace('/confirmed', ''))
  await look(page, 'several')
  await page.click('button:has-text("Ugo Neri non viene")')
  await page.waitForSelector('input[name=sure]', { state: 'attached' })
  await look(page, 'one leaves')
  await page.click('button:has-text("Ugo Neri non viene")')
  await page.waitForURL(/said=leaves/)
  await look(page, 'fewer')
  expect(await page.locator('dl.facts').innerText()).not.toContain('Ugo Neri')
  await page.context().close()
})
