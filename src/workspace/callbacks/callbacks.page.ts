// Callbacks in the workspace: take the next one, call, record the outcome with one key, postpone; with script and notes.
import { callbackPage, isOpen, nearestWindows, listOf, type ShownCallback } from './callback.view.ts'
import { DAY } from '../../kernel/time/interval.ts'
import {
  address,
  allTexts,
  faultsOf,
  formIn,
  paramIn,
  queryIn,
  textIn,
  type AddWorkspacePage,
  type WorkspaceView,
  typedIn,
} from '../frame/workspace.ts'
import { action, form } from '../frame/layout.ts'
import { choices, faultSummary, field, NO_FAULTS, select, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { empty, optionsOf, refused, instantIn } from '../frame/components.ts'
import type { Answered, Workspace, Refusal } from '../frame/context.ts'

/** Lease (s) of a callback taken by a person: enough to read, call and write notes. */
const LEASE_SECONDS = 1200

const TABS = ['due', 'late', 'all'] as const

const ADD = '/agenda/callbacks'

/** The notice after recording an outcome, with undo. */
function justDone(workspace: Workspace, query: Record<string, string | undefined>): Html | false {
  const { outcome, of } = query
  const words = workspace.words.outcomes as Record<string, string>
  if (outcome === undefined || of === undefined || words[outcome] === undefined) return false
  return html`<div class="notice success done" role="status">
    <p>${workspace.words.callbacks.recorded(words[outcome])}</p>
    ${action(workspace, { to: `/agenda/callbacks/${encodeURIComponent(of)}/undo`, label: workspace.words.callbacks.undo })}
  </div>`
}

/** The form that asks for a callback by hand. */
function addSection(workspace: Workspace, faults: Faults, isOpened: boolean): Html {
  const w = workspace.words.callbacks
  const typed = (name: string): string => typedIn(workspace, ADD, name)
  const campaigns = [...workspace.config.campaigns.values()]
  return html`<details ${isOpened && html`open`}>
    <summary>${w.add}</summary>
    ${form(
      workspace,
      ADD,
      html`${select({ name: 'campaignId', label: w.campaign, value: typed('campaignId'), options: optionsOf(campaigns) }, faults)}
        ${field({ name: 'number', value: typed('number'), label: w.number, type: 'tel', maxLength: 40 }, faults)}
        ${field({ name: 'at', value: typed('at'), label: w.newTime, hint: w.nowHint, type: 'datetime-local' }, faults)}
        ${field({ name: 'reason', value: typed('reason'), label: w.reason, maxLength: 500 }, faults)}
        ${
          workspace.person.agentId !== null &&
          choices(
            {
              name: 'mine',
              legend: w.who,
              several: true,
              options: [{ value: '1', label: w.mine }],
              chosen: typed('mine') === '1' ? ['1'] : [],
            },
            faults,
          )
        } <button>${w.addNow}</button>`,
    )}
  </details>`
}

async function listPage(
  workspace: Workspace,
  query: Record<string, string | undefined>,
  refusal?: Refusal,
): Promise<WorkspaceView> {
  const w = workspace.words.callbacks
  const faults = refusal ? faultsOf(refusal, (p) => (p.startsWith('/when') ? 'at' : p.slice(1))) : NO_FAULTS
  const tab = TABS.find((one) => one === query.show) ?? 'due'
  const filter =
    tab === 'late'
      ? { late: true }
      : tab === 'due'
        ? { to: new Date(workspace.now + DAY).toISOString(), from: new Date(workspace.now - 7 * DAY).toISOString() }
        : { from: new Date(workspace.now - 30 * DAY).toISOString() }
  const { items } = await workspace.read<{ items: ShownCallback[] }>(
    address('/v1/callbacks', { ...filter, campaignId: query.campaign, limit: 200 }),
  )
  const shown = tab === 'all' ? items : items.filter(isOpen)
  const campaigns = [...workspace.config.campaigns.values()]
  return {
    title: w.title,
    section: 'callbacks',
    main: html`${faultSummary(workspace.pageWords, faults)}
      <h1>${w.title}</h1>
      ${refused(refusal)} ${nearestWindows(workspace, refusal)} ${justDone(workspace, query)}
      ${query.nothing !== undefined && html`<p class="notice note" role="status">${w.nothingDue}</p>`}
      ${
        workspace.can('callbacks:work') &&
        form(
          workspace,
          '/agenda/callbacks/next',
          html`${select(
              { name: 'campaign', label: w.campaign, value: query.campaign ?? '', options: optionsOf(campaigns) },
              NO_FAULTS,
            )}<button accesskey="n">${w.takeNext}</button>`,
          'filters',
        )
      }
      <nav class="tabs" aria-label="${w.which}">
        <ul>
          ${TABS.map(
            (one) =>
              html`<li>
                <a href="${address('/agenda/callbacks', { show: one })}" ${one === tab && html`aria-current="true"`}
                  >${w.tabs[one]}</a
                >
              </li>`,
          )}
        </ul>
      </nav>
      <div data-live>${shown.length === 0 ? empty(w.nothing) : listOf(workspace, shown)}</div>
      ${workspace.can('callbacks:write') && addSection(workspace, faults, refusal !== undefined)}`,
  }
}

/** Adds a form that calls the API and returns to the callback. */
const here = (
  add: AddWorkspacePage,
  name: string,
  run: (workspace: Workspace, id: string) => Promise<Answered<unknown>>,
): void =>
  add({
    method: 'POST',
    url: `/agenda/callbacks/:id/${name}`,
    scope: 'callbacks:work',
    handler: async (workspace, request, reply) => {
      const id = paramIn(request)
      const answer = await run(workspace, id)
      if (answer.ok) return { redirect: `/agenda/callbacks/${id}` }
      reply.code(answer.status)
      return callbackPage(workspace, id, answer.refusal)
    },
  })

const simple = (
  add: AddWorkspacePage,
  name: string,
  {
    done,
    scope,
    url,
    body,
  }: {
    done: string
    scope: 'callbacks:write' | 'callbacks:work'
    url: (id: string, given: Record<string, string>) => string
    body: (workspace: Workspace, given: Record<string, string>) => unknown
  },
): void =>
  add({
    method: 'POST',
    url: `/agenda/callbacks/:id/${name}`,
    scope,
    handler: async (workspace, request, reply) => {
      const id = paramIn(request)
      const given = allTexts(formIn(request))
      const c = await workspace.read<ShownCallback>(`/v1/callbacks/${id}`)
      const answer = await workspace.api('POST', url(id, { ...given, campaignId: c.campaignId }), {
        body: body(workspace, { ...given, id }),
      })
      if (answer.ok) return { redirect: address('/agenda/callbacks', { done }) }
      reply.code(answer.status)
      return callbackPage(workspace, id, answer.refusal)
    },
  })

function callbacksPage(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/callbacks',
    scope: 'callbacks:read',
    handler: (workspace, request) => listPage(workspace, queryIn(request)),
  })
}

