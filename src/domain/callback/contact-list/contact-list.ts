// PURE. One row of a contact list: parses its columns and validates them.
import { toE164 } from '../../contact/phone.ts'
import { isZone } from '../../../kernel/time/zone.ts'

export type ContactListRow = Readonly<Record<string, unknown>>
export type Loaded = {
  numbers: string[]
  channel: 'phone' | 'web'
  timeZone: string | undefined
  reason: string | undefined
  priority: number | undefined
  externalId: string | undefined
  /** Epoch ms; undefined = from now on, until the campaign's horizon. */
  notBefore: number | undefined
  notAfter: number | undefined
  data: Record<string, string | number | boolean>
}

export const OWN_COLUMNS = [
  'number',
  'further_numbers',
  'country',
  'time_zone',
  'channel',
  'reason',
  'priority',
  'external_id',
  'not_before',
  'not_after',
] as const
/** Example or allowed values per column, for the message of a refusal. */
export const EXPECTED: Record<string, string> = {
  country: 'IT',
  time_zone: 'Europe/Rome',
  channel: 'phone, web',
  priority: '-100 … 100',
  not_before: '2026-11-24T09:00:00+01:00',
  not_after: '2026-11-24T09:00:00+01:00',
  reason: '500',
  external_id: '200',
  further_numbers: '5',
}
const DATA_NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,39}$/
const [MOST_DATA, MOST_NUMBERS] = [50, 6]

/** Columns that are not known and whose names are not valid for data. */
export const unknownColumns = (columns: readonly string[]): string[] => columns.filter((name) => !DATA_NAME.test(name))

/** Whether the database can store the text. */
const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value.trim()
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : ''

function instantOf(value: unknown): number | null | undefined {
  const text = textOf(value)
  if (text === '') return undefined
  const at = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isFinite(at) ? at : null
}

/** NDJSON rows use the field names of the API, and arrays. */
const ALIASES = {
  furtherNumbers: 'further_numbers',
  timeZone: 'time_zone',
  externalId: 'external_id',
  notBefore: 'not_before',
  notAfter: 'not_after',
}
function inOurWords(row: ContactListRow): ContactListRow {
  const named = Object.entries(row).map(([name, value]) => [
    Object.hasOwn(ALIASES, name) ? ALIASES[name as keyof typeof ALIASES] : name,
    value,
  ])
  const result = Object.fromEntries(named) as Record<string, unknown>
  if (Array.isArray(result.further_numbers)) result.further_numbers = result.further_numbers.map(textOf).join(';')
  return result
}

function numbersOf(row: ContactListRow, country: string): string[] | string {
  const first = textOf(row.number)
  const texts = [first, ...textOf(row.further_numbers).split(/[;|]/)]
    .map((text) => text.trim())
    .filter((text) => text !== '')
  if (texts.length > MOST_NUMBERS) return 'too_many further_numbers'
  const numbers = texts.map((text) => toE164(text, country))
  return numbers.includes(null)
    ? `invalid_phone ${numbers[0] === null ? 'number' : 'further_numbers'}`
    : [...new Set(numbers as string[])]
}

function dataOf(row: ContactListRow): Record<string, string | number | boolean> | string {
  const own = new Set<string>(OWN_COLUMNS)
  const entries = Object.entries(row).filter(([name, value]) => !own.has(name) && value !== '' && value !== null)
  if (entries.length > MOST_DATA) return 'too_many'
  for (const [name, value] of entries) {
    if (!DATA_NAME.test(name) || !['string', 'number', 'boolean'].includes(typeof value))
      return `wrong_type ${name.slice(0, 40)}`
    if (typeof value === 'string' && (value.length > 500 || !isStorable(value))) return `too_long ${name}`
  }
  return Object.fromEntries(entries) as Record<string, string | number | boolean>
}

/** Parses the remaining columns, or returns the code of the first error. */
function detailsOf(row: ContactListRow): Omit<Loaded, 'numbers' | 'channel' | 'data'> | string {
  const [timeZone, priority] = [textOf(row.time_zone), textOf(row.priority)]
  if (timeZone !== '' && !isZone(timeZone)) return 'wrong_format time_zone'
  if (priority !== '' && (!/^-?\d{1,3}$/.test(priority) || Math.abs(Number(priority)) > 100))
    return 'not_allowed priority'
  const [notBefore, notAfter] = [instantOf(row.not_before), instantOf(row.not_after)]
  if (notBefore === null) return 'wrong_format not_before'
  if (notAfter === null) return 'wrong_format not_after'
  if (notAfter !== undefined && notAfter <= (notBefore ?? -Infinity)) return 'invalid_period not_after'
  const [reason, externalId] = [textOf(row.reason), textOf(row.external_id)]
  if (reason.length > 500) return 'too_long reason'
  if (externalId.length > 200) return 'too_long external_id'
  if (!isStorable(reason) || !isStorable(externalId)) return 'wrong_type reason'
  return {
    timeZone: timeZone || undefined,
    reason: reason || undefined,
    priority: priority === '' ? undefined : Number(priority),
    externalId: externalId || undefined,
    notBefore,
    notAfter,
  }
}

/** Parses a row into a request, or returns the error as `code column`. */
export function readRow(given: ContactListRow, defaultCountry: string): Loaded | string {
  const row = inOurWords(given)
  const country = textOf(row.country).toUpperCase()
  if (country !== '' && !/^[A-Z]{2}$/.test(country)) return 'wrong_format country'
  const channel = textOf(row.channel) || 'phone'
  if (channel !== 'phone' && channel !== 'web') return 'not_allowed channel'
  const numbers = numbersOf(row, country || defaultCountry)
  if (typeof numbers === 'string') return numbers
  if (channel === 'phone' && numbers.length === 0) return 'missing number'
  const details = detailsOf(row)
  if (typeof details === 'string') return details
  const data = dataOf(row)
  return typeof data === 'string' ? data : { numbers, channel, ...details, data }
}
