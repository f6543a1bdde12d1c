// Callbacks in the workspace: take the next, call, tell the outcome with one key, postpone; script and notes beside it.
import { OUTCOMES } from '../campaign/retry.ts'
import { DAY } from '../time/interval.ts'
import { instantOf } from '../time/zone.ts'
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
import { action, form } from '../web/desk.layout.ts'
import { choices, faultSummary, field, hidden, NO_FAULTS, select, type Faults } from '../web/form.ts'
import { html, paragraphs, telephone, type Html } from '../web/html.ts'
import { contactPanel } from './appointment.routes.ts'
import { agentName, clock, empty, moment, optionsOf, refused, stateTag } from './pieces.ts'

export type ShownCallback = {
  id: string
  code: string
  campaignId: string
  status: string
  channel: string
  number: string | null
  numbers?: string[]
  joinLink?: string
  contactId: string | null
  ownerAgentId: string | null
  windowFrom: string
  windowTo: string
  attempts: number
  outcome: string | null
  reason?: string
  data: Record<string, unknown>
  scriptRef?: string
  leaseId: string | null
  leaseUntil: string | null
  escalatedAt: string | null
  version: number
}

/** A lease by a person: long enough to look, call and write down. */
const LEASE_SECONDS = 1200

const isOpen = (c: ShownCallback): boolean => ['scheduled', 'queued', 'in_progress'].includes(c.status)
const campaignName = (desk: Desk, id: string): string => desk.config.campaigns.get(id)?.name ?? '–'

function listOf(desk: Desk, items: readonly ShownCallback[]): Html {
  return html`<ul class="entries">
    ${items.map(
      (c) =>
        html`<li class="entry ${c.status}">
          <a class="when" href="/agenda/callbacks/${c.id}"
            ><time datetime="${c.windowFrom}">${moment(desk, c.windowFrom)}–${clock(desk, c.windowTo)}</time></a
          >
          <span class="what"
            ><strong>${c.number ?? desk.words.callbacks.web}</strong>
            <span class="detail"
              >${campaignName(desk, c.campaignId)}${c.ownerAgentId !== null && ` · ${agentName(desk, c.ownerAgentId)}`}
              ${c.reason}</span
            ></span
          >
          ${stateTag(desk, c)}
        </li>`,
    )}
  </ul>`
}

/** What a script reference stands for: an address to open, or words to say. */
function script(desk: Desk, c: ShownCallback): Html | false {
  const reference = c.scriptRef ?? ''
  if (reference === '') return false
  const isAddress = /^https:\/\/\S+$/.test(reference)
  return html`<section class="card">
    <h2>${desk.words.callbacks.script}</h2>
    ${isAddress ? html`<p><a href="${reference}" rel="noreferrer" target="_blank">${reference}</a></p>` : paragraphs(reference)}
  </section>`
}

function outcomeForm(desk: Desk, c: ShownCallback, faults: Faults): Html {
  const w = desk.words.callbacks
  const words = desk.words.outcomes as Record<string, string>
  return form(
    desk,
    `/agenda/callbacks/${c.id}/attempt`,
    html`${c.leaseId !== null && hidden('leaseId', c.leaseId)}
      <fieldset class="keys">
        <legend>${w.outcome}</legend>
        ${OUTCOMES.map((outcome, i) => html`<button class="${i === 0 ? '' : 'secondary'}" name="outcome" value="${outcome}" accesskey="${i + 1}" data-key="${i + 1}"><kbd>${i + 1}</kbd> ${words[outcome] ?? outcome}</button>`)}
      </fieldset>
      ${field({ name: 'summary', label: w.summary, value: '', type: 'textarea', maxLength: 1000 }, faults)}
      ${field({ name: 'again', label: w.again, hint: w.againHint, value: '', type: 'datetime-local' }, faults)}`,
    'outcome',
  )
}

