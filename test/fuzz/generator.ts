// PURE. Generates requests from the API description and the table of routes: for every operation and page, from valid to hostile. The
// same seed and the same knowledge give the same request.
import { randomOf, seedOf, type Random } from './random.ts'
import {
  boundaryFor,
  dayText,
  deepJson,
  hostileText,
  hostileValue,
  instantText,
  jsonOf,
  longText,
  spoil,
  validFor,
  type Schema,
} from './values.ts'
import { kindOf, type Known, type World } from './world.ts'

type Parameter = { in: string; name: string; required?: boolean; schema: Schema }
export type Operation = Known & {
  /** `METHOD /path/{id}` */
  route: string
  isPage: boolean
  parameters: Parameter[]
  /** Schemas by media type; empty for routes that take text and describe no body. */
  bodies: Record<string, Schema>
}

/** The caller's credentials, kept up to date by callers.ts. */
export type Credentials = {
  name: string
  headers: Record<string, string>
  csrf: string | null
  cookies: Map<string, string>
  slug: string
}

export type FuzzRequest = {
  n: number
  route: string
  caller: string
  method: string
  url: string
  headers: Record<string, string>
  body: string | undefined
  /** Client address as a proxy would send it: limits count by it. */
  from: string
  kind: string
  /** The answer never ends by itself: its head is enough. */
  isStream: boolean
}

