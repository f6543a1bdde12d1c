// PURE. A gateway for text messages as a tenant describes it: builds the request for a message, and reads the answer.
import { faultsIn, fill } from './liquid.ts'

export type Gateway = {
  url: string
  format: 'json' | 'form'
  /** Fields of the request; values are Liquid templates over `to`, `text`, `from`, `id`. */
  fields: Readonly<Record<string, string>>
  /** Sender that people see: a name or a number. */
  from?: string | undefined
  /** May contain secrets, so they are never shown again. */
  headers: Readonly<Record<string, string>>
  /** Path of the message id in the answer; dots lead into objects and lists (`messages.0.id`). */
  idPath?: string | undefined
  perSecond: number
}
const TEXT_VARIABLES = ['to', 'text', 'from', 'id'] as const
type Values = Record<(typeof TEXT_VARIABLES)[number], string>

/** Unknown variables in the fields, and `!` with the field name for a syntax error. */
export function gatewayFaults(fields: Readonly<Record<string, string>>): string[] {
  return Object.entries(fields).flatMap(([name, text]) => {
    const faults = faultsIn(text, TEXT_VARIABLES)
    return 'syntax' in faults ? [`!${name}`] : faults.unknown
  })
}

/** Body and content type of one message. */
export function requestOf(gateway: Gateway, values: Values): { body: string; type: string } {
  const filled = Object.entries(gateway.fields).map(([name, text]) => [name, fill(text, values)] as const)
  if (gateway.format === 'form')
    return {
      body: new URLSearchParams(filled.map(([a, b]) => [a, b])).toString(),
      type: 'application/x-www-form-urlencoded',
    }
  return { body: JSON.stringify(Object.fromEntries(filled)), type: 'application/json' }
}

/** The provider's message id in its answer, or null. */
export function providerIdIn(gateway: Gateway, answer: string): string | null {
  if (gateway.idPath === undefined) return null
  try {
    let value: unknown = JSON.parse(answer)
    for (const part of gateway.idPath.split('.'))
      value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[part] : undefined
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    // An odd id must not prevent that an accepted message is recorded as sent.
    return /^[\x21-\x7e]{1,200}$/.test(text) ? text : null
  } catch {
    return null
  }
}
