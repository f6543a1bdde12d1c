// Prints the packages that the service runs with, as CycloneDX 1.5, from package-lock.json. `npm sbom --omit dev` (npm 10 and 11) leaves out
// packages that a development package also wants, such as @opentelemetry/api.
import { readFileSync } from 'node:fs'

const read = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const { name, version } = read('package.json')
const components = Object.entries(read('package-lock.json').packages)
  .filter(([path, one]) => path !== '' && !one.dev && !one.devOptional && !one.link)
  .map(([path, one]) => {
    const full = one.name ?? path.split('node_modules/').at(-1)
    const [algorithm, hash] = (one.integrity ?? '').split('-')
    return {
      type: 'library',
      name: full,
      version: one.version,
      purl: `pkg:npm/${full.replace('@', '%40')}@${one.version}`,
      ...(one.license ? { licenses: [{ expression: one.license }] } : {}),
      ...(algorithm === 'sha512'
        ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }] }
        : {}),
    }
  })
const list = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: { type: 'application', name, version } },
  components,
}
process.stdout.write(`${JSON.stringify(list, null, 1)}\n`)
