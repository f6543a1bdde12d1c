// `npm run lighthouse`: checks landing, date and summary page with Lighthouse's mobile profile in Debian's Chromium. Exits non-zero
// below 95 in any category. Three runs per page, the median counts.
import { createServer, type AddressInfo } from 'node:net'
import lighthouse, { type Flags } from 'lighthouse'
import { chromium } from 'playwright-core'
import { startDemo } from '../helpers/demo.ts'
import { ARGUMENTS, openBrowser } from './browser.ts'

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const
const LEAST = 95
const RUNS = 3

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const demo = await startDemo()
const home = `${demo.base}/${demo.slug}`

/** Goes to the summary and returns its URL with the cookies that open it. */
async function summary(): Promise<{ url: string; cookie: string }> {
  const browser = await openBrowser()
  const page = await browser.newPage({ locale: 'it-IT' })
  await page.goto(`${home}/book/time?service=demo-sociale&channel=in_person`)
  await page.locator('.tiles button').first().click()
  await page.waitForURL(/applicant/)
  for (const [name, value] of Object.entries({ firstName: 'Ada', lastName: 'Neri', email: 'ada@posta.example' }))
    await page.fill(`#${name}`, value)
  await page.locator('.actions button').last().click()
  await page.waitForURL(/summary/)
  const cookies = await page.context().cookies()
  const url = page.url()
  await browser.close()
  return { url, cookie: cookies.map((c) => `${c.name}=${c.value}`).join('; ') }
}

const port = await freePort()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [...ARGUMENTS, `--remote-debugging-port=${port}`],
})
const own = await summary()
const pages = [
  { name: 'landing', url: home, cookie: '' },
  { name: 'date', url: `${home}/book/time?service=demo-cie&channel=in_person`, cookie: '' },
  { name: 'summary', url: own.url, cookie: own.cookie },
  { name: 'mine', url: `${home}/mine`, cookie: '' },
]
let low = false
for (const { name, url, cookie } of pages) {
  const scores = new Map<string, number[]>(CATEGORIES.map((c) => [c, []]))
  const faults = new Set<string>()
  for (let run = 0; run < RUNS; run += 1) {
    const flags: Flags = {
      port,
      onlyCategories: [...CATEGORIES],
      logLevel: 'error',
      // Search engines must not index the page of one person, on purpose.
      ...(name === 'summary' ? { skipAudits: ['is-crawlable'] } : {}),
      ...(cookie === '' ? {} : { extraHeaders: { Cookie: cookie }, disableStorageReset: true }),
    }
    const { lhr } = (await lighthouse(url, flags))!
    for (const category of CATEGORIES)
      scores.get(category)!.push(Math.round((lhr.categories[category]?.score ?? 0) * 100))
    const audits = CATEGORIES.flatMap((category) => lhr.categories[category]?.auditRefs ?? [])
    for (const { id, weight } of audits)
      if (weight > 0 && (lhr.audits[id]?.score ?? 1) < 0.9) faults.add(`${id} ${lhr.audits[id]?.displayValue ?? ''}`)
  }
  const medians = CATEGORIES.map((category) => {
    const median = scores.get(category)!.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!
    if (median < LEAST) low = true
    return `${category} ${median}`
  })
  console.log(`${name.padEnd(8)} ${medians.join(', ')}${faults.size > 0 ? `\n  ${[...faults].join('\n  ')}` : ''}`)
}
await browser.close()
await demo.stop()
process.exitCode = low ? 1 : 0
