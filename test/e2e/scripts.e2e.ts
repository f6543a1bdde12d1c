/// <reference lib="dom" />
// The script designer in Chromium: a script made by keyboard, saved by itself, refused with its faults, repaired, previewed, published,
// compared and taken back; its file goes out and comes in again; the next contact gets the new version.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorkspaceStage, type WorkspaceStage } from './workspace-stage.ts'
import { looker, PHONE } from './stage.ts'

const OUT = join(import.meta.dirname, '..', '..', '.tmp', 'scripts')
let stage: WorkspaceStage
let origin = ''
beforeAll(async () => {
  stage = await openWorkspaceStage()
  origin = stage.origin
})
afterAll(() => stage.close())

const look = looker('scripts')
const saved = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.getElementById('saved')?.textContent === 'Salvato.')
const field = (page: Page, label: string) => page.locator('#step').getByLabel(label, { exact: true })
const idIn = (page: Page): string => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(page.url())![0]

test('a script is made, refused with its faults, repaired, previewed and published', async () => {
  const page = await stage.enter('admin', { viewport: { width: 1440, height: 900 } })
  await page.goto(`${origin}/agenda/scripts`)
  await look(page, 'list')
  await page.fill('#name', 'Prova di copione')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#drawing .node')
  const id = idIn(page)
  await look(page, 'new')
  // By keyboard: the first step is chosen in the list, and a question comes after it.
  await page.locator('#outline button').first().focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Nuovo passo dopo questo' }).press('Enter')
  await page.waitForFunction(() => document.querySelectorAll('#outline li').length === 3)
  await field(page, 'Nome').fill('Quartiere')
  await field(page, 'Testo in italiano').fill('In quale quartiere abita, {{contact.firstName}}? {{contact.signo}}')
  await field(page, 'Testo in inglese').fill('Which part of the town do you live in?')
  await field(page, 'Risposta').selectOption({ label: 'Una tra più' })
  await page.getByRole('button', { name: 'Un’altra scelta' }).click()
  await page.getByRole('button', { name: 'Un’altra scelta' }).click()
  const options = page.locator('.options li')
  for (const [i, [it, en]] of [
    ['Centro', 'Centre'],
    ['Fuori', 'Outside'],
  ].entries()) {
    await options.nth(i).getByLabel('Italiano').fill(it!)
    await options.nth(i).getByLabel('Inglese').fill(en!)
  }
  // A choice leads to a new step of its own.
  await options.nth(1).getByRole('button', { name: '+ nuovo passo' }).click()
  await page.waitForFunction(() => document.querySelectorAll('#outline li').length === 4)
  await saved(page)
  await page.locator('#checks', { hasText: 'Variabile sconosciuta: contact.signo' }).waitFor()
  await page.locator('.publish').click()
  await page.waitForSelector('.notice.warning[role=alert]')
  await look(page, 'refused')
  // Each finding leads to its step.
  await page.locator('#checks button', { hasText: 'Variabile sconosciuta' }).click()
  await field(page, 'Testo in italiano').fill('In quale quartiere abita, {{contact.firstName}}?')
  await page.locator('#checks button', { hasText: 'Manca il testo' }).first().click()
  await field(page, 'Testo in italiano').fill('Ha un mezzo per venire?')
  await field(page, 'Testo in inglese').fill('Do you have a way to come?')
  await page.waitForFunction(() => document.getElementById('checks')!.innerText.includes('Niente impedisce'))
  await look(page, 'sound')
  await page.locator('.tabs a', { hasText: 'Anteprima' }).click()
  await page.waitForURL('**/preview')
  await page.locator('#say button', { hasText: 'Continua' }).click()
  expect(await page.locator('#say .step').innerText()).toBe('In quale quartiere abita, Maria?')
  await page.locator('#say button', { hasText: 'Fuori' }).click()
  expect(await page.locator('#say .step').innerText()).toBe('Ha un mezzo per venire?')
  await look(page, 'preview')
  await page.locator('.publish').click()
  await page.waitForURL('**done=published')
  expect(await stage.api(page, 'GET', `/scripts/${id}`)).toMatchObject({ publishedVersion: 1 })
  await page.close()
})

