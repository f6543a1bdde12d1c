// What features receive instead of reaching for globals: the database, the clock, caches and identifiers.
import type { DueClock } from './callback/due.ts'
import type { PubSub } from './db/pubsub.ts'
import type { Database } from './db/open.ts'
import type { Connectors } from './dispatch/connector.ts'
import type { Post, Request } from './outbound/post.ts'
import type { SendMail } from './notify/message.ts'
import type { Snapshots } from './availability/snapshot.actions.ts'
import type { Vault } from './vault/vault.ts'

export type Deps = {
  db: Database
  /** The present instant in epoch ms. */
  now: () => number
  /** A new UUIDv7 (RFC 9562 §5.7): ordered by time, made by the application. */
  newId: () => string
  /** Random bytes for secrets. */
  randomBytes: (length: number) => Uint8Array
  snapshots: Snapshots
  /** Seals secrets at rest. */
  vault: Vault
  /** Hints between processes. */
  pubsub: PubSub
  /** Sleeps until something of a campaign is due. */
  due: DueClock
  /** How contacts leave for queues; what the operator has not set up is missing. */
  connectors: Connectors
  /** Hash of the operator's key, who may create tenants; undefined = nobody may. */
  platformKeyHash: string | undefined
  /** Where people reach the service, without a slash at the end; links in messages begin with it. */
  links: { base: string }
  /** Sends an e-mail; null = no mail server is configured, messages wait in the outbox. */
  mail: SendMail | null
  /** Whether tenants may name addresses inside private networks. */
  mayUsePrivate: boolean
  /** Asks an address that a tenant has named; `post` sends it a POST. */
  request: Request
  post: Post
  /** Opens the page that makes the first tenant of an installation; new with each start. */
  setUpToken: string
  /** Beginning of the address of a service that knows breached passwords by range; undefined = only the dictionary judges. */
  breachedUrl: string | undefined
  /** The address from which messages come. */
  mailAddress: string
  /** Jobs done, by queue and result, since this process began. */
  tally: Map<string, number>
  /** Requests a minute that one network address may send to the public pages' forms. */
  publicRate: number
  /** Calls a minute that one key or person may make of the API. */
  apiRate: number
}
