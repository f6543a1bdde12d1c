// The keys with which a tenant signs passes for the wallets of phones. They are stored sealed and never shown again.
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { openSecrets, putSecret } from '../../platform/secrets/secrets.ts'
import { deleteSecret, readSecrets } from '../../platform/secrets/secret.sql.ts'
import { passOf } from './apple-pass.ts'
import { googleLinkOf } from './google-pass.ts'
import type { AppleKeys, GoogleKeys, Ticket } from './ticket.ts'

type Wallet = 'apple' | 'google'

const purposeOf = (wallet: Wallet): string => `wallet:${wallet}`

/** Which wallets the tenant has keys for. */
export async function walletsOf(deps: Deps, tenantId: string): Promise<Record<Wallet, boolean>> {
  const kept = await readSecrets(deps.db.kysely, tenantId, [purposeOf('apple'), purposeOf('google')])
  const has = (wallet: Wallet): boolean => kept.some(({ purpose }) => purpose === purposeOf(wallet))
  return { apple: has('apple'), google: has('google') }
}

async function keysOf<Keys>(deps: Deps, tenantId: string, wallet: Wallet): Promise<Keys> {
  const [kept] = await openSecrets(deps, tenantId, [purposeOf(wallet)])
  if (!kept) throw new AppError('not_found', { what: 'page' })
  return JSON.parse(kept.secret) as Keys
}

/** The signed pass of an appointment as a file for Apple Wallet. Throws `not_found` without keys. */
export const applePass = async (deps: Deps, tenantId: string, ticket: Ticket): Promise<Buffer> =>
  passOf(await keysOf<AppleKeys>(deps, tenantId, 'apple'), ticket)

/** The address that puts an appointment into Google Wallet. Throws `not_found` without keys. */
export const googleLink = async (deps: Deps, tenantId: string, ticket: Ticket): Promise<string> =>
  googleLinkOf(await keysOf<GoogleKeys>(deps, tenantId, 'google'), ticket, deps.now())

const SAMPLE: Ticket = {
  ...{
    id: 'sample',
    office: 'Office',
    title: 'Sample',
    when: 'now',
    place: 'here',
    code: 'ABC123',
    labels: ['', '', ''],
  },
  ...{ start: 0, end: 60_000, background: '#0b5cad', latitude: undefined, longitude: undefined },
}

type NewKeys = { wallet: 'apple'; keys: AppleKeys } | { wallet: 'google'; keys: GoogleKeys }

/** Stores keys after signing a trial pass with them. Throws `wallet_keys_unfit`. */
export async function keepKeys(deps: Deps, tenantId: string, { wallet, keys }: NewKeys): Promise<void> {
  try {
    await (wallet === 'apple' ? passOf(keys, SAMPLE) : googleLinkOf(keys, SAMPLE, deps.now()))
  } catch (error) {
    throw new AppError('wallet_keys_unfit', {}, { cause: error })
  }
  await putSecret(deps, { tenantId, purpose: purposeOf(wallet), secret: JSON.stringify(keys), isReplaced: true })
}

export const dropKeys = (deps: Deps, tenantId: string, wallet: Wallet): Promise<void> =>
  deleteSecret(deps.db.kysely, tenantId, purposeOf(wallet))
