// `agenda import`: imports a CSV file with a mapping, shows progress, and writes refused rows to a file that can be corrected
// and imported again.
import { startReplan } from '../application/reminders/reminders.ts'
import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import type { Deps } from '../domain/deps.ts'
import { AppError } from '../kernel/errors.ts'
import type { Language } from '../kernel/language.ts'
import { faultWords } from '../locales/words.ts'
import { checkBody } from '../platform/schema/validation.ts'
import { claimSlug, findTenant, findTenantIdBySlug, insertTenant } from '../domain/tenant/tenant.sql.ts'
import { transaction } from '../platform/database/tx.ts'
import { importRows, type Refusal, type Summary } from './import.ts'
import { MappingSchema, missingColumns, type Mapping, type Row } from './mapping.ts'

const HELP = `agenda import --tenant SLUG --mapping FILE.json [options] FILE.csv

Loads appointments, with the contacts, agents and locations that they name, through the same rules as any booking.

  --tenant SLUG      the tenant to load into
  --create-tenant ZONE
                     create the tenant when it is missing, in this IANA time zone
  --mapping FILE     which column is what; docs/import.md describes it
  --refused FILE     where refused rows go [FILE.csv.refused.csv]
  --dry-run          read and check, book nothing
  --language it|en   language of the sentences in the refusals file [en]
`

const COLUMNS = { line: 'refused_line', column: 'refused_column', code: 'refused_code', sentence: 'refused_sentence' }

async function readRows(file: string, delimiter: string): Promise<{ header: string[]; rows: Row[] }> {
  const parser = createReadStream(file).pipe(
    parse({ columns: true, delimiter, bom: true, relax_column_count: true, skip_empty_lines: true }),
  )
  const rows: Row[] = []
  for await (const row of parser as AsyncIterable<Row>) rows.push(row)
  return { header: Object.keys(rows[0] ?? {}), rows }
}

/** Progress in one line: updated in place on a terminal, else printed every ten percent. */
function progressBar(): (done: number, total: number) => void {
  const isTerminal = process.stderr.isTTY
  let shown = -1
  return (done, total) => {
    const percent = Math.floor((done / total) * 100)
    if (percent === shown || (!isTerminal && percent % 10 !== 0)) return
    shown = percent
    const bar = '#'.repeat(Math.floor(percent / 4)).padEnd(25, '.')
    process.stderr.write(
      `${isTerminal ? '\r' : ''}[${bar}] ${percent} % ${done}/${total}${isTerminal && percent < 100 ? '' : '\n'}`,
    )
  }
}

function refusedCsv(refused: readonly Refusal[], delimiter: string, language: Language): string {
  const records = refused.map(({ line, column, code, params, row }) => ({
    // Replace the error columns of an earlier import.
    ...Object.fromEntries(Object.entries(row).filter(([name]) => !Object.values(COLUMNS).includes(name))),
    [COLUMNS.line]: line,
    [COLUMNS.column]: column,
    [COLUMNS.code]: code,
    [COLUMNS.sentence]: faultWords(language, code, params as Record<string, string>),
  }))
  return stringify(records, { header: true, delimiter })
}

async function tenantOf(deps: Deps, slug: string, zone: string | undefined): Promise<string> {
  const existing = await findTenantIdBySlug(deps.db.kysely, slug)
  if (existing && (await findTenant(deps.db.kysely, existing))) return existing
  if (zone === undefined) throw new AppError('not_found', { what: `tenant "${slug}"` })
  const id = await claimSlug(deps.db.kysely, slug, deps.newId())
  const document = { timeZone: zone, locale: 'it', country: 'IT', holdMinutes: 10 }
  await transaction(deps.db, (tx) => insertTenant(tx, { id, slug, name: slug, document, now: new Date(deps.now()) }))
  return id
}

/** The summary as text, with refusals counted by code. */
function describeSummary(summary: Summary, dryRun: boolean): string {
  const codes = Map.groupBy(summary.refused, (r) => r.code)
  const lines = [...codes]
    .sort((a, b) => b[1].length - a[1].length)
    .map(([code, list]) => `  ${String(list.length).padStart(7)}  ${code}`)
  const head = dryRun
    ? `dry run: ${summary.rows} rows read`
    : `${summary.rows} rows: ${summary.booked} booked, ${summary.unchanged} there already, ${summary.outcomes} outcomes recorded`
  return `${head}, ${summary.refused.length} refused${lines.length > 0 ? `\n${lines.join('\n')}` : ''}\n`
}

/** Runs the command; `open` connects to the database after the arguments have been checked. */
export async function runImport(args: string[], open: () => Promise<Deps>): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      tenant: { type: 'string' },
      'create-tenant': { type: 'string' },
      mapping: { type: 'string' },
      refused: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      language: { type: 'string', default: 'en' },
      help: { type: 'boolean', default: false },
    },
  })
  const [file] = positionals
  if (values.help || !file || !values.tenant || !values.mapping) {
    process.stdout.write(HELP)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const mapping = JSON.parse(readFileSync(values.mapping, 'utf8')) as Mapping
  checkBody(MappingSchema, mapping)
  const { header, rows } = await readRows(file, mapping.delimiter)
  const missing = missingColumns(mapping, header)
  if (missing.length > 0)
    throw new AppError('invalid_setting', { name: 'mapping', expected: `the file has no column ${missing.join(', ')}` })
  const deps = await open()
  try {
    const tenantId = await tenantOf(deps, values.tenant, values['create-tenant'])
    const summary = await importRows(deps, {
      tenantId,
      mapping,
      rows,
      options: {
        dryRun: values['dry-run'],
        progress: progressBar(),
      },
    })
    // No messages about imported bookings, but reminders for future ones.
    if (!values['dry-run']) await transaction(deps.db, (tx) => startReplan(deps, tx, tenantId))
    process.stdout.write(describeSummary(summary, values['dry-run']))
    if (summary.refused.length > 0) {
      const target = values.refused ?? `${file}.refused.csv`
      writeFileSync(target, refusedCsv(summary.refused, mapping.delimiter, values.language === 'it' ? 'it' : 'en'))
      process.stdout.write(`refused rows, with line, column, code and sentence: ${target}\n`)
    }
  } finally {
    await deps.db.close()
  }
}
