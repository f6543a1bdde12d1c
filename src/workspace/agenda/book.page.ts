// Booking for a citizen on the phone: service, time and person on one page, in the order of a call.
import type { Fields } from '../../ui/form-input.ts'
import { extensionOf, toE164 } from '../../domain/contact/phone.ts'
import { randomUUID } from 'node:crypto'
import { formatDate } from '../../kernel/time/zone.ts'
import {
  address,
  faultsOf,
  formIn,
  queryIn,
  textIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import { proof } from '../frame/layout.ts'
import { choices, faultSummary, field, hidden, NO_FAULTS, select, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { dayIn, empty, nameOf, optionsOf, refused } from '../frame/components.ts'
import { timesOf, type Slots } from './move-form.ts'
import type { Workspace, Refusal } from '../frame/context.ts'
import { answerFaults, answersOf, typedAnswers, question } from '../../ui/questions.ts'

export type Found = { id: string; firstName: string; lastName: string; email?: string; phone?: string }

type Answers = ReturnType<typeof typedAnswers>
type Given = {
  channel: string
  answers: Answers
  service: string
  location: string
  agent: string
  date: string
  start: string
  contact: string
  look: string
  firstName: string
  lastName: string
  phone: string
  email: string
  notes: string
}
const NAMES = [
  'channel',
  'service',
  'location',
  'agent',
  'date',
  'start',
  'contact',
  'look',
  'firstName',
  'lastName',
  'phone',
  'email',
  'notes',
] as const

const questionsOf = (workspace: Workspace, serviceId: string) =>
  workspace.config.services.get(serviceId)?.questions ?? []

function givenIn(workspace: Workspace, source: Fields): Given {
  const texts = Object.fromEntries(NAMES.map((name) => [name, textIn(source, name)])) as Omit<Given, 'answers'>
  const given: Given = { ...texts, answers: {} }
  given.date ||= formatDate(dayIn(workspace, undefined))
  const services = [...workspace.config.services.values()].filter((s) => !s.archived)
  given.service ||= services[0]?.id ?? ''
  given.answers = typedAnswers(questionsOf(workspace, given.service), source)
  return given
}

/** Free times of the chosen service in the 14 days from the chosen day; null without a service. */
async function slotsFor(workspace: Workspace, given: Given): Promise<Slots | null> {
  if (given.service === '') return null
  const day = dayIn(workspace, given.date)
  const answer = await workspace.api<Slots>(
    'GET',
    address('/v1/slots', {
      serviceId: given.service,
      locationId: given.location,
      agentId: given.agent,
      from: formatDate(day),
      to: formatDate(day + 13),
      as: workspace.can('appointments:staff') ? 'staff' : 'public',
      timeZone: workspace.zone,
    }),
  )
  return answer.ok ? answer.body : null
}

function timesFragment(workspace: Workspace, slots: Slots | null, chosen: string, faults: Faults): Html {
  const w = workspace.words.book
  const options = slots === null ? [] : timesOf(workspace, slots, 24)
  if (options.length === 0) return empty(w.noTimes)
  // Preselect the first time if the chosen one belongs to another service or day, but never after a refusal.
  const isHere = options.some(({ value }) => value === chosen)
  const proposed = isHere ? chosen : faults.has('start') ? '' : options[0]!.value
  return choices({ name: 'start', legend: w.time, options, chosen: [proposed], required: true }, faults)
}

/** The channel, if there are several, and the questions of the service. */
function askedFragment(workspace: Workspace, given: Given, faults: Faults): Html {
  const channels = workspace.config.services.get(given.service)?.channels ?? []
  const site = { words: workspace.pageWords, language: workspace.language, settings: workspace.settings }
  return html`${
    channels.length > 1 &&
    select(
      {
        ...{ name: 'channel', label: workspace.words.book.how, value: given.channel },
        options: channels.map(({ type }) => ({ value: type, label: workspace.pageWords.channels[type] })),
      },
      faults,
    )
  }
  ${questionsOf(workspace, given.service).map((q) => question(site, q, given.answers[q.id] ?? '', faults))}`
}

const NEW = 'new'

/** The fields of a new person. */
const FIELDS_OF_NEW = ['firstName', 'lastName', 'phone', 'email'] as const
const isNewTyped = (given: Given): boolean => FIELDS_OF_NEW.some((name) => given[name] !== '')

/** The person: one of the matches, or a new one. With several matches none is preselected, to avoid booking the wrong one. */
function peopleFragment(workspace: Workspace, people: readonly Found[], given: Given, faults: Faults): Html {
  const w = workspace.words.book
  const isNew = isNewTyped(given) && (given.contact === NEW || given.contact === '')
  const number = toE164(given.look, workspace.settings.country)
  const meant = number === null ? people : people.filter((p) => p.phone === number)
  const only = meant.length === 1 && !isNewTyped(given) ? meant[0]!.id : ''
  const chosen = isNew ? NEW : people.some((p) => p.id === given.contact) ? given.contact : only
  const options = [
    ...people.map((p) => ({
      value: p.id,
      label: nameOf(p),
      detail: html`<span class="detail">${p.phone} ${p.email}</span>`,
    })),
    { value: NEW, label: w.newPerson },
  ]
  return html`${
    people.length === 0
      ? given.look !== '' && empty(w.nobody)
      : choices({ name: 'contact', legend: w.which, options, chosen: [chosen] }, faults)
  }`
}

/** Fields of a new person, outside the list, so that refreshing the list does not disturb typing. */
function newPersonFields(workspace: Workspace, people: readonly Found[], given: Given, faults: Faults): Html {
  const w = workspace.words.book
  return html`<fieldset class="new-person" id="new-person">
    <legend>${w.newPerson}</legend>
    ${field({ name: 'firstName', label: w.firstName, value: given.firstName, maxLength: 100, autocomplete: 'off' }, faults)}
    ${field({ name: 'lastName', label: w.lastName, value: given.lastName, maxLength: 100, autocomplete: 'off' }, faults)}
    ${field(
      {
        name: 'phone',
        label: w.phone,
        value: given.phone || numberIn(people, given.look),
        type: 'tel',
        maxLength: 40,
        autocomplete: 'off',
      },
      faults,
    )}
    ${field({ name: 'email', label: w.email, value: given.email, type: 'email', maxLength: 254, autocomplete: 'off' }, faults)}
  </fieldset>`
}

/** A searched phone number without a match is the new person's. */
const numberIn = (people: readonly Found[], look: string): string =>
  people.length === 0 && /^[+\d][\d ()./-]{4,}$/.test(look) ? look : ''

/** The person in the form, or the faults. */
function personOf(
  workspace: Workspace,
  given: Given,
): { contactId: string } | { contact: Record<string, string> } | Faults {
  const w = workspace.words.book
  const isKnown = given.contact !== '' && given.contact !== NEW
  if (isKnown && isNewTyped(given)) return new Map([['contact', w.bothGiven]])
  if (isKnown) return { contactId: given.contact }
  if (!isNewTyped(given))
    return new Map([[given.contact === NEW || given.look === '' ? 'firstName' : 'contact', w.nobodyGiven]])
  const { firstName, lastName } = given
  const optional = (name: 'phone' | 'email') => (given[name] === '' ? {} : { [name]: given[name] })
  return { contact: { firstName, lastName, ...optional('phone'), ...optional('email') } }
}

type BookPageContent = {
  given: Given
  people: readonly Found[]
  faults: Faults
  refusal?: Refusal
}

async function bookPage(
  workspace: Workspace,
  { given, people, faults, refusal }: BookPageContent,
): Promise<WorkspaceView> {
  const w = workspace.words.book
  const slots = await slotsFor(workspace, given)
  const service = workspace.config.services.get(given.service)
  return {
    title: w.title,
    section: 'calendar',
    scripts: ['book.js'],
    main: html`${faultSummary(workspace.pageWords, faults)}
      <h1>${w.title}</h1>
      ${refused(refusal)}
      <form method="post" action="/agenda/book" id="book" class="columns" novalidate>
        ${proof(workspace)} ${hidden('key', randomUUID())}
        <div>
          <h2>${w.person}</h2>
          <div class="row">
            ${field({ name: 'look', label: w.look, hint: w.lookHint, value: given.look, maxLength: 200, autocomplete: 'off' }, faults)}
            <button class="secondary" formaction="/agenda/book/person" formnovalidate>${w.search}</button>
          </div>
          <div id="people" aria-live="polite">${peopleFragment(workspace, people, given, faults)}</div>
          ${newPersonFields(workspace, people, given, faults)}
        </div>
        <div>
          <h2>${w.what}</h2>
          ${select(
            {
              name: 'service',
              label: w.service,
              value: given.service,
              options: optionsOf(workspace.config.services.values()),
              required: true,
            },
            faults,
          )}
          <div class="row">
            ${field({ name: 'date', label: w.from, value: given.date, type: 'date' }, faults)}
            ${select(
              {
                name: 'agent',
                label: w.agent,
                value: given.agent,
                options: optionsOf(
                  [...workspace.config.agents.values()].filter(
                    (a) => given.service === '' || a.serviceIds.has(given.service),
                  ),
                  w.any,
                ),
              },
              faults,
            )}
          </div>
          ${select(
            {
              name: 'location',
              label: w.location,
              value: given.location,
              options: optionsOf(
                [...workspace.config.locations.values()].filter(
                  (l) =>
                    service === undefined || service.locationIds.length === 0 || service.locationIds.includes(l.id),
                ),
                w.any,
              ),
            },
            faults,
          )}
          <button class="secondary" formaction="/agenda/book/times" formnovalidate>${w.showTimes}</button>
          <div id="times" aria-live="polite">${timesFragment(workspace, slots, given.start, faults)}</div>
          <div id="asked">${askedFragment(workspace, given, faults)}</div>
          ${field({ name: 'notes', label: w.notes, value: given.notes, type: 'textarea', maxLength: 4000 }, faults)}
          <button>${w.book}</button>
        </div>
      </form>`,
  }
}

/** Contacts that match the text; none for fewer than two characters. */
export async function lookUp(workspace: Workspace, text: string): Promise<Found[]> {
  if (text.length < 2) return []
  const answer = await workspace.api<{ items: Found[] }>('POST', '/v1/contacts/lookup', { body: { text } })
  return answer.ok ? answer.body.items : []
}

/** The matches, and the person chosen before if not among them. */
async function foundFor(workspace: Workspace, given: Given): Promise<Found[]> {
  const people = await lookUp(workspace, given.look)
  const isThere = given.contact === '' || given.contact === NEW || people.some((p) => p.id === given.contact)
  if (isThere) return people
  const answer = await workspace.api<Found>('GET', `/v1/contacts/${encodeURIComponent(given.contact)}`)
  return answer.ok ? [answer.body, ...people] : people
}

const PLACES: Record<string, string> = {
  '/contact/firstName': 'firstName',
  '/contact/lastName': 'lastName',
  '/contact/phone': 'phone',
  '/contact/email': 'email',
  '/start': 'start',
  '/serviceIds': 'service',
  '/agentId': 'agent',
}

export function bookPages(add: AddWorkspacePage): void {
  const scope = 'appointments:write' as const
  add({
    method: 'GET',
    url: '/agenda/book',
    scope,
    handler: async (workspace, request) => {
      const query = queryIn(request)
      const given = givenIn(workspace, query)
      const known =
        query.contact !== undefined
          ? await workspace.api<Found>('GET', `/v1/contacts/${encodeURIComponent(query.contact)}`)
          : null
      return bookPage(workspace, { given, people: known?.ok ? [known.body] : [], faults: NO_FAULTS })
    },
  })
  for (const step of ['times', 'person'] as const)
    add({
      method: 'POST',
      url: `/agenda/book/${step}`,
      scope,
      handler: async (workspace, request) => {
        const typed = givenIn(workspace, formIn(request))
        // A new search drops the person chosen before, who would otherwise be booked unseen.
        const given = step === 'person' && typed.contact !== NEW ? { ...typed, contact: '' } : typed
        return bookPage(workspace, { given, people: await foundFor(workspace, given), faults: NO_FAULTS })
      },
    })
  add({
    method: 'POST',
    url: '/agenda/book',
    scope,
    handler: async (workspace, request, reply) => {
      const given = givenIn(workspace, formIn(request))
      const questions = questionsOf(workspace, given.service)
      const wrong = answerFaults(questions, given.answers, workspace.language)
      if (wrong.size > 0) {
        reply.code(422)
        return bookPage(workspace, { given, people: await foundFor(workspace, given), faults: wrong })
      }
      const channels = workspace.config.services.get(given.service)?.channels.map(({ type }) => type) ?? []
      const person = personOf(workspace, given)
      if (person instanceof Map) {
        reply.code(422)
        return bookPage(workspace, { given, people: await foundFor(workspace, given), faults: person })
      }
      // The stored number has no place for an extension, so it goes to the notes.
      const extension = extensionOf(given.phone || given.look, workspace.settings.country)
      const notes = [...(extension === null ? [] : [workspace.pageWords.extension(extension)]), given.notes]
        .join('\n')
        .trim()
      const body = {
        serviceIds: [given.service],
        start: given.start,
        ...(given.location === '' ? {} : { locationId: given.location }),
        ...(given.agent === '' ? {} : { agentId: given.agent }),
        ...(notes === '' ? {} : { notes }),
        as: workspace.can('appointments:staff') ? 'staff' : 'public',
        answers: answersOf(questions, given.answers),
        ...(channels.some((type) => type === given.channel) ? { channel: given.channel } : {}),
        ...(person as object),
      }
      const key = textIn(formIn(request), 'key')
      const answer = await workspace.api<{ id: string }>('POST', '/v1/appointments', {
        body,
        ...(/^[\w-]{8,80}$/.test(key) ? { headers: { 'idempotency-key': key } } : {}),
      })
      if (answer.ok) return { redirect: address(`/agenda/appointments/${answer.body.id}`, { booked: '1' }) }
      reply.code(answer.status)
      const faults = faultsOf(answer.refusal, (pointer) => PLACES[pointer] ?? pointer.slice(1))
      return bookPage(workspace, { given, people: await foundFor(workspace, given), faults, refusal: answer.refusal })
    },
  })
}
