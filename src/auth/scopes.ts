// PURE. What an API key may be allowed to do. One word a scope; a route names the one that it needs.

export const SCOPES = [
  'tenant:read',
  'tenant:write',
  'keys:write',
  'configuration:read',
  'configuration:write',
  'contacts:read',
  'contacts:write',
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
  | { kind: 'key'; scope: Scope; manage?: boolean; platform?: boolean }

export type Principal =
  | { kind: 'platform'; id: string; secret: string }
  | { kind: 'key'; id: string; tenantId: string; scopes: ReadonlySet<Scope>; secret: string }
  | { kind: 'manage'; id: string; tenantId: string; appointmentId: string; secret: string }
