// People who sign in: created with a password, signed in as a browser without JavaScript would do it.
import { scryptSync } from 'node:crypto'
import type { Role } from '../../src/kernel/permissions/roles.ts'
import { insertUser, updateUser } from '../../src/application/identity/user.sql.ts'
import { transaction } from '../../src/platform/database/tx.ts'
import { newCitizen, type Citizen } from './citizen.ts'
import { isJson, textType, type TestService } from './service.ts'

export const PASSWORD = 'tre lampade gialle sul tetto'
/** A hash at a thirtieth of the usual cost, which is part of the hash; `hashPassword` makes hashes at full cost for tests of timing. */
const salt = Buffer.from('a salt for tests')
const key = scryptSync(PASSWORD, salt, 32, { N: 1024, r: 8, p: 1 })
const CHEAP = ['scrypt', 1024, 8, 1, salt.toString('base64url'), key.toString('base64url')].join('$')

type NewPerson = {
  email: string
  role: Role
  name?: string
  agentId?: string | null
  tenantId?: string
  locationIds?: string[]
  agentIds?: string[]
  passwordHash?: string
}

/** Creates an active person; returns the id. */
export async function makePerson(service: TestService, p: NewPerson): Promise<string> {
  const { deps } = service
  const id = deps.newId()
  const tenantId = p.tenantId ?? service.tenant.id
  const document = { locationIds: p.locationIds ?? [], agentIds: p.agentIds ?? [] }
  const now = new Date(deps.now())
  await transaction(deps.db, async (tx) => {
    const user = { tenantId, id, email: p.email, name: p.name ?? p.email, role: p.role, agentId: p.agentId ?? null }
    await insertUser(tx, { ...user, document, now })
    await updateUser(tx, tenantId, id, { password_hash: p.passwordHash ?? CHEAP, status: 'active' }, now)
  })
  return id
}

/** A browser in which the person is signed in. */
export async function signIn(service: TestService, email: string, slug = 'prova'): Promise<Citizen> {
  const person = newCitizen(service.app)
  const page = await person.post(`/${slug}/sign-in`, [
    ['email', email],
    ['password', PASSWORD],
  ])
  if (!page.url.startsWith('/agenda')) throw new Error(`${email} was not let in: ${page.status} ${page.text}`)
  return person
}

/** Calls the API with a person's session and the CSRF header that the scripts of our pages send. */
export async function signedCaller(service: TestService, email: string, slug = 'prova') {
  const person = await signIn(service, email, slug)
  const csrf = /name="csrf" value="([^"]+)"/.exec((await person.get('/agenda/account')).html)![1]!
  const cookie = `agenda_session=${person.jar.get('agenda_session')}`
  const call = async (method: string, url: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await service.app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...{ cookie, 'x-agenda-csrf': csrf },
        ...(typeof body === 'string' ? { 'content-type': textType(body) } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body as object }),
    })
    const text = answer.body
    return { status: answer.statusCode, body: isJson(answer) ? JSON.parse(text) : text, headers: answer.headers }
  }
  /** Submits a form of our own pages. */
  const form = async (url: string, fields: Record<string, string> = {}) => {
    const answer = await service.app.inject({
      method: 'POST',
      url,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ csrf, ...fields }).toString(),
    })
    return { status: answer.statusCode, body: answer.body, headers: answer.headers }
  }
  return Object.assign(call, { form, person })
}
