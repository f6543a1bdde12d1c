// The whole booking in Chromium: both languages, with and without script, telephone and desktop; every page passes the accessibility
// check.
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CIE,
  confirm,
  DESKTOP,
  expectSound,
  openStage,
  PHONE,
  pick,
  press,
  somebody,
  toSummary,
  type Stage,
} from './stage.ts'

let stage: Stage
beforeAll(async () => (stage = await openStage()))
afterAll(() => stage.close())

/** Each run uses a telephone number of its own. */
let calls = 0
const WAYS = (['it-IT', 'en-GB'] as const).flatMap((locale) =>
  [true, false].flatMap((script) => [PHONE, DESKTOP].map((viewport) => ({ locale, script, viewport }))),
)

test.each(WAYS)(
  'a citizen books: $locale, script $script, $viewport.width px',
  async ({ locale, script, viewport }) => {
    const page = await stage.open({ locale, viewport, javaScriptEnabled: script })
    const isItalian = locale === 'it-IT'
    await page.goto(stage.home)
    expect(await page.locator('h1').innerText()).toBe(isItalian ? 'Prenota un appuntamento' : 'Book an appointment')
    await page
      .getByRole('link', { name: isItalian ? /^Carta d’identit/ : /^Electronic identity/ })
      .first()
      .click()
    // One office and one channel: no page for them.
    await page.waitForURL(/\/book\/time/)
    await page.goto(`${page.url()}&month=2026-12&day=2026-12-10`)
    await pick(
      page,
      WAYS.findIndex((w) => w.locale === locale && w.script === script && w.viewport === viewport),
    )
    await page.getByLabel(isItalian ? 'Rinnovo' : 'Renewal').check()
    await press(page, /applicant/)
    const who = somebody()
    for (const [name, value] of Object.entries(who)) await page.fill(`#${name}`, value)
    await press(page, /summary/)
    expect(await page.locator('main').innerText()).toContain(who.email)
    await confirm(page)
    // Without script there is no proof of work; the link in the e-mail confirms the booking.
    const heading = await page.locator('h1').innerText()
    if (script) expect(heading).toBe(isItalian ? 'Appuntamento confermato' : 'Appointment confirmed')
    else expect(heading).toBe(isItalian ? 'Conferma per e-mail' : 'Confirm by e-mail')
    if (script) {
      await page
        .getByRole('link', { name: isItalian ? 'Gestisci il mio appuntamento' : 'Manage my appointment' })
        .click()
      await page.waitForURL(/appointments\/[0-9a-f-]{36}$/)
      await page.getByRole('link', { name: isItalian ? 'Annulla appuntamento' : 'Cancel appointment' }).click()
      await page.waitForURL(/cancel$/)
      await page.locator('button.danger').click()
      await page.waitForURL(/said=cancelled/)
    }
    await page.context().close()
  },
)

test.each([
  { name: 'light', options: { viewport: { width: 320, height: 640 } } },
  { name: 'dark', options: { viewport: { width: 320, height: 640 }, colorScheme: 'dark' as const } },
  { name: 'forced colours', options: { viewport: DESKTOP, forcedColors: 'active' as const } },
])('every page and state is accessible and needs no sideways scrolling: $name', async ({ options }) => {
  const page = await stage.open(options)
  const sound = (name: string) => expectSound(page, name)
  const at = async (path: string, name: string) => {
    await page.goto(`${stage.home}${path}`)
    await sound(name)
  }
  await at('', 'landing')
  await at('?q=carta&channel=in_person', 'search')
  await at('?q=niente', 'search without result')
  await at('/book?service=demo-tributi', 'place')
  await at('/book?service=demo-stato-civile', 'place with durations')
  await at('/book?service=demo-spid', 'place with several people')
  await at(`/book/time?${CIE}`, 'list')
  await at(`/book/time?${CIE}&view=calendar`, 'calendar')
  await at('/book/time?service=demo-telefono&channel=phone&month=2026-12', 'empty month')
  await page.goto(`${stage.home}/book/time?${CIE}`)
  await pick(page)
  await sound('details')
  await page.locator('.actions button').last().click()
  await page.waitForSelector('.fault')
  await sound('details with fault')
  await page.getByLabel('Rinnovo').check()
  await press(page, /applicant/)
  await sound('applicant')
  await page.fill('#email', 'x')
  await page.locator('.actions button').last().click()
  await page.waitForSelector('.fault')
  await sound('applicant with faults')
  const who = somebody()
  for (const [name, value] of Object.entries(who)) await page.fill(`#${name}`, value)
  await press(page, /summary/)
  await sound('summary')
  stage.service.clock.now += 11 * 60_000
  await page.reload()
  await sound('summary after the hold has ended')
  await page.locator('button[formaction$="/again"]').click()
  await page.waitForURL(/said=held/)
  await confirm(page)
  await sound('confirmed')
  const own = page.url().replace('/confirmed', '')
  await page.goto(own)
  await sound('manage')
  await page.goto(`${own}/move`)
  await sound('move')
  await page.goto(`${own}/cancel`)
  await sound('cancel')
  const before = stage.service.clock.now
  stage.service.clock.now += 30 * 24 * 3600_000
  await page.goto(own)
  await sound('rating')
  await page.locator('input[name=stars]').last().check()
  await page.locator('.rating button').click()
  await page.waitForSelector('input[name=reasons]')
  await sound('rating with reasons')
  stage.service.clock.now = before
  await page.goto(`${own}/cancel`)
  await page.locator('button.danger').click()
  await page.waitForURL(/said=cancelled/)
  await sound('cancelled')
  await at('/find', 'find')
  await page.fill('#code', 'ABCD2345')
  await page.fill('#means', 'nessuno@posta.example')
  await page.locator('.actions button').last().click()
  await page.waitForSelector('.notice')
  await sound('not found')
  await at('/callback', 'call me back')
  await page.locator('.actions button').last().click()
  await page.waitForSelector('#faults')
  await sound('call me back with faults')
  await page.locator('#channel input[value=phone]').check()
  await page.fill('#number', `0746 12${String(1000 + (calls += 1))}`)
  await page.locator('#when').selectOption({ index: 1 })
  await press(page, /said=promised/)
  await sound('promised callback')
  await page.goto(`${stage.home}/callback`)
  await page.locator('#channel input[value=web]').check()
  await page.locator('#when').selectOption({ index: 1 })
  await press(page, /said=promised/)
  await page.getByRole('link', { name: 'Entra nel colloquio' }).waitFor()
  await sound('promised conversation by link')
  await at('/book/x/summary', 'problem')
  await page.goto(new URL('/nessuno', stage.home).href)
  await sound('unknown tenant')
  await page.context().close()
})

