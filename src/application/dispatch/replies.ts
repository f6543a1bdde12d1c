// Processes messages of a reply queue: an agent accepted a contact, or the result of an attempt.
import Type from 'typebox'
import { acceptDelivery } from '../../domain/callback/dialing/accept.ts'
import { instantsOf, type AttemptInput } from '../../domain/callback/dialing/attempt.ts'
import { AttemptBody } from '../../domain/callback/callback.schema.ts'
import { findCallback } from '../../domain/callback/callback.sql.ts'
import { takeResult } from '../../domain/callback/dialing/results.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { Id } from '../../platform/schema/schema.ts'
import { checkBody, findUnacceptable } from '../../platform/schema/validation.ts'

const ACTOR = 'queue'
const Accepted = Type.Object(
  {
    type: Type.Literal('accepted'),
    callbackId: Id,
    deliveryId: Id,
    leaseSeconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 3600, default: 600 })),
  },
  { additionalProperties: false },
)
const Result = Type.Object(
  {
    ...Type.Omit(AttemptBody, ['leaseId']).properties,
    type: Type.Optional(Type.Literal('result')),
    callbackId: Id,
    deliveryId: Id,
  },
  { additionalProperties: false },
)
type ResultBody = AttemptInput & { callbackId: string; deliveryId: string }

/**
 * Processes one message of a campaign's reply queue. Resolves to true when it is committed (or changes nothing), false when it is
 * unreadable: malformed, or about a callback of another campaign. Rejects when it should be delivered again.
 */
export async function takeMessage(
  deps: Deps,
  tenantId: string,
  campaignId: string,
  message: unknown,
): Promise<boolean> {
  if (message === null || typeof message !== 'object' || findUnacceptable(message) !== null) return false
  const isAccepted = (message as { type?: unknown }).type === 'accepted'
  try {
    checkBody(isAccepted ? Accepted : Result, message)
    const body = message as ResultBody & { leaseSeconds: number }
    const config = await deps.snapshots.config(tenantId)
    const c = await findCallback(deps.db.kysely, tenantId, body.callbackId)
    if (!config || c?.campaign_id !== campaignId) return false
    if (isAccepted)
      await acceptDelivery(deps, {
        tenantId,
        id: c.id,
        deliveryId: body.deliveryId,
        seconds: body.leaseSeconds,
        actor: ACTOR,
      })
    else {
      const { outcome, note, doNotCall, deliveryId } = body
      const result = { outcome, note, doNotCall, leaseId: deliveryId, ...instantsOf(body, deps.now()) }
      await takeResult(deps, config, { id: c.id, result, actor: ACTOR })
    }
    return true
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    // For example accepted too late: the message is void, and would be again, so it counts as taken.
    return !['invalid_request', 'invalid_reference'].includes(error.code)
  }
}
