// Examples in the API description: one recorded exchange for each operation, and one problem for each status.
import { readFileSync } from 'node:fs'
import { faultWords, problemWords } from '../../locales/words.ts'
import { statusOf, type ProblemCode } from '../../kernel/errors.ts'

type Media = Record<string, { schema?: unknown; examples?: object }>
type Parameter = { in: string; name: string; schema?: { type?: unknown }; example?: unknown }
/** One recorded exchange. */
export type Example = {
  url: string
  request?: unknown
  requestType?: string
  status: number
  response?: unknown
  /** Media type of the answer. */
  type: string
}

/** The exchange that was recorded for each operation, by method and path. */
export const readExamples = (): Record<string, Example> =>
  JSON.parse(readFileSync(new URL('./examples.json', import.meta.url), 'utf8')) as Record<string, Example>

const shown = (value: unknown): object => ({ example: { value } })

/** The media types with the example at the one that it has, which is the only one when the route states none that fits. */
export function withExample(content: Media, type: string, value: unknown): Media {
  const plain = type.split(';')[0]!
  const known = content[plain] ?? { schema: typeof value === 'string' ? { type: 'string' } : {} }
  const others = content[plain] ? content : {}
  return { ...others, [plain]: { ...known, examples: shown(value) } }
}

const typed = (text: string, type: unknown): unknown =>
  type === 'integer' || type === 'number' ? Number(text) : type === 'boolean' ? text === 'true' : text

/** The values of parameters in the example's address. */
export function withValues(path: string, parameters: readonly Parameter[], example: Example): Parameter[] {
  const [address = '', query = ''] = example.url.split('?')
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const pattern = path.replace(/[.$]/g, '\\$&').replace(/\{\w+\}/g, '([^/]+)')
  const values = new RegExp(`^${pattern}$`).exec(address)?.slice(1) ?? []
  const inPath = new Map(names.map((name, i) => [name, values[i]]))
  const inQuery = new URLSearchParams(query)
  return parameters.map((parameter) => {
    const { type } = parameter.schema ?? {}
    const text = parameter.in === 'path' ? inPath.get(parameter.name) : inQuery.get(parameter.name)
    if (text == null || parameter.in === 'header' || type === 'array') return parameter
    return { ...parameter, example: typed(decodeURIComponent(text), type) }
  })
}

/** The problem that each status shows. */
const PROBLEMS: readonly ProblemCode[] = [
  ...(['invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'slot_taken'] as const),
  ...(['precondition_failed', 'invalid_phone', 'precondition_required', 'too_many_requests'] as const),
  ...(['body_too_large', 'database_unavailable'] as const),
]
const WORDS = {
  count: 1,
  scope: 'appointments:write',
  what: 'appointment',
  version: 3,
  minutes: 1,
  phone: '12',
  limit: 262144,
}

/** An example problem of a status (RFC 9457). */
export function problemExample(status: number): object {
  const code = PROBLEMS.find((one) => statusOf(one) === status)!
  const field = code === 'invalid_request' ? { in: 'body', pointer: '/start', code: 'wrong_format' } : null
  const params = { limit: '2026-12-01T09:00:00+01:00' }
  return {
    type: `urn:agenda:problem:${code}`,
    ...problemWords('en', code, WORDS),
    status,
    code,
    instance: '019a9f00-0000-7000-8000-000000000001',
    ...(field ? { errors: [{ ...field, detail: faultWords('en', field.code, params) }] } : {}),
  }
}
