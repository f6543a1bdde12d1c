// PURE. Builds and reads forms from the schemas of the API, so that every field of a body can be edited without further code.
// Field names are paths (`rules.0.windows.1.from`), to which the pointers of errors are mapped.
import type { WorkspaceWords } from '../words/workspace.en.ts'
import { field, choices, select, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { plain } from '../../platform/schema/plain.ts'
import { firstText, type Fields } from '../../ui/form-input.ts'

export type Schema = {
  type?: string
  format?: string
  const?: unknown
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  patternProperties?: unknown
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  minItems?: number
  maxItems?: number
  default?: unknown
  description?: string
}
export type Choices = Record<string, readonly { value: string; label: string }[]>

type Context = {
  labels: WorkspaceWords['fields']
  words: WorkspaceWords['forms']
  faults: Faults
  /** Choices for fields that refer to records, by field name. */
  references: Choices
}
type Values = Fields

const literalsOf = (schema: Schema): string[] | null =>
  schema.anyOf?.every((one) => one.const !== undefined)
    ? schema.anyOf.map((one) => plain(one.const))
    : schema.const !== undefined
      ? [plain(schema.const)]
      : null
/** The schema inside "value or null". */
const inner = (schema: Schema): Schema => {
  const rest = schema.anyOf?.filter((one) => one.type !== 'null') ?? []
  return schema.anyOf !== undefined && rest.length === 1 && rest.length < schema.anyOf.length
    ? { ...rest[0]!, ...(schema.default === undefined ? {} : { default: schema.default }) }
    : schema
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
/** Whether a schema has no form fields of its own and is edited as JSON. */
const isFree = (schema: Schema): boolean =>
  schema.patternProperties !== undefined ||
  (schema.anyOf !== undefined && literalsOf(schema) === null) ||
  (schema.type === 'object' && schema.properties === undefined)

const lastName = (path: string): string =>
  path
    .split('.')
    .filter((part) => !/^\d+$/.test(part))
    .at(-1) ?? path
const spaced = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/^./, (c) => c.toUpperCase())
    .replace(/ ([A-Z])/g, (m) => m.toLowerCase())
export const labelOf = (c: Pick<Context, 'labels'>, path: string): string =>
  (c.labels as Record<string, string>)[lastName(path)] ?? spaced(lastName(path))
const wordOf = (c: Context, name: string, value: string): string =>
  c.words.values[`${name}.${value}`] ?? c.words.values[value] ?? value

const INPUTS: Record<string, string> = { 'calendar-date': 'date', email: 'email', 'web-url': 'url', clock: 'time' }

/** Choices of a reference field. Includes present values that are archived, so that saving without changes keeps them. */
function referenceFor(
  c: Context,
  path: string,
  present: readonly unknown[] = [],
): readonly { value: string; label: string }[] | undefined {
  const known = c.references[lastName(path)]
  if (!known) return undefined
  const missing = present.map(plain).filter((value) => value !== '' && !known.some((one) => one.value === value))
  return [...known, ...missing.map((value) => ({ value, label: c.words.noLonger }))]
}

function boolean(c: Context, path: string, value: unknown, required: boolean): Html {
  const options = [
    ...(required ? [] : [{ value: '', label: c.words.byDefault }]),
    { value: 'true', label: c.words.yes },
    { value: 'false', label: c.words.no },
  ]
  return select(
    { name: path, label: labelOf(c, path), options, value: value === undefined ? '' : plain(value), required },
    c.faults,
  )
}

/** A part of the form: its schema, JSON pointer and present value. */
type Part = {
  schema: Schema
  path: string
  value: unknown
  required: boolean
}

function text(c: Context, { schema, path, value, required }: Part): Html {
  const isLong = (schema.maxLength ?? 0) > 300 && schema.format === undefined && schema.pattern === undefined
  return field(
    {
      ...{
        name: path,
        label: labelOf(c, path),
        value: value === undefined ? '' : plain(value),
        required,
        autocomplete: 'off',
      },
      type: isLong ? 'textarea' : (INPUTS[schema.format ?? ''] ?? 'text'),
      maxLength: schema.maxLength,
      hint: schema.format === 'instant' ? c.words.instant : undefined,
    },
    c.faults,
  )
}

function list(c: Context, { schema, path, value, required }: Part): Html {
  const items = inner(schema.items ?? {})
  const given = Array.isArray(value) ? (value as unknown[]) : []
  const known =
    referenceFor(c, path, given) ??
    literalsOf(items)?.map((one) => ({ value: one, label: wordOf(c, lastName(path), one) }))
  if (known)
    return choices(
      {
        name: path,
        legend: labelOf(c, path),
        several: true,
        options: known,
        chosen: given.map(String),
        hint: required ? undefined : c.words.noneIsAll(lastName(path)),
      },
      c.faults,
    )
  if (items.type === 'object' && !isFree(items)) {
    const shown = [...given, ...(given.length < (schema.maxItems ?? 100) ? [undefined] : [])]
    return html`<fieldset class="group" id="${path}">
      <legend>${labelOf(c, path)}</legend>
      ${c.faults.get(path) !== undefined && html`<p class="fault">${c.faults.get(path)}</p>`}
      ${shown.map((one, i) => {
        const inside = objectFields(c, { schema: items, path: `${path}.${i}`, value: one, required: true })
        return one === undefined
          ? html`<details class="item">
              <summary>${c.words.another}</summary>
              ${inside}
            </details>`
          : html`<fieldset class="item">
              <legend>${i + 1}</legend>
              ${inside}
              <p class="hint">${c.words.emptyRemoves}</p>
            </fieldset>`
      })}
    </fieldset>`
  }
  return field(
    {
      name: path,
      label: labelOf(c, path),
      hint: c.words.onePerLine,
      value: given.map(String).join('\n'),
      type: 'textarea',
    },
    c.faults,
  )
}

function one(c: Context, { schema: raw, path, value, required }: Part): Html {
  const schema = inner(raw)
  const literals = literalsOf(schema)
  if (literals) {
    const options = [
      ...(required && literals.length > 0 ? [] : [{ value: '', label: c.words.byDefault }]),
      ...literals.map((l) => ({ value: l, label: wordOf(c, lastName(path), l) })),
    ]
    return select(
      { name: path, label: labelOf(c, path), options, value: value === undefined ? '' : plain(value), required },
      c.faults,
    )
  }
  if (isFree(schema))
    return field(
      {
        name: path,
        label: labelOf(c, path),
        hint: c.words.json,
        value: value === undefined ? '' : JSON.stringify(value, null, 1),
        type: 'textarea',
      },
      c.faults,
    )
  if (schema.type === 'array') return list(c, { schema, path, value, required })
  if (schema.type === 'object')
    return html`<fieldset class="group" id="${path}">
      <legend>${labelOf(c, path)}</legend>
      ${objectFields(c, { schema, path, value, required })}
    </fieldset>`
  if (schema.type === 'boolean') return boolean(c, path, value, required)
  const reference = referenceFor(c, path, [value])
  if (reference)
    return select(
      {
        name: path,
        label: labelOf(c, path),
        options: [...(required ? [] : [{ value: '', label: '–' }]), ...reference],
        value: value === undefined ? '' : plain(value),
        required,
      },
      c.faults,
    )
  if (schema.type === 'integer' || schema.type === 'number')
    return field(
      {
        name: path,
        label: labelOf(c, path),
        value: value === undefined ? '' : plain(value),
        type: 'number',
        required,
        minimum: schema.minimum,
        maximum: schema.maximum,
      },
      c.faults,
    )
  return text(c, { schema, path, value, required })
}

/** The form fields of an object. Inside a list nothing is required, because an empty entry is dropped. */
export function objectFields(c: Context, { schema, path, value, required }: Part): Html {
  const given = isObject(value) ? value : {}
  const needed = new Set(schema.required ?? [])
  const inList = /\.\d+$/.test(path)
  return html`${Object.entries(schema.properties ?? {}).map(([name, property]) =>
    one(c, {
      schema: property,
      path: path === '' ? name : `${path}.${name}`,
      value: given[name],
      required: required && !inList && needed.has(name) && property.default === undefined,
    }),
  )}`
}

// Browsers submit line breaks as CRLF.
const textAt = (values: Values, path: string): string => firstText(values, path).replace(/\r\n/g, '\n').trim()

function readList(schema: Schema, path: string, values: Values, isReference: (name: string) => boolean): unknown[] {
  const items = inner(schema.items ?? {})
  if (isReference(lastName(path)) || literalsOf(items)) return [values[path] ?? []].flat().filter((v) => v !== '')
  if (items.type === 'object' && !isFree(items)) {
    const indexes = new Set(
      Object.keys(values)
        .filter((key) => key.startsWith(`${path}.`))
        .map((key) => Number(key.slice(path.length + 1).split('.')[0])),
    )
    return [...indexes]
      .sort((a, b) => a - b)
      .map((i) => readObject(items, `${path}.${i}`, values, isReference))
      .filter((entry) => Object.keys(entry).length > 0)
  }
  const lines = textAt(values, path)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  return items.type === 'integer' || items.type === 'number'
    ? lines.map((line) => (line === '' || Number.isNaN(Number(line)) ? line : Number(line)))
    : lines
}

function readOne(raw: Schema, path: string, values: Values, isReference: (name: string) => boolean): unknown {
  const schema = inner(raw)
  const given = textAt(values, path)
  if (literalsOf(schema) === null && isFree(schema)) {
    if (given === '') return undefined
    try {
      return JSON.parse(given)
    } catch {
      // Invalid JSON: keep the text, so that the schema reports the error at this field.
      return given
    }
  }
  if (schema.type === 'array') {
    const entries = readList(schema, path, values, isReference)
    return entries.length === 0 && (schema.minItems ?? 0) > 0 ? undefined : entries
  }
  if (schema.type === 'object') {
    const inside = readObject(schema, path, values, isReference)
    return Object.keys(inside).length === 0 ? undefined : inside
  }
  if (given === '') return undefined
  if (schema.type === 'boolean') return given === 'true'
  if (schema.type === 'integer' || schema.type === 'number') return Number.isNaN(Number(given)) ? given : Number(given)
  return given
}

/** Reads a form by its schema; leaves empty fields out. */
export function readObject(
  schema: Schema,
  path: string,
  values: Values,
  isReference: (name: string) => boolean,
): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const value = readOne(property, path === '' ? name : `${path}.${name}`, values, isReference)
    if (value !== undefined) result[name] = value
  }
  if (!/\.\d+$/.test(path)) return result
  // Drop list entries without any value; the others keep the empty lists that the schema requires.
  const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0
  const needed = new Set(schema.required ?? [])
  const says = Object.values(result).some((value) => !isEmpty(value))
  return Object.fromEntries(Object.entries(result).filter(([name, v]) => !isEmpty(v) || (says && needed.has(name))))
}

