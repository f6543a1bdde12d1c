// The API description as a document that people and generators read: head, tags, answers by status with their problem codes, schemas by
// name. The routes say the rest.
import { PROBLEM_CODES, statusOf } from '../../kernel/errors.ts'
import { API_VERSION } from '../api-version.ts'
import type { Access } from '../../kernel/permissions/principal.ts'
import { problemExample, readExamples, withExample, withValues, type Example } from './examples.ts'
import { withNamedParts } from './name-parts.ts'
import { named, plain, referring, type Node } from './plain-schemas.ts'
import { pushSection } from './pushes.ts'
import { describedParameter, withWords } from './field-words.ts'
import { TAGS } from './tags.ts'
import { webhookSection } from './webhooks.ts'

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

type Parameter = { in: string; name: string; required?: boolean; schema?: Node }
type Answer = { description: string; content?: Record<string, { schema?: unknown }>; headers?: Node }
type Operation = {
  operationId: string
  summary?: string
  description?: string
  parameters?: Parameter[]
  requestBody?: unknown
  security?: Record<string, string[]>[]
  'x-required-scope'?: string
  responses: Record<string, Answer>
}
type Described = { paths?: Record<string, Record<string, Operation>>; components?: { schemas?: Node } & Node }

const DESCRIPTIONS: Record<string, string> = {
  200: 'Done',
  201: 'Created',
  202: 'Accepted; the work goes on',
  204: 'Done; nothing to return',
  400: 'The request cannot be read, or a field is wrong',
  401: 'No valid key, token or session',
  403: 'Known, but not allowed to do this',
  404: 'There is no such thing, or not for this caller',
  409: 'The present state does not allow it',
  412: 'It was changed since it was read',
  413: 'The body is too large; the problem says how many bytes may be sent',
  422: 'Well formed, but against a rule',
  428: 'If-Match is missing',
  429: 'Too many requests; Retry-After says when to try again',
  503: 'For a moment not possible; Retry-After says when to try again',
}

/** The statuses with which an operation can refuse, from what it takes and who may call it. */
function refusals(path: string, { parameters = [], requestBody, security = [] }: Operation): number[] {
  const changes = parameters.some(({ name }) => name === 'if-match')
  return [
    400,
    ...(security.length > 0 ? [401, 403] : []),
    ...(path.includes('{') ? [404] : []),
    ...(requestBody === undefined && !changes ? [] : [409, 413, 422]),
    ...(changes ? [412, 428] : []),
    ...[429, 503],
  ]
}

const codesOf = (status: number): string[] => PROBLEM_CODES.filter((code) => statusOf(code) === status)

/** One answer for each status, shared by all operations; the codes that it can carry are its enumeration. */
function sharedRefusals(): Node {
  const statuses = [400, 401, 403, 404, 409, 412, 413, 422, 428, 429, 503]
  return Object.fromEntries(
    statuses.map((status) => [
      `Problem${status}`,
      {
        description: DESCRIPTIONS[status],
        ...(status === 429 || status === 503
          ? { headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } } }
          : {}),
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Problem' },
                {
                  type: 'object',
                  properties: { code: { type: 'string', enum: codesOf(status) }, status: { const: status } },
                },
              ],
            },
            examples: { example: { value: problemExample(status) } },
          },
        },
      },
    ]),
  )
}

/** The operation by which somebody says where contacts are pushed. */
const PUSHING = '/v1/campaigns'

/** Headers of every answer of the API; those of the limit only where somebody's calls are counted. */
const HEADERS: Node = {
  'X-Request-Id': { description: 'To quote when asking for help', schema: { type: 'string' } },
  'Agenda-Version': { description: 'Day of the last breaking change', schema: { type: 'string', format: 'date' } },
  'RateLimit-Limit': { description: 'Calls in a minute', schema: { type: 'integer' } },
  'RateLimit-Remaining': { description: 'Calls that are left', schema: { type: 'integer' } },
  'RateLimit-Reset': { description: 'Seconds until the next minute', schema: { type: 'integer' } },
}
const headerRefs = (isCounted: boolean): Node =>
  Object.fromEntries(
    Object.keys(HEADERS)
      .filter((name) => isCounted || !name.startsWith('RateLimit'))
      .map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  )

const ETAG = { description: 'The version; for If-Match', schema: { type: 'string', examples: ['"3"'] } }

/** Answers that are no JSON document have no schema at their route; the example has their media type. */
const streamed = (example: Example | undefined): Answer => ({
  description: DESCRIPTIONS[200]!,
  content: { [example?.type.split(';')[0] ?? 'text/plain']: { schema: { type: 'string' } } },
})

