// PURE. Field masking: which fields of a person are hidden from a role, on pages and in the API.
import { HIDDEN, type ContactField, type Role } from '../../kernel/permissions/roles.ts'
import type { TenantSettings } from './settings.ts'

export type Hidden = ReadonlySet<ContactField>
export const NOTHING_HIDDEN: Hidden = new Set()

/** The hidden fields of a role: as set by the tenant, else the role's default. */
export const hiddenFrom = (settings: Pick<TenantSettings, 'privacy'>, role: Role | null): Hidden =>
  role === null ? NOTHING_HIDDEN : new Set(settings.privacy.hidden[role] ?? HIDDEN[role])

const WRITTEN = ['notes', 'note', 'content', 'comment', 'reason'] as const

const initial = (text: string): string => (text === '' ? '' : `${[...text][0]}.`)
/** Two digits are enough to tell numbers apart, and too few to call anyone. */
const lastTwo = (text: string): string => `…${text.slice(-2)}`

/** Empties recipient and content of a message. */
function maskMessage(shown: Record<string, unknown>, hidden: Hidden): void {
  if (!['email', 'phone', 'lastName'].some((field) => hidden.has(field as ContactField))) return
  for (const name of ['recipient', 'subject', 'text', 'html'] as const)
    if (typeof shown[name] === 'string') shown[name] = ''
}

/** Removes the sender and the subject of a message that a citizen wrote. */
function maskInbound(shown: Record<string, unknown>, hidden: Hidden): void {
  if (hidden.has('phone') || hidden.has('email')) delete shown.sender
  if (hidden.has('notes')) delete shown.subject
}

/** Variables of a conversation that a hidden field makes readable, by field. */
const FACTS: Partial<Record<ContactField, RegExp>> = {
  lastName: /^contact\.(lastName|name)$/,
  phone: /^(contact\.phone|callback\.number)$/,
  email: /^contact\.email$/,
  attributes: /^(contact\.attributes|callback\.data)\./,
  notes: /^callback\.reason$/,
  answers: /^answers\./,
}

/** Removes the variables of a conversation that hold hidden fields. */
const maskFacts = (facts: Record<string, unknown>, hidden: Hidden): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(facts).filter(([name]) => ![...hidden].some((field) => FACTS[field]?.test(name) === true)),
  )

/** Removes answers and variables that hold hidden fields from a conversation. */
function maskConversation(shown: Record<string, unknown>, hidden: Hidden): void {
  if (typeof shown.facts === 'object') shown.facts = maskFacts(shown.facts as Record<string, unknown>, hidden)
  if (hidden.has('answers') && Array.isArray(shown.steps))
    shown.steps = shown.steps.map(({ answer: _answer, ...step }: Record<string, unknown>) => step)
}

/** Masks one record: names become initials, phone numbers their last two digits; other hidden fields are removed or emptied. */
export function mask<T extends Record<string, unknown>>(record: T, hidden: Hidden): T {
  if (hidden.size === 0) return record
  const shown: Record<string, unknown> = { ...record }
  const change = (name: string, to: (text: string) => unknown): void => {
    if (typeof shown[name] === 'string') shown[name] = to(shown[name])
  }
  if (hidden.has('lastName')) {
    change('lastName', initial)
    delete shown.attendees
  }
  if (hidden.has('phone')) {
    for (const name of ['phone', 'number']) change(name, lastTwo)
    if (Array.isArray(shown.numbers)) shown.numbers = shown.numbers.map((n) => lastTwo(String(n)))
  }
  for (const name of ['email', 'externalId', 'attributes'] as const) if (hidden.has(name)) delete shown[name]
  // Free text may contain personal data: of an appointment, a callback, an attempt, a rating.
  if (hidden.has('notes')) for (const name of WRITTEN) delete shown[name]
  if (hidden.has('attributes')) delete shown.metadata
  if (hidden.has('attributes') && 'campaignId' in shown && 'data' in shown) shown.data = {}
  if (hidden.has('answers') && 'answers' in shown) shown.answers = {}
  if ('scriptVersion' in shown) maskConversation(shown, hidden)
  if ('sender' in shown) maskInbound(shown, hidden)
  if ('recipient' in shown) maskMessage(shown, hidden)
  return shown as T
}

/** Masks a value and all records inside it. */
export function maskDeep(value: unknown, hidden: Hidden): unknown {
  if (Array.isArray(value)) return value.map((one) => maskDeep(one, hidden))
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  const masked = mask(value as Record<string, unknown>, hidden)
  return Object.fromEntries(Object.entries(masked).map(([name, one]) => [name, maskDeep(one, hidden)]))
}
