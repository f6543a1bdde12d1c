// PURE. Renders Liquid templates that tenants write: no file access, own properties only, limits on size, time and memory.
import { createRequire } from 'node:module'
import type { Liquid } from 'liquidjs'

// Loaded with the first template, because the pages do not need it.
const require = createRequire(import.meta.url)
let engine: Liquid | undefined

function liquid(): Liquid {
  engine ??= new (require('liquidjs') as { Liquid: typeof Liquid }).Liquid({
    templates: {},
    ownPropertyOnly: true,
    parseLimit: 20_000,
    renderLimit: 200,
    memoryLimit: 200_000,
  })
  return engine
}

export const fill = (template: string, values: Readonly<Record<string, unknown>>): string =>
  String(liquid().parseAndRenderSync(template, values))

/** Variables that a template uses and that are not in `known`, or its syntax error. */
export function faultsIn(template: string, known: readonly string[]): { unknown: string[] } | { syntax: string } {
  try {
    return {
      unknown: liquid()
        .globalVariablesSync(template)
        .filter((name) => !known.includes(name)),
    }
  } catch (error) {
    return { syntax: (error as Error).message.split('\n')[0]!.slice(0, 120) }
  }
}
