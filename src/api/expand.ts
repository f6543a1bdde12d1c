// Puts whole records beside their ids in answers (`expand`), read together for a page of things.
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../domain/deps.ts'
import { presentRow } from '../domain/catalogue/records/records.ts'
import type { Body, Resource } from '../domain/catalogue/records/resource.ts'
import { findRows } from '../domain/catalogue/records/resource.sql.ts'
import { agents } from '../domain/catalogue/resources/agent.resource.ts'
import { locations } from '../domain/catalogue/resources/location.resource.ts'
import { services } from '../domain/catalogue/resources/service.resource.ts'
import { campaigns } from '../domain/callback/dialing/campaign.resource.ts'
import { contacts } from '../domain/contact/contact.resource.ts'
import { hasScope, tenantOf } from '../http/access.ts'
import { AppError } from '../kernel/errors.ts'

/** Where a thing has the id, or ids, of another record. */
const PLACES: Readonly<Record<string, { resource: Resource; from: string }>> = {
  contact: { resource: contacts, from: 'contactId' },
  services: { resource: services, from: 'serviceIds' },
  agent: { resource: agents, from: 'agentId' },
  location: { resource: locations, from: 'locationId' },
  campaign: { resource: campaigns, from: 'campaignId' },
  ownerAgent: { resource: agents, from: 'ownerAgentId' },
}

const idsIn = (value: unknown): string[] => [value ?? []].flat() as string[]

async function addTo(deps: Deps, request: FastifyRequest, items: readonly Body[], name: string): Promise<void> {
  const { resource, from } = PLACES[name]!
  if (!hasScope(request, resource.scopes.read)) throw new AppError('forbidden', { scope: resource.scopes.read })
  const ids = [...new Set(items.flatMap((item) => idsIn(item[from])))]
  const rows = ids.length === 0 ? [] : await findRows(deps.db.kysely, resource.table, tenantOf(request), ids)
  const records = new Map(rows.map((row) => [row.id, presentRow(resource, row)]))
  for (const item of items) {
    const found = idsIn(item[from]).flatMap((id) => records.get(id) ?? [])
    if (from.endsWith('Ids')) item[name] = found
    else if (found.length > 0) [item[name]] = found
  }
}

/**
 * Adds the records that `expand` names to the items; a record that is gone, or is not set, stays absent. Throws `forbidden` when
 * the caller may not read records of a kind.
 */
export async function expanded<T extends Body>(
  deps: Deps,
  request: FastifyRequest,
  items: T[],
  names: readonly string[] = [],
): Promise<T[]> {
  for (const name of names) await addTo(deps, request, items, name)
  return items
}