test('what has changed since a version is shown, and the version comes back', async () => {
  const page = await stage.enter('admin')
  await page.goto(`${origin}/agenda/scripts`)
  await page.locator('.entry a', { hasText: 'Prova di copione' }).click()
  await page.waitForSelector('#drawing .node')
  await field(page, 'Testo in italiano').fill('Buon pomeriggio, sono {{agent.name}}.')
  await saved(page)
  await page.locator('.tabs a', { hasText: 'Versioni' }).click()
  await page.locator('a', { hasText: 'Confronta' }).click()
  expect(await page.locator('#difference').innerText()).toContain('Buon pomeriggio')
  await look(page, 'versions')
  await page.locator('button', { hasText: 'Riprendila' }).click()
  await page.waitForURL('**done=restored')
  expect(await field(page, 'Testo in italiano').inputValue()).toContain('Buongiorno, sono')
  // Undo, and a lost connection: what is typed stays and is saved later.
  await field(page, 'Testo in italiano').fill('Altro')
  await page.getByRole('button', { name: 'Annulla', exact: true }).click()
  await page.locator('#outline button').first().click()
  expect(await field(page, 'Testo in italiano').inputValue()).toContain('Buongiorno, sono')
  await page.context().setOffline(true)
  await field(page, 'Testo in italiano').fill('Scritto senza connessione')
  await page.waitForFunction(() => document.getElementById('saved')?.textContent?.includes('manca la connessione'))
  await page.context().setOffline(false)
  await saved(page)
  await page.reload()
  await page.waitForSelector('#drawing .node')
  expect(await field(page, 'Testo in italiano').inputValue()).toBe('Scritto senza connessione')
  await page.close()
})

test('a second author is told, and neither loses what they wrote', async () => {
  const [one, two] = [await stage.enter('admin'), await stage.enter('admin')]
  await one.goto(`${origin}/agenda/scripts`)
  await one.locator('.entry a', { hasText: 'Prova di copione' }).click()
  await one.waitForSelector('#drawing .node')
  await two.goto(one.url())
  await two.waitForSelector('#drawing .node')
  await field(one, 'Nome').fill('Saluto')
  await saved(one)
  await field(two, 'Nome').fill('Inizio')
  await two.waitForFunction(() => document.getElementById('saved')?.textContent?.includes('un collega ha cambiato'))
  await two.getByRole('button', { name: 'Tieni la mia' }).click()
  await saved(two)
  await one.close()
  await two.close()
})

test('its file goes out and comes in again; a wrong one is refused with the place of its faults', async () => {
  const page = await stage.enter('admin')
  await page.goto(`${origin}/agenda/scripts`)
  await page.locator('.entry a', { hasText: 'Avviso TARI' }).click()
  await page.waitForSelector('#drawing .node')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('a', { hasText: 'Esporta' }).click(),
  ])
  const path = join(OUT, 'tari.json')
  await download.saveAs(path)
  const script = JSON.parse(readFileSync(path, 'utf8'))
  const schema = await (await page.request.get(`${origin}${script.$schema}`)).json()
  expect(schema).toMatchObject({ title: 'Agenda script', type: 'object' })
  await page.goto(`${origin}/agenda/scripts`)
  const wrong = join(OUT, 'wrong.json')
  writeFileSync(wrong, JSON.stringify({ ...script, steps: [{ id: 'Uno', kind: 'say' }] }))
  await page.setInputFiles('#script-file', wrong)
  await page.waitForFunction(() => document.querySelector('#import .fault')?.textContent?.includes('/steps/0'))
  await page.setInputFiles('#script-file', path)
  await page.waitForURL(/scripts\/[0-9a-f-]{36}$/)
  await page.waitForSelector('#drawing .node')
  expect(await page.locator('#outline li').count()).toBe(script.steps.length)
  await look(page, 'imported')
  await page.close()
})

test('on a phone the list and the form come before the drawing; figures tell where conversations end', async () => {
  const page = await stage.enter('admin', { viewport: PHONE, colorScheme: 'dark' })
  await page.goto(`${origin}/agenda/scripts`)
  await page.locator('.entry a', { hasText: 'Soddisfazione' }).click()
  await page.waitForSelector('#drawing .node')
  await look(page, 'phone dark')
  await page.locator('.tabs a', { hasText: 'Cifre' }).click()
  await look(page, 'figures dark')
  await page.close()
})
