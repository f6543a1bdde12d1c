// A copy or a dump of the database is not enough to sign in, open links or read secrets.
import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { totpOf } from '../src/application/identity/sign-in.ts'
import { dump, missingSecrets } from '../src/cli/dump.ts'
import { secretOf } from '../src/platform/secrets/secrets.ts'
import { createVault, isSealed } from '../src/platform/vault/vault.ts'
import { keyIn } from '../src/platform/vault/cipher.ts'
import { rotateKey } from '../src/cli/rotate-key.ts'
import { signatureOf } from '../src/kernel/crypto/signature.ts'
import { newCitizen } from './helpers/citizen.ts'
import { makePerson, PASSWORD, signIn } from './helpers/people.ts'
import { makeOffice, PERSON, SECRET_KEY, startService, type TestService } from './helpers/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

async function dumped(withSecrets = false): Promise<[table: string, row: any][]> {
  let text = ''
  const out = new Writable({ write: (chunk, _encoding, done) => ((text += chunk), done()) })
  await dump(service.database.db, out, withSecrets)
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line))
}
const column = (rows: [string, any][], table: string) => rows.filter(([name]) => name === table).map(([, row]) => row)

test('a thief of the database forges no sign-in, no link, and reads no secret', async () => {
  const office = await makeOffice(service.tenant)
  const id = await makePerson(service, { email: 'capo@prova.example', role: 'administrator' })
  const person = await signIn(service, 'capo@prova.example')
  const page = await person.get('/agenda/account/second-factor')
  const secret = /<code>([A-Z2-7 ]{39})<\/code>/.exec(page.html)![1]!.replaceAll(' ', '')
  const on = await person.submit(page, 'second-factor', {
    present: PASSWORD,
    code: totpOf(secret).generate({ timestamp: service.clock.now }),
  })
  const codes = [...on.text.matchAll(/\b[0-9a-f]{4}(?:-[0-9a-f]{4}){3}\b/g)].map((m) => m[0])
  expect(codes).toHaveLength(10)
  const booking = { serviceIds: [office.service.id], start: '2026-11-24T10:00:00+01:00', contact: PERSON }
  const a = (await service.tenant.call('POST', '/v1/appointments', booking)).body
  const gateway = {
    url: 'http://127.0.0.1:9/x',
    format: 'json',
    fields: { To: '{{ to }}', Body: '{{ text }}' },
    headers: { Authorization: 'Bearer geheim' },
  }
  expect((await service.tenant.call('PUT', '/v1/text-gateways/sms', gateway)).status).toBe(200)
  const calendar = {
    agentId: office.agent.id,
    kind: 'caldav',
    url: 'https://dav.example/c/privat-91',
    username: 'ada',
    password: 'passwort-1',
  }
  expect((await service.tenant.call('POST', '/v1/external-calendars', calendar)).status).toBe(201)
  const hook = await service.tenant.make('webhooks', { url: 'http://127.0.0.1:9/h', types: ['*'] })
  // The whole database, as a thief would read it.
  const all = await dumped(true)
  const text = JSON.stringify(all)
  for (const plain of [
    secret,
    'geheim',
    'passwort-1',
    'privat-91',
    hook.secret.slice(6, 30),
    SECRET_KEY.toString('base64'),
    ...codes,
    ...codes.map((c) => c.replaceAll('-', '')),
  ])
    expect([plain.length, text.includes(plain)]).toEqual([plain.length, false])
  const [sessions] = column(all, 'tenant_secrets').filter((row) => row.purpose === 'sessions')
  const [user] = column(all, 'users').filter((row) => row.id === id)
  expect([isSealed(sessions.secret), isSealed(user.totp_secret)]).toEqual([true, true])
  // The forgery that a review found: the cookie that is set after a right password, and the code, both made from the copy.
  const thief = newCitizen(service.app)
  const forge = (key: string): string => {
    const text = Buffer.from(JSON.stringify({ value: id, until: service.clock.now + 60_000 })).toString('base64url')
    return `${text}.${signatureOf(key, 'code', text)}`
  }
  const tryWith = async (key: string, code: string): Promise<string> => {
    thief.jar.set('agenda_code', forge(key))
    return (await thief.post('/prova/sign-in/code', [['code', code]])).url
  }
  service.clock.now += 60_000
  const right = totpOf(secret).generate({ timestamp: service.clock.now })
  for (const stolen of [sessions.secret, sessions.secret.split('.').at(-1)])
    expect(await tryWith(stolen, right)).not.toMatch(/^\/agenda/)
  // With the decrypted secret, which is in no copy, the same forgery succeeds: so it is the encryption that stops it.
  expect(await tryWith(await secretOf(service.deps, service.tenant.id, 'sessions'), right)).toMatch(/^\/agenda/)
  const [pages] = column(all, 'tenant_secrets').filter((row) => row.purpose === 'pages')
  const link = await thief.get(`/prova/m/${a.id}.${signatureOf(pages.secret, 'appointment', a.id, '')}`)
  expect(link.status).toBe(404)
  // The owner signs in as usual: an emergency code works once.
  const owner = newCitizen(service.app)
  const asked = await owner.post('/prova/sign-in', [
    ['email', 'capo@prova.example'],
    ['password', PASSWORD],
  ])
  expect(asked.url).toContain('/sign-in/code')
  expect((await owner.submit(asked, '/sign-in/code', { code: codes[3]! })).url).toMatch(/^\/agenda/)
  const again = newCitizen(service.app)
  const second = await again.post('/prova/sign-in', [
    ['email', 'capo@prova.example'],
    ['password', PASSWORD],
  ])
  expect((await again.submit(second, '/sign-in/code', { code: codes[3]! })).url).not.toMatch(/^\/agenda/)
}, 60_000)

