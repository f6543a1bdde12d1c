// PURE. Values for requests: valid for a schema, at its limits, and hostile.
import type { Random } from './random.ts'
import { kindOf, type World } from './world.ts'

export type Schema = {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  format?: string
  pattern?: string
  default?: unknown
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  items?: Schema
  minItems?: number
  maxItems?: number
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
}

/** A placeholder in a body that is replaced in the JSON text: nesting so deep that JSON.stringify cannot write it. */
const DEEP = '\u{1F300}deep:'
const DAY = 86_400_000

const iso = (at: number): string => new Date(at).toISOString()
/** Days around clock changes in Europe, leap days, ends of years. */
const DAYS = [
  '2024-02-29',
  '2026-03-29',
  '2026-10-25',
  '2027-03-28',
  '2026-12-31',
  '2027-01-01',
  '2028-02-29',
  '2026-11-30',
]
const FAR_DAYS = [
  '0001-01-01',
  '9999-12-31',
  '1900-02-28',
  '1582-10-10',
  '1970-01-01',
  '2100-02-28',
  '0099-06-01',
  '2400-02-29',
]
const BAD_DAYS = [
  '2026-02-29',
  '2026-13-01',
  '0000-00-00',
  '0000-01-01',
  '10000-01-01',
  '-000001-01-01',
  '+275760-09-13',
  '2026-1-1',
]
const TIMES = ['00:00', '09:00', '13:30', '23:59', '02:30']
const ZONES = [
  'Europe/Rome',
  'UTC',
  'America/New_York',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Etc/GMT+12',
  'Pacific/Kiritimati',
  'Africa/Monrovia',
  'Antarctica/Troll',
  'Australia/Lord_Howe',
]
const RULES = [
  'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  'FREQ=DAILY',
  'FREQ=MONTHLY;BYDAY=5MO',
  'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
  'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
  'FREQ=DAILY;INTERVAL=999999999',
  'FREQ=DAILY;COUNT=0',
  'FREQ=DAILY;COUNT=1000000000',
  'FREQ=DAILY;UNTIL=99991231T235959Z',
  'FREQ=DAILY;UNTIL=00010101',
  'FREQ=WEEKLY;BYDAY=MO;BYSETPOS=366',
  'FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO',
  'FREQ=YEARLY;BYYEARDAY=366',
  'FREQ=SECONDLY',
  'RRULE:FREQ=DAILY',
  'FREQ=DAILY;FREQ=WEEKLY',
  'FREQ=MONTHLY;BYMONTHDAY=-31,31;BYMONTH=2',
  'DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY',
  'FREQ=DAILY;BYDAY=',
]
const HOSTILE_TEXT = [
  '',
  ' ',
  'a\0b',
  '\0',
  '\ud800',
  'x\udfff\ud800y',
  "'; drop table appointments; --",
  '<script>alert(1)</script>"><b>',
  '{{ contact.lastName }}',
  '{% for i in (1..100000000) %}x{% endfor %}',
  '{{ "x" | repeat: 1000000000 }}',
  '{% include "/etc/passwd" %}{{ constructor }}',
  '{{',
  '${7*7}',
  '../../../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '%',
  '\u202eevil\u202c',
  'e\u0301'.repeat(60),
  '👩‍👩‍👧‍👦'.repeat(20),
  '\r\nset-cookie: a=b\r\n',
  '=cmd|calc!A1',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-0',
  '1e999',
  '0x10',
  '١٢٣',
  '%s%s%n',
  '\\',
  '"',
  '~0~1/',
  '(a+)+$',
  `${'a'.repeat(60)}!`,
  'http://127.0.0.1:9/',
  'https://user:secret@host.invalid/',
  'javascript:alert(1)',
  'data:image/png;base64,AAAA',
  'https://[::1]:9/',
  'http:///',
  '+39',
  '+390000000000000000',
  'a@b',
  `${'a'.repeat(64)}@${'b'.repeat(180)}.invalid`,
  '"very unusual"@posta.invalid',
]
const HOSTILE_NUMBERS = [
  0,
  -1,
  1,
  0.5,
  -0.5,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  2 ** 63,
  1e21,
  1e308,
  -1e308,
  5e-324,
  999999999999,
]

export const longText = (random: Random): string => {
  const size = random.weighed({ 201: 5, 256: 5, 501: 4, 4001: 3, 65537: 1, 200000: 0.4 })
  return random.pick(['x', 'é', '🦄', '\u0000', ' ', '[']).repeat(Number(size)).slice(0, Number(size))
}