test('by keyboard alone, with the focus where it should be and the news announced', async () => {
  const page = await stage.open({ viewport: DESKTOP })
  const key = (name: string) => page.keyboard.press(name)
  const focused = () =>
    page.evaluate(
      () => `${document.activeElement?.tagName} ${document.activeElement?.textContent?.trim().slice(0, 60)}`,
    )
  /** Presses Tab until the matching element has the focus. */
  const tabTo = async (selector: string) => {
    for (let i = 0; i < 80; i += 1) {
      if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return
      await key('Tab')
    }
    throw new Error(`no way to ${selector}`)
  }
  await page.goto(`${stage.home}/book?service=demo-residenza`)
  await key('Tab')
  expect(await focused()).toContain('Vai al contenuto')
  await key('Enter')
  await tabTo('#way input')
  await key('Space')
  await tabTo('.actions button:last-child')
  await key('Enter')
  await page.waitForURL(/\/book\/time/)
  await expect.poll(focused).toMatch(/^H1 Scegli data e orario/)
  await page.goto(`${stage.home}/book/time?${CIE}`)
  await tabTo('.tiles button')
  await key('ArrowRight')
  await key('Enter')
  await page.waitForURL(/details/)
  await expect.poll(focused).toMatch(/^H1 Dettagli/)
  await expect.poll(() => page.locator('#status').innerText()).toMatch(/mancano 10 minuti per concludere/)
  await tabTo('.actions button:last-child')
  await key('Enter')
  // Nothing is chosen: the list of errors gets the focus, has a link to each question, and each question refers to its error.
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('faults')
  expect(await page.locator('#faults').innerText()).toContain('Motivo della richiesta: Scegli una risposta.')
  await tabTo('#faults a')
  await key('Enter')
  await tabTo('input[name=answer_motivo]')
  expect(await page.locator('#answer_motivo-0').getAttribute('aria-describedby')).toContain('answer_motivo-fault')
  await key('Space')
  await tabTo('.actions button:last-child')
  await key('Enter')
  await page.waitForURL(/applicant/)
  const who = somebody()
  for (const [name, value] of Object.entries(who)) {
    await tabTo(`#${name}`)
    await page.keyboard.type(value)
  }
  await tabTo('.actions button:last-child')
  await key('Enter')
  await page.waitForURL(/summary/)
  await tabTo('#consent input')
  await key('Space')
  await tabTo('form[data-challenge] .actions button:last-child')
  await key('Enter')
  await page.waitForURL(/confirmed/)
  expect(await page.locator('h1').innerText()).toBe('Appuntamento confermato')
  await page.context().close()
})

test('nobody is shown another zone’s time unsaid', async () => {
  const page = await stage.open({ timezoneId: 'America/New_York' })
  await page.goto(`${stage.home}/book/time?${CIE}`)
  expect(await page.locator('.zone').innerText()).toMatch(/Europe\/Rome.*Nel tuo: .*America\/New_York/s)
  await page.context().close()
})

test('the calendar pages through the months, and giving up frees the time', async () => {
  const page = await stage.open({ viewport: DESKTOP })
  await page.goto(`${stage.home}/book/time?${CIE}`)
  await page.getByRole('link', { name: 'Calendario' }).click()
  await page.waitForSelector('table.calendar')
  await page.getByRole('link', { name: 'Mese successivo' }).click()
  await page.waitForURL(/month=2027-01/)
  await page.waitForSelector('table.calendar')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('days')
  await page.locator('.calendar a').nth(2).click()
  await page.waitForURL(/day=2027-01-\d\d/)
  expect(page.url()).toMatch(/channel=in_person/)
  await toSummary(page, stage.home, 14)
  await page.locator('button.link').click()
  await page.waitForURL(/said=abandoned/)
  await page.context().close()
})

test('printed, an appointment is its facts and nothing to press', async () => {
  const page = await stage.open()
  await toSummary(page, stage.home, 12)
  await confirm(page)
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('strong.code').isVisible()).toBe(true)
  for (const selector of ['header.top', 'footer.bottom', 'main .noprint'])
    expect(await page.locator(selector).first().isVisible(), selector).toBe(false)
  await page.context().close()
})
