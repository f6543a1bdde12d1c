// The dependencies of the features: the core, and the ports of the domain (caches, connectors, messages, links).
import type { CoreDeps } from '../platform/core-deps.ts'
import type { DueClock } from '../platform/pubsub/due-clock.ts'
import type { Snapshots } from './availability/snapshots.ts'
import type { SendMail } from '../platform/mail.ts'
import type { Connectors } from './catalogue/campaign/connector.ts'

/** Whether messages of this tenant reach nobody: pages show the codes and links in them instead. */
export const sendsNothing = ({ demoTenantId, clocks }: Deps, tenantId: string): boolean =>
  demoTenantId === tenantId || clocks.of(tenantId) !== undefined

export type Deps = CoreDeps & {
  snapshots: Snapshots
  /** Waits until an item of a campaign is due. */
  due: DueClock
  /** Connectors that push contacts to queues; those not configured by the operator are missing. */
  connectors: Connectors
  /** Hash of the operator's key, which may create tenants; undefined = nobody may. */
  platformKeyHash: string | undefined
  /** Base URL of the service, without a trailing slash; links in messages begin with it. */
  links: { base: string }
  /** Sends an e-mail; null = no mail server is configured, messages wait in the outbox. */
  mail: SendMail | null
  /** Token for the page that creates the first tenant of an installation; new at each start. */
  setUpToken: string
  /** The demo tenant, while no mail server is there: its pages show the code that would be sent. Undefined everywhere else. */
  demoTenantId?: string
  /** URL prefix of a range service for breached passwords; undefined = only the dictionary is checked. */
  breachedUrl: string | undefined
  /** Sender address of messages. */
  mailAddress: string
  /** Maximum requests per minute from one network address to the forms of the public pages. */
  publicRate: number
  /** Maximum API calls per minute by one key or person. */
  apiRate: number
  /** Whether this process is about to stop: it still serves, and `/readyz` says that it will not for long. */
  isStopping: boolean
}
