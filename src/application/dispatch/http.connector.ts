// Pushes batches of contacts to an HTTP address of the contact center, signed per Standard Webhooks; the answer is per contact.
import type { Deps } from '../../domain/deps.ts'
import { failureOf, headerOf, isTaken, retryAfter } from '../../platform/http-client/failure.ts'
import type { Post } from '../../platform/http-client/post.ts'
import { signedHeaders, signingSecrets } from '../../platform/secrets/signing.ts'
import type { Batch, Connector, ItemResult, Sent } from '../../domain/catalogue/campaign/connector.ts'

/** The message itself was refused: 400 Bad Request, 413 Content Too Large, 422 Unprocessable Content (RFC 9110 §15.5). */
const REFUSED = new Set([400, 413, 422])

function bodyOf(batch: Batch, now: number): string {
  const { campaign, kind, items } = batch
  return JSON.stringify({
    type: kind === 'contact' ? 'callbacks.due' : 'callbacks.withdrawn',
    timestamp: new Date(now).toISOString(),
    data: {
      batchId: batch.id,
      campaign: { id: campaign.id, name: campaign.name, externalId: campaign.externalId ?? null },
      items: items.map(({ deliveryId, payload }) => ({ deliveryId, ...payload })),
    },
  })
}

/** Reads the result of each contact from the answer; a contact that it does not mention counts as delivered. */
function readAnswer(batch: Batch, body: string): ItemResult[] {
  const said = new Map<string, { status?: unknown; code?: unknown }>()
  try {
    const { results } = JSON.parse(body) as { results?: { deliveryId?: unknown; status?: unknown; code?: unknown }[] }
    for (const result of Array.isArray(results) ? results : [])
      if (typeof result?.deliveryId === 'string') said.set(result.deliveryId, result)
  } catch {
    // A successful answer without JSON accepts all contacts.
  }
  return batch.items.map(({ deliveryId }) => {
    const { status, code } = said.get(deliveryId) ?? {}
    const text = (typeof code === 'string' ? code : '').replace(/[^a-zA-Z0-9_.-]/g, '').slice(0, 40)
    if (status === 'rejected') return { deliveryId, status: 'parked', code: text || 'rejected' }
    if (status === 'retry') return { deliveryId, status: 'retry', code: text || 'retry' }
    return { deliveryId, status: 'delivered', code: null }
  })
}

export function httpConnector(deps: Pick<Deps, 'now' | 'db' | 'randomBytes' | 'vault'>, post: Post): Connector {
  async function send(batch: Batch): Promise<Sent> {
    const { connector } = batch.campaign
    if (connector.kind !== 'http') return { kind: 'failed', code: 'no_address', retryAfterMs: null, isRefused: false }
    const now = deps.now()
    const body = bodyOf(batch, now)
    const secrets = await signingSecrets(deps, batch.tenant.id, { kind: 'push', id: batch.campaign.id })
    try {
      const answer = await post(
        connector.url,
        body,
        { ...signedHeaders(batch.id, body, now, secrets), 'idempotency-key': batch.id },
        connector.timeoutSeconds * 1000,
      )
      if (isTaken(answer)) return { kind: 'answered', items: readAnswer(batch, answer.body) }
      const wait = answer.status === 429 || answer.status === 503 ? headerOf(answer, 'retry-after') : undefined
      return {
        kind: 'failed',
        code: `http_${answer.status}`,
        retryAfterMs: retryAfter(wait, now),
        isRefused: REFUSED.has(answer.status),
      }
    } catch (error) {
      return { kind: 'failed', code: failureOf(error), retryAfterMs: null, isRefused: false }
    }
  }
  return { canWithdraw: true, send, close: () => Promise.resolve() }
}
