// Rotates to the installation's current key: wraps all data keys with it again, and seals values still in plain text.
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { listTenants } from '../domain/tenant/tenant.sql.ts'
import { placesOf } from '../platform/vault/secret-columns.sql.ts'

const PAGE = 100

/** Returns the number of rewrapped data keys and of newly sealed values. Throws `invalid_setting` when there is no key. */
export async function rotateKey(deps: Deps): Promise<{ wrapped: number; sealed: number }> {
  if (!deps.vault.isOn)
    throw new AppError('invalid_setting', { name: 'AGENDA_SECRET_KEY', expected: 'a key to seal with' })
  const done = { wrapped: 0, sealed: 0 }
  let after: string | null = null
  for (;;) {
    const tenants = await listTenants(deps.db.kysely, after, PAGE)
    for (const { id } of tenants) {
      done.wrapped += await deps.vault.rewrap(id)
      for (const place of placesOf(deps.db.kysely, id))
        for (const plain of await place.read()) {
          const sealed = await deps.vault.seal(id, place.purpose(plain.id), plain.text)
          await place.write(plain.id, sealed, plain).execute(deps.db.kysely)
          done.sealed += 1
        }
    }
    if (tenants.length < PAGE) return done
    after = tenants.at(-1)!.id
  }
}
