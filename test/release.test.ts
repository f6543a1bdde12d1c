// A release: who has the signer's public key can tell that the files are those of the commit and nobody changed them.
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const isPossible =
  existsSync(join(ROOT, '.git')) && ['git', 'ssh-keygen'].every((name) => spawnSync('which', [name]).status === 0)

describe.skipIf(!isPossible)('a signed release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agenda-release-'))
  const [clone, out, key] = [join(folder, 'clone'), join(folder, 'out'), join(folder, 'key')]
  const run = (name: string, args: readonly string[], input?: Buffer) =>
    spawnSync(name, args, { cwd: folder, encoding: 'utf8', ...(input ? { input } : {}) })
  const release = () => run(join(clone, 'deploy/release.sh'), [key, out])
  const verify = () =>
    run(
      'ssh-keygen',
      [
        '-Y',
        'verify',
        '-f',
        'signers',
        '-I',
        'release@agenda.example',
        '-n',
        'agenda-release',
        '-s',
        join(out, 'SHA256SUMS.sig'),
      ],
      readFileSync(join(out, 'SHA256SUMS')),
    ).status
  const check = () => spawnSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: out }).status
  const makeKey = (path: string) => execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path])

  beforeAll(() => {
    execFileSync('git', ['clone', '-q', '--no-hardlinks', ROOT, clone])
    makeKey(key)
    writeFileSync(join(folder, 'signers'), `release@agenda.example ${readFileSync(`${key}.pub`, 'utf8')}`)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('has all files of the commit and all packages, is signed, and is the same every time', () => {
    const made = release()
    expect(made, made.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('signed by SHA256:') })
    expect([verify(), check()]).toEqual([0, 0])
    const { version, dependencies } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'))
    const archive = join(out, `agenda-${version}.tar.gz`)
    const files = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })
    for (const name of ['src/start.js', 'migrations/0001_foundation.sql', 'package-lock.json', 'public/app.js'])
      expect(files).toContain(`agenda-${version}/${name}\n`)
    const { components } = JSON.parse(readFileSync(join(out, `agenda-${version}.cdx.json`), 'utf8'))
    const names = components.map(({ name }: any) => name)
    for (const name of Object.keys(dependencies)) expect(names).toContain(name)
    expect(names).not.toContain('vitest')
    expect(components.every(({ hashes, purl }: any) => hashes[0].content.length === 128 && purl.includes('@'))).toBe(
      true,
    )
    const sums = readFileSync(join(out, 'SHA256SUMS'), 'utf8').split('\n')[0]
    expect(release().status).toBe(0)
    expect(readFileSync(join(out, 'SHA256SUMS'), 'utf8').split('\n')[0]).toBe(sums)
  })

  test('a changed file, a changed list and another signer are found out; uncommitted changes are refused', () => {
    const { version } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'))
    appendFileSync(join(out, `agenda-${version}.tar.gz`), ' ')
    expect([verify(), check()]).toEqual([0, 1])
    expect(release().status).toBe(0)
    appendFileSync(join(out, 'SHA256SUMS'), '\n')
    expect(verify()).not.toBe(0)
    makeKey(join(folder, 'other'))
    expect(run(join(clone, 'deploy/release.sh'), [join(folder, 'other'), out]).status).toBe(0)
    expect(verify()).not.toBe(0)
    appendFileSync(join(clone, 'README.md'), '\n')
    expect(release()).toMatchObject({ status: 1, stderr: expect.stringContaining('no commit has') })
  })
})
