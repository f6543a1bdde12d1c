// PURE. Scopes: what an API key or the role of a person may do. Each route names the scope that it requires.

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
