// Administration: what there is to set, the office's own settings by part, "why is nothing free?", and the first set-up.
import { randomUUID } from 'node:crypto'
import {
  address,
  faultsOf,
  formIn,
  paramIn,
  queryIn,
  textIn,
  type AddDesk,
  type Desk,
  type DeskView,
  type Refusal,
} from '../web/desk.ts'
import { form } from '../web/desk.layout.ts'
import type { Scope } from '../auth/scopes.ts'
import { HIDDEN } from '../auth/roles.ts'
import { AppError } from '../errors.ts'
import { empty, agentName, clock, locationName, optionsOf, refused, table, today } from '../agenda/pieces.ts'
import { rulesOf } from '../agenda/rule-words.ts'
import { TenantBody } from '../tenant/tenant.schema.ts'
import { formatDate } from '../time/zone.ts'
import { clockOf } from '../web/dates.ts'
import { faultSummary, field, hidden, NO_FAULTS, select, type Faults } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import { COLLECTIONS, referencesOf } from './collections.ts'
import { labelOf, objectFields, patchTo, readObject, type Schema } from './schema-form.ts'

/** Parts of the tenant's settings; `office` stands for the plain ones. */
const PARTS = [
  'office',
  'theme',
  'booking',
  'notifications',
  'waitingList',
  'followUp',
  'signIn',
  'workspace',
  'privacy',
] as const
type Part = (typeof PARTS)[number]
const OFFICE = ['name', 'timeZone', 'locale', 'country', 'holdMinutes'] as const

function schemaFor(part: Part): Schema {
  const all = (TenantBody as unknown as Schema).properties!
  if (part !== 'office') return all[part]!
  return {
    type: 'object',
    properties: Object.fromEntries(OFFICE.map((name) => [name, all[name]!])),
    required: ['name'],
  }
}

const link = (href: string, name: string, text: string): Html =>
  html`<li class="card">
    <h3><a href="${href}">${name}</a></h3>
    <p class="hint">${text}</p>
  </li>`

function indexPage(desk: Desk): DeskView {
  const w = desk.words.admin
  const collections = desk.words.collections as Record<string, { many: string; text: string }>
  const others: [string, Scope, string, string][] = [
    ['/agenda/settings/users', 'users:write', w.users, w.usersText],
    ['/agenda/settings/keys', 'keys:write', w.keys, w.keysText],
    ['/agenda/settings/templates', 'messages:read', w.templates, w.templatesText],
    ['/agenda/settings/outbox', 'messages:read', w.outbox, w.outboxText],
    ['/agenda/settings/explanation', 'slots:read', w.explanation, w.explanationText],
    ['/agenda/settings/data', 'privacy:write', w.data, w.dataText],
    ['/agenda/settings/audit', 'audit:read', w.audit, w.auditText],
  ]
  return {
    title: w.title,
    section: 'settings',
    main: html`<h1>${w.title}</h1>
      ${desk.can('configuration:write') && html`<p><a class="button secondary" href="/agenda/settings/start">${w.start}</a></p>`}
      <h2>${w.whatIsOffered}</h2>
      <ul class="grid">
        ${COLLECTIONS.map((one) => link(`/agenda/settings/${one.path}`, collections[one.path]!.many, collections[one.path]!.text))}
      </ul>
      ${
        desk.can('tenant:write') &&
        html`<h2>${w.office}</h2>
          <ul class="grid">
            ${PARTS.map((part) => link(`/agenda/settings/office/${part}`, w.parts[part][0], w.parts[part][1]))}
          </ul>`
      }
      <h2>${w.more}</h2>
      <ul class="grid">
        ${others.filter(([, scope]) => desk.can(scope)).map(([href, , name, text]) => link(href, name, text))}
      </ul>`,
  }
}

type Tenant = Record<string, unknown> & { version: number }

async function partPage(desk: Desk, part: Part, values: Record<string, unknown>, refusal?: Refusal): Promise<DeskView> {
  const w = desk.words.admin
  const prefix = part === 'office' ? '' : `${part}.`
  const faults = refusal ? faultsOf(refusal, (p) => p.slice(1).replaceAll('/', '.').replace(prefix, '')) : NO_FAULTS
  const context = { labels: desk.words.fields, words: desk.words.forms, faults, references: await referencesOf(desk) }
  return {
    title: w.parts[part][0],
    section: 'settings',
    main: html`${faultSummary(desk.pageWords, new Map([...faults].map(([path, text]) => [path, `${labelOf(context, path)}: ${text}`])))}
      <p><a href="/agenda/settings">${w.title}</a></p>
      <h1>${w.parts[part][0]}</h1>
      <p>${w.parts[part][1]}</p>
      ${refused(refusal)}
      <div class="beside">
        <div>
          ${form(desk, `/agenda/settings/office/${part}`, html`${objectFields(context, schemaFor(part), '', values, true)}<button>${desk.words.appointment.save}</button>`, 'schema')}
        </div>
        ${
          (part === 'theme' || part === 'booking') &&
          html`<aside class="panel">
            <h2>${w.publicPage}</h2>
            <iframe class="preview" title="${w.publicPage}" src="/${desk.config.slug}" loading="lazy"></iframe>
          </aside>`
        }
      </div>`,
  }
}

