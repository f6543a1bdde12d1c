// People who sign in: made with a password, let in as a browser without script would be.
import { scryptSync } from 'node:crypto'
import type { Role } from '../../src/auth/roles.ts'
import { insertUser, updateUser } from '../../src/auth/user.sql.ts'
import { transaction } from '../../src/db/tx.ts'
import { newCitizen, type Citizen } from './citizen.ts'
import { isJson, textType, type TestService } from './service.ts'

export const PASSWORD = 'tre lampade gialle sul tetto'
/** At a thirtieth of the usual cost, which is in the hash; `hashPassword` makes those that must cost their time. */
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

/** Makes an active person; returns the id. */
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

export type Signed = Awaited<ReturnType<typeof signedCaller>>

/** Calls of the API by a person's session, with the proof that scripts of our pages bring. */
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
  /** A form of our own pages. */
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