test('a dump leaves secrets out unless asked, and a restore says what must be set anew', async () => {
  const bare = await dumped()
  expect(column(bare, 'tenant_secrets')).toEqual([])
  expect(column(bare, 'data_keys')).toEqual([])
  expect(column(bare, 'users').every((row) => row.totp_secret === null && row.recovery_hashes.length === 0)).toBe(true)
  expect(JSON.stringify(bare)).not.toContain('sealed1.')
  // This database has its secrets.
  expect(await missingSecrets(service.database.db)).toEqual([])
})

test('keys are rotated: the old one opens until it is, and a process without the key says so', async () => {
  const { deps, tenant } = service
  const [oldKey, newKey] = [SECRET_KEY, Buffer.alloc(32, 9)]
  const vaultOf = (...keys: Buffer[]) =>
    createVault({ db: deps.db, keys, randomBytes: deps.randomBytes, newId: deps.newId, now: deps.now })
  const sealed = await vaultOf(oldKey).seal(tenant.id, 'x', 'geheim')
  await expect(vaultOf(newKey).open(tenant.id, 'x', sealed)).rejects.toMatchObject({ code: 'secret_unreadable' })
  await expect(vaultOf(oldKey).open(tenant.id, 'y', sealed)).rejects.toThrow()
  await deps.db.kysely
    .updateTable('tenant_secrets')
    .set({ secret: 'plain-of-before' })
    .where('tenant_id', '=', tenant.id)
    .where('purpose', '=', 'pages')
    .execute()
  const both = vaultOf(newKey, oldKey)
  const done = await rotateKey({ ...deps, vault: both })
  expect(done).toEqual({ wrapped: 1, sealed: 1 })
  expect(await vaultOf(newKey).open(tenant.id, 'x', sealed)).toBe('geheim')
  await expect(vaultOf(oldKey).open(tenant.id, 'x', sealed)).rejects.toMatchObject({ code: 'secret_unreadable' })
  expect(await rotateKey({ ...deps, vault: both })).toEqual({ wrapped: 0, sealed: 0 })
  expect([keyIn('x'), keyIn('00'.repeat(32))?.length]).toEqual([null, 32])
  // Restores the old key for the following tests.
  await rotateKey({ ...deps, vault: vaultOf(oldKey, newKey) })
  // Without a key nothing is sealed, and opening a sealed value fails with an error.
  const off = vaultOf()
  expect(await off.seal(tenant.id, 'x', 'offen')).toBe('offen')
  await expect(off.open(tenant.id, 'x', sealed)).rejects.toMatchObject({ code: 'secret_unreadable' })
})