const partIn = (text: string): Part => {
  const part = PARTS.find((one) => one === text)
  if (!part) throw new AppError('not_found', { what: 'page' })
  return part
}

/** What a part of the settings says; of privacy, what counts where nothing is set. */
function valuesOf(tenant: Tenant, part: Part): Record<string, unknown> {
  if (part === 'office') return tenant
  const values = tenant[part] as Record<string, unknown>
  return part === 'privacy' ? { ...values, hidden: { ...HIDDEN, ...(values.hidden as object) } } : values
}

async function explanationPage(desk: Desk, query: Record<string, string | undefined>): Promise<DeskView> {
  const w = desk.words.admin
  const date = query.date ?? formatDate(today(desk))
  const asked = { serviceId: query.service, locationId: query.location, agentId: query.agent, date, as: query.as }
  type Agent = {
    agentName: string
    agentId: string
    locationId: string
    reason: string
    offered?: number
    periods?: { from: string; to: string; reason: string }[]
  }
  const answer =
    query.service === undefined
      ? null
      : await desk.api<{ offered: boolean; agents: Agent[] }>('GET', address('/v1/slots/explanation', asked))
  const reasons = desk.words.reasons
  const rows = answer?.ok
    ? answer.body.agents.map((a) => [
        agentName(desk, a.agentId),
        locationName(desk, a.locationId),
        reasons[a.reason] ?? a.reason,
        a.offered ?? 0,
        html`<ul>
          ${(a.periods ?? []).slice(0, 12).map((p) => html`<li>${clock(desk, p.from)}–${clockOf(desk.zone, Date.parse(p.to))} ${reasons[p.reason] ?? p.reason}</li>`)}
        </ul>`,
      ])
    : []
  return {
    title: w.explanation,
    section: 'settings',
    main: html`<p><a href="/agenda/settings">${w.title}</a></p>
      <h1>${w.explanation}</h1>
      <p>${w.explanationText}</p>
      <form method="get" action="/agenda/settings/explanation" class="filters">
        ${select({ name: 'service', label: desk.words.book.service, value: query.service ?? '', options: optionsOf(desk.config.services.values()) }, NO_FAULTS)}
        ${select({ name: 'location', label: desk.words.book.location, value: query.location ?? '', options: optionsOf(desk.config.locations.values(), desk.words.book.any) }, NO_FAULTS)}
        ${select({ name: 'agent', label: desk.words.book.agent, value: query.agent ?? '', options: optionsOf(desk.config.agents.values(), desk.words.book.any) }, NO_FAULTS)}
        ${field({ name: 'date', label: desk.words.calendar.date, value: date, type: 'date' }, NO_FAULTS)}
        ${select(
          {
            name: 'as',
            label: w.asWhom,
            value: query.as ?? 'public',
            options: [
              { value: 'public', label: w.asPublic },
              { value: 'staff', label: w.asStaff },
            ],
          },
          NO_FAULTS,
        )}
        <button>${w.explain}</button>
      </form>
      ${answer !== null && !answer.ok && refused(answer.refusal)}
      ${answer?.ok && html`<p class="notice ${answer.body.offered ? 'success' : 'warning'}" role="status">${answer.body.offered ? w.someOffered : w.nothingOffered}</p>`}
      ${answer?.ok && (rows.length === 0 ? empty(w.nobodyAble) : table(w.explanation, [desk.words.book.agent, desk.words.book.location, w.reason, w.offered, w.periods], rows))}`,
  }
}

const START = ['key', 'location', 'street', 'city', 'service', 'minutes', 'agent', 'hours'] as const

function startPage(desk: Desk, given: Record<string, string>, faults: Faults, refusal?: Refusal): DeskView {
  const w = desk.words.start
  const text = (name: string, value: string, more: object = {}): Html =>
    field(
      {
        name,
        label: (w.fields as Record<string, string>)[name]!,
        value: given[name] ?? value,
        required: true,
        maxLength: 200,
        ...more,
      },
      faults,
    )
  return {
    title: w.title,
    section: 'settings',
    main: html`${faultSummary(desk.pageWords, faults)}
      <h1>${w.title}</h1>
      <p class="lead">${w.text}</p>
      ${refused(refusal)}
      ${form(
        desk,
        '/agenda/settings/start',
        html`${hidden('key', /^[\w-]{8,60}$/.exec(given.key ?? '')?.[0] ?? randomUUID())}
          <h2>1. ${w.where}</h2>
          ${text('location', desk.config.name)} ${text('street', '', { required: false })}
          ${text('city', '', { required: false })}
          <h2>2. ${w.what}</h2>
          ${text('service', '')} ${text('minutes', '30', { type: 'number', minimum: 5, maximum: 480 })}
          <h2>3. ${w.who}</h2>
          ${text('agent', desk.person.name)} ${text('hours', '09:00-13:00', { hint: w.hoursHint })}
          <button>${w.create}</button>`,
      )}`,
  }
}

