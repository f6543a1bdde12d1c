// JSON Schema validation with Ajv: strict for bodies (no coercion, unknown fields refused), coercing for query and path.
// Converts Ajv errors to field faults with JSON pointers.
import SerializerSelector from '@fastify/fast-json-stringify-compiler'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormatsPackage from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { AppError, type FieldFault } from '../../kernel/errors.ts'
import { isCalendarDate, isZone } from '../../kernel/time/zone.ts'

const addFormats = addFormatsPackage as unknown as (ajv: Ajv) => void

/** RFC 3339 date-time with offset. Leap seconds are refused, because no clock here can represent them. */
function isInstant(text: string): boolean {
  const match = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(
    text,
  )
  return match !== null && isCalendarDate(match[1]!)
}

function isWebUrl(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol)
  } catch {
    return false
  }
}

/** Adds the formats of this API to an Ajv instance. */
/** A length of weeks, days, hours and minutes: ISO 8601 durations (RFC 3339, appendix A) without years, months and seconds. */
export const TIME_SPAN = /^P(?=.)(\d{1,3}W)?(\d{1,3}D)?(T(?=.)(\d{1,4}H)?(\d{1,5}M)?)?$/

export function addOwnFormats(ajv: Ajv): void {
  addFormats(ajv)
  // The package's own format also accepts `urn:uuid:…`, which uuid columns reject.
  ajv.addFormat('uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i)
  ajv.addFormat('calendar-date', isCalendarDate)
  ajv.addFormat('instant', isInstant)
  ajv.addFormat('time-zone', isZone)
  ajv.addFormat('clock', /^([01]\d|2[0-3]):[0-5]\d$/)
  ajv.addFormat('clock-end', /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/)
  ajv.addFormat('month-day-or-date', (text) => isCalendarDate(text.length === 5 ? `2024-${text}` : text))
  ajv.addFormat('web-url', isWebUrl)
  ajv.addFormat('time-span', TIME_SPAN)
}

function newAjv(coerceTypes: false | 'array'): Ajv {
  const ajv = new Ajv({ coerceTypes, useDefaults: true, removeAdditional: false, allErrors: true, strict: false })
  addOwnFormats(ajv)
  return ajv
}

const strict = newAjv(false)
const coercing = newAjv('array')

/** Compiles a validator when its route is first called: compiling all takes most of a second, and memory for routes never called. */
export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  let compiled: ValidateFunction | undefined
  const validate: ReturnType<FastifySchemaCompiler<object>> = (value: unknown) => {
    compiled ??= (httpPart === 'body' ? strict : coercing).compile(schema)
    const isValid = compiled(value)
    validate.errors = compiled.errors ?? null
    return isValid
  }
  return validate
}

const buildSerializers = SerializerSelector()
/** Compiles serializers on first use, like the validators. */
export const buildSerializer: typeof buildSerializers = (externalSchemas, options) => {
  const compile = buildSerializers(externalSchemas, { ...options, ajv: { logger: false } })
  return (route) => {
    let write: ReturnType<typeof compile> | undefined
    return (value) => (write ??= compile(route))(value)
  }
}

const CODES: Record<string, string> = {
  required: 'missing',
  additionalProperties: 'unknown_field',
  type: 'wrong_type',
  format: 'wrong_format',
  pattern: 'wrong_format',
  enum: 'not_allowed',
  const: 'not_allowed',
  minLength: 'too_short',
  maxLength: 'too_long',
  minimum: 'too_small',
  exclusiveMinimum: 'too_small',
  maximum: 'too_large',
  minItems: 'too_few',
  maxItems: 'too_many',
  minProperties: 'too_few',
  maxProperties: 'too_many',
  uniqueItems: 'repeated',
}

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** The values that would be valid: of an enumeration, or of the branches of a union, each of which fails separately. */
function allowedFor(error: ErrorObject, all: readonly ErrorObject[]): string | undefined {
  if (error.keyword === 'enum') return (error.params as { allowedValues: unknown[] }).allowedValues.join(', ')
  if (error.keyword !== 'const') return undefined
  const branches = all.filter((e) => e.keyword === 'const' && e.instancePath === error.instancePath)
  return [...new Set(branches.map((e) => String((e.params as { allowedValue: unknown }).allowedValue)))].join(', ')
}

