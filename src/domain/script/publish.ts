// Checks the draft of a script and publishes it as a new version.
import type { Db } from '../../platform/database/tx.ts'
import { transaction } from '../../platform/database/tx.ts'
import { AppError } from '../../kernel/errors.ts'
import { checkVersion } from '../../kernel/version.ts'
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import { changeRecord } from '../catalogue/records/records.ts'
import { liveIds, lockRow } from '../catalogue/records/resource.sql.ts'
import type { Row } from '../catalogue/records/resource.ts'
import type { Deps } from '../deps.ts'
import { checkScript, type Finding, type Known } from './check-script.ts'
import type { Script } from './script.ts'
import { scripts } from './script.resource.ts'
import { insertVersion, publishedScripts, type ScriptDocument } from './script.sql.ts'

const live = (things: Iterable<{ id: string; archived?: boolean | undefined }>): Set<string> =>
  new Set([...things].filter((one) => !one.archived).map((one) => one.id))

/** The published scripts to which a script leads, over others too. */
async function scriptsBehind(
  db: Db,
  tenantId: string,
  own: { id: string; script: Script },
): Promise<Map<string, Script>> {
  const known = new Map<string, Script>([[own.id, own.script]])
  const wanted = (script: Script): string[] =>
    script.steps.flatMap((step) => (step.kind === 'script' && !known.has(step.scriptId) ? [step.scriptId] : []))
  for (let ids = wanted(own.script); ids.length > 0;) {
    const found = await publishedScripts(db, tenantId, ids)
    for (const one of found) known.set(one.scriptId, one.document)
    ids = found.flatMap((one) => wanted(one.document))
  }
  return known
}

/** The findings of a script as it would be published now; `id` is its own. */
export async function findingsOf(db: Db, config: TenantConfig, id: string, script: Script): Promise<Finding[]> {
  const sent = script.steps.flatMap((step) =>
    step.kind === 'do' && step.act.kind === 'send' ? [step.act.messageId] : [],
  )
  const { widgets, attributes } = config.settings.workspace
  const known: Known = {
    languages: ['it', 'en'],
    serviceIds: live(config.services.values()),
    campaignIds: live(config.campaigns.values()),
    widgetIds: new Set(widgets.map((widget) => widget.id)),
    messageIds: await liveIds(db, 'saved_messages', config.tenantId, sent),
    attributes: new Set(attributes.flatMap((one) => (one.byScripts ? [one.name] : []))),
    scripts: await scriptsBehind(db, config.tenantId, { id, script }),
  }
  return checkScript(script, known)
}

/** Makes a published version the draft again. Throws `archived`, `not_found`. */
export const restoreDraft = (deps: Deps, tenantId: string, id: string, { start, steps }: Script): Promise<Row> =>
  transaction(deps.db, (tx) =>
    changeRecord(scripts, { tx, tenantId, id, now: deps.now(), deps }, { start, steps }, null),
  )

type Publication = { id: string; wanted: number | null; actor: string }

/**
 * Publishes the draft: new conversations get it at once, those under way keep their version. Throws `script_faults` with the findings,
 * `archived`, `not_found`, and `precondition_failed` when the draft is not of version `wanted` (null = any).
 */
export async function publishScript(
  deps: Deps,
  config: TenantConfig,
  { id, wanted, actor }: Publication,
): Promise<{ row: Row; findings: Finding[] }> {
  return transaction(deps.db, async (tx) => {
    const row = await lockRow(tx, 'scripts', config.tenantId, id)
    if (!row) throw new AppError('not_found', { what: 'script' })
    if (row.archived_at !== null) throw new AppError('archived')
    checkVersion(wanted, row.version)
    const document = row.document as unknown as ScriptDocument
    const findings = await findingsOf(tx, config, id, document)
    const errors = findings.filter((finding) => finding.isError)
    if (errors.length > 0) throw new AppError('script_faults', { count: errors.length }, { extra: { findings } })
    const number = ((row.published as number | null) ?? 0) + 1
    await insertVersion(tx, config.tenantId, {
      scriptId: id,
      number,
      document,
      author: actor,
      now: new Date(deps.now()),
    })
    return { row: (await lockRow(tx, 'scripts', config.tenantId, id))!, findings }
  })
}
