// "Tell me if something earlier comes free", and unsubscribing from optional messages, in Chromium: with and without script, phone and
// desktop.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newDemoKey } from '../../src/cli/demo/demo.ts'
import { confirm, DESKTOP, expectSound, openStage, PHONE, toSummary, type Stage } from './stage.ts'

const OUT = join(import.meta.dirname, '..', '..', '.tmp', 'waiting')
let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  mkdirSync(OUT, { recursive: true })
})
afterAll(() => stage.close())

const CASES = [
  { locale: 'it-IT', script: true, viewport: PHONE, n: 2 },
  { locale: 'en-GB', script: false, viewport: DESKTOP, n: 6 },
]

test.each(CASES)(
  'waits, is offered an earlier time, takes it: $locale, script $script, $viewport.width px',
  async ({ locale, script, viewport, n }) => {
    const { service } = stage
    const key = await newDemoKey(service.deps, stage.tenantId)
    const call = (method: string, url: string, body?: unknown) =>
      service.tenant.call(method, url, body, { key, headers: { 'if-match': '*' } })
    const page = await stage.open({ locale, viewport, javaScriptEnabled: script })
    const shot = (name: string) => page.screenshot({ path: join(OUT, `${name}-${locale}.png`), fullPage: true })
    const sound = (name: string) => (script ? expectSound(page, name) : Promise.resolve())
    if (!script) await stage.settings({ captcha: 'none' })
    // Another person has the earlier time; the person of this test has a later one.
    const ours = `service=demo-cie&channel=in_person&month=2026-12&day=2026-12-10`
    const theirs = `service=demo-cie&channel=in_person&month=2026-12&day=2026-12-09`
    await toSummary(page, stage.home, n, undefined, theirs)
    await confirm(page)
    const [, earlier] = /appointments\/([0-9a-f-]{36})/.exec(page.url())!
    await toSummary(page, stage.home, n, undefined, ours)
    await confirm(page)
    const own = page.url().replace('/confirmed', '')
    await page.goto(own)
    const before = await page.locator('dl.facts').innerText()
    await page.locator('form[action$="/waiting"] button').click()
    await page.waitForURL(/said=joined/)
    await sound('waiting')
    await shot('waiting')
    await service.settle()
    expect((await call('POST', `/v1/appointments/${earlier}/cancellation`, { reason: 'x' })).status).toBe(200)
    await service.settle()
    const { items } = (await call('GET', '/v1/messages')).body
    const told = items.find((m: any) => m.template === 'offer')
    const link = /(http:\S+\/offers\/\S+)/.exec(told.text)![1]!
    const elsewhere = await stage.open({ locale, viewport, javaScriptEnabled: script })
    await elsewhere.goto(link)
    if (script) await expectSound(elsewhere, 'offer')
    await elsewhere.screenshot({ path: join(OUT, `offer-${locale}.png`), fullPage: true })
    await page.goto(own)
    await sound('offered')
    await shot('offered')
    await page.locator('form[action$="/waiting/offer"] button').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/said=taken/)
    expect(await page.locator('dl.facts').innerText()).not.toBe(before)
    await sound('taken')
    await shot('taken')
    // The link has been used already: it leads to the appointment that was moved.
    await elsewhere.goto(link)
    expect(await elsewhere.locator('h1').innerText()).toMatch(/Il tuo appuntamento|Your appointment/)
    const unsubscribe = /(http:\S+\/unsubscribe\/\S+)/.exec(told.text)![1]!
    await elsewhere.goto(unsubscribe)
    if (script) await expectSound(elsewhere, 'unsubscribe')
    await elsewhere.locator('main button').click()
    await elsewhere.waitForSelector('.notice')
    if (script) await expectSound(elsewhere, 'unsubscribed')
    await elsewhere.screenshot({ path: join(OUT, `unsubscribed-${locale}.png`), fullPage: true })
    await call('POST', `/v1/appointments/${own.split('/').pop()}/cancellation`, { reason: 'x' })
    await service.settle()
    await page.context().close()
    await elsewhere.context().close()
  },
)
