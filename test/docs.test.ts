// The documentation is true: the blocks of docs/from-zero.md run in order against a service, and the catalogues are those of the code.
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { CATALOGUES, catalogues } from './helpers/catalogues.ts'
import { COLLECTION, collection } from './helpers/postman.ts'
import { startService } from './helpers/service.ts'

const ROOT = join(import.meta.dirname, '..')
/** The text without its layout, which the formatter sets. */
const plain = (text: string): string =>
  text
    .replace(/ +/g, ' ')
    .replace(/-{3,}/g, '---')
    .replace(/\s*\n\s*/g, '\n')

/** What each page prints, among other things. */
const PAGES: Record<string, readonly (string | RegExp)[]> = {
  'from-zero': [/prova \[/, 'offer another time', "[ 'completed' ]"],
  'test-mode': [/^test-[0-9a-f]{10} 20/, /booked sent 20/, /reminder sent 20/, /^401$/m],
}

test.each(Object.entries(PAGES))('each block of docs/%s.md runs', async (page, printed) => {
  const service = await startService()
  // The blocks run in a process with the real clock.
  service.clock.now = Date.now()
  const base = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const text = readFileSync(join(ROOT, `docs/${page}.md`), 'utf8')
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!)
  expect(blocks.length).toBeGreaterThan(3)
  const folder = join(ROOT, '.tmp', `docs-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const program = join(folder, `${page}.ts`)
  writeFileSync(program, blocks.join('\n').replace("'@agenda/client'", "'../../src/client/index.ts'"))
  const env = { ...process.env, AGENDA_URL: base, AGENDA_KEY: service.tenant.key }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', program], { env })
    for (const text of printed) expect(stdout).toMatch(text)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await service.close()
  }
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
