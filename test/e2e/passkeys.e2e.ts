/// <reference lib="dom" />
// Passkeys in a real browser: set up, used alone and as the second step, by keyboard, on a phone and on a desktop, light and dark.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePerson, PASSWORD } from '../helpers/people.ts'
import { DESKTOP, expectSound, openStage, PHONE, type Stage } from './stage.ts'

const OUT = join(import.meta.dirname, '..', '..', '.tmp', 'passkeys')
let stage: Stage
beforeAll(async () => {
  // Devices store passkeys for host names, not for IP addresses.
  stage = await openStage('localhost')
  mkdirSync(OUT, { recursive: true })
})
afterAll(() => stage.close())

async function look(page: Page, name: string): Promise<void> {
  await expectSound(page, name)
  await page.screenshot({ path: join(OUT, `${page.viewportSize()!.width}_${name}.png`), fullPage: true })
}

/** A device of the page's owner; `isUnlocked`: the owner has unlocked it, for example by fingerprint. */
async function plugIn(page: Page) {
  const client = await page.context().newCDPSession(page)
  await client.send('WebAuthn.enable')
  const { authenticatorId } = await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  })
  return {
    unlock: (isUserVerified: boolean) => client.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}

async function byPassword(page: Page, email: string): Promise<void> {
  await page.goto(`${stage.home}/sign-in`)
  await page.fill('#email', email)
  await page.fill('#password', PASSWORD)
  await page.locator('#password').press('Enter')
}

for (const [viewport, colorScheme] of [
  [DESKTOP, 'light'],
  [PHONE, 'dark'],
] as const)
  test(`a passkey from setting it up to signing in, ${viewport.width} px, ${colorScheme}`, async () => {
    const { service, tenantId } = stage
    const email = `passa${viewport.width}@roccamora.example`
    await makePerson(service, { email, role: 'supervisor', tenantId, name: 'Paola Passa' })
    const page = await stage.open({ viewport, colorScheme })
    const device = await plugIn(page)
    await byPassword(page, email)
    await page.waitForURL('**/agenda')
    await page.goto(`${new URL(stage.home).origin}/agenda/account/second-factor`)
    await page.waitForSelector('form[data-passkey]:visible')
    await look(page, 'set-up')
    // Device not unlocked: the page shows a sentence, and nothing is lost.
    await device.unlock(false)
    await page.fill('#presentKey', PASSWORD)
    await page.locator('#presentKey').press('Enter')
    await page.getByText('Nessuna passkey aggiunta').waitFor({ timeout: 90_000 })
    expect(await page.inputValue('#presentKey')).toBe(PASSWORD)
    await device.unlock(true)
    await page.locator('#presentKey').press('Enter')
    await page.getByRole('heading', { name: 'I tuoi codici di emergenza' }).waitFor()
    await page.goto(`${new URL(stage.home).origin}/agenda/account`)
    await look(page, 'account')
    await page.getByRole('button', { name: 'Esci', exact: true }).click()
    await page.waitForURL('**/sign-in')
    await page.waitForSelector('form[data-passkey]:visible')
    await look(page, 'sign-in')
    await page.getByRole('button', { name: 'Accedi con una passkey' }).focus()
    await Promise.all([page.waitForURL('**/agenda'), page.keyboard.press('Enter')])
    await page.context().clearCookies()
    service.clock.now += 1000
    await byPassword(page, email)
    await page.waitForURL('**/sign-in/code')
    await page.waitForSelector('form[data-passkey]:visible')
    await look(page, 'second-step')
    await page.getByRole('button', { name: 'Accedi con una passkey' }).focus()
    await Promise.all([page.waitForURL('**/agenda'), page.keyboard.press('Enter')])
    await page.goto(`${new URL(stage.home).origin}/agenda/account`)
    await page.getByRole('link', { name: /Rimuovi la passkey/ }).click()
    await look(page, 'remove')
    await page.fill('#present', PASSWORD)
    await page.locator('#present').press('Enter')
    await page.waitForURL('**/agenda/account?done=saved')
    expect(await page.getByRole('link', { name: /Rimuovi la passkey/ }).count()).toBe(0)
    await page.context().close()
  })

test('without script the pages ask for password and code, and show no button that does nothing', async () => {
  const page = await stage.open({ javaScriptEnabled: false })
  await page.goto(`${stage.home}/sign-in`)
  expect(await page.getByRole('button', { name: 'Accedi con una passkey' }).isVisible()).toBe(false)
  await page.context().close()
})