function describedAnswers(path: string, operation: Operation, example: Example | undefined): Record<string, unknown> {
  const given = Object.entries(operation.responses).filter(([status]) => /^[23]\d\d$/.test(status))
  const taken: (readonly [string, Answer])[] = given.length > 0 ? given : [['200', streamed(example)]]
  const changes = operation.parameters?.some(({ name }) => name === 'if-match') === true
  const done = taken.map(([status, answer]): [string, unknown] => [
    status,
    {
      ...answer,
      description: answer.description === 'Default Response' ? (DESCRIPTIONS[status] ?? 'Done') : answer.description,
      ...(example?.response !== undefined && Number(status) === example.status
        ? { content: withExample(answer.content ?? {}, example.type, example.response) }
        : {}),
      headers: {
        ...(changes && status !== '204' ? { ETag: ETAG } : {}),
        ...headerRefs((operation.security ?? []).length > 0),
      },
    },
  ])
  const refused = refusals(path, operation).map((status): [string, unknown] => [
    String(status),
    { $ref: `#/components/responses/Problem${status}` },
  ])
  return Object.fromEntries([...done, ...refused])
}

/** Marks parameters as required where the service requires them, so that generated clients send them. */
function requireMarked({ parameters = [] }: Operation): void {
  for (const parameter of parameters)
    if (parameter.schema?.['x-required']) {
      parameter.required = true
      delete parameter.schema['x-required']
    }
}

/** What is sent, with the example's body; bodies that are no JSON are described by it. */
function describedRequest({ requestBody }: Operation, example: Example | undefined): object {
  const isText = typeof example?.request === 'string'
  if (example?.request === undefined || (requestBody === undefined && !isText)) return {}
  const { content = {}, ...rest } = (requestBody ?? { required: true }) as { content?: Record<string, object> }
  const type = isText ? (example.requestType ?? 'text/plain') : 'application/json'
  return { requestBody: { ...rest, content: withExample(content, type, example.request) } }
}

/** The whole document, rewritten for readers and generators. Throws when a title names two different schemas. */
export function describedApi(described: object): object {
  const { paths = {}, components = {}, ...head } = described as Described
  const schemas: Node = {}
  const examples = readExamples()
  const { Problem } = (plain(components.schemas ?? {}) as Node) ?? {}
  const rewritten = Object.entries(paths).map(([path, methods]): [string, unknown] => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => {
        if (!(METHODS as readonly string[]).includes(method)) return [method, operation]
        requireMarked(operation)
        const { responses: _responses, ...rest } = operation
        const example = examples[`${method.toUpperCase()} ${path}`]
        const answers = describedAnswers(path, operation, example)
        const sent = describedRequest(operation, example)
        const valued = example ? withValues(path, operation.parameters ?? [], example) : operation.parameters
        const parameters = (valued as Node[] | undefined)?.map(describedParameter)
        const pushes = path === PUSHING && method === 'post' ? { callbacks: pushSection() } : {}
        const scope = operation['x-required-scope']
        const needs = scope === undefined ? '' : ` Needs the scope \`${scope}\`.`
        const description = `${operation.description ?? `${operation.summary ?? ''}.`}${needs}`
        return [
          method,
          named(
            withWords(
              plain({
                ...rest,
                ...(parameters ? { parameters } : {}),
                ...sent,
                ...pushes,
                description,
                responses: answers,
              }),
            ),
            schemas,
          ),
        ]
      }),
    ),
  ])
  const webhooks = named(withWords(plain(referring(webhookSection(), schemas))), schemas)
  const operations = withNamedParts(Object.fromEntries(rewritten) as Record<string, Record<string, Node>>, schemas)
  const sorted = Object.fromEntries(Object.entries({ ...schemas, Problem }).sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    ...head,
    tags: TAGS,
    paths: operations,
    webhooks,
    components: { ...components, schemas: sorted, responses: sharedRefusals(), headers: HEADERS },
  }
}

/** What a route's access rule says in the description: whether a key is needed, and which scope it must have. */
export function accessOf(access: Access | undefined): object {
  const isOpen = access === undefined || access.kind === 'anyone'
  const scope = access?.kind === 'key' || access?.kind === 'person' ? access.scope : undefined
  return { security: isOpen ? [] : [{ key: [] }], ...(scope === undefined ? {} : { 'x-required-scope': scope }) }
}

export const API_HEAD = {
  openapi: '3.1.0',
  info: {
    title: 'Agenda',
    version: API_VERSION,
    description: 'Availability, slots and appointments. Errors are RFC 9457 problem documents with a stable `code`.',
    contact: { name: 'The operator of this installation' },
    license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
  },
  servers: [{ url: '/', description: 'This installation' }],
  components: {
    securitySchemes: {
      key: { type: 'http', scheme: 'bearer', description: 'API key, or the manage token of one appointment' },
    },
  },
}
