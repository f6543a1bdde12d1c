// Imports contact lists into a campaign in chunks: one transaction per chunk writes callbacks and progress, so that a crashed
// process loses nothing and duplicates nothing. Imported contacts are promised no window and take no capacity from promises.
import { writeEvents } from '../../../platform/events/events.ts'
import { parse } from 'csv-parse'
import { codeFrom } from '../../appointment/appointment.ts'
import type { TenantConfig } from '../../catalogue/tenant-config.ts'
import { nextAllowed } from '../../catalogue/campaign/next-allowed.ts'
import { triedIn, type Campaign } from '../../catalogue/campaign/campaign.ts'
import { countryOf, mayBeCalled } from '../../contact/phone.ts'
import { afterCommit, transaction } from '../../../platform/database/tx.ts'
import type { Deps } from '../../deps.ts'
import { DAY, MINUTE } from '../../../kernel/time/interval.ts'
import { route, zonesFor } from '../routing.ts'
import { doNotCallAmong } from '../do-not-call/do-not-call.sql.ts'
import { type NewCallback } from '../callback.sql.ts'
import { readRow, type Loaded, type ContactListRow } from './contact-list.ts'
import {
  advanceContactList,
  claimContactList,
  finishContactList,
  insertFresh,
  insertRefusals,
  noteFailure,
  type ContactList,
  type ContactListDocument,
  type ContactListRefusal,
} from './contact-list.sql.ts'

const CHUNK = 500
/** Lease on a list in ms, renewed with every chunk; when the reading process dies, another one continues after this time. */
const LEASE = 20_000
/** Failures after which an import is given up. */
const MOST_FAILURES = 5

type Line = { line: number; row: ContactListRow | null; content: string; position: number }

/** Yields the rows of the text, each with the line on which it begins. An unreadable row is null. */
async function* linesOf(content: string, { format, delimiter }: ContactListDocument): AsyncGenerator<Line> {
  if (format === 'ndjson') {
    let [line, position] = [0, 0]
    for (const text of content.split('\n')) {
      line += 1
      position += text.length + 1
      if (text.trim() === '') continue
      let row: unknown = null
      try {
        row = JSON.parse(text)
      } catch {
        // The caller refuses it, with its line.
      }
      const isRow = row !== null && typeof row === 'object' && !Array.isArray(row)
      yield { line, row: isRow ? (row as ContactListRow) : null, content: text, position }
    }
    return
  }
  const parser = parse(content, {
    columns: true,
    delimiter,
    bom: true,
    trim: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    info: true,
    raw: true,
  })
  type Parsed = { record: ContactListRow; raw: string; info: { lines: number; bytes: number } }
  for await (const { record, raw, info } of parser as AsyncIterable<Parsed>)
    yield { line: info.lines, row: record, content: raw.trim(), position: Math.min(content.length, info.bytes) }
}

type Judge = (row: Loaded) => { callback: NewCallback } | { code: string }

/** Returns a function that turns a row into a callback, or into the code of a refusal. */
function judgeFor(deps: Deps, config: TenantConfig, asked: Campaign): Judge {
  const now = deps.now()
  return (row) => {
    const [number] = row.numbers
    const country = number === undefined ? undefined : countryOf(number)
    const routed = route(config, asked, { ...row, data: row.data }, country)
    if (!routed) return { code: 'invalid_reference' }
    const { campaign, priority, scriptRef, scriptId, segment } = routed
    const countries = campaign.countries ?? [config.settings.country]
    if (!row.numbers.every((one) => mayBeCalled(one, countries))) return { code: 'number_not_called' }
    const zones = zonesFor(row.timeZone, number, campaign)
    const from = Math.max(now, row.notBefore ?? now)
    const to = row.notAfter ?? from + (campaign.horizonDays + 1) * DAY
    const span = nextAllowed(config, campaign, { zones, at: from })
    if (!span || span.from >= to) return { code: 'window_closed' }
    return {
      callback: {
        tenant_id: config.tenantId,
        id: deps.newId(),
        campaign_id: campaign.id,
        code: codeFrom(deps.randomBytes(8)),
        status: 'scheduled',
        channel: row.channel,
        number: number ?? null,
        contact_id: null,
        owner_agent_id: null,
        owner_until: null,
        escalate_at: null,
        window_from: new Date(from),
        window_to: new Date(to),
        ...triedIn(campaign, span, priority),
        expires_at: new Date(to + campaign.graceMinutes * MINUTE),
        bucket_start: null,
        reservation_id: null,
        external_id: row.externalId ?? null,
        document: {
          ...(row.reason === undefined ? {} : { reason: row.reason }),
          data: row.data,
          numbers: row.numbers,
          current: 0,
          ...(row.timeZone === undefined ? {} : { timeZone: row.timeZone }),
          zones,
          priority,
          ...(scriptRef === undefined ? {} : { scriptRef }),
          ...(scriptId === undefined ? {} : { scriptId }),
          ...(segment === undefined ? {} : { segment }),
          source: 'import',
        },
        created_at: new Date(now),
      },
    }
  }
}

