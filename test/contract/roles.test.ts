// Calls all routes and pages with every role, with a person of limited reach and with another tenant's administrator, and compares the
// answers with docs/permissions.md. UPDATE_PERMISSIONS=1 writes that table.
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROLES } from '../../src/kernel/permissions/roles.ts'
import { makePerson, signedCaller } from '../helpers/people.ts'
import { startService, type TestService } from '../helpers/service.ts'
import { isStream, makeSamples, requestFor, routesOf, type Route } from './samples.ts'

const TABLE = new URL('../../docs/permissions.md', import.meta.url)
/** The content of the table, independent of its layout. */
const plain = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---')
const COLUMNS = [...ROLES, 'limited', 'elsewhere'] as const

let service: TestService
let ids: Record<string, string> = {}
let routes: Route[] = []
type Caller = Awaited<ReturnType<typeof signedCaller>>
const callers = new Map<string, Caller>()

beforeAll(async () => {
  service = await startService()
  routes = await routesOf(service)
  ;({ ids } = await makeSamples(service))
  const other = await service.newTenant('altro')
  const { tenant } = service
  const far = await tenant.make('locations', { name: 'Altrove' })
  const colleague = await tenant.make('agents', { name: 'Altrove', serviceIds: [ids.services], locationIds: [far.id] })
  for (const role of ROLES)
    await makePerson(service, {
      email: `${role}@ufficio.example`,
      role,
      agentId: role === 'agent' ? ids.agents! : null,
    })
  // A supervisor who reaches only another office.
  await makePerson(service, {
    ...{ email: 'limited@ufficio.example', role: 'supervisor' },
    ...{ locationIds: [far.id], agentIds: [colleague.id] },
  })
  await makePerson(service, { email: 'elsewhere@ufficio.example', role: 'administrator', tenantId: other.id })
  for (const name of COLUMNS)
    callers.set(name, await signedCaller(service, `${name}@ufficio.example`, name === 'elsewhere' ? 'altro' : 'prova'))
})
afterAll(() => service.close())

/** The route with sample values in place of its parameters. */
function sampleOf(route: Route): { url: string; body: object | string | undefined } {
  if (route.url.startsWith('/v1/')) return requestFor(ids, route)
  const kind = route.url.split('/')[2] ?? ''
  const names: Record<string, string> = {
    feeds: 'calendar-feeds',
    absences: 'absences',
    openings: 'openings',
    sessions: 'users',
  }
  const inSettings = route.url.split('/')[3] ?? ''
  const id =
    kind === 'settings' ? (ids[inSettings] ?? ids.locations) : (ids[kind] ?? ids[names[inSettings] ?? ''] ?? ids.users)
  const url = route.url
    .replace(':collection', 'locations')
    .replace(':part', 'theme')
    .replace(':file', 'locations.csv')
    .replace(':kind/:language', 'booked/it')
    .replace(':id', id!)
  return { url, body: undefined }
}

/** What an answer means for the caller: allowed, forbidden, or not found. */
async function ask(call: Caller, route: Route): Promise<'yes' | 'no' | 'gone'> {
  const { url, body } = sampleOf(route)
  const isForm = !route.url.startsWith('/v1/') && route.method === 'POST'
  const answer = isForm ? await call.form(url) : await call(route.method, url, body, { 'if-match': '*' })
  if (answer.status >= 500)
    throw new Error(`${route.method} ${url}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`)
  if (answer.status === 401) return 'no'
  if (answer.status === 403) return 'no'
  return answer.status === 404 ? 'gone' : 'yes'
}

const HEAD = `# Who may call what

Every route of the API that takes a key, and every page of the workspace, with what each role gets there. \`yes\`: it answers;
\`no\`: refused (403); \`gone\`: as if it were not there (404). _limited_: a supervisor who reaches another office only, asking for
what belongs to this one. _elsewhere_: an administrator of another tenant, asking for what belongs to this one; where the address
names nothing, \`yes\` is an answer about their own tenant. \`npx vitest run test/contract/roles.test.ts\` compares this table with
the running service, \`UPDATE_PERMISSIONS=1\` writes it.

`

test('what each role may is what docs/permissions.md says', async () => {
  const asked = routes.filter(
    (r) => (r.access.kind === 'key' || r.access.kind === 'person') && !isStream(r) && !ENDING.has(r.url),
  )
  expect(asked.length).toBeGreaterThan(200)
  const lines: string[] = []
  const byAddress = (a: Route, b: Route): number => a.url.localeCompare(b.url) || a.method.localeCompare(b.method)
  const order = [...asked].sort(byAddress)
  // Routes that remove something come last.
  const isRemoval = (r: Route): number => Number(r.method === 'DELETE' || r.url.endsWith('/removal'))
  for (const route of asked.sort((a, b) => isRemoval(a) - isRemoval(b) || byAddress(a, b))) {
    const answers: string[] = []
    // Callers with fewer rights come first: an allowed call could remove what the next caller asks for.
    const byName = new Map<string, string>()
    for (const name of [...COLUMNS].reverse()) byName.set(name, await ask(callers.get(name)!, route))
    for (const name of COLUMNS) answers.push(byName.get(name)!)
    lines[order.indexOf(route)] = `| ${route.method} ${route.url} | ${answers.join(' | ')} |`
  }
  const table = `${HEAD}| route | ${COLUMNS.join(' | ')} |\n| --- |${' --- |'.repeat(COLUMNS.length)}\n${lines.join('\n')}\n`
  if (process.env.UPDATE_PERMISSIONS === '1') writeFileSync(TABLE, table)
  expect(plain(table)).toBe(plain(readFileSync(TABLE, 'utf8')))
})

/** These routes end the session that calls them. */
const ENDING = new Set(['/agenda/sign-out', '/agenda/account/sessions/end'])

test('another tenant’s administrator is answered nothing about this tenant, and changes nothing', async () => {
  const mine = Object.values(ids)
  const call = callers.get('elsewhere')!
  for (const route of routes.filter(
    (r) => r.method === 'GET' && !isStream(r) && ['key', 'person'].includes(r.access.kind),
  )) {
    const answer = await call('GET', sampleOf(route).url)
    if (answer.status >= 300) continue
    for (const id of mine)
      if (!sampleOf(route).url.includes(id)) expect(JSON.stringify(answer.body), route.url).not.toContain(id)
  }
})
