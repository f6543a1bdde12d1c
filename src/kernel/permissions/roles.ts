// PURE. The roles of people and what each may do: the single table that pages, API and documentation read.
import type { Scope } from './scopes.ts'

export const ROLES = ['agent', 'supervisor', 'administrator', 'integrator', 'auditor'] as const
export type Role = (typeof ROLES)[number]

const AGENT: readonly Scope[] = [
  'tenant:read',
  'configuration:read',
  'slots:read',
  'contacts:read',
  'contacts:write',
  'appointments:read',
  'appointments:write',
  'appointments:staff',
  'callbacks:read',
  'callbacks:write',
  'callbacks:work',
  'hours:write',
]
const SUPERVISOR: readonly Scope[] = [...AGENT, 'contacts:merge', 'team:write', 'messages:read', 'reports:read']

/** Scopes by role. An agent's `hours:write` covers only their own hours. */
export const PERMISSIONS: Readonly<Record<Role, readonly Scope[]>> = {
  agent: AGENT,
  supervisor: SUPERVISOR,
  administrator: [
    ...SUPERVISOR,
    'tenant:write',
    'keys:write',
    'configuration:write',
    'messages:write',
    'webhooks:write',
    'users:write',
    'audit:read',
    'privacy:write',
  ],
  integrator: ['tenant:read', 'configuration:read', 'keys:write', 'webhooks:write', 'messages:write', 'slots:read'],
  auditor: [
    'tenant:read',
    'configuration:read',
    'contacts:read',
    'appointments:read',
    'callbacks:read',
    'reports:read',
    'audit:read',
  ],
}

/** Contact fields hidden from a role, unless the tenant overrides them (`privacy.hidden`). */
export const HIDDEN: Readonly<Record<Role, readonly ContactField[]>> = {
  agent: [],
  supervisor: [],
  administrator: [],
  integrator: [],
  auditor: ['lastName', 'email', 'phone', 'externalId', 'attributes', 'notes', 'answers'],
}
export const CONTACT_FIELDS = ['lastName', 'email', 'phone', 'externalId', 'attributes', 'notes', 'answers'] as const
export type ContactField = (typeof CONTACT_FIELDS)[number]
