// Writes the API as a collection that Postman, Bruno and Insomnia import (format 2.1), with the examples of the description as requests:
// `npm run postman` writes docs/agenda.postman_collection.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DOCS = join(import.meta.dirname, '..', '..', 'docs')
export const COLLECTION = join(DOCS, 'agenda.postman_collection.json')

type Parameter = { in: string; name: string; required?: boolean; description?: string; example?: unknown }
type Operation = {
  summary: string
  description: string
  tags: string[]
  security: unknown[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { examples?: Record<string, { value: unknown }> }> }
}
type Description = {
  info: { title: string; version: string }
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
}

function bodyOf({ requestBody }: Operation): { headers: object[]; body?: object } {
  const [found] = Object.entries(requestBody?.content ?? {})
  if (!found) return { headers: [] }
  const [type, { examples = {} }] = found
  const [example] = Object.values(examples)
  const raw = typeof example?.value === 'string' ? example.value : JSON.stringify(example?.value ?? {}, null, 2)
  const language = type === 'application/json' ? 'json' : 'text'
  return {
    headers: [{ key: 'Content-Type', value: type }],
    body: { mode: 'raw', raw, options: { raw: { language } } },
  }
}

function requestOf(path: string, method: string, operation: Operation): object {
  const { parameters = [] } = operation
  const { headers, body } = bodyOf(operation)
  const shown = ({ name, description, example, required }: Parameter): object => ({
    key: name,
    value: example === undefined ? '' : String(example),
    ...(description === undefined ? {} : { description }),
    ...(required || example !== undefined ? {} : { disabled: true }),
  })
  const [query, variable] = ['query', 'path'].map((where) => parameters.filter((one) => one.in === where).map(shown))
  const ifMatch = parameters.find((one) => one.in === 'header' && one.name === 'if-match')
  const segments = path
    .slice(1)
    .split('/')
    .map((part) => part.replace(/\{(\w+)\}/g, ':$1'))
  return {
    name: operation.summary,
    request: {
      method: method.toUpperCase(),
      description: operation.description,
      ...(operation.security.length === 0 ? { auth: { type: 'noauth' } } : {}),
      header: [...headers, ...(ifMatch ? [{ key: 'If-Match', value: '*', disabled: !ifMatch.required }] : [])],
      url: { raw: `{{baseUrl}}/${segments.join('/')}`, host: ['{{baseUrl}}'], path: segments, query, variable },
      ...(body ? { body } : {}),
    },
    response: [],
  }
}

/** The collection as text. */
export function collection(): string {
  const api = JSON.parse(readFileSync(join(DOCS, 'openapi.json'), 'utf8')) as Description
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      tag: operation.tags[0],
      item: requestOf(path, method, operation),
    })),
  )
  const item = api.tags.map(({ name, description }) => ({
    name,
    description,
    item: operations.filter(({ tag }) => tag === name).map((one) => one.item),
  }))
  const document = {
    info: {
      name: `${api.info.title} ${api.info.version}`,
      description: 'Set `baseUrl` and `key` in the variables of the collection.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{key}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: 'http://127.0.0.1:8080' },
      { key: 'key', value: '' },
    ],
    item: item.filter((folder) => folder.item.length > 0),
  }
  return `${JSON.stringify(document, null, 1)}\n`
}

if (process.argv[1] === import.meta.filename) writeFileSync(COLLECTION, collection())
