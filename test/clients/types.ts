// Writes the types of the client package from the API description; with --check only compares them.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const DESCRIPTION = join(ROOT, 'docs/openapi.json')
const TARGET = join(ROOT, 'src/client/api.d.ts')
const generator = join(import.meta.dirname, 'node_modules/openapi-typescript/bin/cli.js')
const flags = ['--default-non-nullable', 'false', '--root-types', '--root-types-no-schema-prefix', '--alphabetize']
const types = execFileSync(process.execPath, [generator, DESCRIPTION, ...flags], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  stdio: ['ignore', 'pipe', 'ignore'],
})
const described = JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as object
const hash = createHash('sha256').update(JSON.stringify(described)).digest('hex')
const text = `// Generated from docs/openapi.json by \`npm run client:types\`; not edited by hand.\n// openapi: ${hash}\n${types}`
if (!process.argv.includes('--check')) writeFileSync(TARGET, text)
else if (readFileSync(TARGET, 'utf8') !== text) {
  process.stderr.write('src/client/api.d.ts is out of date: run npm run client:types\n')
  process.exitCode = 1
}
