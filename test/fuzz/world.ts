// What previous answers contained: ids by kind, values by name, fields of forms, parameters of URLs. Later requests use it to get past
// the first checks.
import type { Random } from './random.ts'

const MOST = 40
const MAX_NODES = 400

export type Known = { method: string; path: string; pattern: RegExp; names: string[] }

export type World = {
  /** The service's current time, epoch ms. */
  now: number
  /** Ids that no request may remove: the callers' own. */
  spared: Set<string>
  /** Ids, by kind, of records that other records depend on: mostly left unchanged, and named often. */
  core: Map<string, string[]>
  /** Ids of another tenant. */
  foreign: string[]
  values: Map<string, string[]>
  /** Fields of the forms that lead to a route. */
  fields: Map<string, Map<string, string[]>>
}

export const newWorld = (now: number): World => ({
  ...{ now, spared: new Set<string>(), core: new Map(), foreign: [], values: new Map(), fields: new Map() },
})

function keep(list: string[], value: string, random: Random): void {
  if (list.includes(value)) return
  if (list.length < MOST) list.push(value)
  else list[random.int(0, MOST - 1)] = value
}

function note(world: World, name: string, value: string, random: Random): void {
  if (value === '' || value.length > 300) return
  let list = world.values.get(name)
  if (!list) world.values.set(name, (list = []))
  keep(list, value, random)
}

function noteField(world: World, route: string, name: string, value: string, random: Random): void {
  let fields = world.fields.get(route)
  if (!fields) world.fields.set(route, (fields = new Map()))
  // Names that hostile requests invented must not displace the real ones.
  if (!fields.has(name) && fields.size >= 150) return
  let list = fields.get(name)
  if (!list) fields.set(name, (list = []))
  if (value.length <= 2000) keep(list, value, random)
}

const NAMED_OTHERWISE: Readonly<Record<string, string>> = {
  owner: 'agents',
  other: 'contacts',
  'third-party': 'contacts',
}

/** Names the kind: `items` of /v1/services → services; `apiKey` → api-keys; `serviceIds` → services. */
export function kindOf(name: string): string {
  const stem = name.replace(/(Ids?|_ids?)$/, '')
  const kebab = stem.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
  return NAMED_OTHERWISE[kebab] ?? (kebab.endsWith('s') ? kebab : `${kebab}s`)
}

/** Stores the values of a JSON answer of a resource. */
export function learnJson(world: World, resource: string, body: unknown, random: Random): void {
  let left = MAX_NODES
  const visit = (value: unknown, name: string, kind: string): void => {
    if ((left -= 1) < 0) return
    if (typeof value === 'string' || typeof value === 'number') {
      note(world, name, String(value), random)
      if (name === 'id') note(world, `id of ${kind}`, String(value), random)
      else if (/Ids?$/.test(name)) note(world, `id of ${kindOf(name)}`, String(value), random)
    } else if (Array.isArray(value)) for (const one of value.slice(0, 20)) visit(one, name, kind)
    else if (value !== null && typeof value === 'object')
      for (const [key, child] of Object.entries(value)) {
        const isOwn = key === 'items' || typeof child !== 'object' || child === null
        visit(child, key, isOwn ? kind : kindOf(key))
      }
  }
  visit(body, resource, resource)
}

const decode = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return found === undefined ? undefined : decode(found)
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** Stores the path parameters and query of a URL under its route; returns the route. */
function learnAddress(
  world: World,
  routes: readonly Known[],
  method: string,
  href: string,
  random: Random,
): string | null {
  const url = URL.parse(href, 'http://page.invalid')
  if (url?.host !== 'page.invalid' || !url.pathname.startsWith('/')) return null
  const route = routes.find((r) => r.method === method && r.pattern.test(url.pathname))
  if (!route) return null
  const parts = route.pattern.exec(url.pathname)!
  const id = `${method} ${route.path}`
  route.names.forEach((name, i) => {
    const value = unescaped(parts[i + 1]!)
    note(world, `${name} in ${id}`, value, random)
    note(world, `${name} in any`, value, random)
  })
  for (const [name, value] of url.searchParams) noteField(world, `GET ${route.path}`, name, value, random)
  return id
}

/** Stores what a page leads to: its links, and the fields of its forms. */
export function learnHtml(world: World, routes: readonly Known[], here: string, html: string, random: Random): void {
  for (const [, href = ''] of [...html.matchAll(/<a [^>]*?href="([^"#]*)/g)].slice(0, 120))
    learnAddress(world, routes, 'GET', decode(href), random)
  for (const [, head = '', inside = ''] of html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
    const method = (attribute(head, 'method') ?? 'get').toUpperCase()
    const actions = [attribute(head, 'action') || here]
    for (const [, to = ''] of inside.matchAll(/formaction="([^"]*)"/g)) actions.push(decode(to))
    for (const action of actions) {
      const route = learnAddress(world, routes, method, action, random)
      if (route === null) continue
      for (const [tag] of inside.matchAll(/<(?:input|button)[^>]*>/g)) {
        const name = attribute(tag, 'name')
        if (name !== undefined && name !== 'csrf') noteField(world, route, name, attribute(tag, 'value') ?? '', random)
      }
      for (const [, tag = '', options = ''] of inside.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g))
        for (const [, value = ''] of options.matchAll(/<option\s+value="([^"]*)"/g))
          noteField(world, route, attribute(tag, 'name') ?? '', decode(value), random)
      for (const [, tag = '', text = ''] of inside.matchAll(/<textarea([^>]*)>([\s\S]*?)<\/textarea>/g))
        noteField(world, route, attribute(tag, 'name') ?? '', decode(text).trim(), random)
    }
  }
}
