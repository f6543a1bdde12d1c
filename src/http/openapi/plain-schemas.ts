// PURE. Rewrites the schemas of the API description so that generators understand them: enumerations as `enum`, formats of the standard,
// and every schema with a title once, under that name.

export type Node = Record<string, unknown>
export const isNode = (value: unknown): value is Node =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Formats that only this service knows, as the standard says them, or as a pattern. */
const FORMATS: Record<string, Node> = {
  instant: { format: 'date-time' },
  'calendar-date': { format: 'date' },
  'web-url': { format: 'uri' },
  clock: { pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', examples: ['09:30'] },
  'clock-end': { pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$', examples: ['17:30'] },
  'time-span': {
    pattern: '^P(?=.)(\\d{1,3}W)?(\\d{1,3}D)?(T(?=.)(\\d{1,4}H)?(\\d{1,5}M)?)?$',
    examples: ['P3W', 'P2DT4H', 'PT30M'],
  },
  'time-zone': { examples: ['Europe/Rome'] },
  'month-day-or-date': { pattern: '^(\\d{4}-)?\\d{2}-\\d{2}$', examples: ['12-25'] },
}

/**
 * The only value that a schema allows; undefined when it allows others. The generator of the description writes some constants as
 * enumerations of one.
 */
export const constantOf = (node: Node): unknown =>
  Array.isArray(node.enum) && node.enum.length === 1 ? (node.enum[0] as unknown) : node.const

/** A union of constants as one enumeration; null when the node is something else. */
function enumerated(node: Node): Node | null {
  const { anyOf, ...rest } = node
  if (!Array.isArray(anyOf) || anyOf.length === 0) return null
  const branches = anyOf as Node[]
  const values = branches.filter((one) => constantOf(one) !== undefined)
  const isNullable = branches.some((one) => one.type === 'null')
  if (values.length === 0 || values.length + (isNullable ? 1 : 0) !== branches.length) return null
  const types = [...new Set(values.map((one) => typeof constantOf(one)))]
  if (types.length !== 1 || (types[0] !== 'string' && types[0] !== 'boolean')) return null
  const all = values.map(constantOf)
  return isNullable
    ? { ...rest, type: [types[0], 'null'], enum: [...all, null] }
    : { ...rest, type: types[0], enum: all }
}

/** A plain type or null as one type with two names; null when the node is something else. */
function nullable(node: Node): Node | null {
  const { anyOf, ...rest } = node
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return null
  const [first, second] = anyOf as Node[]
  const isPlain = typeof first?.type === 'string' && ['string', 'integer', 'number', 'boolean'].includes(first.type)
  if (second?.type !== 'null' || !isPlain || Object.keys(second).length > 1 || 'enum' in first) return null
  return { ...first, ...rest, type: [first.type as string, 'null'] }
}

/** The node and everything in it, with enumerations, nullable types and formats of the standard. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isNode(value)) return value
  if (typeof value['x-ref'] === 'string') return { $ref: `#/components/schemas/${value['x-ref']}` }
  let node: Node = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  node = enumerated(node) ?? nullable(node) ?? node
  const known = typeof node.format === 'string' ? FORMATS[node.format] : undefined
  if (!known) return node
  const { format: _own, 'x-template': isTemplate, ...rest } = node
  if (isTemplate === true) return { ...rest, format: 'uri-template' }
  return { ...known, ...rest, ...(known.format === undefined ? {} : { format: known.format }) }
}

const TITLE = /^[A-Z][A-Za-z0-9]{1,39}$/
const isSchema = (node: Node): boolean => 'type' in node || 'anyOf' in node || 'allOf' in node || 'oneOf' in node

/**
 * Moves schemas with a title into `schemas`, once each, and leaves references. A title that names two different schemas throws, because
 * generated code could not tell them apart. The description of a place stays at the place.
 */
export function named(value: unknown, schemas: Node): unknown {
  if (Array.isArray(value)) return value.map((inner) => named(inner, schemas))
  if (!isNode(value)) return value
  const node = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner, schemas)]))
  const { title } = node
  if (typeof title !== 'string' || !TITLE.test(title) || !isSchema(node)) return node
  const { title: _title, description, ...content } = node
  const known = schemas[title] as Node | undefined
  const { description: knownDescription, ...knownContent } = known ?? {}
  if (known && JSON.stringify(knownContent) !== JSON.stringify(content))
    throw new Error(`two different schemas have the title ${title}`)
  schemas[title] ??= { ...content, ...(description === undefined ? {} : { description }) }
  const isElsewhere = description !== undefined && known !== undefined && description !== knownDescription
  return { $ref: `#/components/schemas/${title}`, ...(isElsewhere ? { description } : {}) }
}

/** References to the schemas that are known by name, instead of their copies. */
export function referring(value: unknown, schemas: Node): unknown {
  if (Array.isArray(value)) return value.map((inner) => referring(inner, schemas))
  if (!isNode(value)) return value
  if (typeof value.title === 'string' && value.title in schemas && isSchema(value))
    return { $ref: `#/components/schemas/${value.title}` }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, referring(inner, schemas)]))
}
