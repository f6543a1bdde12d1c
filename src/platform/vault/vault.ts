// Envelope encryption of secrets at rest: the tenant's data key seals a value; the installation's key, which is in no database, seals
// the data key. Without that key values stay plain. Plain values open unchanged, so that a key can be added later.
import type { Database } from '../database/open.ts'
import { AppError } from '../../kernel/errors.ts'
import { decrypt, encrypt, KEY_BYTES, nameOfKey } from './cipher.ts'
import { insertDataKey, listDataKeys, rewrapDataKey, type DataKey } from './vault.sql.ts'

const PREFIX = 'sealed1.'

export type Vault = {
  /** Whether secrets are sealed: true if there is an installation key. */
  isOn: boolean
  /** Never inside a transaction: it may read or create the tenant's data key. */
  seal: (tenantId: string, purpose: string, text: string) => Promise<string>
  /** Throws `secret_unreadable` when the sealing key is missing. Never inside a transaction. */
  open: (tenantId: string, purpose: string, stored: string) => Promise<string>
  /** Wraps the tenant's data keys with the first installation key; returns how many were rewrapped. */
  rewrap: (tenantId: string) => Promise<number>
}

type VaultParts = {
  db: Database
  /** Installation keys: the first seals, all open. */
  keys: readonly Buffer[]
  randomBytes: (length: number) => Uint8Array
  newId: () => string
  now: () => number
}

export const isSealed = (stored: string): boolean => stored.startsWith(PREFIX)

export function createVault({ db, keys, randomBytes, newId, now }: VaultParts): Vault {
  const byName = new Map(keys.map((key) => [nameOfKey(key), key]))
  const [first] = keys
  /** Cache of unwrapped data keys, by tenant. */
  const known = new Map<string, Map<string, Buffer>>()

  const wrap = (tenantId: string, id: string, dataKey: Buffer): string =>
    `${nameOfKey(first!)}.${encrypt(first!, `data key ${tenantId} ${id}`, dataKey, randomBytes(12))}`

  function unwrap(tenantId: string, { id, wrapped }: DataKey): Buffer {
    const [name = '', text = ''] = wrapped.split('.')
    const key = byName.get(name)
    if (!key) throw new AppError('secret_unreadable', { key: name })
    return decrypt(key, `data key ${tenantId} ${id}`, text)
  }

  async function dataKeys(tenantId: string): Promise<Map<string, Buffer>> {
    const cached = known.get(tenantId)
    if (cached) return cached
    const opened = new Map<string, Buffer>()
    for (const row of await listDataKeys(db.kysely, tenantId)) opened.set(row.id, unwrap(tenantId, row))
    if (opened.size > 0) known.set(tenantId, opened)
    return opened
  }

  /** The key that seals: the tenant's oldest, created on first use. */
  async function sealing(tenantId: string): Promise<[id: string, key: Buffer]> {
    const [found] = await dataKeys(tenantId)
    if (found) return found
    const id = newId()
    const wrapped = wrap(tenantId, id, Buffer.from(randomBytes(KEY_BYTES)))
    await insertDataKey(db.kysely, { tenantId, id, wrapped, now: new Date(now()) })
    // Another process may have created one meanwhile: both open, the older one seals.
    known.delete(tenantId)
    const [made] = await dataKeys(tenantId)
    return made!
  }

  return {
    isOn: first !== undefined,
    async seal(tenantId, purpose, text) {
      if (first === undefined) return text
      const [id, key] = await sealing(tenantId)
      return `${PREFIX}${id}.${encrypt(key, `${tenantId} ${purpose}`, Buffer.from(text), randomBytes(12))}`
    },
    async open(tenantId, purpose, stored) {
      if (!isSealed(stored)) return stored
      const [id = '', text = ''] = stored.slice(PREFIX.length).split('.')
      let key = (await dataKeys(tenantId)).get(id)
      if (!key) {
        // Another process may have created it meanwhile: reload.
        known.delete(tenantId)
        key = (await dataKeys(tenantId)).get(id)
      }
      if (!key) throw new AppError('secret_unreadable', { key: id })
      return decrypt(key, `${tenantId} ${purpose}`, text).toString()
    },
    async rewrap(tenantId) {
      if (first === undefined) return 0
      let count = 0
      for (const row of await listDataKeys(db.kysely, tenantId)) {
        if (row.wrapped.startsWith(`${nameOfKey(first)}.`)) continue
        await rewrapDataKey(db.kysely, tenantId, row.id, wrap(tenantId, row.id, unwrap(tenantId, row)))
        count += 1
      }
      return count
    },
  }
}
