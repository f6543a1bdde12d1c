// Who uses this browser, if they have opened what is theirs: their data fill the form of the next booking.
import type { FastifyRequest } from 'fastify'
import { contactsOf, openAccessOf, personOf } from '../application/citizen-access/access.ts'
import { folded } from '../domain/contact/contact.ts'
import type { Deps } from '../domain/deps.ts'
import { accessIdOf, type Site } from './site.ts'

type KnownCitizen = {
  firstName: string
  lastName: string
  email: string
  phone: string
  /** Only of somebody for whom a service vouches. */
  fiscalNumber?: string
}

/** The person of the open access; null without one, or when several people share what was proven. */
export async function knownCitizen(deps: Deps, request: FastifyRequest, site: Site): Promise<KnownCitizen | null> {
  const id = accessIdOf(request, site)
  const access = id === undefined ? undefined : await openAccessOf(deps, site.tenantId, id)
  if (!access) return null
  const rows = await contactsOf(deps, site.tenantId, access)
  const person = personOf(access)
  const row = rows.length === 1 ? rows[0] : undefined
  const [email, phone] = [row?.email as string | null | undefined, row?.phone as string | null | undefined]
  if (person) {
    const { firstName, lastName, fiscalNumber } = person
    return {
      ...{ firstName, lastName, email: person.email ?? email ?? '', phone: person.phone ?? phone ?? '' },
      ...(fiscalNumber === null ? {} : { fiscalNumber }),
    }
  }
  if (!row) return null
  const names = { firstName: row.first_name as string, lastName: row.last_name as string }
  return { ...names, email: email ?? '', phone: phone ?? '' }
}

/** The fiscal number of the known citizen, if the form names the same person. */
export function vouchedNumber(
  known: KnownCitizen | null,
  typed: { firstName: string; lastName: string },
): { fiscalNumber?: string } {
  const nameOf = (p: { firstName: string; lastName: string }): string => folded(`${p.firstName} ${p.lastName}`)
  return known?.fiscalNumber !== undefined && nameOf(known) === nameOf(typed)
    ? { fiscalNumber: known.fiscalNumber }
    : {}
}
