// Authenticates callers: the operator of the platform, an API key, the holder of a manage token, or a signed-in person.
import { LRUCache } from 'lru-cache'
import type { Deps } from '../domain/deps.ts'
import { findManageHash } from '../domain/appointment/appointment.sql.ts'
import { isSameText } from '../kernel/crypto/signature.ts'
import { findKey } from '../application/identity/api-key.sql.ts'
import { csrfOf, personOf, personStill } from '../application/identity/sessions.ts'
import { hashSecret, parseToken, type Token } from '../kernel/crypto/token.ts'
import type { Person, Principal } from '../kernel/permissions/principal.ts'
import type { Scope } from '../kernel/permissions/scopes.ts'

/** How long a key is cached (ms). A revocation takes effect on other processes within this time. */
const TRUST_MS = 2_000
const MAX_TRUSTED = 10_000

export type Authenticator = {
  authenticate: (bearer: string) => Promise<Principal | null>
  /** The person for the cookie of a session. */
  ofSession: (cookie: string, isUse?: boolean) => Promise<Person | null>
  /** Reloads a person; null if their session is over. Does not count as a use of the session. */
  stillSignedIn: (person: Person) => Promise<Person | null>
  /** Whether a change comes from one of our own pages (CSRF). */
  isOwnForm: (person: Person, csrf: unknown) => Promise<boolean>
  forget: () => void
}

async function byKey(deps: Deps, token: Token): Promise<Principal | null> {
  // The kind of a key tells whether its tenant is a test tenant, to people as well: no key works under the other name.
  const isOfTest = token.kind === 'agt'
  const clock = isOfTest ? await deps.clocks.fresh(token.tenantId) : deps.clocks.of(token.tenantId)
  if ((clock !== undefined) !== isOfTest) return null
  const row = await findKey(deps.db.kysely, token.tenantId, token.rowId)
  if (!row || !isSameText(row.secret_hash, hashSecret(token.secret))) return null
  const now = deps.now()
  if (row.revoked_at !== null || (row.expires_at !== null && row.expires_at.getTime() <= now)) return null
  return {
    kind: 'key',
    id: row.id,
    tenantId: row.tenant_id,
    scopes: new Set(row.scopes as Scope[]),
    secret: token.secret,
  }
}

async function byManageToken(deps: Deps, token: Token): Promise<Principal | null> {
  const hash = await findManageHash(deps.db.kysely, token.tenantId, token.rowId)
  if (!hash || !isSameText(hash, hashSecret(token.secret))) return null
  return {
    kind: 'manage',
    id: token.rowId,
    tenantId: token.tenantId,
    appointmentId: token.rowId,
    secret: token.secret,
  }
}

export function createAuthenticator(deps: Deps): Authenticator {
  const trusted = new LRUCache<string, { principal: Principal; until: number }>({ max: MAX_TRUSTED })
  const people = new LRUCache<string, { person: Person; until: number }>({ max: MAX_TRUSTED })
  const judged = new LRUCache<string, { person: Promise<Person | null>; until: number }>({ max: MAX_TRUSTED })
  const distrust = (): void => {
    trusted.clear()
    people.clear()
    judged.clear()
  }
  // The rights of someone changed, in any process: drop all caches, so that open streams check their readers again.
  deps.pubsub.on('rights', distrust)

  /** Returns the caller for a bearer token; null if the token is unknown, revoked or expired. */
  async function authenticate(bearer: string): Promise<Principal | null> {
    const known = trusted.get(bearer)
    if (known && known.until > deps.now()) return known.principal
    const hash = deps.platformKeyHash
    if (hash !== undefined && isSameText(hashSecret(bearer), hash))
      return { kind: 'platform', id: 'platform', secret: bearer }
    const token = parseToken(bearer)
    if (!token) return null
    if (token.kind === 'agm') return byManageToken(deps, token)
    if (token.kind !== 'agd' && token.kind !== 'agt') return null
    const principal = await byKey(deps, token)
    // A key of a test tenant is read at each call, with the tenant's clock: another process may have moved it.
    if (principal && token.kind === 'agd') {
      trusted.set(bearer, { principal, until: deps.now() + TRUST_MS })
    }
    return principal
  }
  async function ofSession(cookie: string, isUse = true): Promise<Person | null> {
    const known = people.get(cookie)
    if (known && known.until > deps.now()) return known.person
    const token = parseToken(cookie)
    const person = token?.kind === 'ags' ? await personOf(deps, token, isUse) : null
    if (person) people.set(cookie, { person, until: deps.now() + TRUST_MS })
    else people.delete(cookie)
    return person
  }
  function stillSignedIn(person: Person): Promise<Person | null> {
    const known = judged.get(person.sessionId)
    if (known && known.until > deps.now()) return known.person
    const now = personStill(deps, person)
    judged.set(person.sessionId, { person: now, until: deps.now() + TRUST_MS })
    return now
  }
  return {
    authenticate,
    ofSession,
    stillSignedIn,
    isOwnForm: async (person, csrf) => typeof csrf === 'string' && isSameText(csrf, await csrfOf(deps, person)),
    forget: () => deps.pubsub.say('rights', 'changed'),
  }
}
