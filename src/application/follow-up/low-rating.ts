// Follows up a low rating: requests a callback to the citizen in the configured campaign; the rating shows its outcome.
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { ask } from '../../domain/callback/promise/request-callback.ts'
import { findByExternalCallbackId } from '../../domain/callback/callback.sql.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { personOf } from '../notifications/event-messages.ts'
import type { FollowUp } from '../../domain/tenant/notification-settings.ts'
import type { Appointment, Rating } from '../../domain/appointment/appointment.sql.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'

const isLow = (rules: FollowUp, rating: Rating): boolean =>
  rating.stars <= rules.stars || (rating.recommendation !== undefined && rating.recommendation <= rules.recommendation)

const nameOf = (a: Appointment): string => `rating:${a.id}`

/** Requests a callback if the rating is low and a campaign and a telephone number exist; once per rating. */
export async function followUp(deps: Deps, config: TenantConfig, a: Appointment): Promise<void> {
  const { rating } = documentOf(a)
  const rules = config.settings.followUp
  const campaign = rules.campaignId === undefined ? undefined : config.campaigns.get(rules.campaignId)
  if (!rating || !campaign || campaign.archived || !isLow(rules, rating)) return
  const person = await personOf(deps, a)
  if (person?.phone == null) return
  const data = { appointmentId: a.id, stars: rating.stars, recommendation: rating.recommendation ?? -1 }
  await ask(deps, config, {
    ...{ campaignId: campaign.id, channel: 'phone', numbers: [person.phone], when: { kind: 'now' }, data },
    ...{ contactId: person.contactId!, externalId: nameOf(a), source: 'rating', actor: 'rating' },
    ...(rating.comment === undefined ? {} : { reason: rating.comment.slice(0, 200) }),
  }).catch((error: unknown) => {
    // Refused (do-not-call list, campaign full or closed): the rating stays and is listed as not followed up.
    if (!(error instanceof AppError) || error.status >= 500) throw error
  })
}

/** Status and outcome of a rating's follow-up; null when there was none. */
export async function recoveryOf(deps: Deps, a: Appointment) {
  const c = await findByExternalCallbackId(deps.db.kysely, a.tenant_id, nameOf(a))
  return c ? { callbackId: c.id, status: c.status, outcome: c.outcome } : null
}
