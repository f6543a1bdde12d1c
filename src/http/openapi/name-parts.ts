// PURE. Gives names to the objects and enumerations inside the schemas of the API description, so that generated code has no names that
// grow with the depth, and equal parts are one type.
import { constantOf, isNode, type Node } from './plain-schemas.ts'

/** Generators append the names of fields to the names of parts; bodies and answers have the name of their operation. */
const LONGEST = { part: 18, whole: 34 }

const capital = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')

const singular = (name: string): string =>
  name
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch)es$/, '$1')
    .replace(/([^s])s$/, '$1')

/** The last words of a name that fit. */
function short(name: string, longest: number): string {
  const words = name.match(/[A-Z][a-z0-9]*/g) ?? [name]
  while (words.length > 1 && words.join('').length > longest) words.shift()
  return words.join('').slice(0, LONGEST.whole)
}

type Names = { schemas: Node; known: Map<string, string> }

function place(node: Node, hint: string, { schemas, known }: Names): Node {
  const { description, ...content } = node
  const text = JSON.stringify(content)
  let name = known.get(text)
  if (name === undefined) {
    const isWhole = /(Body|Result)$/.test(hint)
    const base = isWhole ? short(hint, LONGEST.whole) : short(hint.replace('Body', ''), LONGEST.part)
    for (let n = 1; name === undefined || name in schemas; n += 1) name = n === 1 ? base : `${base}${n}`
    known.set(text, name)
    schemas[name] = content
  }
  return { $ref: `#/components/schemas/${name}`, ...(description === undefined ? {} : { description }) }
}

/** What a branch of a union is about: the only value of its `kind`, or its number. */
function branchName(branch: unknown, index: number, all: readonly unknown[]): string {
  const others = all.filter((one) => !(isNode(one) && one.type === 'null'))
  if (others.length === 1 || !isNode(branch)) return ''
  const fields = isNode(branch.properties) ? Object.values(branch.properties) : []
  const kind = fields
    .map((field) => (isNode(field) ? constantOf(field) : undefined))
    .find((one) => typeof one === 'string')
  if (typeof kind === 'string') return capital(kind)
  return index === 0 ? '' : String(index + 1)
}

const inEach = (value: unknown, to: (inner: unknown, name: string) => unknown): unknown =>
  isNode(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, to(inner, name)])) : value

/** The schema with names for its parts; `isTop`: it has a name already. */
function parts(value: unknown, hint: string, names: Names, isTop: boolean): unknown {
  if (!isNode(value) || '$ref' in value) return value
  const node: Node = { ...value }
  for (const key of ['properties', 'patternProperties'])
    if (key in node)
      node[key] = inEach(node[key], (inner, name) =>
        parts(inner, hint + (key === 'properties' ? capital(name) : 'Value'), names, false),
      )
  for (const key of ['items', 'additionalProperties'])
    if (isNode(node[key])) node[key] = parts(node[key], key === 'items' ? singular(hint) : `${hint}Value`, names, false)
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const branches = node[key]
    if (Array.isArray(branches))
      node[key] = branches.map((one, i) => parts(one, hint + branchName(one, i, branches), names, false))
  }
  const isObject = isNode(node.properties) && Object.keys(node.properties).length > 0
  const isEnumeration =
    Array.isArray(node.enum) && node.enum.length > 1 && node.type === 'string' && !('default' in node)
  return !isTop && (isObject || isEnumeration) ? place(node, hint, names) : node
}

/** The schemas and operations of a description with all their parts under names; `schemas` receives them. */
export function withNamedParts(paths: Record<string, Record<string, Node>>, schemas: Node): Record<string, unknown> {
  const names: Names = { schemas, known: new Map() }
  for (const [name, schema] of Object.entries(schemas)) {
    names.known.set(JSON.stringify(schema), name)
    schemas[name] = parts(schema, name, names, true)
  }
  const media = (content: unknown, hint: string): unknown =>
    inEach(content, (one) => (isNode(one) ? { ...one, schema: parts(one.schema, hint, names, false) } : one))
  const described = (operation: Node): Node => {
    const id = capital(String(operation.operationId))
    const body = operation.requestBody as Node | undefined
    return {
      ...operation,
      ...(body ? { requestBody: { ...body, content: media(body.content, `${id}Body`) } } : {}),
      responses: inEach(operation.responses, (answer) =>
        isNode(answer) && answer.content ? { ...answer, content: media(answer.content, `${id}Result`) } : answer,
      ),
    }
  }
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, described(operation)])),
    ]),
  )
}
