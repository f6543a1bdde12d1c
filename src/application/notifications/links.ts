// Personal links of appointments and callbacks, signed with the tenant's secret for its pages.
import type { Deps } from '../../domain/deps.ts'
import { signedName, signatureOf } from '../../kernel/crypto/signature.ts'

/** `secret`: the tenant's secret for its pages; `base`: the first part of their URLs, `/{slug}`. */
type PageContext = { secret: string; base: string }

/** The signature of an appointment; renewing its manage token invalidates it. */
export const appointmentSignature = (
  site: Pick<PageContext, 'secret'>,
  id: string,
  manageHash: string | null,
): string => signatureOf(site.secret, 'appointment', id, manageHash ?? '')

/** The absolute personal link of a callback. */
export const callbackLink = (deps: Deps, site: PageContext, id: string): string =>
  `${deps.links.base}${site.base}/c/${signedName(id, signatureOf(site.secret, 'callback', id))}`

/** The absolute personal link of an appointment. */
export function manageLink(deps: Deps, site: PageContext, a: { id: string; manage_hash: string | null }): string {
  return `${deps.links.base}${site.base}/m/${signedName(a.id, appointmentSignature(site, a.id, a.manage_hash))}`
}