/** Whether two values are equal, regardless of the order of keys and of lists of texts. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false
    if (a.every((one) => typeof one === 'string')) return a.every((one) => b.includes(one))
    return a.every((one, i) => isSame(one, b[i]))
  }
  if (!isObject(a) || !isObject(b)) return a === b
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => isSame(a[name], b[name]) || (isNothing(a[name]) && isNothing(b[name])))
}
const isNothing = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0)

/** A merge patch (RFC 7396) that changes the stored record to what the form says. */
export function patchTo(
  schema: Schema,
  stored: Record<string, unknown>,
  wanted: Record<string, unknown>,
): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  for (const name of Object.keys(schema.properties ?? {})) {
    const [before, after] = [stored[name], wanted[name]]
    const property = inner(schema.properties![name]!)
    if (after === undefined) {
      // Keep an empty object: for some fields it differs from an absent one.
      const isBare = isObject(before) && Object.keys(before).length === 0
      if (before !== undefined && !isBare) patch[name] = null
    } else if (isObject(after) && property.properties !== undefined) {
      const inside = patchTo(property, isObject(before) ? before : {}, after)
      if (Object.keys(inside).length > 0) patch[name] = inside
    } else if (!isSame(before, after) && !(before === undefined && isNothing(after))) patch[name] = after
  }
  return patch
}