function newCallbackForm(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/callbacks',
    scope: 'callbacks:write',
    handler: async (workspace, request, reply) => {
      const given = formIn(request)
      const at = textIn(given, 'at')
      const when = at === '' ? { kind: 'now' } : { kind: 'at', at: instantIn(workspace, at) ?? at }
      const reason = textIn(given, 'reason')
      const body = {
        campaignId: textIn(given, 'campaignId'),
        channel: 'phone',
        number: textIn(given, 'number'),
        when,
        source: 'agent',
        ...(reason === '' ? {} : { reason }),
        ...(textIn(given, 'mine') === '1' && workspace.person.agentId !== null
          ? { ownerAgentId: workspace.person.agentId }
          : {}),
        ...(textIn(given, 'contact') === '' ? {} : { contactId: textIn(given, 'contact') }),
      }
      const answer = await workspace.api<ShownCallback>('POST', '/v1/callbacks', { body })
      if (answer.ok) return { redirect: address(`/agenda/callbacks/${answer.body.id}`, { done: 'saved' }) }
      reply.code(answer.status)
      return listPage(workspace, {}, answer.refusal)
    },
  })
}

function nextForm(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/callbacks/next',
    scope: 'callbacks:work',
    handler: async (workspace, request) => {
      const campaign = textIn(formIn(request), 'campaign')
      const agentId = workspace.person.agentId
      const body = { max: 1, leaseSeconds: LEASE_SECONDS, ...(agentId === null ? {} : { agentId }) }
      const answer = await workspace.api<{ items: ShownCallback[] }>(
        'POST',
        `/v1/campaigns/${encodeURIComponent(campaign)}/leases`,
        { body },
      )
      const next = answer.ok ? answer.body.items[0] : undefined
      return {
        redirect: next ? `/agenda/callbacks/${next.id}` : address('/agenda/callbacks', { campaign, nothing: '1' }),
      }
    },
  })
}

function callbackPageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/callbacks/:id',
    scope: 'callbacks:read',
    handler: (workspace, request) => callbackPage(workspace, paramIn(request)),
  })
}

function attemptForm(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/callbacks/:id/attempt',
    scope: 'callbacks:work',
    handler: async (workspace, request, reply) => {
      const id = paramIn(request)
      const given = formIn(request)
      const [summary, leaseId, again] = [textIn(given, 'summary'), textIn(given, 'leaseId'), textIn(given, 'again')]
      const next = again === '' ? null : instantIn(workspace, again)
      const body = {
        outcome: textIn(given, 'outcome'),
        ...(summary === '' ? {} : { note: summary }),
        ...(leaseId === '' ? {} : { leaseId }),
        ...(next === null ? {} : { callAgainAt: next }),
      }
      const answer = await workspace.api<ShownCallback>('POST', `/v1/callbacks/${id}/attempts`, { body })
      if (answer.ok)
        return {
          redirect: address('/agenda/callbacks', { campaign: answer.body.campaignId, outcome: body.outcome, of: id }),
        }
      reply.code(answer.status)
      return callbackPage(workspace, id, answer.refusal)
    },
  })
}

function postponementForm(add: AddWorkspacePage): void {
  simple(add, 'postponement', {
    done: 'postponed',
    scope: 'callbacks:write',
    url: (id) => `/v1/callbacks/${id}/postponement`,
    body: (workspace, given) => ({
      when: { kind: 'at', at: instantIn(workspace, given.at ?? '') ?? given.at ?? '' },
    }),
  })
}

function cancellationForm(add: AddWorkspacePage): void {
  simple(add, 'cancellation', {
    done: 'cancelled',
    scope: 'callbacks:write',
    url: (id) => `/v1/callbacks/${id}/cancellation`,
    body: (_workspace, given) => ((given.reason ?? '') === '' ? {} : { reason: given.reason }),
  })
}

function returnForm(add: AddWorkspacePage): void {
  simple(add, 'return', {
    done: 'saved',
    scope: 'callbacks:work',
    url: (_id, given) => `/v1/campaigns/${given.campaignId}/leases/${given.leaseId}/return`,
    body: (_workspace, given) => ({ callbackIds: [given.id] }),
  })
}

export function callbackPages(add: AddWorkspacePage): void {
  callbacksPage(add)
  newCallbackForm(add)
  nextForm(add)
  callbackPageRoute(add)
  attemptForm(add)
  here(add, 'take', (workspace, id) => {
    const { agentId } = workspace.person
    const body = { leaseSeconds: LEASE_SECONDS, ...(agentId === null ? {} : { agentId }) }
    return workspace.api('POST', `/v1/callbacks/${id}/lease`, { body })
  })
  here(add, 'undo', (workspace, id) => workspace.api('DELETE', `/v1/callbacks/${id}/attempts`))
  postponementForm(add)
  cancellationForm(add)
  returnForm(add)
}
