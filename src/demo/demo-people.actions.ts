// Keeps the demo tenant's people: made once, all with one password that is kept in the data folder, readable by its owner only.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashPassword, isPassword } from '../auth/password.ts'
import type { Role } from '../auth/roles.ts'
import { findUserBy, insertUser, updateUser } from '../auth/user.sql.ts'
import { transaction } from '../db/tx.ts'
import type { Deps } from '../deps.ts'

export const DEMO_PEOPLE: readonly { email: string; name: string; role: Role; agent?: string }[] = [
  { email: 'amministrazione@roccamora.example', name: 'Elena Greco', role: 'administrator' },
  { email: 'coordinamento@roccamora.example', name: 'Paolo Fontana', role: 'supervisor' },
  { email: 'giulia.rossi@roccamora.example', name: 'Giulia Rossi', role: 'agent', agent: 'Giulia Rossi' },
  { email: 'integrazioni@roccamora.example', name: 'Sara Villa', role: 'integrator' },
  { email: 'revisione@roccamora.example', name: 'Dario Serra', role: 'auditor' },
]

/** The password of the demo's people; makes them, and it, the first time. */
export async function keepDemoPeople(deps: Deps, folder: string, tenantId: string): Promise<string> {
  const file = join(folder, 'demo-password')
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  const first = await findUserBy(deps.db.kysely, tenantId, 'email', DEMO_PEOPLE[0]!.email)
  if (known !== '' && (first === undefined || (await isPassword(known, first.password_hash)))) {
    if (first) return known
  }
  const password = known !== '' && !first ? known : Buffer.from(deps.randomBytes(12)).toString('base64url')
  const hash = await hashPassword(password)
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
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, `${password}\n`, { mode: 0o600 })
  return password
}
