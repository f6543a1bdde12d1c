// The guided first set-up: location, service, agent and hours; then the service can be booked.
import { randomUUID } from 'node:crypto'
import { formIn, textIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { form } from '../frame/layout.ts'
import { refused, today } from '../frame/components.ts'
import { rulesOf } from '../team/schedule-text.ts'
import { formatDate } from '../../kernel/time/zone.ts'
import { faultSummary, field, hidden, NO_FAULTS, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

const START = ['key', 'location', 'street', 'city', 'service', 'minutes', 'agent', 'hours'] as const

function startPage(
  workspace: Workspace,
  given: Record<string, string>,
  faults: Faults,
  refusal?: Refusal,
): WorkspaceView {
  const w = workspace.words.start
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
    main: html`${faultSummary(workspace.pageWords, faults)}
      <h1>${w.title}</h1>
      <p class="lead">${w.text}</p>
      ${refused(refusal)}
      ${form(
        workspace,
        '/agenda/settings/start',
        html`${hidden('key', /^[\w-]{8,60}$/.exec(given.key ?? '')?.[0] ?? randomUUID())}
          <h2>1. ${w.where}</h2>
          ${text('location', workspace.config.name)} ${text('street', '', { required: false })}
          ${text('city', '', { required: false })}
          <h2>2. ${w.what}</h2>
          ${text('service', '')} ${text('minutes', '30', { type: 'number', minimum: 5, maximum: 480 })}
          <h2>3. ${w.who}</h2>
          ${text('agent', workspace.person.name)} ${text('hours', '09:00-13:00', { hint: w.hoursHint })}
          <button>${w.create}</button>`,
      )}`,
  }
}

async function createAll(
  workspace: Workspace,
  given: Record<string, string>,
): Promise<{ id: string } | { refusal: Refusal; at: string }> {
  const read = rulesOf([...Array<string>(5).fill(given.hours ?? ''), '', ''])
  const unreadable = 'fault' in read || read.rules.length === 0
  // One idempotency key per step: correcting the third step does not repeat the first two.
  const make = async (at: string, path: string, body: object) => ({
    at,
    answer: await workspace.api<{ id: string }>('POST', `/v1/${path}`, {
      body,
      headers: { 'idempotency-key': `start-${given.key}-${at}` },
    }),
  })
  if (unreadable)
    return {
      at: 'hours',
      refusal: {
        code: 'invalid_window',
        title: workspace.words.start.title,
        detail: workspace.words.hours.unreadable,
        errors: [{ pointer: '/rules', detail: workspace.words.hours.unreadable, code: 'x' }],
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
    validFrom: formatDate(today(workspace)),
    rules: read.rules,
  }
  const hours = await make('hours', 'schedules', schedule)
  if (!hours.answer.ok) return { refusal: hours.answer.refusal, at: hours.at }
  return { id: service.answer.body.id }
}

export function startPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings/start',
    scope: 'configuration:write',
    handler: async (workspace) => startPage(workspace, {}, NO_FAULTS),
  })
  add({
    method: 'POST',
    url: '/agenda/settings/start',
    scope: 'configuration:write',
    handler: async (workspace, request, reply) => {
      const given = Object.fromEntries(START.map((name) => [name, textIn(formIn(request), name)]))
      const made = await createAll(workspace, given)
      if ('refusal' in made) {
        reply.code(422)
        return startPage(workspace, given, new Map([[made.at, made.refusal.errors[0]?.detail ?? made.refusal.detail]]))
      }
      const w = workspace.words.start
      const page = `/${workspace.config.slug}/book?service=${made.id}`
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
