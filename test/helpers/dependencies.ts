// `npm run dependencies`: checks the packages without network access. Each package comes from the public registry with a checksum, runs
// no install script unless package.json allows it by name, has a licence of the list below if the service ships it, and is in no range of .ci/advisories.json (the OSV format, reduced to what is
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
  license?: string
}
type Advisory = { id: string; package: string; ranges: { introduced: string; fixed?: string }[] }

const ROOT = join(import.meta.dirname, '..', '..')
const read = <T>(file: string): T => JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as T
const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json')
const { allowScripts = {} } = read<{ allowScripts?: Record<string, boolean> }>('package.json')
const advisories = read<{ checked: string; advisories: Advisory[] }>('.ci/advisories.json')

/**
 * Licences under which a package may be part of the service (SPDX names): permissive ones, those for fonts and data, and MPL-2.0, which
 * covers only its own files.
 */
const LICENCES = new Set([
  ...[
    'MIT',
    'MIT-0',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    '0BSD',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'Unlicense',
    'CC0-1.0',
  ],
  ...['PSF-2.0', 'Python-2.0', 'OFL-1.1', 'CC-BY-3.0', 'MPL-2.0'],
])
/** Whether an SPDX expression of names with AND, or of names with OR, can be satisfied by the list. */
function isAllowed(licence: string | undefined): boolean {
  const words = (licence ?? '').replace(/[()]/g, '')
  return words.includes(' OR ')
    ? words.split(' OR ').some((name) => LICENCES.has(name))
    : words.split(' AND ').every((name) => LICENCES.has(name))
}

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
  if (!one.dev && !isAllowed(one.license)) faults.push(`${label} has the licence ${one.license ?? 'of nobody'}`)
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
