// Writes the catalogues of problem codes, scopes and events from the code into docs/catalogues.md (`npm run catalogues`).
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { en } from '../../src/locales/en.ts'
import { PROBLEM_CODES, statusOf } from '../../src/kernel/errors.ts'
import { PERMISSIONS, ROLES } from '../../src/kernel/permissions/roles.ts'
import { SCOPES } from '../../src/kernel/permissions/scopes.ts'
import { EVENT_TYPES, EVENTS } from '../../src/platform/events/catalogue.ts'
import { detailsOfType } from '../../src/platform/events/event.schema.ts'

const DOCS = join(import.meta.dirname, '..', '..', 'docs')
export const CATALOGUES = join(DOCS, 'catalogues.md')

type Operation = { summary?: string; operationId: string; 'x-required-scope'?: string }
const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
const table = (head: readonly string[], rows: readonly string[][]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

function problems(): string {
  const rows = PROBLEM_CODES.map((code) => {
    const [title, detail] = en.problems[code]
    return {
      status: statusOf(code),
      cells: [`\`${code}\``, String(statusOf(code)), title, detail.replaceAll(/\{(\w+)\}/g, '_$1_')],
    }
  }).sort((a, b) => a.status - b.status)
  return table(
    ['code', 'status', 'title', 'detail'],
    rows.map(({ cells }) => cells),
  )
}

function scopes(): string {
  const { paths } = JSON.parse(readFileSync(join(DOCS, 'openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, Operation>>
  }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      scope: operation['x-required-scope'],
      name: `\`${method.toUpperCase()} ${path}\``,
    })),
  )
  return table(
    ['scope', 'roles that have it', 'operations'],
    SCOPES.map((scope) => [
      `\`${scope}\``,
      ROLES.filter((role) => PERMISSIONS[role].includes(scope)).join(', '),
      operations
        .filter((one) => one.scope === scope)
        .map(({ name }) => name)
        .join('<br>'),
    ]),
  )
}

const events = (): string =>
  table(
    ['type', 'meaning', 'details'],
    EVENT_TYPES.map((type) => {
      const fields = Object.keys((detailsOfType(type, type) as unknown as { properties: object }).properties)
      return [`\`${type}\``, EVENTS[type], fields.map((name) => `\`${name}\``).join(', ')]
    }),
  )

/** The whole document. */
export const catalogues = (): string => `# Catalogues

Made from the code itself, so that nothing is missing and nothing is out of date.

## Problem codes

Every refusal is a problem document (RFC 9457). \`code\` is stable: compare it, not the texts, which come in the caller's language
(\`Accept-Language\`). Words in italics are filled in. Faults of single fields are in \`errors\`, with \`in\`, \`pointer\`, \`code\` and
\`detail\`.

${problems()}

## Scopes

What a key may do (\`POST /v1/api-keys\`), and which roles of people may do the same. Without the scope the answer is 403 \`forbidden\`,
which names it. \`GET /v1/me\` tells a key its scopes.

${scopes()}

## Events

Types of notices and of \`GET /v1/events\`. All have \`before\`, \`after\` and \`details\`; the description of the API has every payload with an
example.

${events()}
`

if (process.argv[1] === import.meta.filename) writeFileSync(CATALOGUES, catalogues())
