// PURE. Reads request data without a schema: form fields, URL parameters, and bodies of the common collections.
import type { FastifyRequest } from 'fastify'

/** Form fields or URL parameters, by name. */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

const isText = (value: unknown): value is string => typeof value === 'string'

/** The text fields of a value; drops all others. The record has no prototype, so that names like `constructor` are undefined. */
export function fieldsOf(value: unknown): Fields {
  const fields: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>
  if (typeof value !== 'object' || value === null) return fields
  for (const [name, one] of Object.entries(value)) {
    if (isText(one)) fields[name] = one
    else if (Array.isArray(one)) fields[name] = one.filter(isText)
  }
  return fields
}

export const formFields = (request: FastifyRequest): Fields => fieldsOf(request.body)
export const queryFields = (request: FastifyRequest): Fields => fieldsOf(request.query)

/** The first text of a field; '' if absent. */
export const firstText = (fields: Fields, name: string): string => {
  const value = fields[name]
  return (isText(value) ? value : value?.[0]) ?? ''
}

/** The first text of each field. */
export const firstTexts = (value: unknown): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, one]) => [name, isText(one) ? one : one?.[0]]))

/** A path parameter; '' if the route does not have it. */
export function pathPart(request: FastifyRequest, name: string): string {
  const { params } = request
  const isThere = typeof params === 'object' && params !== null && Object.hasOwn(params, name)
  const value: unknown = isThere ? Reflect.get(params, name) : undefined
  return isText(value) ? value : ''
}

/** The body as an object; empty if it is not one. */
export const bodyOf = (request: FastifyRequest): Record<string, unknown> =>
  typeof request.body === 'object' && request.body !== null ? { ...request.body } : {}
