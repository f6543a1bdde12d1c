// Seals new entries of the audit log, and verifies all seals.
import {
  entriesOfSeal,
  insertSeal,
  lastSeal,
  listSeals,
  setSeal,
  type AuditSeal,
} from '../../platform/audit/audit.sql.ts'
import { chainHash, GENESIS, sealSignature } from '../../platform/audit/chain.ts'
import { startOver, transaction } from '../../platform/database/tx.ts'
import { secretOf } from '../../platform/secrets/secrets.ts'
import type { Deps } from '../../domain/deps.ts'

/** Entries of one seal at most, and seals read at once. */
const [MOST, PAGE] = [1_000, 200]
const PURPOSE = 'audit'

/** Seals the entries of a tenant that have no seal; returns the number of seals made. */
export async function sealAudit(deps: Deps, tenantId: string): Promise<number> {
  for (let made = 0; ; made += 1) {
    // Before the secret, so that a tenant without entries gets none.
    if ((await entriesOfSeal(deps.db.kysely, tenantId, null, 1)).length === 0) return made
    const secret = await secretOf(deps, tenantId, PURPOSE)
    await transaction(deps.db, async (tx) => {
      const last = await lastSeal(tx, tenantId)
      const entries = await entriesOfSeal(tx, tenantId, null, MOST)
      if (entries.length === 0) return
      const number = (last?.number ?? 0) + 1
      const hash = chainHash(last?.hash ?? GENESIS, entries)
      const signature = sealSignature(secret, tenantId, number, hash)
      // A second sealer fails here: the number is taken.
      const created = { hash, signature, created_at: new Date(deps.now()) }
      await insertSeal(tx, { tenant_id: tenantId, number, entries: entries.length, ...created })
      const ids = entries.map((entry) => entry.id)
      if ((await setSeal(tx, tenantId, ids, number)) !== ids.length) throw startOver()
    })
  }
}

/** What is wrong with a seal. */
type Fault =
  | { number: number; kind: 'seal_missing' }
  | { number: number; kind: 'entries_missing' | 'entries_added'; expected: number; found: number }
  | { number: number; kind: 'entries_changed' | 'signature_of_another_key' }

export type AuditReport = {
  seals: number
  entries: number
  /** The latest seal; keep it elsewhere to prove later that nothing was cut off behind it. Null before the first. */
  head: { number: number; hash: string } | null
  /** Entries that are not sealed yet. */
  waiting: number
  faults: Fault[]
}

async function faultOf(
  deps: Deps,
  seal: AuditSeal,
  { before, secret, expected }: { before: string; secret: string; expected: number },
): Promise<Fault | null> {
  const { number } = seal
  if (number !== expected) return { number: expected, kind: 'seal_missing' }
  const entries = await entriesOfSeal(deps.db.kysely, seal.tenant_id, number, MOST + 1)
  const [found, wanted] = [entries.length, seal.entries]
  if (found !== wanted)
    return { number, kind: found < wanted ? 'entries_missing' : 'entries_added', expected: wanted, found }
  if (chainHash(before, entries) !== seal.hash) return { number, kind: 'entries_changed' }
  return sealSignature(secret, seal.tenant_id, number, seal.hash) === seal.signature
    ? null
    : { number, kind: 'signature_of_another_key' }
}

/** Computes the whole chain of a tenant again. At most one fault for each seal; the chain goes on from the stored hash. */
export async function verifyAudit(deps: Deps, tenantId: string): Promise<AuditReport> {
  const report: AuditReport = { seals: 0, entries: 0, head: null, waiting: 0, faults: [] }
  const secret = await secretOf(deps, tenantId, PURPOSE)
  for (;;) {
    const { number: after, hash: before } = report.head ?? { number: 0, hash: GENESIS }
    const page = await listSeals(deps.db.kysely, tenantId, after, PAGE)
    let chain = { before, expected: after + 1 }
    for (const seal of page) {
      const fault = await faultOf(deps, seal, { ...chain, secret })
      if (fault) report.faults.push(fault)
      chain = { before: seal.hash, expected: seal.number + 1 }
      report.seals += 1
      report.entries += seal.entries
      report.head = { number: seal.number, hash: seal.hash }
    }
    if (page.length < PAGE) break
  }
  report.waiting = (await entriesOfSeal(deps.db.kysely, tenantId, null, MOST)).length
  return report
}

/** The hash of a seal; undefined if there is none of this number. */
export async function hashOfSeal(deps: Deps, tenantId: string, number: number): Promise<string | undefined> {
  const [seal] = await listSeals(deps.db.kysely, tenantId, number - 1, 1)
  return seal?.number === number ? seal.hash : undefined
}
