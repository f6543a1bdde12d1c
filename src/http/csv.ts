// PURE. Converts records to CSV and back: one column per field; values other than plain text are JSON in their cell.
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { plain } from '../platform/schema/plain.ts'

/** A cell with such a prefix could run as a formula in a spreadsheet (CWE-1236). */
const FORMULA = /^'?[=+\-@\t\r\n＝＋－＠]/

const cellOf = (value: unknown): string => {
  if (value === undefined || value === null) return ''
  if (typeof value === 'object') return JSON.stringify(value)
  const text = plain(value)
  return typeof value === 'string' && FORMULA.test(text) && !/^\+\d+$/.test(text) ? `'${text}` : text
}

export function toCsv(columns: readonly string[], rows: readonly Record<string, unknown>[]): string {
  return stringify([columns, ...rows.map((row) => columns.map((name) => cellOf(row[name])))], { bom: true })
}

type Kinds = Record<string, { type?: string; anyOf?: { const?: unknown; type?: string }[] }>

function valueOf(kinds: Kinds, name: string, cell: string): unknown {
  const schema = kinds[name]
  const type = schema?.type
  const text = cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell
  if (type === 'integer' || type === 'number') return Number.isNaN(Number(text)) ? text : Number(text)
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (type === 'array' || type === 'object' || (type === undefined && /^[[{]/.test(text))) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  return text
}

/** Parses a CSV or JSON text into bodies; throws a SyntaxError if it cannot be read. */
export function fromText(text: string, kinds: Kinds): Record<string, unknown>[] {
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (/^[[{]/.test(trimmed)) {
    const read = JSON.parse(trimmed) as unknown
    const items = Array.isArray(read) ? read : ((read as { items?: unknown }).items ?? [read])
    return (items as unknown[]).filter(
      (one): one is Record<string, unknown> => one !== null && typeof one === 'object' && !Array.isArray(one),
    )
  }
  const separator = (trimmed.split('\n')[0] ?? '').includes(';') ? ';' : ','
  const rows = parse<Record<string, string>>(trimmed, {
    columns: true,
    delimiter: separator,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
  })
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([, cell]) => cell !== '')
        .map(([name, cell]) => [name, valueOf(kinds, name, cell)]),
    ),
  )
}
