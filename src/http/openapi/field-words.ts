// PURE. What fields and parameters mean whose name means the same in every record: the description of the API gives these words
// to those that have none of their own.
import { isNode, type Node } from './plain-schemas.ts'

const FIELDS: Readonly<Record<string, string>> = {
  // every record
  id: 'UUID; ids made later are greater',
  externalId: 'Your own id of it; unique in its collection',
  name: 'As people read it',
  description: 'For people, in the language of the tenant',
  version: 'Counts the changes; the ETag of the record, for If-Match',
  createdAt: 'When it was created',
  updatedAt: 'When it was last changed',
  archivedAt: 'Since when it can no longer be used; null = it can',
  timestamp: 'When it happened, RFC 3339',
  at: 'When it happened',
  actor: 'Who did it: `user:<id>`, `key:<id>`, `citizen`, or the part of the service',
  actorName: 'The name of who did it, if it was a person',
  before: 'What was changed, as it was; null when nothing was there',
  after: 'What was changed, as it is now',
  note: 'For the staff only',
  notes: 'For the staff only',
  reason: 'Why, in words',
  source: 'How it came about, such as `web`, `api` or `import`',
  translations: 'The texts in other languages',
  label: 'The text that people read',
  locale: 'Language of the texts',
  language: 'Language of the person, for what is written to them',
  count: 'How many',
  // lists
  items: 'The page of the list',
  nextCursor: 'Send it as `cursor` to read on; null = this was the last page',
  // people
  firstName: 'Given name',
  lastName: 'Family name',
  email: 'E-mail address',
  phone: 'Telephone number; answered in the international format',
  contactId: 'The person in `/v1/contacts`',
  attendees: 'How many people come',
  // time
  timeZone: 'IANA time zone',
  start: 'Begin, RFC 3339 with the offset of the time zone',
  end: 'End, not included',
  windowFrom: 'Begin of the promised window',
  windowTo: 'End of the promised window',
  dueAt: 'When it is to be done next',
  expiresAt: 'Until when it is valid',
  finishedAt: 'When it ended; null = it has not',
  arrivedAt: 'When the citizen came; null = not yet',
  escalatedAt: 'When it was put on the list of the supervisors; null = it was not',
  revokedAt: 'Since when it no longer works; null = it works',
  settledAt: 'When it ended, one way or the other; null = not yet',
  failingSince: 'Since when every attempt fails; null = the last one succeeded',
  holdExpiresAt: 'When the hold ends by itself',
  leaseUntil: 'Until when the lease keeps it from others',
  leaseSeconds: 'How long the lease lasts, in seconds',
  durationMinutes: 'Length in minutes',
  horizonDays: 'How many days ahead',
  timeoutSeconds: 'How long an answer is waited for, in seconds',
  rules: 'Days as iCalendar recurrence (RFC 5545), each with its hours',
  validFrom: 'The first day',
  validTo: 'The last day; absent = for ever',
  // what is booked and called
  serviceIds: 'What is done, in this order',
  locationIds: 'Where it is offered; none = everywhere',
  agentIds: 'Who',
  appointmentIds: 'Ids of appointments',
  callbackIds: 'Ids of callbacks',
  channel: 'How the two meet: in person, by phone, by video',
  channels: 'How the two can meet',
  places: 'How many places it takes',
  remaining: 'How many places are left',
  answers: 'Answers to the questions of the service, by the id of the question',
  questions: 'What is asked when booking',
  whatToBring: 'What the citizen should bring',
  directions: 'How to find it',
  joinLink: 'Where the video call takes place',
  category: 'The heading under which it is listed',
  approvalRequired: 'Whether the office must accept each booking',
  interpreterLanguage: 'The language for which an interpreter is needed',
  cancellation: 'Who cancelled and why; null = not cancelled',
  outcome: 'What came of it; null = not told yet',
  numbers: 'Telephone numbers in the order in which they are tried, E.164',
  priority: 'Greater is called earlier',
  attempts: 'How many attempts were made',
  attempt: 'Which attempt this is, from 1',
  maxAttempts: 'After how many attempts it is given up',
  segment: 'The segment of the campaign that it fell into',
  scriptRef: 'Which script is read; the name that the contact center knows',
  data: 'Fields of your own',
  stars: 'One to five',
  recommendation: 'Zero to ten',
  comment: 'In the words of the citizen',
  // messages and connections
  sms: 'The text message',
  text: 'The words',
  content: 'The words',
  url: 'Absolute address (https)',
  secret: 'Shown once; keep it',
  failure: 'Why the last attempt failed: a stable code; null = it did not',
  scopes: 'What the holder may do',
  slug: 'Short name in addresses',
  position: 'The place in the order, from 0',
  options: 'What can be chosen',
  steps: 'The parts in their order',
  stepId: 'The step of the script',
  batchSize: 'Most contacts in one push',
  connector: 'How due contacts reach the queue',
  asked: 'How many were asked for',
  offered: 'How many were offered',
  refused: 'How many were refused',
  noShows: 'Appointments to which nobody came',
  appointments: 'How many appointments',
  callback: 'The callback it is about',
  appointment: 'The appointment it is about',
  contacts: 'The people found',
  termsUrl: 'Address of the terms',
  siteUrl: 'Address of the office’s own site',
  privacyUrl: 'Address of the privacy notice',
  accessibilityUrl: 'Address of the accessibility statement',
  legalUrl: 'Address of the legal notes',
  reportUrl: 'Address where problems are reported',
  parentName: 'The body that the office belongs to',
  parentUrl: 'Address of that body',
  supportPhone: 'Number to call for help',
  supportEmail: 'Address to write to for help',
  intro: 'Text above the page',
  footer: 'Text below the page',
}

const PARAMETERS: Readonly<Record<string, string>> = {
  limit: 'Most items of the page',
  id: 'The id of the record',
  externalId: 'Your own id of the record',
  actor: 'Only what this one did, as the entries name them',
  action: 'Only this act: the operationId, as the entries have it',
  name: 'Only records with exactly this name',
  archived: 'Archived records too',
  year: 'The calendar year',
  ownerKind: 'Only those of an agent, a pool or a location',
  wallet: 'Which wallet',
  cancelled: 'Cancelled ones too',
  'last-event-id': 'The id of the last event that arrived: the stream goes on after it',
  by: 'Group the figures by this',
  format: 'CSV instead of JSON',
  report: 'Which report',
  durationMinutes: 'Length of the visit, where the service lets the citizen choose it',
  places: 'How many places are needed',
  as: 'Whose rules apply: those of citizens or those of the staff',
  status: 'Only in these states',
  kind: 'Which message',
  language: 'In which language',
  number: 'The number of the version',
  tenant: 'The short name of the organisation',
  channel: 'Only what is offered in this way',
}

/** The schema with a description for every field that has none and whose name always means the same. */
export function withWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withWords)
  if (!isNode(value)) return value
  const inner = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withWords(one)]))
  if (!isNode(inner.properties)) return inner
  const properties = Object.fromEntries(
    Object.entries(inner.properties).map(([name, field]) => {
      const words = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
      // The description of a record that is referred to stands at that record.
      const isBare = isNode(field) && field.description === undefined && field.$ref === undefined
      return [name, isBare && words !== undefined ? { ...field, description: words } : field]
    }),
  )
  return { ...inner, properties }
}

/** A parameter with a description. */
export function describedParameter(parameter: Node): Node {
  const { name, description, schema } = parameter
  const words = PARAMETERS[name as string]
  const isBare = description === undefined && !(isNode(schema) && schema.description !== undefined)
  return isBare && words !== undefined ? { ...parameter, description: words } : parameter
}