export function dayText(world: World, random: Random): string {
  const near = (): string => iso(world.now + random.int(-10, 60) * DAY).slice(0, 10)
  return random.weighed({ near: 8, edge: 3, far: 1 }) === 'near' ? near() : random.pick([...DAYS, ...FAR_DAYS, near()])
}

export function instantText(world: World, random: Random): string {
  switch (random.weighed({ near: 6, grid: 3, edge: 2, far: 1 })) {
    case 'near':
      return iso(Math.floor((world.now + random.int(-3, 40) * DAY + random.int(0, 24) * 3_600_000) / 60_000) * 60_000)
    case 'grid':
      return `${iso(world.now + random.int(0, 20) * DAY).slice(0, 10)}T${random.pick(['09:00', '10:00', '11:30'])}:00+01:00`
    case 'edge':
      return `${random.pick(DAYS)}T${random.pick(TIMES)}:00${random.pick(['Z', '+01:00', '+02:00', '-12:00', '+14:00', '+23:59'])}`
    default:
      return random.pick([
        '0001-01-01T00:00:00Z',
        '9999-12-31T23:59:59Z',
        '9999-12-31T23:59:59-23:59',
        '0001-01-01T00:00:00+23:59',
        '1970-01-01T00:00:00.999999999Z',
        '0000-01-01T00:00:00Z',
      ])
  }
}

const uuid = (random: Random): string =>
  [8, 4, 4, 4, 12].map((n) => Array.from({ length: n }, () => random.int(0, 15).toString(16)).join('')).join('-')

function idFor(name: string, world: World, random: Random): string {
  if (world.foreign.length > 0 && random.chance(0.03)) return random.pick(world.foreign)
  const kind = kindOf(name)
  const core = world.core.get(kind) ?? world.core.get(kind.split('-').at(-1)!)
  if (core && random.chance(0.6)) return random.pick(core)
  const known =
    world.values.get(`id of ${kind}`) ?? world.values.get(`id of ${kind.split('-').at(-1)}`) ?? world.values.get(name)
  if (known && random.chance(0.93)) return random.pick(known)
  return random.chance(0.5) ? random.pick(world.values.get('id') ?? [uuid(random)]) : uuid(random)
}

const PATTERNS: Record<string, string[]> = {
  '^[A-Z]{2}$': ['IT', 'DE', 'XX', 'US'],
  '^#[0-9a-fA-F]{6}$': ['#004080', '#ffffff', '#000000'],
  '^https?://[a-z0-9.-]+(:[0-9]{1,5})?$': ['https://www.ente.invalid', 'http://127.0.0.1:99999'],
}

function formatted(format: string, name: string, world: World, random: Random): string {
  const formats: Record<string, () => string> = {
    uuid: () => idFor(name, world, random),
    'calendar-date': () => dayText(world, random),
    instant: () => instantText(world, random),
    'date-time': () => instantText(world, random),
    clock: () => random.pick(TIMES),
    'clock-end': () => random.pick([...TIMES, '24:00']),
    'month-day-or-date': () => random.pick(['02-29', '12-25', '01-01', dayText(world, random)]),
    'time-zone': () => random.pick(ZONES),
    email: () => `persona${random.int(1, 500)}@posta.invalid`,
    'web-url': () => random.pick(['https://host.invalid/x', 'http://127.0.0.1:9/x', 'https://host.invalid/?a=b#c']),
  }
  return (formats[format] ?? (() => 'x'))()
}

const NAMED: Record<string, (random: Random) => string> = {
  rrule: (random) => random.pick(RULES),
  number: (random) => `+39320555${random.int(1000, 9999)}`,
  phone: (random) => `+39320555${random.int(1000, 9999)}`,
  from: (random) => `+39320555${random.int(1000, 9999)}`,
  slug: (random) => `ente-${random.int(1, 1e9).toString(36)}`,
}

function textFor(schema: Schema, name: string, world: World, random: Random): string {
  const known = world.values.get(name)
  if (schema.format !== undefined && schema.format !== 'uuid' && known && random.chance(0.4)) return random.pick(known)
  if (schema.format !== undefined) return formatted(schema.format, name, world, random)
  if (known && random.chance(0.4)) return random.pick(known)
  if (name in NAMED) return NAMED[name]!(random)
  if (schema.pattern !== undefined && PATTERNS[schema.pattern]) return random.pick(PATTERNS[schema.pattern]!)
  const text = random.pick(['prova', 'Carta d’identità', 'a', 'nota', 'x1', 'Rossi'])
  const min = schema.minLength ?? 0
  return (text.length < min ? text.padEnd(min, 'x') : text).slice(0, schema.maxLength ?? 200)
}

