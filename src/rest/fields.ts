// PURE. Reads what came with a request and has no schema of its own: fields of forms and addresses, and bodies of the common collections.
import type { FastifyRequest } from 'fastify'

/** Texts by name, as forms and addresses carry them. */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

const isText = (value: unknown): value is string => typeof value === 'string'

/** The texts of a value by name; what is no text is left out. The record has no prototype: no name means anything of itself. */
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

/** The first text of a field; '' without one. */
export const firstText = (fields: Fields, name: string): string => {
  const value = fields[name]
  return (isText(value) ? value : value?.[0]) ?? ''
}

/** A part of the address by its name in the route; '' when the route has none of that name. */
export const pathPart = (request: FastifyRequest, name: string): string => firstText(fieldsOf(request.params), name)

/** A body as names and values; empty when it is anything else. */
export const bodyOf = (request: FastifyRequest): Record<string, unknown> =>
  typeof request.body === 'object' && request.body !== null ? { ...request.body } : {}
