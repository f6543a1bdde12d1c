// The documentation is true: the blocks of docs/from-zero.md run in order against a service, and the catalogues are those of the code.
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { isThorough } from './helpers/effort.ts'
import { CATALOGUES, catalogues } from './helpers/catalogues.ts'
import { COLLECTION, collection } from './helpers/postman.ts'
import { signedHeaders } from '../src/platform/secrets/signing.ts'
import { makeOffice, startService } from './helpers/service.ts'

const ROOT = join(import.meta.dirname, '..')
/** The text without its layout, which the formatter sets. */
const plain = (text: string): string =>
  text
    .replace(/ +/g, ' ')
    .replace(/-{3,}/g, '---')
    .replace(/\s*\n\s*/g, '\n')

/** The pages with blocks of TypeScript, which run in order, and what they print among other things. */
const PAGES: Record<string, readonly RegExp[]> = {
  'docs/from-zero.md': [/prova \[/, /offer another time/, /\[ 'completed' \]/],
  'docs/test-mode.md': [/^test-[0-9a-f]{10} 20/, /booked sent 20/, /reminder sent 20/, /^401$/m],
  'src/client/README.md': [/^[A-Z0-9]{8}$/m],
}
const run = promisify(execFile)
const blocksOf = (page: string, language: string): string[] =>
  [
    ...readFileSync(join(ROOT, page), 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')),
  ].map(([, code]) => code!)

/** A service at the real time, because the blocks run in a process of their own, and a folder for it. */
async function stage() {
  const service = await startService()
  service.clock.now = Date.now()
  const base = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const folder = join(ROOT, '.tmp', `docs-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const close = async (): Promise<void> => {
    rmSync(folder, { recursive: true, force: true })
    await service.close()
  }
  return { service, base, folder, close }
}

test.each(Object.entries(PAGES))('each block of %s runs', async (page, printed) => {
  const { service, base, folder, close } = await stage()
  try {
    if (page.startsWith('src/')) await makeOffice(service.tenant, { service: { externalId: 'id-card' } })
    const blocks = blocksOf(page, 'ts')
    expect(blocks.length).toBeGreaterThan(1)
    const program = join(folder, 'program.ts')
    writeFileSync(program, blocks.join('\n').replace("'@agenda/client'", "'../../src/client/index.ts'"))
    const env = { ...process.env, AGENDA_URL: base, AGENDA_KEY: service.tenant.key }
    const { stdout } = await run(process.execPath, ['--no-warnings', program], { env })
    for (const text of printed) expect(stdout).toMatch(text)
  } finally {
    await close()
  }
})

const hasJq = await run('jq', ['--version']).then(
  () => true,
  () => false,
)
test.skipIf(!hasJq)('the calls with curl do what they show (needs jq)', async () => {
  const { service, base, folder, close } = await stage()
  try {
    await makeOffice(service.tenant, { service: { externalId: 'demo-residenza' } })
    const env = { ...process.env, AGENDA_URL: base, AGENDA_KEY: service.tenant.key }
    const sh = async (page: string, what: string): Promise<string> => {
      const block = blocksOf(page, 'sh').find((text) => text.includes(what))!
      const script = block.replace('agd.…', service.tenant.key).replace('http://127.0.0.1:8080', base)
      return (await run('bash', ['-euc', script], { env, cwd: folder })).stdout
    }
    expect(JSON.parse(await sh('README.md', 'curl'))).toMatchObject({ status: 'confirmed' })
    expect(await sh('docs/integration.md', '/v1/me')).toMatch(/"slug":"prova".*"name":"Town hall"/s)
    expect(await sh('docs/test-mode.md', '/v1/test-clock')).toContain('"now":"2028-01-10T08:30:00')
  } finally {
    await close()
  }
})

const hasPython = await run('python3', ['--version']).then(
  () => true,
  () => false,
)
test.skipIf(!hasPython)('the check of a signature in Python takes ours and no other (needs python3)', async () => {
  const secret = Buffer.alloc(24, 5).toString('base64')
  const [body, other] = ['{"type":"webhook.test"}', '{"type":"webhook.tost"}']
  const headers = signedHeaders('msg_1', body, Date.now(), [secret])
  const program = [
    blocksOf('docs/messages.md', 'python')[0],
    `headers = ${JSON.stringify(headers)}`,
    `print(is_genuine("whsec_${secret}", headers, b'${body}'), is_genuine("whsec_${secret}", headers, b'${other}'))`,
  ]
  expect((await run('python3', ['-c', program.join('\n')])).stdout.trim()).toBe('True False')
})

test.runIf(isThorough)('the import of docs/import.md runs', async () => {
  const folder = join(ROOT, '.tmp', `import-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'vitoria-appointments.csv')
  writeFileSync(
    file,
    'PatientId,AppointmentID,ScheduledDay,AppointmentDay,Neighbourhood,No-show\n' +
      '1,11,2016-04-29T08:00:00Z,2016-05-03T00:00:00Z,CENTRO,No\n2,12,2016-04-29T09:00:00Z,2016-05-03T00:00:00Z,CENTRO,Yes\n',
  )
  try {
    const [, command] = blocksOf('docs/import.md', 'sh')
    const words = command!
      .replace(/\\\n/g, '')
      .replace('npm run agenda --', '')
      .replace('/tmp/vitoria', join(folder, 'data'))
      .replace('vitoria-appointments.csv', file)
    const { stdout } = await run(process.execPath, ['src/start.js', ...words.trim().split(/\s+/)], { cwd: ROOT })
    expect(stdout).toMatch(/2 rows: 2 booked/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the push of docs/callbacks.md and the widget of docs/booking-pages.md have the fields of the code', () => {
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8'))
  const pushes = paths['/v1/campaigns'].post.callbacks.contactsDue
  const { post } = pushes[Object.keys(pushes)[0]!]
  const example = post.requestBody.content['application/json'].examples.push.value
  const shown = JSON.parse(blocksOf('docs/callbacks.md', 'json')[0]!)
  const keys = (value: object): string[] => Object.keys(value).sort()
  expect(keys(shown.data)).toEqual(keys(example.data))
  expect(keys(shown.data.items[0])).toEqual(keys(example.data.items[0]))
  const known = /observedAttributes = \[([^\]]+)\]/.exec(readFileSync(join(ROOT, 'public/widget.js'), 'utf8'))![1]!
  const element = /<agenda-booking ([^>]+)>/.exec(blocksOf('docs/booking-pages.md', 'html')[0]!)![1]!
  for (const [, name] of element.matchAll(/(\w+)="/g)) expect(known).toContain(`'${name}'`)
})

test('docs/catalogues.md is what the code says (npm run catalogues writes it)', () => {
  expect(plain(readFileSync(CATALOGUES, 'utf8'))).toBe(plain(catalogues()))
})

test('the collection for Postman has every operation, and is what the description says (npm run postman writes it)', () => {
  const text = collection()
  expect(readFileSync(COLLECTION, 'utf8')).toBe(text)
  const { item } = JSON.parse(text) as {
    item: { name: string; item: { request: { method: string; url: { raw: string } } }[] }[]
  }
  const requests = item.flatMap((folder) => folder.item.map(({ request }) => `${request.method} ${request.url.raw}`))
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as {
    paths: Record<string, object>
  }
  const operations = Object.values(paths).flatMap((methods) => Object.keys(methods))
  expect([requests.length, new Set(requests).size]).toEqual([operations.length, operations.length])
  expect(requests).toContain('POST {{baseUrl}}/v1/appointments/:id/cancellation')
})