function numberFor(schema: Schema, random: Random): number {
  const low = schema.minimum ?? schema.exclusiveMinimum ?? 0
  const high = schema.maximum ?? low + 1000
  const whole = schema.type !== 'number'
  const value = random.chance(0.7) ? Math.min(high, low + random.int(0, 60)) : low + random.next() * (high - low)
  return whole ? Math.floor(value) : value
}

function objectFor(schema: Schema, world: World, random: Random, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  const required = new Set(schema.required ?? [])
  // Some bodies have as few fields as allowed, some have nearly all.
  const share = depth > 4 ? 0.05 : random.pick(depth > 1 ? [0.05, 0.2, 0.5] : [0.05, 0.15, 0.3, 0.7])
  for (const [name, part] of Object.entries(schema.properties ?? {}))
    if (required.has(name) || random.chance(share)) result[name] = validFor(part, name, world, random, depth + 1)
  if (typeof schema.additionalProperties === 'object' && random.chance(0.4))
    result[random.pick(['motivo', 'a', 'x_1'])] = validFor(
      schema.additionalProperties,
      'value',
      world,
      random,
      depth + 1,
    )
  return agree(schema, result, world, random)
}

const PAIRS = [
  ['from', 'to'],
  ['firstDay', 'lastDay'],
  ['validFrom', 'validTo'],
] as const

/** Mostly makes related fields consistent: ends after beginnings, one way to name a period, one contact. */
function agree(schema: Schema, body: Record<string, unknown>, world: World, random: Random): Record<string, unknown> {
  if (random.chance(0.15)) return body
  const properties = schema.properties ?? {}
  for (const [first, last] of PAIRS) {
    const [a, b] = [body[first], body[last]]
    if (typeof a === 'string' && typeof b === 'string' && a > b) [body[first], body[last]] = [b, a]
    else if (typeof a === 'string' && b === undefined && properties[last]?.format === properties[first]?.format)
      if (properties[last]) body[last] = a
  }
  if (properties.firstDay && properties.from) {
    for (const name of random.chance(0.5) ? ['from', 'to'] : ['firstDay', 'lastDay']) delete body[name]
    if (body.from === undefined && body.firstDay === undefined)
      body.firstDay = body.lastDay = validFor(properties.firstDay, 'firstDay', world, random)
  }
  if (properties.contactId && properties.contact) {
    if (body.contact !== undefined) delete body.contactId
    else body.contactId ??= idFor('contactId', world, random)
  }
  return body
}

/** A value that the schema should accept. */
export function validFor(schema: Schema, name: string, world: World, random: Random, depth = 0): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return random.pick(schema.enum)
  const branches = schema.anyOf ?? schema.oneOf
  if (branches && branches.length > 0) return validFor(random.pick(branches), name, world, random, depth)
  if (schema.default !== undefined && random.chance(0.15)) return structuredClone(schema.default)
  const type = Array.isArray(schema.type)
    ? random.pick(schema.type)
    : (schema.type ?? (schema.properties ? 'object' : 'any'))
  switch (type) {
    case 'string':
      return textFor(schema, name, world, random)
    case 'integer':
    case 'number':
      return numberFor(schema, random)
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    case 'array': {
      const low = schema.minItems ?? 0
      const count = random.int(low, Math.max(low, Math.min(schema.maxItems ?? 3, low + 2)))
      return Array.from({ length: count }, () => validFor(schema.items ?? {}, name, world, random, depth + 1))
    }
    case 'object':
      return objectFor(schema, world, random, depth)
    default:
      return random.pick<unknown>(['x', 1, true, null, {}, []])
  }
}

