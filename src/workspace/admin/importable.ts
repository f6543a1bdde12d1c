// What can be exported from a tenant and imported again: collections, the tenant's own message texts, and users.
import type { Resource } from '../../domain/catalogue/records/resource.ts'
import { UserCreated } from '../../api/user.routes.ts'
import { MOVABLE, schemaOf } from './collections.ts'
import type { Schema } from './schema-form.ts'
import { plain } from '../../platform/schema/plain.ts'
import type { Answered, Workspace } from '../frame/context.ts'

export type Item = Record<string, unknown>
export type Movable = {
  path: string
  /** Whether the list is paginated. */
  isPaged: boolean
  /** Fields that an import accepts. */
  fields: Record<string, Schema>
  /** Whether an item is exported. */
  isKept: (item: Item) => boolean
  /** Keys that identify a row, the strongest first. */
  keysOf: (item: Item) => string[]
  /** Writes a row; `id` of the existing record, undefined for a new one. */
  write: (workspace: Workspace, row: Item, id: string | undefined) => Promise<Answered<unknown>>
}

const ENVELOPE = new Set(['version', 'createdAt', 'updatedAt', 'archivedAt', 'id'])
const texts = (...values: unknown[]): string[] => values.filter((v): v is string => typeof v === 'string' && v !== '')

/** Keeps the fields that the create schema accepts; drops those that only responses have. */
const bodyOf = (fields: Record<string, Schema>, row: Item): Item => {
  // With whole days given, the instants are derived from them.
  const byDays = typeof row.firstDay === 'string'
  return Object.fromEntries(
    Object.entries(row).filter(
      ([name]) => (name in fields || !ENVELOPE.has(name)) && !(byDays && (name === 'from' || name === 'to')),
    ),
  )
}

const change = (workspace: Workspace, url: string, body: Item): Promise<Answered<unknown>> =>
  workspace.api('PATCH', url, { body, headers: { 'if-match': '*' } })

function ofResource(resource: Resource): Movable {
  const fields = schemaOf(resource).properties ?? {}
  const url = `/v1/${resource.path}`
  return {
    path: resource.path,
    isPaged: true,
    fields,
    // Desks are created by their pool.
    isKept: (item) => item.poolId === undefined,
    keysOf: (item) => texts(item.id, item.externalId),
    write: (workspace, row, id) => {
      const body = bodyOf(fields, row)
      return id === undefined ? workspace.api('POST', url, { body }) : change(workspace, `${url}/${id}`, body)
    },
  }
}

const TEXT = { type: 'string' } as Schema
const templateKey = (item: Item): string => `${plain(item.kind)}/${plain(item.language)}`
const templates: Movable = {
  path: 'message-templates',
  isPaged: false,
  fields: { kind: TEXT, language: TEXT, subject: TEXT, body: TEXT, sms: TEXT },
  isKept: (item) => item.isOwn === true,
  keysOf: (item) => [templateKey(item)],
  write: (workspace, row) => {
    const { subject, body, sms } = row
    const own = Object.fromEntries(Object.entries({ subject, body, sms }).filter(([, text]) => text !== undefined))
    return workspace.api(
      'PUT',
      `/v1/message-templates/${templateKey(row).split('/').map(encodeURIComponent).join('/')}`,
      {
        body: own,
      },
    )
  },
}

const userFields = (UserCreated as unknown as Schema).properties!
/** New users are invited by e-mail. */
const users: Movable = {
  path: 'users',
  isPaged: true,
  fields: userFields,
  isKept: () => true,
  keysOf: (item) => texts(item.id, typeof item.email === 'string' ? item.email.toLowerCase() : undefined),
  write: (workspace, row, id) => {
    const body = Object.fromEntries(Object.entries(row).filter(([name]) => name in userFields))
    return id === undefined ? workspace.api('POST', '/v1/users', { body }) : change(workspace, `/v1/users/${id}`, body)
  },
}

export const MOVABLES: readonly Movable[] = [...MOVABLE.map(ofResource), templates, users]
