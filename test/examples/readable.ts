// PURE. Makes a recorded exchange fit for a document: short lists, stable ids, no secrets.
import type { Example } from '../../src/http/openapi/examples.ts'

/** So many items of a list are enough to understand it. */
const SHOWN = 3
const LONGEST_TEXT = 1500

function shortened(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.slice(0, name === 'serviceIds' ? 10 : SHOWN).map((one) => shortened(one))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner, key)]))
}

/** Replaces ids by counted ones, in the order in which they appear, and secrets by a word. */
function anonymous(text: string): string {
  const known = new Map<string, string>()
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, (id) => {
      if (!known.has(id)) known.set(id, `019a9f00-0000-7000-8000-${String(known.size + 1).padStart(12, '0')}`)
      return known.get(id)!
    })
    .replace(/\b(ag[a-z])_?[\w-]{20,}(\.[\w-]+)*/g, '$1.example')
    .replace(/whsec_[\w+/=]+/g, 'whsec_ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGU=')
    .replace(/\/feeds\/[\w.-]{20,}\.ics/g, '/feeds/example.ics')
    .replace(/office-\d+/g, 'roccamora')
}

/** The exchange as the API description shows it. */
export function readable({ request, response, ...rest }: Example): Example {
  const short = typeof response === 'string' ? response.slice(0, LONGEST_TEXT) : shortened(response)
  return JSON.parse(
    anonymous(
      JSON.stringify({
        ...rest,
        ...(request === undefined ? {} : { request }),
        ...(short === undefined || short === '' ? {} : { response: short }),
      }),
    ),
  ) as Example
}
