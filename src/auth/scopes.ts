// PURE. What an API key or a person's role may be allowed to do. One word a scope; a route names the one that it needs.
import type { Role } from './roles.ts'

export const SCOPES = [
  'tenant:read',
  'tenant:write',
  'keys:write',
  'configuration:read',
  'configuration:write',
  'contacts:read',
  'contacts:write',
  'contacts:merge',
  'slots:read',
  'appointments:read',
  'appointments:write',
  'appointments:staff',
  'messages:read',
  'messages:write',
  'webhooks:write',
  'callbacks:read',
  'callbacks:write',
  'callbacks:work',
  'hours:write',
  'team:write',
  'reports:read',
  'users:write',
  'frames:write',
  'audit:read',
  'privacy:write',
] as const

export type Scope = (typeof SCOPES)[number]

/**
 * Who may call a route. `manage`: also the holder of that appointment's manage token. `browser`: whose cookie names the draft
 * or appointment of the address under the tenant's seal, which web/pages.ts checks.
 */
export type Access =
  | { kind: 'anyone' }
  | { kind: 'browser'; of: 'draft' | 'appointment' | 'callback' }
  | { kind: 'platform' }
  | { kind: 'key'; scope: Scope; manage?: boolean; platform?: boolean; reach?: Reached }
  /** Whoever is signed in, and has the scope where one is named; with `orKey` also every key. */
  | { kind: 'person'; scope?: Scope; orKey?: true }

/**
 * What the route touches, so that people who may only reach some agents or locations can be let in: the appointment or callback
 * of its address; lists and bodies that name agent and location; hours of an owner; or nothing that belongs to anybody (`none`).
 * Without it, people of limited reach are refused.
 */
export type Reached = 'none' | 'appointment' | 'appointments' | 'callback' | 'callbacks' | 'place' | 'hours'

/** The agents and locations that somebody reaches; null = all. */
export type Reach = { agentIds: ReadonlySet<string>; locationIds: ReadonlySet<string> } | null

export type Person = {
  kind: 'user'
  id: string
  tenantId: string
  scopes: ReadonlySet<Scope>
  secret: string
  role: Role
  /** The agent whose agenda this person keeps. */
  agentId: string | null
  reach: Reach
  sessionId: string
  name: string
  email: string
  proof: string
  /** The language that they chose. */
  locale: 'it' | 'en' | undefined
  /** When the session's secret was made, epoch ms. */
  rotatedAt: number
  /** Their role needs a second factor that they have not set up: until then they may do nothing else. */
  mustEnrol: boolean
}

export type Principal =
  | Person
  | { kind: 'platform'; id: string; secret: string }
  | { kind: 'key'; id: string; tenantId: string; scopes: ReadonlySet<Scope>; secret: string }
  | { kind: 'manage'; id: string; tenantId: string; appointmentId: string; secret: string }

export type Place = { agentId?: string | null; locationId?: string | null }

/** Whether an agent or a location is within reach; either is enough. */
export const isWithin = (reach: Reach, place: Place): boolean =>
  reach === null ||
  (place.agentId != null && reach.agentIds.has(place.agentId)) ||
  (place.locationId != null && reach.locationIds.has(place.locationId))