/** An example for each format, because its name alone does not help the caller. */
const FORMS: Record<string, string> = {
  instant: '2026-12-01T09:00:00+01:00 (RFC 3339, with offset)',
  'calendar-date': '2026-12-01',
  'time-zone': 'Europe/Rome (IANA)',
  'web-url': 'https://…',
  clock: '09:30',
  'clock-end': '17:30, 24:00',
  'month-day-or-date': '12-25, 2026-12-25',
  'time-span': 'P3W, P2DT4H, PT30M',
}
const formOf = (format: unknown): string | undefined =>
  typeof format === 'string' ? (FORMS[format] ?? format) : undefined

function faultOf(error: ErrorObject, where: FieldFault['in'], all: readonly ErrorObject[]): FieldFault {
  const params = error.params as Record<string, unknown>
  const child = params.missingProperty ?? params.additionalProperty
  const pointer = child === undefined ? error.instancePath : `${error.instancePath}/${escapePointer(child as string)}`
  const limit = params.limit ?? formOf(params.format) ?? params.pattern ?? params.type ?? allowedFor(error, all)
  return {
    in: where,
    pointer,
    code: CODES[error.keyword] ?? 'invalid',
    params: { limit: (limit as string | number | undefined) ?? '' },
  }
}

const MAX_FAULTS = 20

/** Converts Ajv errors to one `invalid_request` with a fault per place, at most twenty. */
export function validationError(errors: readonly ErrorObject[], where: FieldFault['in']): AppError {
  // Each branch of a union fails separately; only the errors inside the branches help.
  const leaves = errors.filter((e) => !['anyOf', 'oneOf', 'if'].includes(e.keyword))
  const faults = (leaves.length > 0 ? leaves : errors).map((e) => faultOf(e, where, errors))
  const distinct = [...new Map(faults.map((f) => [f.pointer + f.code, f])).values()]
  return new AppError('invalid_request', { count: distinct.length }, { fields: distinct.slice(0, MAX_FAULTS) })
}

const compiled = new WeakMap<object, ValidateFunction>()

/** Validates a value against a body schema and fills in defaults. Throws `invalid_request` with pointers. */
export function checkBody(schema: TSchema, value: unknown): void {
  let validate = compiled.get(schema)
  if (!validate) compiled.set(schema, (validate = strict.compile(schema)))
  if (!validate(value)) throw validationError(validate.errors ?? [], 'body')
}

/** Maximum nesting of a body: our deepest schema has eight levels, and free-form fields (attributes, data) need no more. */
const MAX_DEPTH = 32

type BodyFault = { pointer: string; code: 'wrong_format' | 'too_deep'; limit: string | number }

/**
 * Finds what no route may receive: text that PostgreSQL cannot store (NUL, lone surrogates), and nesting deeper than
 * `MAX_DEPTH`, which could overflow the stack of later code. Returns the first place, or null. Not recursive itself.
 */
export function findUnacceptable(body: unknown): BodyFault | null {
  const isBad = (text: string): boolean => text.includes('\0') || !text.isWellFormed()
  const text = 'text without NUL'
  const open: { value: unknown; pointer: string; depth: number }[] = [{ value: body, pointer: '', depth: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, pointer, depth } = next
    if (typeof value === 'string' && isBad(value)) return { pointer, code: 'wrong_format', limit: text }
    if (value === null || typeof value !== 'object') continue
    if (depth >= MAX_DEPTH) return { pointer, code: 'too_deep', limit: MAX_DEPTH }
    for (const [name, child] of Object.entries(value)) {
      const at = `${pointer}/${escapePointer(name)}`
      if (isBad(name)) return { pointer: at, code: 'wrong_format', limit: text }
      // Numbers and booleans are always valid; skipping them avoids copying long lists.
      if (typeof child === 'string' || (child !== null && typeof child === 'object'))
        open.push({ value: child, pointer: at, depth: depth + 1 })
    }
  }
  return null
}