type Description = { paths: Record<string, Record<string, any>> }
const MEDIA = 'application/json'

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path
      .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
      .replace(/\{\w+\}/g, '([^/]+)')
      .replace('\\*', '.*')}$`,
  )
const namesOf = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!)

/** All operations of the description, and the routes that it does not describe: pages, forms, health. */
export function operationsOf(
  description: Description,
  routes: readonly { method: string; url: string }[],
): Operation[] {
  const found = new Map<string, Operation>()
  const add = (method: string, path: string, more: Partial<Operation>): void => {
    const route = `${method} ${path}`
    if (found.has(route)) return
    const isPage = !path.startsWith('/v1/')
    const of = { method, path, route, pattern: patternOf(path), names: namesOf(path) }
    found.set(route, { ...of, isPage, parameters: [], bodies: {}, ...more })
  }
  for (const [path, methods] of Object.entries(description.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const content = Object.entries<{ schema?: Schema }>(operation.requestBody?.content ?? {})
      const bodies = Object.fromEntries(content.map(([type, { schema }]) => [type, schema ?? {}]))
      add(method.toUpperCase(), path, { parameters: operation.parameters ?? [], bodies })
    }
  for (const { method, url } of routes)
    if (method !== 'HEAD' && method !== 'OPTIONS') add(method, url.replace(/:(\w+)/g, '{$1}'), {})
  // Routes with fewer parameters first: /new before /{id}.
  return [...found.values()].sort((a, b) => a.names.length - b.names.length || a.route.localeCompare(b.route))
}

/** Routes that are never called, or only partly, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'POST /agenda/sign-out': 'ends the session of the caller',
  'POST /agenda/account/sessions/end': 'ends the sessions of the caller elsewhere, which other requests use',
}
/** Password hashing is slow on purpose and waits for its threads, so these routes are exempt from the time limit. */
export const HASHING =
  /^POST \/(\{tenant\}\/(sign-in|password|welcome|first)|agenda\/(account\/(password|second-factor)|set-up))/

const TAKING = /^DELETE|\/(archive|removal|erasure|cancellation|cancel|merge)$/

/** URLs that would remove a caller's own key, account or session: skipped when they name one. */
const ENDING = /revocation|\/users\/|\/sessions\/|\/keys|^\/v1\/tenants\//

const isStream = (path: string): boolean => path.endsWith('/stream')

const HOSTILE_PARTS = [
  '..%2f..',
  '..%2F..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '%00',
  '%',
  '%zz',
  '%ED%A0%80',
  '%C0%AF',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '.',
  '..',
  '*',
  '-1',
  '0',
  'null',
  'undefined',
  'NaN',
  'new',
  '%F0%9F%98%80',
  '%20',
  '%09',
  '%0d%0a',
  '%3Fa%3Db',
  '%23x',
  '%2F',
  '%252e%252e%252f',
  '{id}',
  ':id',
  '[object%20Object]',
  "';--",
  '%5c..%5c',
  '1e9',
  'a;b=c',
  '%E2%80%AE',
]

/** Percent-encodes any text; a lone surrogate becomes bytes that no decoder accepts. */
export function encode(text: string): string {
  return text.isWellFormed()
    ? encodeURIComponent(text)
    : encodeURIComponent(text.toWellFormed()).replaceAll('%EF%BF%BD', '%ED%A0%80')
}

function resourceOf(path: string, name: string): string {
  const parts = path.split('/')
  const before = parts[parts.indexOf(`{${name}}`) - 1] ?? ''
  return name === 'id' && before !== '' && !before.startsWith('{') ? before : kindOf(name)
}

function pathValue(op: Operation, p: Parameter, credentials: Credentials, world: World, random: Random): string {
  if (p.name === 'tenant' && random.chance(0.93)) return credentials.slug
  if (random.chance(0.08)) {
    const id = random.pick(world.values.get('id') ?? ['x'])
    const hostile = [
      ...HOSTILE_PARTS,
      `urn:uuid:${id}`,
      id.toUpperCase(),
      id.replaceAll('-', ''),
      `%20${id}`,
      `${id}%00`,
      'a'.repeat(199),
      'a'.repeat(201),
      '9'.repeat(3000),
    ]
    return random.pick(hostile)
  }
  if (world.foreign.length > 0 && random.chance(0.02)) return random.pick(world.foreign)
  const core = world.core.get(resourceOf(op.path, p.name))
  if (core && random.chance(op.method === 'GET' ? 0.5 : 0.2)) return random.pick(core)
  const known = world.values.get(`${p.name} in ${op.route}`) ?? world.values.get(`${p.name} in any`)
  const ids = world.values.get(`id of ${resourceOf(op.path, p.name)}`)
  if (known && (ids === undefined || random.chance(op.path.startsWith('/{tenant}') ? 0.85 : 0.5)))
    return encode(random.pick(known))
  if (ids && random.chance(0.95)) return encode(random.pick(ids))
  return encode(String(validFor(p.schema, p.name, world, random)))
}

type Pair = [name: string, value: string]
const shown = (value: unknown): string => (typeof value === 'object' ? jsonOf(value) : String(value))

/** Query of an API operation, or of a page: the parameters that its links and forms are known to send. */
function queryPairs(op: Operation, world: World, random: Random): Pair[] {
  const pairs: Pair[] = []
  for (const p of op.parameters.filter((q) => q.in === 'query')) {
    if (!p.required && !random.chance(0.3)) continue
    const value = random.chance(0.12) ? boundaryFor(p.schema, random) : validFor(p.schema, p.name, world, random)
    for (const one of [value].flat()) pairs.push([p.name, shown(one)])
  }
  if (op.isPage) {
    const [share, isKnown] = random.pick<[number, boolean]>([
      [0.9, true],
      [0.6, true],
      [0.5, false],
    ])
    for (const [name, values] of world.fields.get(`GET ${op.path}`) ?? [])
      if (random.chance(share))
        pairs.push([name, isKnown && values.length > 0 ? random.pick(values) : fieldValue(name, values, world, random)])
  }
  return pairs
}

function spoilPairs(pairs: Pair[], random: Random): void {
  for (let i = random.int(1, 2); i > 0; i -= 1) {
    const name = pairs.length > 0 ? random.pick(pairs)[0] : random.pick(['limit', 'cursor', 'from', 'lang', 'zz'])
    const value = random.chance(0.08) ? longText(random).slice(0, 6000) : hostileText(random).slice(0, 3000)
    switch (random.weighed({ set: 6, twice: 2, array: 1, nested: 1, unknown: 1 })) {
      case 'set':
        pairs.splice(0, pairs.length, ...pairs.filter(([n]) => n !== name), [name, value])
        break
      case 'twice':
        pairs.push([name, value])
        break
      case 'array':
        pairs.push([`${name}[]`, value])
        break
      case 'nested':
        pairs.push([`${name}[${random.pick(['a', '__proto__', '0'])}]`, value])
        break
      default:
        pairs.push([random.pick(['__proto__', 'constructor', 'zz', '', 'toString', 'a\0']), value])
    }
  }
}

const encoded = (pairs: readonly Pair[]): string => pairs.map(([n, v]) => `${encode(n)}=${encode(v)}`).join('&')

function fieldValue(name: string, values: readonly string[], world: World, random: Random): string {
  if (random.chance(0.12)) return hostileText(random).slice(0, 5000)
  const known = values.filter((v) => v !== '')
  if (known.length > 0 && random.chance(0.7)) return random.pick(known)
  if (/^(day|date|from|to|first|last|week|month)/i.test(name))
    return random.chance(0.6) ? dayText(world, random) : instantText(world, random)
  if (/email/i.test(name)) return `persona${random.int(1, 500)}@posta.invalid`
  if (/phone|number/i.test(name)) return `+39320555${random.int(1000, 9999)}`
  if (/^(at|start|when)$/i.test(name)) return instantText(world, random)
  const seen = world.values.get(name)
  if (seen && random.chance(0.5)) return random.pick(seen)
  return random.pick(['prova', '1', '30', 'on', '', 'Rossi', '2026-11-24', '09:00'])
}

function formBody(op: Operation, credentials: Credentials, world: World, random: Random): string {
  const pairs: Pair[] = []
  if (credentials.csrf !== null && random.chance(0.95)) pairs.push(['csrf', credentials.csrf])
  for (const [name, values] of world.fields.get(op.route) ?? [])
    if (random.chance(0.85)) pairs.push([name, fieldValue(name, values, world, random)])
  if (random.chance(0.25)) spoilPairs(pairs, random)
  return encoded(pairs)
}

const TEXTS: Record<string, (random: Random, world: World) => string> = {
  'text/csv': (random) =>
    `number,country,reason,priority,not_before\n${Array.from({ length: random.int(0, 4) }, () => `+39320555${random.int(1000, 9999)},IT,"${hostileText(random).slice(0, 200).replaceAll('"', '""')}",${random.pick(['1', '-1', '', 'x', '1e9'])},${random.pick(['', '2026-11-24T10:00:00Z', 'x'])}`).join('\n')}\n`,
  'application/x-ndjson': (random) =>
    Array.from({ length: random.int(0, 4) }, () =>
      random.chance(0.7)
        ? jsonOf({
            number: `+39320555${random.int(1000, 9999)}`,
            reason: hostileValue(random),
            [random.pick(['country', 'priority', 'not_before', '__proto__'])]: hostileValue(random),
          })
        : hostileText(random),
    ).join('\n'),
  'text/calendar': (random, world) =>
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'BEGIN:VAVAILABILITY',
      `DTSTART:${random.pick(['20260101T000000Z', '00010101', '99991231T235959', 'x'])}`,
      'BEGIN:AVAILABLE',
      'DTSTART;TZID=Europe/Rome:20260105T090000',
      `DTEND;TZID=${random.pick(['Europe/Rome', 'Mars/Olympus', 'UTC'])}:20260105T130000`,
      String(validFor({ type: 'string' }, 'rrule', world, random)).replace(/^(RRULE:)?/, 'RRULE:'),
      'END:AVAILABLE',
      'END:VAVAILABILITY',
      random.chance(0.9) ? 'END:VCALENDAR' : hostileText(random),
    ].join('\r\n'),
  'message/rfc822': (random, world) =>
    `From: ${random.pick(['a@posta.invalid', '', '<>', hostileText(random).slice(0, 200)])}\r\nTo: no-reply+${random.pick(world.values.get('id of messages') ?? ['x'])}@agenda.example\r\nContent-Type: ${random.pick(['text/plain', 'multipart/mixed; boundary=x', 'multipart/report; report-type=delivery-status; boundary=x', 'text/calendar; method=REPLY', 'x'])}\r\n\r\n${random.chance(0.5) ? '--x\r\n'.repeat(random.int(0, 400)) : hostileText(random)}`,
}

type Sent = { body: string | undefined; type: string | null; kind: string }

function spoiltText(text: string, random: Random): string {
  switch (random.weighed({ cut: 4, nul: 1, end: 2, twice: 1, bom: 1 })) {
    case 'cut':
      return text.slice(0, random.int(0, text.length))
    case 'nul':
      return text.replace(/[a-z]/, '\0')
    case 'end':
      return `${text}${random.pick(['}', ',', 'x', '\0', '//'])}`
    case 'twice':
      return text + text
    default:
      return `\ufeff${text}`
  }
}

function jsonBody(schema: Schema, world: World, random: Random): Sent {
  const kind = random.weighed({
    valid: 46,
    spoilt: 24,
    limits: 8,
    junk: 6,
    deep: 4,
    broken: 5,
    type: 3,
    empty: 2,
    large: 1,
  })
  const valid = validFor(schema, '', world, random)
  const sent = (body: string | undefined, type: string | null = MEDIA): Sent => ({ body, type, kind })
  switch (kind) {
    case 'spoilt':
      return sent(jsonOf(spoil(valid, random)))
    case 'limits': {
      const object = valid as Record<string, unknown>
      for (const [name, part] of Object.entries(schema.properties ?? {}))
        if (random.chance(0.3)) object[name] = boundaryFor(part, random)
      return sent(jsonOf(object))
    }
    case 'junk':
      return sent(jsonOf(hostileValue(random)))
    case 'deep':
      return sent(deepJson(random.pick(['array', 'object']), random.pick([100, 1000, 10_000])))
    case 'broken':
      return sent(spoiltText(jsonOf(valid), random))
    case 'type':
      return sent(
        jsonOf(valid),
        random.pick([
          'text/plain',
          'application/xml',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'application/json; charset=utf-16',
          'application/json;',
          'x',
          '/',
          null,
          'application/merge-patch+json',
          'text/csv',
        ]),
      )
    case 'empty':
      return sent(random.pick(['', undefined, '{}', 'null', '""', ' ']))
    case 'large':
      return sent(
        jsonOf({
          ...(valid as object),
          [random.pick(Object.keys(schema.properties ?? { x: 1 }))]: 'x'.repeat(
            random.pick([200_000, 262_100, 300_000]),
          ),
        }),
      )
    default:
      return sent(jsonOf(withoutWait(valid)))
  }
}

/** The measurement would treat a long poll as a hang, so `waitSeconds` is 0. */
function withoutWait(value: unknown): unknown {
  if (value !== null && typeof value === 'object' && 'waitSeconds' in value) value.waitSeconds = 0
  return value
}
const noWait = (body: string): string => body.replace(/"waitSeconds":\s*(1?\d|20)(\.0*)?(?=[,}\s])/g, '"waitSeconds":0')

function bodyFor(op: Operation, credentials: Credentials, world: World, random: Random): Sent {
  if (op.method === 'GET' || op.method === 'HEAD') return { body: undefined, type: null, kind: 'read' }
  if (op.isPage) {
    if (random.chance(0.04)) return { ...jsonBody({ type: 'object' }, world, random), kind: 'form' }
    const body = formBody(op, credentials, world, random)
    return {
      body: random.chance(0.01) ? body + '&x='.padEnd(random.pick([60_000, 130_000]), 'x') : body,
      type: 'application/x-www-form-urlencoded',
      kind: 'form',
    }
  }
  const [type, schema] = random.pick(
    Object.entries(op.bodies).concat(Object.keys(op.bodies).length > 0 ? [] : [['', {}]]),
  )
  if (type === MEDIA) return jsonBody(schema, world, random)
  if (type === '' && (op.method === 'DELETE' || random.chance(0.5)))
    return { body: undefined, type: null, kind: 'empty' }
  if (type === '' && random.chance(0.3)) return jsonBody({ type: 'object' }, world, random)
  const media = type === '' ? random.pick(Object.keys(TEXTS)) : type
  const text = (TEXTS[media] ?? (() => hostileText(random)))(random, world)
  return { body: random.chance(0.2) ? spoiltText(text, random) : text, type: media, kind: 'text' }
}

/** The characters that Node's own client allows: visible ASCII and Latin-1. */
const headerText = (text: string): string => text.replace(/[^\t\x20-\x7e\xa0-\xff]/g, '?').trim()

function headersFor(op: Operation, world: World, random: Random): Record<string, string> {
  const headers: Record<string, string> = {}
  const hostile = (): string =>
    headerText(
      random.chance(0.3) ? 'x'.repeat(random.pick([255, 256, 4000, 8000])) : hostileText(random).slice(0, 1000),
    )
  for (const { name } of op.parameters.filter((p) => p.in === 'header')) {
    if (name === 'if-match' && random.chance(0.95))
      headers[name] = random.chance(0.12)
        ? hostile()
        : random.pick([
            '*',
            '*',
            '*',
            `"${random.pick(world.values.get('version') ?? ['1'])}"`,
            'W/"1"',
            '"99999999999999999999"',
            '"-1"',
            '"1", "2"',
          ])
    if (name === 'idempotency-key' && random.chance(0.35))
      headers[name] = random.chance(0.2)
        ? hostile()
        : random.pick([`key-of-the-run-${random.int(1, 400)}`, `key-${random.int(1, 1e9)}-${random.int(1, 1e9)}`])
    if (name === 'last-event-id' && random.chance(0.5))
      headers[name] = random.chance(0.5) ? hostile() : random.pick(world.values.get('id') ?? ['1'])
  }
  if (random.chance(0.3))
    headers['accept-language'] = random.chance(0.3)
      ? hostile()
      : random.pick(['it', 'en', 'de, en;q=0.1', '*', 'en;q=x', 'it-IT;q=0.9,en;q=1', ','])
  if (random.chance(0.05)) headers['if-none-match'] = hostile()
  if (random.chance(0.03))
    headers[
      random.pick([
        'origin',
        'referer',
        'sec-fetch-site',
        'x-request-id',
        'user-agent',
        'range',
        'x-http-method-override',
        'accept-encoding',
        'sec-fetch-dest',
        'x-forwarded-proto',
        'forwarded',
        'authorization',
        'cookie',
      ])
    ] = hostile()
  if (random.chance(op.isPage ? 0.7 : 0.05))
    headers.accept = random.pick(['text/html', '*/*', 'application/json', 'text/html;q=0'])
  return headers
}

/** The caller's credentials, sometimes corrupted. */
function proofOf(credentials: Credentials, random: Random): Record<string, string> {
  const jar = [...credentials.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const proof: Record<string, string> = { ...credentials.headers, ...(jar === '' ? {} : { cookie: jar }) }
  if (credentials.csrf !== null && random.chance(0.97)) proof['x-agenda-csrf'] = credentials.csrf
  if (random.chance(0.01)) for (const name of Object.keys(proof)) proof[name] = proof[name]!.slice(0, -random.int(1, 8))
  return proof
}

function operationFor(operations: readonly Operation[], random: Random): Operation {
  const pages = random.chance(0.4)
  for (let i = 0; ; i += 1) {
    const op = random.pick(operations)
    // Each password costs a second of processor time, so these requests are rarer.
    if (HASHING.test(op.route) && random.chance(0.8)) continue
    // What one request removes is missing for all others, so these requests are rarer.
    if (TAKING.test(op.route) && random.chance(0.6)) continue
    if ((op.isPage === pages || i > 50) && !(op.route in LEFT_OUT)) return op
  }
}

/** Which caller sends the request: mostly one that may, sometimes any. */
function callerFor(op: Operation, callers: readonly Credentials[], random: Random): Credentials {
  const named = (...names: string[]): Credentials => {
    const some = callers.filter((c) => names.some((name) => c.name.startsWith(name)))
    return random.pick(some.length > 0 ? some : callers)
  }
  if (random.chance(0.12)) return random.pick(callers)
  if (op.path.startsWith('/agenda'))
    return random.chance(op.path.startsWith('/agenda/settings') ? 0.75 : 0.5)
      ? named('administrator')
      : named('supervisor', 'agent', 'integrator', 'auditor', 'limited')
  if (op.isPage) return named('citizen', 'stranger')
  if (op.path.startsWith('/v1/tenants')) return named('platform', 'key')
  if (op.path.startsWith('/v1/me')) return named('administrator', 'agent')
  if (random.chance(0.55)) return named('key')
  return random.chance(0.4) ? named('administrator') : named('supervisor', 'agent', 'integrator', 'auditor', 'limited')
}

function methodFor(op: Operation, random: Random): string {
  return random.chance(0.985)
    ? op.method
    : random.pick(['HEAD', 'OPTIONS', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'])
}

function urlFor(op: Operation, credentials: Credentials, world: World, random: Random): string {
  const byName = new Map(op.parameters.filter((p) => p.in === 'path').map((p) => [p.name, p]))
  const path = op.path
    .replace(/\{(\w+)\}/g, (_all, name: string) =>
      pathValue(op, byName.get(name) ?? { in: 'path', name, schema: { type: 'string' } }, credentials, world, random),
    )
    .replace('*', () =>
      random.pick(['app.css', 'app.js', '..%2f..%2fpackage.json', '..%2fapp.css', '%00', 'x'.repeat(300), '']),
    )
  const pairs = queryPairs(op, world, random)
  if (random.chance(pairs.length > 0 ? 0.2 : 0.05)) spoilPairs(pairs, random)
  const query = encoded(pairs)
  const trailing = random.chance(0.01)
    ? random.pick(['/', '//', '/.', '%2f', '?', '#x', '?&&=&', '?%', '?%E0%A4%A', '?a=%ZZ'])
    : ''
  return `${path}${query === '' ? '' : `?${query}`}${trailing}`.slice(0, 12_000)
}

const CHANGING = /^(PATCH|DELETE)|^POST \/agenda\/settings|\/(erasure|merge)$/
/** Whether the request would change a record that other records depend on; reading it is fine. */
function isOfCore(world: World, op: Operation, url: string): boolean {
  return CHANGING.test(op.route) && [...world.core.values()].some((ids) => ids.some((id) => url.includes(id)))
}

type Stock = { operations: readonly Operation[]; callers: readonly Credentials[]; world: World }

/** The nth request of a run. */
export function requestAt(seed: number, n: number, { operations, callers, world }: Stock): FuzzRequest {
  const random = randomOf(seedOf(seed, n))
  for (;;) {
    const op = operationFor(operations, random)
    const credentials = callerFor(op, callers, random)
    const url = urlFor(op, credentials, world, random)
    const method = methodFor(op, random)
    const isChange = method !== 'GET' && method !== 'HEAD'
    if (isChange && ENDING.test(url) && [...world.spared].some((id) => url.includes(id))) continue
    if (isChange && isOfCore(world, op, url) && !random.chance(0.03)) continue
    const { body, type, kind } = bodyFor({ ...op, method }, credentials, world, random)
    // The body of a form can name a key too.
    if (isChange && body !== undefined && ENDING.test(url) && [...world.spared].some((id) => body.includes(id)))
      continue
    const headers = {
      ...proofOf(credentials, random),
      ...(type === null ? {} : { 'content-type': type }),
      ...headersFor(op, world, random),
    }
    const from = `10.${random.int(0, 255)}.${random.int(0, 255)}.${random.int(1, 254)}`
    return {
      n,
      route: op.route,
      caller: credentials.name,
      method,
      url,
      headers,
      body: body === undefined ? undefined : noWait(body),
      from,
      kind,
      isStream: isStream(op.path) && method === 'GET',
    }
  }
}
