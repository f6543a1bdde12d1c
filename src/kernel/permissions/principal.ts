// PURE. Who calls, what a route demands of the caller, and what a person with limited reach may touch.
import type { Role } from './roles.ts'
import type { Scope } from './scopes.ts'

/**
 * Who may call a route. `manage`: also the holder of that appointment's manage token. `browser`: a browser whose cookie names
 * the draft or appointment in the address and carries the tenant's signature; site/pages.ts checks it.
 */
export type Access =
  | { kind: 'anyone' }
  | { kind: 'browser'; of: 'draft' | 'appointment' | 'callback' | 'citizen' | 'waiting' }
  | { kind: 'platform' }
  | { kind: 'key'; scope: Scope; manage?: boolean; platform?: boolean; reach?: Reached }
  /** A signed-in person with the scope, if one is named; with `orKey` also every key. */
  | { kind: 'person'; scope?: Scope; orKey?: true }

/**
 * What the route touches, so that people with limited reach can be admitted: the appointment or callback in its address; lists
 * and bodies that name an agent and a location; the hours of an owner; or nothing that belongs to anyone (`none`). If
 * undefined, people with limited reach are refused.
 */
export type Reached = 'none' | 'appointment' | 'appointments' | 'callback' | 'callbacks' | 'place' | 'hours'

/** The agents and locations that a person may reach; null = all. */
export type Reach = { agentIds: ReadonlySet<string>; locationIds: ReadonlySet<string> } | null

export type Person = {
  kind: 'user'
  id: string
  tenantId: string
  scopes: ReadonlySet<Scope>
  secret: string
  role: Role
  /** The agent whose agenda this person manages. */
  agentId: string | null
  reach: Reach
  sessionId: string
  name: string
  email: string
  proof: string
  /** The language that the person chose. */
  locale: 'it' | 'en' | undefined
  /** When the session's secret was created, epoch ms. */
  rotatedAt: number
  /** When they signed in, epoch ms. */
  beganAt: number
  /** The role requires a second factor that the person has not set up yet: until then they have no scopes. */
  mustEnrol: boolean
}

export type Principal =
  | Person
  | { kind: 'platform'; id: string; secret: string }
  | { kind: 'key'; id: string; tenantId: string; scopes: ReadonlySet<Scope>; secret: string }
  | { kind: 'manage'; id: string; tenantId: string; appointmentId: string; secret: string }

export type AgentAndLocation = { agentId?: string | null; locationId?: string | null }

/** Whether a place is within reach: the agent or the location is enough. */
export const isWithin = (reach: Reach, place: AgentAndLocation): boolean =>
  reach === null ||
  (place.agentId != null && reach.agentIds.has(place.agentId)) ||
  (place.locationId != null && reach.locationIds.has(place.locationId))
