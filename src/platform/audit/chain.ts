// PURE. The chain of hashes over the audit log.
import { createHash, createHmac } from 'node:crypto'
import type { AuditEntry } from './audit.sql.ts'

type ChainedEntry = Omit<AuditEntry, 'tenant_id' | 'seal'>

/** The hash before the first seal of a tenant. */
export const GENESIS = '0'.repeat(64)

const textOf = (e: ChainedEntry): string =>
  JSON.stringify([e.id, e.at.toISOString(), e.actor, e.action, e.subject, e.result, e.data])

/** SHA-256 (FIPS 180-4), hexadecimal, of the hash before and of each entry's text on a line of its own, in the order given. */
export function chainHash(before: string, entries: readonly ChainedEntry[]): string {
  const hash = createHash('sha256').update(before)
  for (const entry of entries) hash.update('\n').update(textOf(entry))
  return hash.digest('hex')
}

/** HMAC-SHA-256 (RFC 2104), hexadecimal, of a seal's place and hash under the tenant's secret. */
export const sealSignature = (secret: string, tenantId: string, number: number, hash: string): string =>
  createHmac('sha256', secret).update(`${tenantId} ${number} ${hash}`).digest('hex')
