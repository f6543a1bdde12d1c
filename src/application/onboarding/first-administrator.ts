// Creates the first administrator of a tenant, through a link printed at start that works until the tenant has a user.
import { newLink, openLink, writeLink } from '../identity/one-time-links.ts'
import { transaction } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { allTenantIds, findTenant } from '../../domain/tenant/tenant.sql.ts'
import { hashPassword } from '../identity/password.ts'
import { useLink } from '../identity/session.sql.ts'
import { admit, auditSignIn, foldEmail, refusePassword, type SignedIn } from '../identity/sign-in.ts'
import { countUsers, insertUser, updateUser } from '../identity/user.sql.ts'
import { createTenant } from './create-tenant.ts'

type FirstPerson = { name: string; email: string; password: string }

/** Creates a link for the first administrator; null if the tenant has users already. */
export async function firstLink(deps: Deps, tenantId: string): Promise<string | null> {
  const tenant = await findTenant(deps.db.kysely, tenantId)
  if (!tenant || (await countUsers(deps.db.kysely, tenantId, null)).all > 0) return null
  const link = newLink(deps, tenantId, tenantId, 'first')
  await transaction(deps.db, (tx) => writeLink(tx, link))
  return `/${tenant.slug}/first/${link.token}`
}

/**
 * Links printed at start: for tenants without users (at most five tenants are checked, and no test tenants), or the one that creates
 * the first tenant.
 */
export async function startLinks(deps: Deps): Promise<string[]> {
  const ids = await allTenantIds(deps.db.kysely)
  if (ids.length === 0) return [`/agenda/set-up/${deps.setUpToken}`]
  const links: string[] = []
  for (const id of ids.filter((one) => !deps.clocks.of(one)).slice(0, 5)) {
    const link = await firstLink(deps, id)
    if (link !== null) links.push(link)
  }
  return links
}

async function makeAdministrator(
  deps: Deps,
  tenantId: string,
  person: FirstPerson,
  linkId: string | null,
): Promise<string> {
  const email = foldEmail(person.email)
  await refusePassword(deps, { email, name: person.name }, person.password)
  const hash = await hashPassword(person.password)
  return transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    if (linkId !== null && !(await useLink(tx, tenantId, linkId, now))) throw new AppError('link_invalid')
    if ((await countUsers(tx, tenantId, null)).all > 0) throw new AppError('link_invalid')
    const id = deps.newId()
    const user = { tenantId, id, email, name: person.name.trim(), role: 'administrator' as const }
    await insertUser(tx, { ...user, agentId: null, document: {}, now })
    await updateUser(tx, tenantId, id, { password_hash: hash, status: 'active' }, now)
    await auditSignIn(deps, tx, { tenantId, actor: `user:${id}`, action: 'first_administrator', result: 201 })
    return id
  })
}

type FirstClaim = {
  tenantId: string
  token: string
  person: FirstPerson
  browser: string
}

/** Creates the first administrator of a tenant. Throws `link_invalid`, or the fault of the password. */
export async function beFirst(deps: Deps, { tenantId, token, person, browser }: FirstClaim): Promise<SignedIn> {
  const link = await openLink(deps, tenantId, token, ['first'])
  const id = await makeAdministrator(deps, tenantId, person, link.id)
  return admit(deps, { tenantId, userId: id, proof: 'link', browser })
}

type SetUpClaim = {
  token: string
  office: { slug: string; name: string; timeZone: string; locale: string }
  person: FirstPerson
  browser: string
}

/** Creates the first tenant of an installation and its first administrator. Throws `link_invalid` if a tenant exists. */
export async function setUp(deps: Deps, { token, office, person, browser }: SetUpClaim): Promise<SignedIn> {
  await refuseSetUp(deps, token)
  // Check the password first, so that a refused one does not leave a tenant behind.
  await refusePassword(deps, { email: foldEmail(person.email), name: person.name }, person.password)
  const { id } = await createTenant(deps, { country: 'IT', holdMinutes: 10, ...office })
  return admit(deps, { tenantId: id, userId: await makeAdministrator(deps, id, person, null), proof: 'link', browser })
}

export async function refuseSetUp(deps: Deps, token: string): Promise<void> {
  if (token !== deps.setUpToken || (await allTenantIds(deps.db.kysely)).length > 0) throw new AppError('link_invalid')
}
