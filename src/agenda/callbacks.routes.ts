// Callbacks in the workspace: take the next, call, tell the outcome with one key, postpone; script and notes beside it.
import { callbackPage, isOpen, nearestWindows, listOf, type ShownCallback } from './callback.page.ts'
import { DAY } from '../time/interval.ts'
import {
  address,
  faultsOf,
  formIn,
  paramIn,
  queryIn,
  textIn,
  type AddDesk,
  type Answered,
  type Desk,
  type DeskView,
  type Refusal,
  typedIn,
} from '../web/desk.ts'
import { action, form } from '../web/desk.layout.ts'
import { choices, faultSummary, field, NO_FAULTS, select } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import { empty, optionsOf, refused, instantIn } from './pieces.ts'

/** A lease by a person: long enough to look, call and write down. */
const LEASE_SECONDS = 1200

const TABS = ['due', 'late', 'all'] as const

const ADD = '/agenda/callbacks'

/** What was just recorded of which callback, and the way back. */
function justDone(desk: Desk, query: Record<string, string | undefined>): Html | false {
  const { outcome, of } = query
  const words = desk.words.outcomes as Record<string, string>
  if (outcome === undefined || of === undefined || words[outcome] === undefined) return false
  return html`<div class="notice success done" role="status">
    <p>${desk.words.callbacks.recorded(words[outcome])}</p>
    ${action(desk, `/agenda/callbacks/${encodeURIComponent(of)}/undo`, desk.words.callbacks.undo)}
  </div>`
}

async function listPage(desk: Desk, query: Record<string, string | undefined>, refusal?: Refusal): Promise<DeskView> {
  const w = desk.words.callbacks
  const typed = (name: string): string => typedIn(desk, ADD, name)
  const faults = refusal ? faultsOf(refusal, (p) => (p.startsWith('/when') ? 'at' : p.slice(1))) : NO_FAULTS
  const tab = TABS.find((one) => one === query.show) ?? 'due'
  const filter =
    tab === 'late'
      ? { late: true }
      : tab === 'due'
        ? { to: new Date(desk.now + DAY).toISOString(), from: new Date(desk.now - 7 * DAY).toISOString() }
        : { from: new Date(desk.now - 30 * DAY).toISOString() }
  const { items } = await desk.read<{ items: ShownCallback[] }>(
    address('/v1/callbacks', { ...filter, campaignId: query.campaign, limit: 200 }),
  )
  const shown = tab === 'all' ? items : items.filter(isOpen)
  const campaigns = [...desk.config.campaigns.values()]
  return {
    title: w.title,
    section: 'callbacks',
    main: html`${faultSummary(desk.pageWords, faults)}
      <h1>${w.title}</h1>
      ${refused(refusal)} ${nearestWindows(desk, refusal)} ${justDone(desk, query)}
      ${query.nothing !== undefined && html`<p class="notice note" role="status">${w.nothingDue}</p>`}
      ${
        desk.can('callbacks:work') &&
        form(
          desk,
          '/agenda/callbacks/next',
          html`${select({ name: 'campaign', label: w.campaign, value: query.campaign ?? '', options: optionsOf(campaigns) }, NO_FAULTS)}<button
              accesskey="n"
            >
              ${w.takeNext}
            </button>`,
          'filters',
        )
      }
      <nav class="tabs" aria-label="${w.which}">
        <ul>
          ${TABS.map((one) => html`<li><a href="${address('/agenda/callbacks', { show: one })}" ${one === tab && html`aria-current="true"`}>${w.tabs[one]}</a></li>`)}
        </ul>
      </nav>
      <div data-live>${shown.length === 0 ? empty(w.nothing) : listOf(desk, shown)}</div>
      ${
        desk.can('callbacks:write') &&
        html`<details ${refusal !== undefined && html`open`}>
          <summary>${w.add}</summary>
          ${form(
            desk,
            ADD,
            html`${select({ name: 'campaignId', label: w.campaign, value: typed('campaignId'), options: optionsOf(campaigns) }, faults)}
              ${field({ name: 'number', value: typed('number'), label: w.number, type: 'tel', maxLength: 40 }, faults)}
              ${field({ name: 'at', value: typed('at'), label: w.newTime, hint: w.nowHint, type: 'datetime-local' }, faults)}
              ${field({ name: 'reason', value: typed('reason'), label: w.reason, maxLength: 500 }, faults)}
              ${desk.person.agentId !== null && choices({ name: 'mine', legend: w.who, several: true, options: [{ value: '1', label: w.mine }], chosen: typed('mine') === '1' ? ['1'] : [] }, faults)}
              <button>${w.addNow}</button>`,
          )}
        </details>`
      }`,
  }
}

