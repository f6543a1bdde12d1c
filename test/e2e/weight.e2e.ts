// What a page transfers: at most 60 KB the first time, at most 15 KB each time after; every transferred byte counts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { CIE, confirm, openStage, pick, press, somebody, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => (stage = await openStage()))
afterAll(() => stage.close())

const FIRST = 60 * 1024
const LATER = 15 * 1024

async function meter(page: Page): Promise<() => number> {
  const session = await page.context().newCDPSession(page)
  let bytes = 0
  await session.send('Network.enable')
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  return () => {
    const sum = bytes
    bytes = 0
    return sum
  }
}

test('each page is light, the first time and after', async () => {
  const sizes: [string, number][] = []
  const note = async (page: Page, taken: () => number, name: string) => {
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(300)
    sizes.push([name, taken()])
  }
  for (const [name, path] of Object.entries({
    landing: '',
    place: '/book?service=demo-tributi',
    time: `/book/time?${CIE}`,
  })) {
    const page = await stage.open()
    const taken = await meter(page)
    await page.goto(`${stage.home}${path}`)
    await note(page, taken, `first: ${name}`)
    await page.context().close()
  }
  const page = await stage.open()
  const taken = await meter(page)
  await page.goto(stage.home)
  await note(page, taken, 'first: landing again')
  await page.goto(`${stage.home}/book/time?${CIE}`)
  await note(page, taken, 'time')
  await page.getByRole('link', { name: 'Giorni successivi' }).click()
  await page.waitForURL(/from=2026-12|from=2027-01/)
  await note(page, taken, 'later days')
  await pick(page)
  await note(page, taken, 'details')
  await page.getByLabel('Rinnovo').check()
  await press(page, /applicant/)
  await note(page, taken, 'applicant')
  for (const [name, value] of Object.entries(somebody())) await page.fill(`#${name}`, value)
  await press(page, /summary/)
  await note(page, taken, 'summary')
  await confirm(page)
  await note(page, taken, 'confirmed')
  console.log(sizes.map(([name, bytes]) => `${name}: ${(bytes / 1024).toFixed(1)} KB`).join('\n'))
  for (const [name, bytes] of sizes) {
    expect(bytes, name).toBeGreaterThan(500)
    expect(bytes, name).toBeLessThanOrEqual(name.startsWith('first') ? FIRST : LATER)
  }
  await page.context().close()
})
