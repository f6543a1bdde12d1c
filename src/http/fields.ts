// PURE. Reads request data without a schema: form fields, URL parameters, and bodies of the common collections.
import type { FastifyRequest } from 'fastify'
import { type Fields, fieldsOf, isText } from '../ui/form-input.ts'

export const formFields = (request: FastifyRequest): Fields => fieldsOf(request.body)
export const queryFields = (request: FastifyRequest): Fields => fieldsOf(request.query)

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