async function createAll(
  desk: Desk,
  given: Record<string, string>,
): Promise<{ id: string } | { refusal: Refusal; at: string }> {
  const read = rulesOf([...Array<string>(5).fill(given.hours ?? ''), '', ''])
  const unreadable = 'fault' in read || read.rules.length === 0
  // A key a step: whoever mends the third one does not make the first two again.
  const make = async (at: string, path: string, body: object) => ({
    at,
    answer: await desk.api<{ id: string }>('POST', `/v1/${path}`, {
      body,
      headers: { 'idempotency-key': `start-${given.key}-${at}` },
    }),
  })
  if (unreadable)
    return {
      at: 'hours',
      refusal: {
        code: 'invalid_window',
        title: desk.words.start.title,
        detail: desk.words.hours.unreadable,
        errors: [{ pointer: '/rules', detail: desk.words.hours.unreadable, code: 'x' }],
        extra: {},
      },
    }
  const address = { ...(given.street ? { street: given.street } : {}), ...(given.city ? { city: given.city } : {}) }
  const location = await make('location', 'locations', {
    name: given.location,
    ...(Object.keys(address).length > 0 ? { address } : {}),
  })
  if (!location.answer.ok) return { refusal: location.answer.refusal, at: location.at }
  const service = await make('service', 'services', { name: given.service, durationMinutes: Number(given.minutes) })
  if (!service.answer.ok) return { refusal: service.answer.refusal, at: service.at }
  const agent = await make('agent', 'agents', {
    name: given.agent,
    serviceIds: [service.answer.body.id],
    locationIds: [location.answer.body.id],
  })
  if (!agent.answer.ok) return { refusal: agent.answer.refusal, at: agent.at }
  const schedule = {
    ownerKind: 'agent',
    ownerId: agent.answer.body.id,
    validFrom: formatDate(today(desk)),
    rules: read.rules,
  }
  const hours = await make('hours', 'schedules', schedule)
  if (!hours.answer.ok) return { refusal: hours.answer.refusal, at: hours.at }
  return { id: service.answer.body.id }
}

export function settingsPages(add: AddDesk): void {
  add({ method: 'GET', url: '/agenda/settings', scope: 'configuration:read', handler: async (desk) => indexPage(desk) })

  add({
    method: 'GET',
    url: '/agenda/settings/office/:part',
    scope: 'tenant:write',
    handler: async (desk, request) => {
      const part = partIn(paramIn(request, 'part'))
      return partPage(desk, part, valuesOf(await desk.read<Tenant>(`/v1/tenants/${desk.config.tenantId}`), part))
    },
  })
  add({
    method: 'POST',
    url: '/agenda/settings/office/:part',
    scope: 'tenant:write',
    handler: async (desk, request, reply) => {
      const part = partIn(paramIn(request, 'part'))
      const url = `/v1/tenants/${desk.config.tenantId}`
      const tenant = await desk.read<Tenant>(url)
      const references = await referencesOf(desk)
      const wanted = readObject(schemaFor(part), '', formIn(request), (name) => name in references)
      const patch = patchTo(schemaFor(part), valuesOf(tenant, part), wanted)
      const done = { redirect: address(`/agenda/settings/office/${part}`, { done: 'saved' }) }
      if (Object.keys(patch).length === 0) return done
      const answer = await desk.api('PATCH', url, {
        body: part === 'office' ? patch : { [part]: patch },
        headers: { 'if-match': `"${tenant.version}"` },
      })
      if (answer.ok) return done
      reply.code(answer.status)
      return partPage(desk, part, wanted, answer.refusal)
    },
  })

  add({
    method: 'GET',
    url: '/agenda/settings/explanation',
    scope: 'slots:read',
    handler: (desk, request) => explanationPage(desk, queryIn(request)),
  })

  add({
    method: 'GET',
    url: '/agenda/settings/start',
    scope: 'configuration:write',
    handler: async (desk) => startPage(desk, {}, NO_FAULTS),
  })
  add({
    method: 'POST',
    url: '/agenda/settings/start',
    scope: 'configuration:write',
    handler: async (desk, request, reply) => {
      const given = Object.fromEntries(START.map((name) => [name, textIn(formIn(request), name)]))
      const made = await createAll(desk, given)
      if ('refusal' in made) {
        reply.code(422)
        return startPage(desk, given, new Map([[made.at, made.refusal.errors[0]?.detail ?? made.refusal.detail]]))
      }
      const w = desk.words.start
      const page = `/${desk.config.slug}/book?service=${made.id}`
      return {
        title: w.done,
        section: 'settings',
        main: html`<h1>${w.done}</h1>
          <p class="lead">${w.doneText}</p>
          <p><a class="button" href="${page}" target="_blank">${w.open}</a></p>
          <p><a href="/agenda/settings">${w.goOn}</a></p>`,
      }
    },
  })
}
