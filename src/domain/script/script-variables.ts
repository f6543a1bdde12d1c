// PURE. Variables of scripts: `{{contact.firstName}}`, `{{answers.reason}}`; which there are, and filling them in.
import type { Script } from './script.ts'

export type Facts = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** Variables that every conversation has, besides `contact.attributes.…`, `callback.data.…` and `answers.…`. */
export const VARIABLES = [
  ...['contact.firstName', 'contact.lastName', 'contact.name', 'contact.phone', 'contact.email', 'contact.language'],
  ...['callback.reason', 'callback.number', 'callback.attempts', 'appointment.service', 'appointment.when'],
  ...['campaign.name', 'agent.name', 'office.name', 'office.phone', 'outcome'],
] as const

const OPEN = /^(?:contact\.attributes|callback\.data)\.[a-zA-Z][a-zA-Z0-9_]{0,39}$/
const PLACES = /\{\{\s*([a-zA-Z][\w.]{0,99})\s*\}\}/g

/** Names of the variables in a text, each once. */
export const variablesIn = (text: string): string[] => [...new Set([...text.matchAll(PLACES)].map((m) => m[1]!))]

/** Whether conversations with this script have the variable. */
export function isKnownVariable(script: Script, name: string): boolean {
  if ((VARIABLES as readonly string[]).includes(name) || OPEN.test(name)) return true
  const asked = /^answers\.(.+)$/.exec(name)?.[1]
  return script.steps.some((step) => step.kind === 'ask' && step.id === asked)
}

/** The text with its variables filled in by `show`; a variable without a value becomes an ellipsis. */
export const fillVariables = (text: string, facts: Facts, show: (value: string) => string = (value) => value): string =>
  text.replace(PLACES, (_, name: string) => {
    const value = facts[name]
    const said = value === undefined || value === '' ? '…' : Array.isArray(value) ? value.join(', ') : String(value)
    return show(said)
  })
