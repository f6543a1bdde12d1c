// Generated files in the repository must equal what the code generates now.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const GENERATED = [
  { file: 'docs/openapi.json', command: 'openapi', script: 'npm run openapi' },
  { file: '.env.example', command: 'env-example', script: 'npm run env:example' },
]

let drifted = 0
for (const { file, command, script } of GENERATED) {
  const fresh = execFileSync(process.execPath, ['src/main.ts', command], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (fresh === readFileSync(file, 'utf8')) continue
  process.stderr.write(`${file} is out of date: run ${script}\n`)
  drifted += 1
}
if (drifted === 0) process.stdout.write('no drift\n')
process.exitCode = drifted === 0 ? 0 : 1