async function callbackPage(desk: Desk, id: string, refusal?: Refusal): Promise<DeskView> {
  const c = await desk.read<ShownCallback>(`/v1/callbacks/${id}`)
  const w = desk.words.callbacks
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  const canWork = desk.can('callbacks:work') && isOpen(c)
  const panel = await contactPanel(desk, c.contactId, 'callback', c.id)
  return {
    title: `${w.one} ${c.number ?? ''}`,
    section: 'callbacks',
    scripts: ['keys.js'],
    main: html`${faultSummary(desk.pageWords, faults)}
      <div class="beside">
        <div>
          <h1>${w.one} ${stateTag(desk, c)}</h1>
          ${refused(refusal)} ${c.number !== null && html`<p class="big">${telephone(c.number)}</p>`}
          ${c.joinLink !== undefined && html`<p><a class="button" href="${c.joinLink}" rel="noreferrer" target="_blank">${w.join}</a></p>`}
          <dl class="facts">
            <div>
              <dt>${w.promised}</dt>
              <dd>${moment(desk, c.windowFrom)}–${clock(desk, c.windowTo)}</dd>
            </div>
            <div>
              <dt>${w.campaign}</dt>
              <dd>${campaignName(desk, c.campaignId)}</dd>
            </div>
            <div>
              <dt>${w.attempts}</dt>
              <dd>${c.attempts}</dd>
            </div>
            ${
              c.ownerAgentId !== null &&
              html`<div>
                <dt>${desk.words.appointment.agent}</dt>
                <dd>${agentName(desk, c.ownerAgentId)}</dd>
              </div>`
            }
            ${
              c.reason !== undefined &&
              html`<div>
                <dt>${w.reason}</dt>
                <dd>${c.reason}</dd>
              </div>`
            }
            ${Object.entries(c.data).map(
              ([name, value]) =>
                html`<div>
                  <dt>${name}</dt>
                  <dd>${String(value)}</dd>
                </div>`,
            )}
            ${
              c.outcome !== null &&
              html`<div>
                <dt>${w.outcome}</dt>
                <dd>${(desk.words.outcomes as Record<string, string>)[c.outcome] ?? c.outcome}</dd>
              </div>`
            }
          </dl>
          ${script(desk, c)} ${canWork && outcomeForm(desk, c, faults)}
          ${
            canWork &&
            html`<details>
                <summary>${w.postpone}</summary>
                ${form(desk, `/agenda/callbacks/${c.id}/postponement`, html`${field({ name: 'at', label: w.newTime, value: '', type: 'datetime-local', required: true }, faults)}<button class="secondary">${w.postpone}</button>`)}
              </details>
              <details>
                <summary>${w.cancel}</summary>
                ${form(desk, `/agenda/callbacks/${c.id}/cancellation`, html`${field({ name: 'reason', label: desk.words.appointment.cancelReason, value: '', maxLength: 500 }, faults)}<button class="danger">${w.cancelNow}</button>`)}
              </details>
              ${c.status === 'in_progress' && c.leaseId !== null && action(desk, `/agenda/callbacks/${c.id}/return`, w.giveBack, { leaseId: c.leaseId })}`
          }
        </div>
        ${panel}
      </div>`,
  }
}

/** `2026-11-24T15:30` on the tenant's clock → RFC 3339. */
export function instantIn(desk: Pick<Desk, 'zone'>, text: string): string | null {
  const wall = Date.parse(`${text}Z`)
  return Number.isNaN(wall) ? null : new Date(instantOf(desk.zone, wall)).toISOString()
}

const TABS = ['due', 'late', 'all'] as const

export function callbackPages(add: AddDesk): void {
  add({
    method: 'GET',
    url: '/agenda/callbacks',
    scope: 'callbacks:read',
    handler: async (desk, request) => {
      const w = desk.words.callbacks
      const query = queryIn(request)
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
        main: html`<h1>${w.title}</h1>
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
            html`<details>
              <summary>${w.add}</summary>
              ${form(
                desk,
                '/agenda/callbacks',
                html`${select({ name: 'campaign', label: w.campaign, value: '', options: optionsOf(campaigns) }, NO_FAULTS)}
                  ${field({ name: 'number', label: w.number, value: '', type: 'tel', maxLength: 40 }, NO_FAULTS)}
                  ${field({ name: 'at', label: w.newTime, hint: w.nowHint, value: '', type: 'datetime-local' }, NO_FAULTS)}
                  ${field({ name: 'reason', label: w.reason, value: '', maxLength: 500 }, NO_FAULTS)}
                  ${desk.person.agentId !== null && choices({ name: 'mine', legend: w.who, several: true, options: [{ value: '1', label: w.mine }], chosen: [] }, NO_FAULTS)}
                  <button>${w.addNow}</button>`,
              )}
            </details>`
          }`,
      }
    },
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
        campaignId: textIn(given, 'campaign'),
        channel: 'phone',
        number: textIn(given, 'number'),
        when,
        source: 'workspace',
        ...(reason === '' ? {} : { reason }),
        ...(textIn(given, 'mine') === '1' && desk.person.agentId !== null ? { ownerAgentId: desk.person.agentId } : {}),
        ...(textIn(given, 'contact') === '' ? {} : { contactId: textIn(given, 'contact') }),
      }
      const answer = await desk.api<ShownCallback>('POST', '/v1/callbacks', { body })
      if (answer.ok) return { redirect: address(`/agenda/callbacks/${answer.body.id}`, { done: 'saved' }) }
      reply.code(answer.status)
      const details = answer.refusal.errors.map((e) => e.detail).join(' ')
      return {
        title: answer.refusal.title,
        section: 'callbacks',
        problem: { title: answer.refusal.title, detail: `${answer.refusal.detail} ${details}`, requestId: null },
      }
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
        return { redirect: address('/agenda/callbacks', { campaign: answer.body.campaignId, done: 'outcome' }) }
      reply.code(answer.status)
      return callbackPage(desk, id, answer.refusal)
    },
  })

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
