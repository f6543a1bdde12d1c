// SQL that erases what appointments say about a person.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/database/tx.ts'

/** Removes answers, notes, comments, reasons and links from a contact's appointments; time, place and state stay for reports. */
export async function eraseFromAppointments(tx: Tx, tenantId: string, contactId: string, now: Date): Promise<void> {
  await sql`
    update appointments
       set document = document - 'answers' - 'notes' - 'locale' - 'attendees' - 'needs' - 'interpreterLanguage' - 'metadata'
             #- '{rating,comment}' #- '{outcome,note}' #- '{cancellation,reason}',
           external_id = null, manage_hash = null, updated_at = ${now}, version = version + 1
     where tenant_id = ${tenantId} and contact_id = ${contactId}`.execute(tx)
}

/** Erases answers and notes of appointments that ended before `before`, at most `limit`; returns the number. */
export async function eraseAnswers(db: Db, tenantId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    update appointments a
       set document = a.document - 'answers' - 'notes' - 'attendees' - 'needs' - 'interpreterLanguage' - 'metadata', version = a.version + 1
     where a.tenant_id = ${tenantId} and a.id in (
       select o.id from appointments o
        where o.tenant_id = ${tenantId} and o.ends_at < ${before}
          and (jsonb_exists(o.document, 'notes')
            or (jsonb_exists(o.document, 'answers') and o.document->'answers' <> '{}'::jsonb))
        limit ${limit})
    returning a.id`.execute(db)
  return rows.length
}
