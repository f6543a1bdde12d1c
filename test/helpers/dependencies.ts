// `npm run dependencies`: checks the packages without network access. Each package comes from the public registry with a checksum, runs
// no install script unless package.json allows it by name, and is in no range of .ci/advisories.json (the OSV format, reduced to what is
// compared here; https://ossf.github.io/osv-schema/). It cannot detect what nobody has put into that list.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

type Locked = {
  version?: string
  resolved?: string
  integrity?: string
  hasInstallScript?: boolean
  link?: boolean
  dev?: boolean
}
type Advisory = { id: string; package: string; ranges: { introduced: string; fixed?: string }[] }

const ROOT = join(import.meta.dirname, '..', '..')
const read = <T>(file: string): T => JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as T
const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json')
const { allowScripts = {} } = read<{ allowScripts?: Record<string, boolean> }>('package.json')
const advisories = read<{ checked: string; advisories: Advisory[] }>('.ci/advisories.json')

const numbers = (version: string): number[] => version.split(/[.+-]/).slice(0, 3).map(Number)
const isBefore = (a: string, b: string): boolean => {
  const [x, y] = [numbers(a), numbers(b)]
  const at = x.findIndex((n, i) => n !== y[i])
  return at >= 0 && x[at]! < y[at]!
}
const isIn = (version: string, { introduced, fixed }: Advisory['ranges'][number]): boolean =>
  !isBefore(version, introduced) && (fixed === undefined || isBefore(version, fixed))

const faults: string[] = []
let count = 0
for (const [path, one] of Object.entries(packages)) {
  if (path === '' || one.link) continue
  count += 1
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const label = `${name}@${one.version ?? '?'}`
  if (one.resolved !== undefined && !one.resolved.startsWith('https://registry.npmjs.org/'))
    faults.push(`${label} comes from ${one.resolved}`)
  if (one.resolved !== undefined && !/^sha512-/.test(one.integrity ?? '')) faults.push(`${label} has no checksum`)
  // Packages for other platforms are not installed here.
  if (one.hasInstallScript && existsSync(join(ROOT, path)) && !allowScripts[name])
    faults.push(`${label} runs a script at its installation`)
  for (const advisory of advisories.advisories)
    if (advisory.package === name && advisory.ranges.some((range) => isIn(one.version!, range)))
      faults.push(`${label} is affected by ${advisory.id}`)
}
for (const fault of faults) process.stdout.write(`${fault}\n`)
process.stdout.write(
  `${count} packages, ${faults.length} faults; ${advisories.advisories.length} advisories known, checked ${advisories.checked}\n`,
)
process.exitCode = faults.length === 0 ? 0 : 1
