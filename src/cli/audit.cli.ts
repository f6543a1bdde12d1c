// `agenda audit verify [TENANT] [NUMBER:HASH]`: computes the chain of the audit log again and prints a line for each tenant.
import { hashOfSeal, sealAudit, verifyAudit, type AuditReport } from '../application/audit/seal-audit.ts'
import type { Deps } from '../domain/deps.ts'
import { allTenantIds, findTenant, findTenantIdBySlug } from '../domain/tenant/tenant.sql.ts'
import { AppError } from '../kernel/errors.ts'

const SENTENCES: Record<AuditReport['faults'][number]['kind'], string> = {
  seal_missing: 'is missing',
  entries_missing: 'has lost entries',
  entries_added: 'has entries that were added later',
  entries_changed: 'has an entry that was changed, or follows a seal that was',
  signature_of_another_key: 'was signed with another secret (or the database was restored without secrets)',
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Prints the result for one tenant; true if its chain is whole. */
async function verifyOne(deps: Deps, tenantId: string, kept: string | undefined): Promise<boolean> {
  const slug = (await findTenant(deps.db.kysely, tenantId))?.slug ?? tenantId
  await sealAudit(deps, tenantId)
  const { seals, entries, head, faults } = await verifyAudit(deps, tenantId)
  for (const fault of faults) {
    const counts = 'found' in fault ? ` (${fault.found} instead of ${fault.expected})` : ''
    say(`${slug}: seal ${fault.number} ${SENTENCES[fault.kind]}${counts}`)
  }
  const [number, hash] = kept?.split(':') ?? []
  const isKept = number === undefined || (await hashOfSeal(deps, tenantId, Number(number))) === hash
  if (!isKept) say(`${slug}: the kept seal ${number} is not in the chain any more`)
  const isWhole = faults.length === 0 && isKept
  const latest = head ? `; latest ${head.number}:${head.hash}` : ''
  say(`${slug}: ${entries} entries in ${seals} seals, ${isWhole ? 'whole' : 'NOT WHOLE'}${latest}`)
  return isWhole
}

/** Exits with 1 if any chain is not whole. Throws `invalid_setting` for other words, `not_found` for an unknown tenant. */
export async function runAudit(words: readonly string[], open: () => Promise<Deps>): Promise<void> {
  const [verb, slug, kept] = words
  if (verb !== 'verify' || (kept !== undefined && !/^\d+:[0-9a-f]{64}$/.test(kept)))
    throw new AppError('invalid_setting', { name: 'audit', expected: 'agenda audit verify [TENANT] [NUMBER:HASH]' })
  const deps = await open()
  try {
    const ids = slug === undefined ? await allTenantIds(deps.db.kysely) : []
    if (slug !== undefined) {
      const id = await findTenantIdBySlug(deps.db.kysely, slug)
      if (id === undefined) throw new AppError('not_found', { what: `tenant ${slug}` })
      ids.push(id)
    }
    let isWhole = true
    for (const id of ids) isWhole = (await verifyOne(deps, id, kept)) && isWhole
    if (!isWhole) process.exitCode = 1
  } finally {
    await deps.pubsub.close()
    await deps.db.close()
  }
}
