// PURE. The kinds of messages: subject, variables of the templates, and delivery rules.

const PERSON = ['name', 'firstName', 'lastName', 'office', 'phone', 'email'] as const
const APPOINTMENT = [
  ...PERSON,
  ...(['service', 'when', 'date', 'time', 'place', 'address', 'channel', 'code', 'people', 'toBring'] as const),
  ...(['joinLink', 'link', 'reason', 'oldWhen', 'hours'] as const),
] as const
const CALLBACK = [...PERSON, ...(['promise', 'date', 'from', 'to', 'number', 'code', 'link'] as const)] as const

const VARIABLES = {
  appointment: APPOINTMENT,
  activation: [...APPOINTMENT, 'until'],
  offer: [...APPOINTMENT, 'until', 'newWhen'],
  callback: CALLBACK,
  account: [...PERSON, 'link', 'until', 'code'],
  agent: ['office', 'name', 'date', 'count', 'list', 'since', 'link'],
  operator: ['office', 'name', 'failure', 'since', 'link'],
} as const
type About = keyof typeof VARIABLES

type Kind = {
  about: About
  /** Method of the attached calendar object (RFC 5546 §3.2). */
  method?: 'REQUEST' | 'CANCEL'
  /** Recipients can unsubscribe with one click (RFC 8058); other kinds still reach them. */
  isOptional?: true
  /** Which link text is used. */
  link?: 'manage' | 'activate' | 'offer' | 'rate' | 'callback' | 'open'
}

const KINDS = {
  booked: { about: 'appointment', method: 'REQUEST', link: 'manage' },
  pending: { about: 'appointment', link: 'manage' },
  approved: { about: 'appointment', method: 'REQUEST', link: 'manage' },
  refused: { about: 'appointment' },
  moved: { about: 'appointment', method: 'REQUEST', link: 'manage' },
  cancelled: { about: 'appointment', method: 'CANCEL' },
  reminder: { about: 'appointment', link: 'manage' },
  late_change: { about: 'appointment', link: 'manage' },
  choose: { about: 'appointment', link: 'manage' },
  again: { about: 'appointment', link: 'manage' },
  survey: { about: 'appointment', link: 'rate', isOptional: true },
  activate: { about: 'activation', link: 'activate' },
  offer: { about: 'offer', link: 'offer', isOptional: true },
  callback_promised: { about: 'callback', link: 'callback' },
  callback_late: { about: 'callback', link: 'callback' },
  callback_missed: { about: 'callback' },
  callback_cancelled: { about: 'callback' },
  access_code: { about: 'account' },
  sign_in: { about: 'account', link: 'open' },
  reset: { about: 'account', link: 'open' },
  account_changed: { about: 'account', link: 'open' },
  digest: { about: 'agent', link: 'open' },
  calendar_failing: { about: 'agent' },
  webhook_disabled: { about: 'operator' },
} as const satisfies Record<string, Kind>
export type MessageKind = keyof typeof KINDS
export const MESSAGE_KINDS = Object.keys(KINDS) as MessageKind[]

/** Messages about signing in: nobody else may read them, and they are sent even when messages are switched off. */
export const isAccount = (kind: string): boolean =>
  kind === 'access_code' || kind === 'sign_in' || kind === 'reset' || kind === 'account_changed'

/** Whether a suppression for this reason stops the message: `unsubscribed` stops only optional kinds. */
export const isSilencedBy = (kind: string, reason: string): boolean =>
  reason !== 'unsubscribed' || (KINDS as Record<string, Kind | undefined>)[kind]?.isOptional === true

export const kindOf = (kind: MessageKind): Kind => KINDS[kind]
export const variablesOf = (kind: MessageKind): readonly string[] => VARIABLES[KINDS[kind].about]

/** The texts of a kind in one language, as Liquid templates. Text channels send `sms`. */
export type Template = { subject: string; body: string; sms: string }
export type Templates = Record<MessageKind, Template>
