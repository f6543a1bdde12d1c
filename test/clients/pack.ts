// Builds the client package in .tmp/client and packs it. Prints the path of the archive.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const OUT = join(ROOT, '.tmp', 'client')
rmSync(OUT, { recursive: true, force: true })
mkdirSync(join(OUT, 'dist'), { recursive: true })
execFileSync(
  process.execPath,
  [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'src/client/tsconfig.json')],
  {
    stdio: 'inherit',
  },
)
cpSync(join(ROOT, 'src/client/api.d.ts'), join(OUT, 'dist/api.d.ts'))
for (const file of ['package.json', 'README.md']) cpSync(join(ROOT, 'src/client', file), join(OUT, file))
const packed = execFileSync('npm', ['pack', '--silent'], { cwd: OUT, encoding: 'utf8' }).trim()
process.stdout.write(`${join(OUT, packed)}\n`)
