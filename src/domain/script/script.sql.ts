// All SQL of scripts and their published versions.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/database/tx.ts'
import type { Script } from './script.ts'

/** A stored document of a script: its graph and its description. */
export type ScriptDocument = Script & { description?: string }

type Published = { scriptId: string; number: number; document: ScriptDocument }

/** The latest published versions of these scripts, archived ones included. */
export async function publishedScripts(db: Db, tenantId: string, ids: readonly string[]): Promise<Published[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<Published>`
    select v.script_id as "scriptId", v.number, v.document
      from scripts s
      join script_versions v on v.tenant_id = ${tenantId} and v.script_id = s.id and v.number = s.published
     where s.tenant_id = ${tenantId} and s.id = any(${sql.val([...ids])}::uuid[])`.execute(db)
  return rows
}

/** One published version; undefined when there is none of this number. */
export async function findVersion(
  db: Db,
  tenantId: string,
  scriptId: string,
  number: number,
): Promise<ScriptDocument | undefined> {
  const row = await db
    .selectFrom('script_versions')
    .select('document')
    .where('tenant_id', '=', tenantId)
    .where('script_id', '=', scriptId)
    .where('number', '=', number)
    .executeTakeFirst()
  return row?.document as ScriptDocument | undefined
}

/** Number, author and time of all versions, newest first; at most 500. */
export async function listVersions(db: Db, tenantId: string, scriptId: string) {
  return db
    .selectFrom('script_versions')
    .select(['number', 'author', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .where('script_id', '=', scriptId)
    .orderBy('number', 'desc')
    .limit(500)
    .execute()
}

type NewVersion = { scriptId: string; number: number; document: ScriptDocument; author: string; now: Date }

/** Stores a version and makes it the one that new conversations get. The caller has locked the script. */
export async function insertVersion(tx: Tx, tenantId: string, v: NewVersion): Promise<void> {
  await tx
    .insertInto('script_versions')
    .values({
      tenant_id: tenantId,
      script_id: v.scriptId,
      number: v.number,
      document: JSON.stringify(v.document),
      author: v.author,
      created_at: v.now,
    })
    .execute()
  await tx
    .updateTable('scripts')
    .set({ published: v.number, updated_at: v.now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', v.scriptId)
    .execute()
}

/** How many campaigns, services and settings name the script. */
export async function countUses(db: Db, tenantId: string, id: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select ((select count(*) from campaigns c
              where c.tenant_id = ${tenantId} and c.archived_at is null
                and (c.document->>'scriptId' = ${id}::text
                  or c.document->'segments' @> jsonb_build_array(jsonb_build_object('scriptId', ${id}::text))))
          + (select count(*) from services s
              where s.tenant_id = ${tenantId} and s.archived_at is null and s.document->>'scriptId' = ${id}::text)
          + (select count(*) from tenants t
              where t.id = ${tenantId} and t.document->'workspace'->>'incomingScriptId' = ${id}::text))::int as n`.execute(
    db,
  )
  return rows[0]!.n
}
