// Citizens who sign in with a service that vouches for them: OpenID Connect, and SPID and CIE as profiles of it.
// Source of the profiles: https://italia.github.io/spid-cie-oidc-docs (authorization endpoint, user attributes).
import { toE164 } from '../../domain/contact/phone.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import type { Deps } from '../../domain/deps.ts'
import type { CitizenProvider } from '../../domain/tenant/people-settings.ts'
import { AppError } from '../../kernel/errors.ts'
import { finishSignIn, startSignIn, type Claims, type Client, type Started } from '../openid/client.ts'
import { openFor, type Person } from './access.ts'

/** The claims of SPID and CIE that are asked for, and where the fiscal number is. */
const FISCAL_NUMBER = 'https://attributes.eid.gov.it/fiscal_number'
const WANTED = ['given_name', 'family_name', 'email', FISCAL_NUMBER]
const asked = Object.fromEntries(WANTED.map((name) => [name, { essential: true }]))

const levelOf = (level: number): string => `https://www.spid.gov.it/SpidL${level}`

/** How the tenant's client speaks to this service. */
function clientOf(provider: CitizenProvider): Client {
  const { id, issuer, clientId, trustAnchor } = provider
  const common = { id, issuer, clientId, ...(trustAnchor === undefined ? {} : { trustAnchor }) }
  if (provider.profile === 'openid')
    return {
      ...common,
      scope: provider.scope ?? 'openid email profile',
      proof: provider.signsWithKey ? 'key' : 'secret',
      ...(provider.acrValues === undefined ? {} : { acr: provider.acrValues.split(' ') }),
    }
  return {
    ...common,
    ...{ scope: 'openid', proof: 'key', isSealed: true, acr: [levelOf(provider.level ?? 2)] },
    // SPID gives attributes at the userinfo endpoint only; CIE may write them into the token as well.
    claims: provider.profile === 'cie' ? { id_token: asked, userinfo: asked } : { userinfo: asked },
  }
}

const textIn = (claims: Claims, name: string): string | null => {
  const value = claims[name]
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 254) : null
}

/** The fiscal number without the prefix of its country (`TINIT-RSSMRA…`), in capitals. */
const fiscalNumberIn = (text: string | null): string | null =>
  text === null ? null : text.replace(/^TIN[A-Z]{2}-/i, '').toUpperCase()

/** What the service says of the person; null if it proves neither a fiscal number nor an address. */
function personIn(provider: CitizenProvider, claims: Claims, country: string): Person | null {
  const isOfState = provider.profile !== 'openid'
  const claim = isOfState ? FISCAL_NUMBER : (provider.fiscalNumberClaim ?? 'fiscal_number')
  const fiscalNumber = fiscalNumberIn(textIn(claims, claim))
  const email = isOfState || claims.email_verified === true ? textIn(claims, 'email') : null
  const phone = claims.phone_number_verified === true ? textIn(claims, 'phone_number') : null
  if (fiscalNumber === null && email === null) return null
  return {
    fiscalNumber,
    firstName: (textIn(claims, 'given_name') ?? '').slice(0, 100),
    lastName: (textIn(claims, 'family_name') ?? '').slice(0, 100),
    email: email?.toLowerCase() ?? null,
    phone: phone === null ? null : toE164(phone, country),
  }
}

/** Starts a sign-in of a citizen: the provider's address, and the values that must come back with the browser. */
export const startCitizen = (
  deps: Deps,
  tenantId: string,
  provider: CitizenProvider,
  returnTo: string,
): Promise<Started> => startSignIn(deps, tenantId, clientOf(provider), returnTo)

type Return = { provider: CitizenProvider; back: URL; started: Omit<Started, 'address'> }

/** Ends it: the id of an open access. Throws `provider_failed`, `provider_unproven`. */
export async function finishCitizen(
  deps: Deps,
  config: TenantConfig,
  { provider, back, started }: Return,
): Promise<string> {
  const claims = await finishSignIn(deps, config.tenantId, clientOf(provider), { back, started })
  const person = personIn(provider, claims, config.settings.country)
  if (!person) throw new AppError('provider_unproven')
  return openFor(deps, config.tenantId, person)
}