/** A value at the limit of the schema: shortest, longest, smallest, largest, one beyond, far or impossible days. */
export function boundaryFor(schema: Schema, random: Random): unknown {
  const branches = schema.anyOf ?? schema.oneOf
  if (branches && branches.length > 0) return boundaryFor(random.pick(branches), random)
  if (schema.format === 'uuid') return `urn:uuid:${uuid(random)}`
  if (schema.format === 'calendar-date') return random.pick([...FAR_DAYS, ...BAD_DAYS])
  if (schema.format === 'instant' || schema.format === 'date-time')
    return `${random.pick([...FAR_DAYS, ...BAD_DAYS])}T${random.pick(TIMES)}:${random.pick(['00', '59', '60'])}${random.pick(['Z', '+14:00', '', '-23:59'])}`
  if (schema.format === 'web-url') return `https://host.invalid/${'a'.repeat(random.pick([100, 1900, 2100]))}`
  if (schema.type === 'string') {
    const size = random.pick([
      schema.minLength ?? 0,
      (schema.minLength ?? 1) - 1,
      schema.maxLength ?? 5000,
      (schema.maxLength ?? 5000) + 1,
    ])
    return random.pick(['x', 'é', '🦄', ' ']).repeat(Math.max(0, Math.min(size, 20_000)))
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    const [low, high] = [schema.minimum ?? 0, schema.maximum ?? 2 ** 31]
    return random.pick([low, low - 1, high, high + 1, low + 0.5, -low])
  }
  if (schema.type === 'array') {
    const size = random.pick([0, schema.minItems ?? 0, schema.maxItems ?? 50, (schema.maxItems ?? 50) + 1])
    return Array.from({ length: Math.min(size, 300) }, () => boundaryFor(schema.items ?? {}, random))
  }
  return hostileValue(random)
}

/** A hostile value that fits no schema. */
export function hostileValue(random: Random): unknown {
  switch (random.weighed({ text: 6, number: 3, other: 3, long: 1, deep: 0.6, proto: 1, day: 2, urn: 1, rule: 0.7 })) {
    case 'text':
      return random.pick(HOSTILE_TEXT)
    case 'number':
      return random.pick(HOSTILE_NUMBERS)
    case 'long':
      return longText(random)
    case 'deep':
      return `${DEEP}${random.pick(['array', 'object'])}:${random.pick([100, 1000, 10_000])}`
    case 'proto':
      return JSON.parse(
        '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}},"toString":1,"hasOwnProperty":null}',
      )
    case 'day':
      return random.pick([...DAYS, ...FAR_DAYS, ...BAD_DAYS, ...FAR_DAYS.map((d) => `${d}T12:00:00Z`)])
    case 'urn':
      return `urn:uuid:${uuid(random)}`
    case 'rule':
      return random.pick(RULES)
    default:
      return structuredClone(
        random.pick<unknown>([
          null,
          true,
          false,
          [],
          {},
          [[]],
          [null],
          { a: 1 },
          ['x', 1, {}],
          {},
          { '': '' },
          { length: 1e9 },
        ]),
      )
  }
}

export const hostileText = (random: Random): string => {
  const value = hostileValue(random)
  return typeof value === 'string' && !value.startsWith(DEEP) ? value : random.pick(HOSTILE_TEXT)
}

type Slot = { at: Record<string, unknown>; key: string }
function slotsOf(value: unknown, found: Slot[] = []): Slot[] {
  if (value === null || typeof value !== 'object') return found
  for (const [key, child] of Object.entries(value)) {
    found.push({ at: value as Record<string, unknown>, key })
    slotsOf(child, found)
  }
  return found
}

/** Changes one or two places of a body; modifies `value` itself. */
export function spoil(value: unknown, random: Random): unknown {
  const slots = slotsOf(value)
  if (slots.length === 0) return hostileValue(random)
  for (let i = random.int(1, 2); i > 0; i -= 1) {
    const { at, key } = random.pick(slots)
    switch (random.weighed({ replace: 8, remove: 2, add: 1, wrap: 1 })) {
      case 'replace':
        at[key] = hostileValue(random)
        break
      case 'remove':
        if (!Array.isArray(at)) delete at[key]
        break
      case 'add':
        Object.defineProperty(at, random.pick(['__proto__', 'constructor', 'zz', '', 'id', 'a\0']), {
          value: hostileValue(random),
          enumerable: true,
          configurable: true,
          writable: true,
        })
        break
      default:
        at[key] = [at[key]]
    }
  }
  return value
}

/** JSON of a value, with its placeholders for deep nesting replaced. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replace(
    new RegExp(`"${DEEP}(array|object):(\\d+)"`, 'gu'),
    (_all, kind: string, depth: string) => deepJson(kind, Number(depth)),
  )
}

export const deepJson = (kind: string, depth: number): string =>
  kind === 'array' ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
