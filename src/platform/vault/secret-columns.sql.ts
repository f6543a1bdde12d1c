// All SQL of the columns that hold secrets: reads those still in plain text and writes them back sealed.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../database/tx.ts'
import { isSealed } from './vault.ts'

const hostIn = (text: string): string => new URL((JSON.parse(text) as { url: string }).url).host
const namesIn = (text: string): string => JSON.stringify(Object.keys(JSON.parse(text) as object))

type Plain = { id: string; text: string }

type Place = {
  read: () => Promise<Plain[]>
  /** Purpose for which the value is sealed. */
  purpose: (id: string) => string
  write: (id: string, sealed: string, plain: Plain) => RawBuilder<unknown>
}

/** The places that hold a tenant's secrets: how to read the plain values, their purpose, and how to write them back sealed. */
export function placesOf(db: Db, tenantId: string): Place[] {
  const calendars = async (): Promise<Plain[]> => {
    const { rows } = await sql<{ id: string; document: Record<string, unknown> }>`
      select id, document from external_calendars where tenant_id = ${tenantId} and not (document ? 'sealed')`.execute(
      db,
    )
    return rows.map(({ id, document: { url, username, password } }) => ({
      id,
      text: JSON.stringify({ url, username, password }),
    }))
  }
  const gateways = async (): Promise<Plain[]> => {
    const { rows } = await sql<{ channel: string; document: { headers?: object } }>`
      select channel, document from text_gateways where tenant_id = ${tenantId} and not (document ? 'sealed')`.execute(
      db,
    )
    return rows.map(({ channel, document }) => ({ id: channel, text: JSON.stringify(document.headers ?? {}) }))
  }
  return [
    {
      read: async (): Promise<Plain[]> => {
        const rows = await db
          .selectFrom('tenant_secrets')
          .select(['purpose as id', 'secret as text'])
          .where('tenant_id', '=', tenantId)
          .execute()
        return rows.filter(({ text }) => !isSealed(text))
      },
      purpose: (id: string) => `secret ${id}`,
      write: (id: string, sealed: string, { text }: Plain) => sql`
        update tenant_secrets set secret = ${sealed}
         where tenant_id = ${tenantId} and purpose = ${id} and secret = ${text}`,
    },
    {
      read: async (): Promise<Plain[]> => {
        const rows = await db
          .selectFrom('users')
          .select(['id', 'totp_secret as text'])
          .where('tenant_id', '=', tenantId)
          .where('totp_secret', 'is not', null)
          .execute()
        return rows.flatMap(({ id, text }) => (text !== null && !isSealed(text) ? [{ id, text }] : []))
      },
      purpose: (id: string) => `totp ${id}`,
      write: (id: string, sealed: string, { text }: Plain) => sql`
        update users set totp_secret = ${sealed}
         where tenant_id = ${tenantId} and id = ${id} and totp_secret = ${text}`,
    },
    {
      read: calendars,
      purpose: (id: string) => `calendar ${id}`,
      write: (id: string, sealed: string, { text }: Plain) => sql`
        update external_calendars
           set document = (document - 'url' - 'username' - 'password')
                          || jsonb_build_object('host', ${hostIn(text)}::text, 'sealed', ${sealed}::text)
         where tenant_id = ${tenantId} and id = ${id} and not (document ? 'sealed')`,
    },
    {
      read: gateways,
      purpose: (id: string) => `gateway ${id}`,
      write: (id: string, sealed: string, { text }: Plain) => sql`
        update text_gateways
           set document = (document - 'headers')
                          || jsonb_build_object('headerNames', ${namesIn(text)}::jsonb, 'sealed', ${sealed}::text)
         where tenant_id = ${tenantId} and channel = ${id} and not (document ? 'sealed')`,
    },
  ]
}
