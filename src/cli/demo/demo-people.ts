// Users of the demo tenant: created once, all with one password, which is in the data folder, readable only by its owner.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashPassword, isPassword } from '../../application/identity/password.ts'
import type { Role } from '../../kernel/permissions/roles.ts'
import { findUserBy, insertUser, updateUser } from '../../application/identity/user.sql.ts'
import { transaction, violationOf } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'

export const DEMO_PEOPLE: readonly { email: string; name: string; role: Role; agent?: string }[] = [
  { email: 'amministrazione@roccamora.example', name: 'Elena Greco', role: 'administrator' },
  { email: 'coordinamento@roccamora.example', name: 'Paolo Fontana', role: 'supervisor' },
  { email: 'giulia.rossi@roccamora.example', name: 'Giulia Rossi', role: 'agent', agent: 'Giulia Rossi' },
  { email: 'integrazioni@roccamora.example', name: 'Sara Villa', role: 'integrator' },
  { email: 'revisione@roccamora.example', name: 'Dario Serra', role: 'auditor' },
]

type DemoPassword = { password: string; hash: string | null }

/**
 * The password of the demo users, from the folder or new. A new one is hashed before the demo is loaded: both need much memory,
 * and should not run at the same time.
 */
export async function demoPassword(deps: Deps, folder: string): Promise<DemoPassword> {
  const file = join(folder, 'demo-password')
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  if (known !== '') return { password: known, hash: null }
  const password = Buffer.from(deps.randomBytes(12)).toString('base64url')
  return { password, hash: await hashPassword(password) }
}

/** Creates the demo users, or sets their password if it differs. */
export async function keepDemoPeople(
  deps: Deps,
  folder: string,
  tenantId: string,
  { password, hash: made }: DemoPassword,
): Promise<void> {
  const first = await findUserBy(deps.db.kysely, tenantId, 'email', DEMO_PEOPLE[0]!.email)
  if (made === null && first && (await isPassword(password, first.password_hash))) return
  const hash = made ?? (await hashPassword(password))
  // Another process may insert them at the same moment: the second try finds them.
  await writePeople(deps, tenantId, hash).catch((error: unknown) => {
    if (violationOf(error)?.kind !== 'unique') throw error
    return writePeople(deps, tenantId, hash)
  })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'demo-password'), `${password}\n`, { mode: 0o600 })
}

async function writePeople(deps: Deps, tenantId: string, hash: string): Promise<void> {
  const config = await deps.snapshots.config(tenantId)
  await transaction(deps.db, async (tx) => {
    const now = new Date(deps.now())
    for (const { email, name, role, agent } of DEMO_PEOPLE) {
      const agentId =
        agent === undefined ? null : ([...config!.agents.values()].find((a) => a.name === agent)?.id ?? null)
      const before = await findUserBy(tx, tenantId, 'email', email)
      const id = before?.id ?? deps.newId()
      if (!before) await insertUser(tx, { tenantId, id, email, name, role, agentId, document: {}, now })
      await updateUser(tx, tenantId, id, { password_hash: hash, status: 'active' }, now)
    }
  })
}
