// Checks the direction of imports and what pure files may not use; each failure states the reason of the rule.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => {
    const path = `src/${name}`
    const text = readFileSync(join(ROOT, path), 'utf8')
    const code = text
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/^\s*\/\/.*$/gm, '')
      .replace(/([^:'"`])\/\/.*$/gm, '$1')
    const imports = [
      ...code.matchAll(/^import\s+(type\s+)?[^'"]*from\s+'([^']+)'|^export\s+[^'"]*from\s+'([^']+)'/gm),
    ].map((m) => ({ isType: m[1] !== undefined, from: m[2] ?? m[3]! }))
    return { path, text, code, imports, isPure: /^\/\/ PURE\./m.test(text) }
  })

const offenders = (rule: (file: (typeof files)[number]) => string[]): string[] =>
  files.flatMap((file) => rule(file).map((what) => `${file.path}: ${what}`))
const role = (path: string): string => /\.(sql|actions|routes|schema|page|loop|cli|worker)\.ts$/.exec(path)?.[1] ?? ''
const resolved = (path: string, from: string): string =>
  from.startsWith('.') ? relative(ROOT, join(ROOT, path, '..', from)) : from

test('pure files do not read the clock, the environment or randomness, and import no driver or framework', () => {
  // The result of a pure file must depend on its arguments only: an oracle, a replay or an explanation can then repeat it.
  const forbidden = [/\bDate\.now\b/, /\bnew Date\(\s*\)/, /\bDateTime\.now\b/, /\bMath\.random\b/, /\bprocess\./]
  expect(
    offenders(({ isPure, code, imports }) =>
      isPure
        ? [
            ...forbidden.filter((pattern) => pattern.test(code)).map(String),
            ...imports
              .filter((i) => !i.isType && ['kysely', 'fastify', 'pg', '@electric-sql/pglite'].includes(i.from))
              .map((i) => i.from),
          ]
        : [],
    ),
  ).toEqual([])
})

test('pure files import pure files only (types aside)', () => {
  const pure = new Set(files.filter((f) => f.isPure).map((f) => f.path))
  const allowed = new Set([
    'src/kernel/errors.ts',
    'src/domain/catalogue/holidays.ts',
    'src/locales/en.ts',
    'src/locales/it.ts',
  ])
  expect(
    offenders(({ path, isPure, imports }) =>
      isPure
        ? imports
            .filter((i) => !i.isType && i.from.startsWith('.'))
            .map((i) => resolved(path, i.from))
            .filter((to) => !pure.has(to) && !allowed.has(to))
        : [],
    ),
  ).toEqual([])
})

test('the clock and the environment are read in main.ts only', () => {
  // Time is injected, so that tests can step it and an import can replay the past.
  const exempt = new Set([
    'src/main.ts',
    'src/cli/dump.ts',
    'src/serve.ts',
    'src/platform/database/folder-lock.ts',
    'src/platform/database/embedded.ts',
    'src/platform/database/embedded-engine.ts',
    'src/cli/import.cli.ts',
  ])
  expect(
    offenders(({ path, code }) =>
      exempt.has(path)
        ? []
        : [/\bDate\.now\b/, /\bnew Date\(\s*\)/, /\bprocess\.env\b/, /\bMath\.random\b/]
            .filter((p) => p.test(code))
            .map(String),
    ),
  ).toEqual([])
  expect(
    offenders(({ path, code }) => (path !== 'src/main.ts' && /\bprocess\.env\b/.test(code) ? ['process.env'] : [])),
  ).toEqual([])
})

test('Kysely is used in *.sql.ts and db/ only', () => {
  // All SQL of a table is in one place, where the rules for a distributed engine are applied.
  expect(
    offenders(({ path, imports }) =>
      role(path) === 'sql' || path.startsWith('src/platform/database/') || path === 'src/cli/dump.ts'
        ? []
        : imports.filter((i) => !i.isType && i.from === 'kysely').map((i) => i.from),
    ),
  ).toEqual([])
})

test('transactions start in the domain, the application and a few named files only', () => {
  const starters = new Set([
    ...['src/http/resource.routes.ts', 'src/api/tenant.routes.ts'],
    ...['src/site/booking/confirm-draft.ts', 'src/site/booking/drafts.ts', 'src/site/booking/send-links.ts'],
  ])
  expect(
    offenders(({ path, code }) =>
      !/^src\/(platform|domain|application|cli)\//.test(path) &&
      !starters.has(path) &&
      /\b(transaction|atomically)\(/.test(code)
        ? ['starts a transaction']
        : [],
    ),
  ).toEqual([])
})

test('rrule is imported in kernel/time/recurrence.ts only', () => {
  // rrule gives wrong results with time zones attached; that file expands rules in local (floating) time.
  expect(
    offenders(({ path, imports }) =>
      path === 'src/kernel/time/recurrence.ts' ? [] : imports.filter((i) => i.from === 'rrule').map((i) => i.from),
    ),
  ).toEqual([])
})

test('AppError is the only class beside the adapters of pg and PGlite', () => {
  const adapters = new Set([
    'src/kernel/errors.ts',
    'src/platform/database/pipeline.ts',
    'src/platform/database/embedded-engine.ts',
  ])
  expect(
    offenders(({ path, code }) => (!adapters.has(path) && /^\s*(export )?class /m.test(code) ? ['class'] : [])),
  ).toEqual([])
})

test('every file opens with what it owns, and no file is named utils, common or helpers', () => {
  expect(
    offenders(({ path, text }) =>
      (/^(#!.*\n)?\/\//.test(text) ? [] : ['no opening comment']).concat(
        /\/(utils|common|helpers)\b/.test(path) ? ['name says nothing'] : [],
      ),
    ),
  ).toEqual([])
})

test('no source file is over 400 lines', () => {
  expect(offenders(({ text }) => (text.split('\n').length > 400 ? [`${text.split('\n').length} lines`] : []))).toEqual(
    [],
  )
})
