// What has changed in the API since its last date. A change that could break a client needs a new date (src/http/api-version.ts).
//   node changes.ts           refuses such a change without a new date
//   node changes.ts release   writes docs/api/DATE.json, from then on the description to compare with, and docs/api-changes.md
import { compareOpenApi } from 'api-smart-diff'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Description = {
  info: { version: string }
  paths: Record<string, Record<string, unknown>>
  webhooks?: Record<string, unknown>
}
type Change = { operation: string; what: string; isBreaking: boolean }

const DOCS = join(import.meta.dirname, '..', '..', 'docs')
const RELEASES = join(DOCS, 'api')
const CHANGES = join(DOCS, 'api-changes.md')

/** Without texts and examples, which break nothing. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (value === null || typeof value !== 'object') return value
  const isText = (name: string, inner: unknown): boolean =>
    (['description', 'summary'].includes(name) && typeof inner === 'string') ||
    name === 'example' ||
    name === 'examples'
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (isText(name, inner) ? [] : [[name, bare(inner)]])),
  )
}

const WORDS: Record<string, string> = { add: 'new', remove: 'gone', replace: 'changed', rename: 'renamed' }

/** Where a change is, in words: the part of the operation and the fields. */
function placeIn(path: readonly unknown[]): string {
  const names = path
    .map(String)
    .filter(
      (name, i, all) =>
        !['properties', 'content', 'application/json', 'schema', 'items'].includes(name) || all[i - 1] === 'properties',
    )
  return names.length === 0 ? 'the operation' : `\`${names.join(' · ')}\``
}

type Sent = { post: { requestBody: { content: unknown } } }
/** What the service sends reads like an answer: a lost field breaks whoever receives it, a new one does not. */
const asAnswer = ({ post }: Sent): object => ({
  get: { responses: { 200: { description: 'sent', content: post.requestBody.content } } },
})

/** The description with its notices and pushes as further paths. */
function withSent(description: Description): Description {
  const notices = Object.entries(description.webhooks ?? {}).map(([type, item]) => [
    `notice ${type}`,
    asAnswer(item as Sent),
  ])
  const pushes = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.values(item).flatMap((operation) =>
      Object.entries((operation as { callbacks?: Record<string, Record<string, Sent>> }).callbacks ?? {}).map(
        ([name, byAddress]) => [`push ${name} of ${path}`, asAnswer(Object.values(byAddress)[0]!)],
      ),
    ),
  )
  return { ...description, paths: { ...description.paths, ...(Object.fromEntries([...notices, ...pushes]) as object) } }
}

/** The changes by operation, notice and push between two descriptions. */
export function changesBetween(before: Description, after: Description): Change[] {
  const { diffs } = compareOpenApi(bare(withSent(before)), bare(withSent(after))) as unknown as {
    diffs: { type: string; action: string; path: unknown[] }[]
  }
  return diffs.flatMap(({ type, action, path }) => {
    const [part, address, method, ...rest] = path
    // Changes of shared schemas are listed at each operation that has them.
    if (part !== 'paths' || !['breaking', 'non-breaking'].includes(type)) return []
    const isSent = /^(notice|push) /.test(String(address))
    const operation =
      method === undefined || isSent ? String(address) : `${String(method).toUpperCase()} ${String(address)}`
    return [{ operation, what: `${placeIn(rest)} is ${WORDS[action] ?? action}`, isBreaking: type === 'breaking' }]
  })
}

/** Why the description may not replace the one before; null when it may. */
export function refusalOf(before: Description, after: Description): string | null {
  if (after.info.version > before.info.version) return null
  const breaking = changesBetween(before, after).filter((change) => change.isBreaking)
  if (breaking.length === 0) return null
  const list = breaking.map(({ operation, what }) => `  ${operation}: ${what}`)
  return `These changes can break clients of ${before.info.version}. Undo them, or give the API a new date:\n${list.join('\n')}`
}

const read = (file: string): Description => JSON.parse(readFileSync(file, 'utf8')) as Description
export const current = (): Description => read(join(DOCS, 'openapi.json'))
/** The description of the last date. */
export function released(): Description {
  const last = readdirSync(RELEASES).sort().at(-1)!
  return read(join(RELEASES, last))
}

function release(): void {
  const after = current()
  const target = join(RELEASES, `${after.info.version}.json`)
  const earlier = readdirSync(RELEASES).filter((name) => name < `${after.info.version}.json`)
  const before = earlier.length > 0 ? read(join(RELEASES, earlier.sort().at(-1)!)) : null
  writeFileSync(target, `${JSON.stringify(bare(after))}\n`)
  const changes = before ? changesBetween(before, after) : []
  const operations = [...new Set(changes.map((change) => change.operation))].sort()
  const lines = operations.flatMap((operation) => [
    `- \`${operation}\``,
    ...changes
      .filter((change) => change.operation === operation)
      .map(({ what, isBreaking }) => `  - ${what}${isBreaking ? ' (**breaking**)' : ''}`),
  ])
  const section = `## ${after.info.version}\n\n${lines.length > 0 ? lines.join('\n') : 'The first dated description.'}\n`
  const head =
    '# Changes of the API\n\nBy operation, made from the descriptions of each date (`npm run api:release`).\n'
  const known = existsSync(CHANGES) ? readFileSync(CHANGES, 'utf8').slice(head.length).trimStart() : ''
  const others = known
    .split(/^(?=## )/m)
    .filter((part) => part !== '' && !part.startsWith(`## ${after.info.version}\n`))
  writeFileSync(CHANGES, [head, section, ...others].join('\n'))
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv[2] === 'release') release()
  else {
    const refusal = refusalOf(released(), current())
    if (refusal !== null) {
      process.stderr.write(`${refusal}\n`)
      process.exitCode = 1
    }
  }
}
