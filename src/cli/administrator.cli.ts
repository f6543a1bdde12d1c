// `agenda administrator TENANT`: prints the link that creates the first administrator of a tenant without users.
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import { findTenantIdBySlug } from '../domain/tenant/tenant.sql.ts'
import { firstLink } from '../application/onboarding/first-administrator.ts'

export async function runAdministrator(slug: string, base: string, open: () => Promise<Deps>): Promise<void> {
  const deps = await open()
  try {
    const id = await findTenantIdBySlug(deps.db.kysely, slug)
    const link = id === undefined ? null : await firstLink(deps, id)
    if (link === null) throw new AppError('not_found', { what: `tenant without people: ${slug}` })
    process.stdout.write(`${base}${link}\n`)
  } finally {
    await deps.pubsub.close()
    await deps.db.close()
  }
}
