// Publishes contacts to RabbitMQ, one persistent, confirmed message each, in queues named after tenant and campaign; reads results
// from the campaign's reply queue. The operator owns the broker: tenants name neither hosts nor each other's queues.
import { Connection, ConsumerStatus, type Envelope, type Publisher } from 'rabbitmq-client'
import type { Campaign } from '../../domain/catalogue/campaign/campaign.ts'
import type { Batch, Connector, Item, ItemResult, Sent } from '../../domain/catalogue/campaign/connector.ts'

/** How long to wait for a connection before a batch counts as failed; shortest and longest delay between connects; ms. */
const [ACQUIRE, RETRY_LOW, RETRY_HIGH] = [5_000, 300, 5_000]
const RESULTS_AT_ONCE = 20

/** `agenda.<tenant>.<campaign>`: due contacts; with the suffixes `.withdrawn`, `.results` and `.unreadable` the other queues. */
export function queueOf(slug: string, campaign: Pick<Campaign, 'id' | 'externalId'>): string {
  const name = /^[A-Za-z0-9_-]{1,80}$/.test(campaign.externalId ?? '') ? campaign.externalId! : campaign.id
  return `agenda.${slug}.${name}`
}

const deadLetters = (queue: string) => ({
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': `${queue}.unreadable`,
})

/** All queues of a campaign, declared before the first contact is sent, so that no result arrives before its queue exists. */
const queuesOf = (queue: string) => [
  ...['', '.withdrawn', '.unreadable'].map((end) => ({ queue: `${queue}${end}`, durable: true })),
  { queue: `${queue}.results`, durable: true, arguments: deadLetters(queue) },
]

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  const text = typeof code === 'string' || typeof code === 'number' ? String(code) : 'failed'
  return `amqp_${text
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '')
    .slice(0, 30)}`
}

/** How a contact or its withdrawal is addressed; `now` in epoch ms. */
function envelopeOf(batch: Batch, queue: string, item: Item, now: number): Envelope {
  const left = item.notAfter === null ? null : Math.max(0, Math.floor(item.notAfter - now))
  const isContact = batch.kind === 'contact'
  return {
    routingKey: isContact ? queue : `${queue}.withdrawn`,
    durable: true,
    mandatory: true,
    messageId: item.deliveryId,
    type: isContact ? 'callback.due' : 'callback.withdrawn',
    contentType: 'application/json',
    // The broker drops contacts that may no longer be called.
    ...(left === null ? {} : { expiration: String(left) }),
    ...(isContact ? { replyTo: `${queue}.results` } : {}),
  }
}

/** The value in a message; null when it is not JSON. */
function bodyOf(raw: unknown): { body: unknown } | null {
  if (!Buffer.isBuffer(raw)) return { body: raw }
  try {
    return { body: JSON.parse(raw.toString('utf8')) }
  } catch {
    return null
  }
}

export function amqpConnector(url: string, now: () => number, onError: (error: unknown) => void): Connector {
  const connection = new Connection({
    url,
    acquireTimeout: ACQUIRE,
    retryLow: RETRY_LOW,
    retryHigh: RETRY_HIGH,
    connectionName: 'agenda',
  })
  // Without a listener, a lost connection would end the process; the library reconnects by itself.
  connection.on('error', onError)
  const publishers = new Map<string, { publisher: Publisher; returned: Set<string> }>()

  function publisherFor(queue: string): { publisher: Publisher; returned: Set<string> } {
    let found = publishers.get(queue)
    if (!found) {
      const returned = new Set<string>()
      const publisher = connection.createPublisher({ confirm: true, queues: queuesOf(queue) })
      // The broker returns an unroutable message before it confirms it.
      publisher.on('basic.return', (message) => void returned.add(String(message.messageId)))
      publishers.set(queue, (found = { publisher, returned }))
    }
    return found
  }

  async function sendOne(batch: Batch, queue: string, item: Item): Promise<ItemResult> {
    const { publisher, returned } = publisherFor(queue)
    const { deliveryId } = item
    await publisher.send(envelopeOf(batch, queue, item, now()), { deliveryId, ...item.payload })
    if (!returned.delete(deliveryId)) return { deliveryId, status: 'delivered', code: null }
    return { deliveryId, status: 'retry', code: 'amqp_unroutable' }
  }

  async function send(batch: Batch): Promise<Sent> {
    const queue = queueOf(batch.tenant.slug, batch.campaign)
    const settled = await Promise.allSettled(batch.items.map((item) => sendOne(batch, queue, item)))
    const failed = settled.filter((one) => one.status === 'rejected')
    if (failed.length === settled.length)
      return { kind: 'failed', code: codeOf(failed[0]!.reason), retryAfterMs: null, isRefused: false }
    return {
      kind: 'answered',
      items: settled.map((one, i) =>
        one.status === 'fulfilled'
          ? one.value
          : { deliveryId: batch.items[i]!.deliveryId, status: 'retry', code: codeOf(one.reason) },
      ),
    }
  }

  const listen: Connector['listen'] = (tenant, campaign, take) => {
    const queue = queueOf(tenant.slug, campaign)
    const consumer = connection.createConsumer(
      {
        queue: `${queue}.results`,
        queueOptions: { durable: true, arguments: deadLetters(queue) },
        qos: { prefetchCount: RESULTS_AT_ONCE },
        concurrency: RESULTS_AT_ONCE,
        requeue: true,
      },
      async (message) => {
        // Acknowledged only after the result is committed; unreadable messages go to the dead-letter queue, where people can see them.
        const read = bodyOf(message.body)
        return read && (await take(read.body)) ? ConsumerStatus.ACK : ConsumerStatus.DROP
      },
    )
    consumer.on('error', onError)
    return { stop: () => consumer.close() }
  }

  return {
    canWithdraw: true,
    send,
    listen,
    async close() {
      for (const { publisher } of publishers.values()) await publisher.close().catch(() => undefined)
      await connection.close().catch(() => undefined)
    },
  }
}