export function callbackPages(add: AddDesk): void {
  add({
    method: 'GET',
    url: '/agenda/callbacks',
    scope: 'callbacks:read',
    handler: (desk, request) => listPage(desk, queryIn(request)),
  })

  add({
    method: 'POST',
    url: '/agenda/callbacks',
    scope: 'callbacks:write',
    handler: async (desk, request, reply) => {
      const given = formIn(request)
      const at = textIn(given, 'at')
      const when = at === '' ? { kind: 'now' } : { kind: 'at', at: instantIn(desk, at) ?? at }
      const reason = textIn(given, 'reason')
      const body = {
        campaignId: textIn(given, 'campaignId'),
        channel: 'phone',
        number: textIn(given, 'number'),
        when,
        source: 'agent',
        ...(reason === '' ? {} : { reason }),
        ...(textIn(given, 'mine') === '1' && desk.person.agentId !== null ? { ownerAgentId: desk.person.agentId } : {}),
        ...(textIn(given, 'contact') === '' ? {} : { contactId: textIn(given, 'contact') }),
      }
      const answer = await desk.api<ShownCallback>('POST', '/v1/callbacks', { body })
      if (answer.ok) return { redirect: address(`/agenda/callbacks/${answer.body.id}`, { done: 'saved' }) }
      reply.code(answer.status)
      return listPage(desk, {}, answer.refusal)
    },
  })

  add({
    method: 'POST',
    url: '/agenda/callbacks/next',
    scope: 'callbacks:work',
    handler: async (desk, request) => {
      const campaign = textIn(formIn(request), 'campaign')
      const agentId = desk.person.agentId
      const body = { max: 1, leaseSeconds: LEASE_SECONDS, ...(agentId === null ? {} : { agentId }) }
      const answer = await desk.api<{ items: ShownCallback[] }>(
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

  add({
    method: 'GET',
    url: '/agenda/callbacks/:id',
    scope: 'callbacks:read',
    handler: (desk, request) => callbackPage(desk, paramIn(request)),
  })

  add({
    method: 'POST',
    url: '/agenda/callbacks/:id/attempt',
    scope: 'callbacks:work',
    handler: async (desk, request, reply) => {
      const id = paramIn(request)
      const given = formIn(request)
      const [summary, leaseId, again] = [textIn(given, 'summary'), textIn(given, 'leaseId'), textIn(given, 'again')]
      const next = again === '' ? null : instantIn(desk, again)
      const body = {
        outcome: textIn(given, 'outcome'),
        ...(summary === '' ? {} : { note: summary }),
        ...(leaseId === '' ? {} : { leaseId }),
        ...(next === null ? {} : { callAgainAt: next }),
      }
      const answer = await desk.api<ShownCallback>('POST', `/v1/callbacks/${id}/attempts`, { body })
      if (answer.ok)
        return {
          redirect: address('/agenda/callbacks', { campaign: answer.body.campaignId, outcome: body.outcome, of: id }),
        }
      reply.code(answer.status)
      return callbackPage(desk, id, answer.refusal)
    },
  })

  /** A verb of the API that leads back to the callback itself. */
  const here = (name: string, run: (desk: Desk, id: string) => Promise<Answered<unknown>>): void =>
    add({
      method: 'POST',
      url: `/agenda/callbacks/:id/${name}`,
      scope: 'callbacks:work',
      handler: async (desk, request, reply) => {
        const id = paramIn(request)
        const answer = await run(desk, id)
        if (answer.ok) return { redirect: `/agenda/callbacks/${id}` }
        reply.code(answer.status)
        return callbackPage(desk, id, answer.refusal)
      },
    })
  here('take', (desk, id) => {
    const { agentId } = desk.person
    const body = { leaseSeconds: LEASE_SECONDS, ...(agentId === null ? {} : { agentId }) }
    return desk.api('POST', `/v1/callbacks/${id}/lease`, { body })
  })
  here('undo', (desk, id) => desk.api('DELETE', `/v1/callbacks/${id}/attempts`))

  const simple = (
    name: string,
    done: string,
    scope: 'callbacks:write' | 'callbacks:work',
    url: (id: string, given: Record<string, string>) => string,
    body: (desk: Desk, given: Record<string, string>) => unknown,
  ): void =>
    add({
      method: 'POST',
      url: `/agenda/callbacks/:id/${name}`,
      scope,
      handler: async (desk, request, reply) => {
        const id = paramIn(request)
        const given = Object.fromEntries(Object.keys(formIn(request)).map((key) => [key, textIn(formIn(request), key)]))
        const c = await desk.read<ShownCallback>(`/v1/callbacks/${id}`)
        const answer = await desk.api('POST', url(id, { ...given, campaignId: c.campaignId }), {
          body: body(desk, { ...given, id }),
        })
        if (answer.ok) return { redirect: address('/agenda/callbacks', { done }) }
        reply.code(answer.status)
        return callbackPage(desk, id, answer.refusal)
      },
    })
  simple(
    'postponement',
    'postponed',
    'callbacks:write',
    (id) => `/v1/callbacks/${id}/postponement`,
    (desk, given) => ({
      when: { kind: 'at', at: instantIn(desk, given.at ?? '') ?? given.at ?? '' },
    }),
  )
  simple(
    'cancellation',
    'cancelled',
    'callbacks:write',
    (id) => `/v1/callbacks/${id}/cancellation`,
    (_desk, given) => ((given.reason ?? '') === '' ? {} : { reason: given.reason }),
  )
  simple(
    'return',
    'saved',
    'callbacks:work',
    (_id, given) => `/v1/campaigns/${given.campaignId}/leases/${given.leaseId}/return`,
    (_desk, given) => ({ callbackIds: [given.id] }),
  )
}
