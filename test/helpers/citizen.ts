// A citizen with a browser without JavaScript: follows links and redirects, keeps cookies, fills in forms as served.
import type { FastifyInstance } from 'fastify'
import { solveChallenge, type Challenge } from 'altcha-lib'
import { deriveKey as argon2 } from 'altcha-lib/algorithms/argon2id'
import { deriveKey as sha } from 'altcha-lib/algorithms/sha'

export type Shown = { status: number; url: string; html: string; headers: Record<string, unknown>; text: string }
export type Citizen = ReturnType<typeof newCitizen>

const decode = (text: string): string =>
  text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')

/**
 * Names and values of the form (or of the form of the button) whose action contains `part`: hidden fields, typed values, checked
 * choices.
 */
export function formOf(html: string, part: string): { action: string; fields: [string, string][] } {
  const forms = [...html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)]
  // A button can send the form to another URL than the form itself.
  const exact = forms.find((m) => decode(m[1]!) === part)
  const button = exact
    ? undefined
    : [...html.matchAll(/formaction="([^"]*)"/g)].find((m) => decode(m[1]!).includes(part))
  const form =
    exact ??
    (button
      ? (forms.find((m) => m[2]!.includes(button[0])) ?? forms.find((m) => /\sid="step"/.test(m[0])))
      : forms.find((m) => decode(m[1]!).includes(part)))
  if (!form) throw new Error(`no form for ${part}`)
  const fields: [string, string][] = []
  for (const [tag] of form[2]!.matchAll(/<input[^>]*>/g)) {
    const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
    const type = attribute('type') ?? 'text'
    if (['radio', 'checkbox'].includes(type) && !/\schecked/.test(tag)) continue
    const name = attribute('name')
    if (name !== undefined) fields.push([name, decode(attribute('value') ?? '')])
  }
  for (const [, tag = '', options = ''] of form[2]!.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)) {
    const name = /\sname="([^"]*)"/.exec(tag)?.[1]
    const all = [...options.matchAll(/<option\s+value="([^"]*)"([^>]*)>/g)]
    const chosen = all.find((option) => /selected/.test(option[2]!)) ?? all[0]
    if (name !== undefined && chosen) fields.push([name, decode(chosen[1]!)])
  }
  for (const [, name, value] of form[2]!.matchAll(/<textarea[^>]*name="([^"]*)"[^>]*>\n?([\s\S]*?)<\/textarea>/g))
    fields.push([name!, decode(value!)])
  return { action: decode((button ?? form)[1]!), fields }
}

/** Throws if two elements of a page have the same id: labels and links would lead to the wrong one. */
function refuseTwins(url: string, html: string): void {
  const ids = [...html.matchAll(/<[a-z][^>]*?\sid="([^"]*)"/g)].map((m) => m[1]!)
  const twins = ids.filter((id, i) => ids.indexOf(id) !== i)
  if (twins.length > 0) throw new Error(`${url} has ids twice: ${[...new Set(twins)].join(', ')}`)
}

/** Values of the times that a page offers on the day that is open. */
export const timesIn = (html: string): string[] =>
  [...html.matchAll(/<button[^>]*name="at"[^>]*>/g)].map(([tag]) => /value="([^"]*)"/.exec(tag)![1]!)

/** The nth time from the open day on, and the page that offers it: follows the links to the days after it. */
export async function nthTime(citizen: Citizen, first: Shown, n: number): Promise<{ page: Shown; at: string }> {
  let page = first
  for (let left = n; ;) {
    const times = timesIn(page.html)
    if (left < times.length) return { page, at: times[left]! }
    left -= times.length
    const next = /class="next-day">\s*<a href="([^"]*)"/.exec(page.html)?.[1]
    if (next === undefined) throw new Error(`no ${n}th time`)
    page = await citizen.get(decode(next).split('#')[0]!)
  }
}

export function newCitizen(app: FastifyInstance, headers: Record<string, string> = {}) {
  const jar = new Map<string, string>()
  const visited: string[] = []

  async function send(
    method: 'GET' | 'POST',
    url: string,
    fields?: [string, string][],
    more: Record<string, string> = {},
  ): Promise<Shown> {
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    visited.push(url)
    const answer = await app.inject({
      method,
      url,
      headers: {
        'accept-language': 'it',
        ...headers,
        ...more,
        ...(cookies === '' ? {} : { cookie: cookies }),
        ...(fields ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(fields ? { payload: new URLSearchParams(fields).toString() } : {}),
    })
    for (const cookie of answer.cookies) jar.set(cookie.name, cookie.value)
    if (answer.statusCode >= 300 && answer.statusCode < 400) {
      const to = new URL(String(answer.headers.location), `http://x${url}`)
      return send('GET', to.pathname + to.search)
    }
    const html = answer.body
    refuseTwins(url, html)
    const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? html
    const text = decode(main.replace(/<(script|style)[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]+>/g, ' ')).replace(
      /\s+/g,
      ' ',
    )
    return { status: answer.statusCode, url, html, headers: answer.headers, text }
  }

  /** Submits the form of a page with some fields changed; a value of null leaves a field out. */
  async function submit(
    page: Shown,
    part: string,
    changes: Record<string, string | string[] | null> = {},
  ): Promise<Shown> {
    const { action, fields } = formOf(page.html, part)
    const kept = fields.filter(([name]) => !(name in changes))
    const given = Object.entries(changes).flatMap(([name, value]) =>
      value === null ? [] : [value].flat().map((v): [string, string] => [name, v]),
    )
    return send('POST', action === '' ? page.url : action, [...kept, ...given])
  }

  return {
    jar,
    visited,
    get: (url: string, more: Record<string, string> = {}) => send('GET', url, undefined, more),
    post: (url: string, f: [string, string][]) => send('POST', url, f),
    submit,
  }
}

/** Solves the challenge of a summary page; the browser tests run the page's own worker, which takes a hundred times as long. */
export async function solve(html: string): Promise<string> {
  const challenge = JSON.parse(decode(/data-challenge="([^"]*)"/.exec(html)![1]!)) as Challenge
  const deriveKey = challenge.parameters.algorithm === 'SHA-256' ? sha : argon2
  const solution = await solveChallenge({ challenge, deriveKey })
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')
}

/** From the form for personal details to the end: types them, agrees and confirms. Returns the page of the appointment without `/confirmed`. */
export async function confirmAs(citizen: Citizen, form: Shown, who: Record<string, string>): Promise<string> {
  const summary = await citizen.submit(form, '/applicant', who)
  if (!summary.url.includes('/summary')) throw new Error(`no summary: ${summary.url} ${summary.text}`)
  const done = await citizen.submit(summary, 'summary', { consent: 'yes', altcha: await solve(summary.html) })
  if (!done.url.endsWith('/confirmed')) throw new Error(`not confirmed: ${done.url} ${done.text}`)
  return done.url.replace('/confirmed', '')
}
