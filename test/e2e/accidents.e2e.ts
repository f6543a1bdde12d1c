// Accidents between a person, a browser and a network, with script: each one ends well for the citizen.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CIE, confirm, DESKTOP, openStage, pick, somebody, toSummary, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => (stage = await openStage()))
afterAll(() => stage.close())

test('a lost connection keeps what was typed and goes on where it was', async () => {
  const page = await stage.open()
  await page.goto(`${stage.home}/book/time?${CIE}`)
  await pick(page)
  await page.getByLabel('Rinnovo').check()
  await page.fill('#answer_dettagli', 'Parole scritte con fatica')
  await page.context().setOffline(true)
  await page.locator('.actions button').last().click()
  await page.waitForSelector('.lost[role=alert]')
  expect(await page.locator('.lost').innerText()).toContain('Non si è perso nulla')
  expect(await page.inputValue('#answer_dettagli')).toBe('Parole scritte con fatica')
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Riprova' }).click()
  await page.waitForURL(/applicant/)
  await page.goBack()
  await page.waitForURL(/details/)
  await expect.poll(() => page.locator('#answer_dettagli').inputValue()).toBe('Parole scritte con fatica')
  await page.context().close()
})

test('a double click on the last button books once', async () => {
  const page = await stage.open()
  await toSummary(page, stage.home, 1)
  await page.locator('#consent input').check()
  await page.locator('form[data-challenge] .actions button').last().dblclick()
  await page.waitForURL(/confirmed/)
  const client = await stage.service.deps.db.pool.connect()
  const { rows } = await client.query("select id from appointments where document->>'locale' = 'it'")
  client.release()
  expect(rows.length).toBe(1)
  await page.context().close()
})

test('the back button and another time: the typed text stays, one slot is held', async () => {
  const page = await stage.open()
  const who = somebody()
  await toSummary(page, stage.home, 2, who)
  for (const path of [/applicant/, /details/, /\/book\/time/]) {
    await page.goBack()
    await page.waitForURL(path)
    await page.waitForFunction(() => document.readyState === 'complete')
  }
  await page.waitForSelector('.tile.wanted')
  await pick(page, 3, /summary/)
  expect(await page.locator('main').innerText()).toContain(who.email)
  await confirm(page)
  expect(page.url()).toMatch(/confirmed/)
  // After the outcome the back button leads to the appointment and does not book a second one.
  await page.goBack()
  await page.waitForURL(/appointments\/[0-9a-f-]{36}$/)
  await page.context().close()
})

test('two windows: the one with the old time is told before it can confirm', async () => {
  const page = await stage.open({ viewport: DESKTOP })
  await toSummary(page, stage.home, 4)
  const other = await page.context().newPage()
  await other.goto(`${stage.home}/book/time?${CIE}`)
  await pick(other, 6, /summary/)
  await page.locator('#consent input').check()
  await page.locator('form[data-challenge] .actions button').last().click()
  await page.waitForURL(/said=changed/)
  expect(await page.locator('main').innerText()).toContain('In un’altra finestra')
  await confirm(page)
  expect(page.url()).toMatch(/confirmed/)
  await page.context().close()
})

test('the clock runs, warns, and can be extended; when it ends nothing typed is lost', async () => {
  const page = await stage.open()
  await page.clock.install()
  const who = somebody()
  await toSummary(page, stage.home, 8, who)
  expect(await page.locator('.hold .left').innerText()).toMatch(/^(10:00|9:5\d)$/)
  await page.clock.runFor(5 * 60_000)
  await expect.poll(() => page.locator('#status').textContent()).toContain('mancano 5 minuti')
  await page.getByRole('button', { name: /Tienilo altri 10 minuti/ }).click()
  await page.waitForURL(/said=extended/)
  stage.service.clock.now += 25 * 60_000
  await page.clock.runFor(25 * 60_000)
  await expect.poll(() => page.locator('.hold').innerText()).toContain('Il tempo è scaduto')
  expect(await page.getByRole('button', { name: /Tienilo altri/ }).count()).toBe(0)
  expect(await page.locator('main').innerText()).toContain(who.email)
  // The slot is still free: confirming takes it again.
  await page.clock.resume()
  await confirm(page)
  expect(page.url()).toMatch(/confirmed/)
  await page.context().close()
})

test('a slot just taken by someone else: the list comes back without it and says so', async () => {
  const [one, two, three] = [await stage.open(), await stage.open(), await stage.open()]
  const tax = 'service=demo-sociale&channel=in_person&month=2026-12&day=2026-12-03'
  for (const page of [one, two, three]) await page.goto(`${stage.home}/book/time?${tax}`)
  const at = await one.locator('.tiles button').first().getAttribute('value')
  const ends: string[] = []
  for (const page of [one, two, three]) {
    await page.locator(`.tiles button[value="${at}"]`).click()
    await page.waitForFunction(
      () => location.pathname.includes('applicant') || document.getElementById('faults') !== null,
    )
    ends.push((await page.locator('#faults').count()) > 0 ? 'refused' : 'held')
  }
  expect(ends).toContain('held')
  expect(ends.at(-1)).toBe('refused')
  expect(await three.locator('#faults').innerText()).toMatch(/sta prenotando questo orario|Nessuno disponibile/)
  expect(await three.evaluate(() => document.activeElement?.id)).toBe('faults')
  expect(await three.locator(`.tiles button[value="${at}"]`).count()).toBe(0)
  for (const page of [one, two, three]) await page.context().close()
})
