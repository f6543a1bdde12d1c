// TypeBox schemas that all features share: ids, names, instants, and the schema of a merge patch.
import { AppError } from '../../kernel/errors.ts'
import { LANGUAGES } from '../../kernel/language.ts'
import Type, { type TObject, type TProperties, type TSchema, type TSchemaOptions } from 'typebox'

export const Id = Type.String({ format: 'uuid', description: 'UUIDv7' })
export const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' })
export const ShortText = Type.String({ maxLength: 500 })
export const LongText = Type.String({ maxLength: 4000 })
export const ExternalId = Type.String({ minLength: 1, maxLength: 200 })
export const DateTime = Type.String({ format: 'date-time' })
/** One of these texts, in the order in which the description lists them. */
export const oneOf = <const T extends string>(values: readonly T[], options: TSchemaOptions = {}) =>
  Type.Unsafe<T>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      options,
    ),
  )

/** A language of the product. */
export const LanguageName = oneOf(LANGUAGES)

/** The language of a text that a tenant wrote: any tag, such as `sl` or `pt-BR` (BCP 47, language and region). */
export const ContentLanguage = Type.String({
  pattern: '^[a-z]{2,3}(-[A-Z]{2})?$',
  maxLength: 6,
  description: 'BCP 47 tag, such as en or pt-BR',
})

/** A field that callers may leave out and handlers always find: validation fills the default in. */
export const defaulted = <T extends TSchema>(schema: T): T => Type.Optional(schema)
export const CountShown = Type.Object({ count: Type.Integer() }, { title: 'Count', additionalProperties: false })
export const Instant = Type.String({ format: 'instant', description: 'RFC 3339 with offset' })
export const LocalDate = Type.String({ format: 'calendar-date', description: 'YYYY-MM-DD' })
export const Zone = Type.String({ format: 'time-zone', maxLength: 60, description: 'IANA time zone' })
export const Email = Type.String({ format: 'email', maxLength: 254 })
export const Minutes = (maximum: number, description: string) =>
  Type.Integer({ minimum: 0, maximum, description: `${description} (minutes)` })
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** Fields that every stored record returns in addition to its own. */
export const Envelope = {
  id: Id,
  version: Type.Integer({ description: 'Rises with every change; the ETag.' }),
  createdAt: DateTime,
  updatedAt: DateTime,
  archivedAt: Nullable(DateTime),
}

const MOST_METADATA = 50
const MetadataKey = Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_.-]{0,39}$' })
const MetadataValue = Type.String({ maxLength: 500 })
/** What an integrator keeps with a record; the service only stores and returns it. */
export const Metadata = Type.Record(MetadataKey, MetadataValue, {
  maxProperties: MOST_METADATA,
  additionalProperties: false,
  description: 'Your own names and values; the service only keeps them. Kept out of citizens’ pages',
})
/** A change of metadata: names that are sent are set, or removed with null; the others stay. */
export const MetadataChange = Type.Record(MetadataKey, Type.Union([MetadataValue, Type.Null()]), {
  maxProperties: 100,
  additionalProperties: false,
  description: 'Names that are sent are set, with null removed; the others stay',
})

/**
 * A record of another schema inside an answer, by that schema's title. It is checked where it is made; here the API description refers to
 * it, so that the serialisers of all routes stay small.
 */
export const RecordOf = (title: string) => Type.Object({}, { additionalProperties: true, 'x-ref': title })

export const IdParams = Type.Object({ id: Id }, { additionalProperties: false })

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([k, v]) => (k === 'default' ? [] : [[k, withoutDefaults(v)]])),
  )
}

type Plain = {
  type?: string
  properties?: Record<string, Plain>
  patternProperties?: Record<string, Plain>
  required?: string[]
}

const orNull = (parts: Record<string, Plain>, inner: (part: Plain) => Plain): Record<string, Plain> =>
  Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, { anyOf: [inner(part), { type: 'null' }] } as Plain]),
  )

/** In a patch, parts of an object may be absent or null; the result is validated by the schema of the body. */
function nullableInside(schema: Plain): Plain {
  if (schema.type !== 'object') return schema
  const { required: _required, ...rest } = schema
  const { properties, patternProperties } = schema
  return {
    ...rest,
    ...(properties ? { properties: orNull(properties, nullableInside) } : {}),
    ...(patternProperties ? { patternProperties: orNull(patternProperties, nullableInside) } : {}),
  }
}

/**
 * Schema of a JSON Merge Patch (RFC 7396) for a body: every field is optional, null restores its default, no defaults are
 * filled in.
 */
export function patchOf(body: TObject): TSchema {
  const properties: TProperties = {}
  for (const [name, schema] of Object.entries(body.properties)) {
    properties[name] = Type.Optional(
      Type.Union([
        Type.Unsafe(nullableInside(withoutDefaults(JSON.parse(JSON.stringify(schema))) as Plain)),
        Type.Null(),
      ]),
    )
  }
  return Type.Object(properties, { additionalProperties: false, minProperties: 1 })
}

/** The metadata after a change; undefined when none is left. Throws `limit_reached` above 50 names. */
export function changedMetadata(
  before: Record<string, string> | undefined,
  change: Record<string, string | null>,
): Record<string, string> | undefined {
  const merged = Object.entries({ ...before, ...change }).filter((one): one is [string, string] => one[1] !== null)
  if (merged.length > MOST_METADATA) throw new AppError('limit_reached', { max: MOST_METADATA })
  return merged.length === 0 ? undefined : Object.fromEntries(merged)
}

/** Applies a merge patch to a copy; the arguments stay unchanged. */
export function mergePatch(
  target: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...target }
  for (const [name, value] of Object.entries(patch)) {
    const before = result[name]
    if (value === null) delete result[name]
    else if (isObject(value)) result[name] = mergePatch(isObject(before) ? before : {}, value)
    else result[name] = value
  }
  return result
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
