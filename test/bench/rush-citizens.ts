// Citizens of a rush, in a process of their own: each arrives, stands in line, looks as often as the page says, and books when it is
// their turn. Only on loopback, and until the deadline.
import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export type RushPlan = {
  ports: number[]
  serviceId: string
  /** How many, and in how many ms from now each arrives. */
  arrivals: number[]
  /** Dates (YYYY-MM-DD) among which they choose. */
  days: string[]
  /** When they give up, ms from now. */
  deadline: number
}
export type RushResult = {
  /** By citizen: ms from the start at which the turn came, null = still in line. */
  entered: (number | null)[]
  booked: number
  /** Held a time and could not confirm it. */
  lostHolds: number
  /** Found a time taken that the page had offered. */
  taken: number
  gaveUp: number
  errors: Record<string, number>
  /** Milliseconds until the whole answer was there. */
  waiting: number[]
  booking: number[]
}

const agent = new Agent({ keepAlive: true, maxSockets: 400 })
const result: RushResult = {
  ...{ entered: [], booked: 0, lostHolds: 0, taken: 0, gaveUp: 0, errors: {}, waiting: [], booking: [] },
}

type Shown = { url: string; html: string }
type Citizen = {
  get: (url: string) => Promise<Shown>
  submit: (page: Shown, part: string, more?: Record<string, string>) => Promise<Shown>
}

const decode = (text: string): string => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"')
/** Values of the times that a page offers. */
const timesIn = (html: string): string[] =>
  [...html.matchAll(/<button[^>]*?name="at"[^>]*?value="([^"]*)"/g)].map((m) => decode(m[1]!))

/** Action and hidden fields of the form whose action contains `part`. Reads little, so that the measured times are those of the service. */
function formIn({ html, url }: Shown, part: string): { action: string; fields: Record<string, string> } {
  for (let at = html.indexOf('<form'); at >= 0; at = html.indexOf('<form', at + 1)) {
    const form = html.slice(at, html.indexOf('</form>', at))
    const action = decode(/action="([^"]*)"/.exec(form)?.[1] ?? '')
    if (!action.includes(part)) continue
    const fields: Record<string, string> = {}
    for (const [tag] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g))
      fields[/name="([^"]*)"/.exec(tag)![1]!] = decode(/value="([^"]*)"/.exec(tag)?.[1] ?? '')
    return { action: action === '' ? url : action, fields }
  }
  throw new Error(`no form for ${part} at ${url.split('?')[0]}: ${/<h1[^>]*>([^<]*)/.exec(html)?.[1]}`)
}

/** A browser with a cookie jar: follows redirects. */
function newCitizen(port: number, network: string): Citizen {
  const jar = new Map<string, string>()
  const send = (method: string, url: string, body?: string): Promise<Shown> =>
    new Promise((resolve, reject) => {
      const headers: Record<string, string> = {
        'x-forwarded-for': network,
        accept: url.endsWith('/line') ? 'application/json' : 'text/html',
      }
      if (jar.size > 0) headers.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded'
      const began = performance.now()
      const call = httpRequest({ port, host: '127.0.0.1', method, path: url, headers, agent }, (answer) => {
        let html = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => (html += chunk))
        answer.on('end', () => {
          const isWaiting = url.endsWith('/line') || html.includes('in-line')
          result[isWaiting ? 'waiting' : 'booking'].push(performance.now() - began)
          const status = answer.statusCode!
          if (status >= 500 || status === 429) result.errors[status] = (result.errors[status] ?? 0) + 1
          for (const line of answer.headers['set-cookie'] ?? []) {
            const [pair = ''] = line.split(';')
            const at = pair.indexOf('=')
            jar.set(pair.slice(0, at), pair.slice(at + 1))
          }
          if (status < 300 || status >= 400) return resolve({ url, html })
          const to = new URL(answer.headers.location!, `http://x${url}`)
          send('GET', to.pathname + to.search).then(resolve, reject)
        })
      })
      call.on('error', reject)
      call.end(body)
    })
  return {
    get: (url) => send('GET', url),
    submit(page, part, more = {}) {
      const { action, fields } = formIn(page, part)
      return send('POST', action, new URLSearchParams({ ...fields, ...more }).toString())
    },
  }
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!

/** Waits in line; the page of times once it is the citizen's turn, null at the deadline. */
async function standInLine(citizen: Citizen, first: Shown, url: string, isOver: () => boolean): Promise<Shown | null> {
  let page = first
  if (page.html.includes('action="/misura/line"')) page = await citizen.submit(page, '/line')
  while (page.html.includes('data-line')) {
    let again = Number(/data-again="(\d+)"/.exec(page.html)![1])
    for (;;) {
      await sleep(again * 1_000 * (0.85 + Math.random() * 0.3))
      if (isOver()) return null
      const seen = JSON.parse((await citizen.get('/misura/line')).html) as { isTurn: boolean; again: number }
      if (seen.isTurn) break
      again = seen.again
    }
    page = await citizen.get(url)
  }
  return page
}

async function book(citizen: Citizen, first: Shown, n: number): Promise<void> {
  let page = first
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const times = timesIn(page.html)
    if (times.length === 0) break
    const next = await citizen.submit(page, '/book/time', { at: pick(times) })
    if (next.url.includes('/applicant')) {
      const who = { firstName: 'Ada', lastName: `N${n}`, email: `n${n}@posta.example`, phone: '' }
      const summary = await citizen.submit(next, '/applicant', who)
      const done = await citizen.submit(summary, 'summary', { consent: 'yes' })
      if (/\/(confirmed|activation)$/.test(done.url)) result.booked += 1
      else result.lostHolds += 1
      return
    }
    result.taken += 1
    page = next
  }
  result.gaveUp += 1
}

async function live(plan: RushPlan, n: number, began: number): Promise<void> {
  await sleep(plan.arrivals[n])
  const isOver = (): boolean => performance.now() - began > plan.deadline
  const network = `10.${(n >> 14) & 255}.${(n >> 7) & 127}.${n & 127}`
  const citizen = newCitizen(plan.ports[n % plan.ports.length]!, network)
  const day = pick(plan.days)
  const url = `/misura/book/time?service=${plan.serviceId}&channel=in_person&month=${day.slice(0, 7)}&day=${day}`
  const page = await standInLine(citizen, await citizen.get(url), url, isOver)
  if (!page) return
  result.entered[n] = performance.now() - began
  await book(citizen, page, n)
}

let text = ''
for await (const chunk of process.stdin) text += String(chunk)
const plan = JSON.parse(text) as RushPlan
result.entered = plan.arrivals.map(() => null)
const began = performance.now()
await Promise.all(
  plan.arrivals.map((_, n) =>
    live(plan, n, began).catch((error: unknown) => {
      const name = String(error).slice(0, 120)
      result.errors[name] = (result.errors[name] ?? 0) + 1
    }),
  ),
)
process.stdout.write(JSON.stringify(result))