type Chunk = {
  load: ContactList
  judge: Judge
  from: number
  lines: readonly Line[]
}

async function writeChunk(deps: Deps, config: TenantConfig, { load, judge, from, lines }: Chunk): Promise<boolean> {
  const { tenantId } = config
  const { actor } = load.document as unknown as ContactListDocument
  const refusals: ContactListRefusal[] = []
  const callbacks: NewCallback[] = []
  const read = lines.map((line) => ({ line, row: line.row ? readRow(line.row, config.settings.country) : 'invalid' }))
  const numbers = read.flatMap(({ row }) => (typeof row === 'string' ? [] : row.numbers))
  const doNotCall = await doNotCallAmong(deps.db.kysely, tenantId, numbers)
  for (const { line, row } of read) {
    const judged =
      typeof row === 'string'
        ? { code: row }
        : row.numbers.some((number) => doNotCall.has(number))
          ? { code: 'do_not_call' }
          : judge(row)
    if ('callback' in judged) callbacks.push(judged.callback)
    else refusals.push({ line: line.line, code: judged.code, content: line.content.slice(0, 4000) })
  }
  return transaction(deps.db, async (tx) => {
    const fresh = await insertFresh(tx, callbacks)
    const isOurs = await advanceContactList(tx, load, from, {
      rows: lines.length,
      position: lines.at(-1)!.position,
      accepted: fresh.size,
      duplicates: callbacks.length - fresh.size,
      refused: refusals.length,
      until: new Date(deps.now() + LEASE),
    })
    if (!isOurs) throw loadTaken()
    await insertRefusals(tx, load, refusals)
    const written = callbacks.filter((c) => fresh.has(c.id))
    const subjects = written.map((c) => ({ subjectId: c.id, id: deps.newId() }))
    const data = { after: 'scheduled', source: 'import', loadId: load.id }
    if (subjects.length > 0)
      await writeEvents(deps, tx, {
        tenantId,
        subjects,
        shared: {
          type: 'callback.loaded',
          at: new Date(deps.now()),
          actor,
          data,
        },
      })
    afterCommit(tx, () => {
      for (const c of written.slice(0, 1)) deps.due.tell(tenantId, c.campaign_id, c.due_at.getTime())
      deps.pubsub.say('changed', tenantId)
    })
    return true
  })
}

/** Another process has claimed the import: nothing of this chunk may be written. */
const loadTaken = (): Error => Object.assign(new Error('load taken'), { isLoadTaken: true })

/** Imports the waiting contact lists of one tenant; returns how many it finished. */
export async function runContactListImports(
  deps: Deps,
  tenantId: string,
  stopped: () => boolean = () => false,
): Promise<number> {
  let finished = 0
  while (!stopped()) {
    const now = deps.now()
    const load = await claimContactList(deps.db.kysely, tenantId, new Date(now), new Date(now + LEASE))
    if (!load) return finished
    if (await runLoad(deps, load, stopped)) finished += 1
  }
  return finished
}

async function runLoad(deps: Deps, load: ContactList, stopped: () => boolean): Promise<boolean> {
  const document = load.document as unknown as ContactListDocument
  const config = await deps.snapshots.config(load.tenant_id)
  const campaign = config?.campaigns.get(load.campaign_id)
  const end = (status: 'done' | 'failed', failure?: string): Promise<void> =>
    finishContactList(
      deps.db.kysely,
      load,
      status,
      { ...document, ...(failure ? { failure } : {}) },
      new Date(deps.now()),
    )
  if (!config || !campaign || campaign.archived) {
    await end('failed', 'archived')
    return true
  }
  const judge = judgeFor(deps, config, campaign)
  let done = load.rows_read
  let seen = 0
  let chunk: Line[] = []
  const flush = async (): Promise<void> => {
    if (chunk.length === 0) return
    await writeChunk(deps, config, { load, judge, from: done, lines: chunk })
    done += chunk.length
    chunk = []
  }
  try {
    for await (const line of linesOf(load.content ?? '', document)) {
      seen += 1
      if (seen <= load.rows_read) continue
      chunk.push(line)
      if (chunk.length === CHUNK) {
        await flush()
        // The next process continues the import at once.
        if (stopped()) return false
      }
    }
    await flush()
    await end('done')
  } catch (error) {
    if ((error as { isLoadTaken?: boolean }).isLoadTaken) return false
    const { code = 'failed' } = error as { code?: string }
    // The text is no valid CSV, or the database has refused it too often: the rows imported so far stay.
    const failures = (document.failures ?? 0) + 1
    if (/^CSV_/.test(code) || failures >= MOST_FAILURES) await end('failed', code.toLowerCase().slice(0, 40))
    else {
      await noteFailure(deps.db.kysely, load, { ...document, failures })
      throw error
    }
  }
  return true
}
