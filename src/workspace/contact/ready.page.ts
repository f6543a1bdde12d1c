// Ready for contacts: the person's state, the queue over all campaigns, the next contact, and a number that is calling.
import type { Static } from 'typebox'
import type { MyStateShown, TimesShown } from '../../api/agent-state.routes.ts'
import type { CallbackShown } from '../../domain/callback/callback.schema.ts'
import { formatDate } from '../../kernel/time/zone.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { field, NO_FAULTS, select } from '../../ui/form.ts'
import { campaignName, clock, empty, moment, refused, table, today } from '../frame/components.ts'
import type { Refusal, Workspace } from '../frame/context.ts'
import { action, form } from '../frame/layout.ts'
import {
  address,
  faultsOf,
  formIn,
  queryIn,
  textIn,
  typedIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import { beginScript } from './acts.ts'

type State = Static<typeof MyStateShown>
const scope = 'callbacks:work' as const
const HERE = '/agenda/contact'
const KEY = `${HERE}/number`

/** A pause of which no reason was given. */
const NO_REASON = ''

function stateCard(workspace: Workspace, mine: State): Html {
  const w = workspace.words.agents
  const reasons = workspace.settings.workspace.pauseReasons.map((value) => ({ value, label: value }))
  const since = mine.since === null ? false : w.since(clock(workspace, mine.since))
  const to = `${HERE}/state`
  return html`<section
    class="card"
    data-ready
    data-state="${mine.state}"
    ${mine.until !== null && html`data-until="${mine.until}"`}
  >
    <h2>${w.state}</h2>
    <p class="big">
      <span class="tag state-${mine.state}">${w.states[mine.state]}</span>
      ${mine.state === 'pause' && mine.reason} <span class="detail">${since}</span>
    </p>
    ${mine.state === 'busy' && mine.reason != null && html`<p class="hint">${w.pauseAfter(mine.reason)}</p>`}
    ${mine.state === 'wrap_up' && html`<p class="hint">${w.wrapUpLeft} <strong class="left"></strong></p>`}
    ${
      mine.subjectId !== null &&
      mine.state === 'busy' &&
      html`<p><a class="button" href="${HERE}/callback/${mine.subjectId}">${w.backTo}</a></p>`
    }
    <div class="buttons">
      ${
        !['free', 'busy'].includes(mine.state) &&
        action(workspace, {
          to,
          label: w.beFree,
          fields: { state: 'free' },
          className: '',
        })
      }
      ${
        mine.state !== 'pause' &&
        mine.state !== 'away' &&
        form(
          workspace,
          to,
          html`<input
              type="hidden"
              name="state"
              value="pause"
            />${select({ name: 'reason', label: w.pauseReason, value: reasons[0]?.value ?? NO_REASON, options: reasons }, NO_FAULTS)}<button
              class="secondary"
            >
              ${w.pause}
            </button>`,
          'filters',
        )
      }
      ${mine.state !== 'away' && action(workspace, { to, label: w.leave, fields: { state: 'away' }, className: 'plain' })}
    </div>
  </section>`
}

function queueCard(workspace: Workspace, mine: State, isNothing: boolean): Html {
  const w = workspace.words.agents
  const rows = mine.queue.filter((one) => one.due > 0)
  return html`<section class="card" data-queue>
    <h2>${w.due}</h2>
    ${
      rows.length === 0
        ? html`<p class="empty" ${isNothing && html`role="status"`}>${w.nothingDue}</p>`
        : html`<ul class="rows">
            ${rows.map(
              (one) =>
                html`<li>
                  <span>${campaignName(workspace, one.campaignId)}</span>
                  <strong class="number">${w.count(one.due)}</strong>
                </li>`,
            )}
          </ul>`
    }
    ${form(
      workspace,
      `${HERE}/next`,
      html`<button accesskey="n" data-next><kbd>n</kbd> ${w.next}</button>
        <p class="hint">${w.nextText}</p>`,
    )}
  </section>`
}

function numberCard(workspace: Workspace, refusal: Refusal | undefined): Html {
  const w = workspace.words.agents
  const faults = refusal ? faultsOf(refusal, (p) => p.slice(1)) : NO_FAULTS
  return html`<section class="card">
    <h2>${w.type}</h2>
    ${form(
      workspace,
      KEY,
      html`${field(
          {
            name: 'number',
            label: workspace.words.contact.promiseNumber,
            hint: w.typeHint,
            value: typedIn(workspace, KEY, 'number'),
            type: 'tel',
            required: true,
            maxLength: 40,
            autocomplete: 'off',
          },
          faults,
        )} <button class="secondary">${w.openNumber}</button>`,
    )}
  </section>`
}

/** The last outcome, with the way to take it back; a script removes it after ten seconds and goes on to the next contact. */
async function justDone(
  workspace: Workspace,
  { outcome, of, givenBack }: Record<string, string | undefined>,
): Promise<Html | false> {
  const words = workspace.words.outcomes as Record<string, string>
  const w = workspace.words.agents
  if (givenBack !== undefined) return html`<p class="notice success done" role="status">${w.givenBack}</p>`
  if (outcome === undefined || of === undefined || words[outcome] === undefined) return false
  const read = await workspace.api<Static<typeof CallbackShown>>('GET', `/v1/callbacks/${encodeURIComponent(of)}`)
  const again = read.ok && read.body.status === 'scheduled' ? read.body.dueAt : null
  return html`<div class="notice success done" role="status" data-just-done>
    <p>
      ${w.done(words[outcome])} ${again !== null && `${workspace.words.contact.nextTry}: ${moment(workspace, again)}.`}
      <span data-auto hidden>${w.autoIn}</span>
    </p>
    ${action(workspace, { to: `${HERE}/callback/${encodeURIComponent(of)}/undo`, label: w.undo, className: 'secondary undo' })}
  </div>`
}

async function readyPage(
  workspace: Workspace,
  query: Record<string, string | undefined>,
  refusal?: Refusal,
): Promise<WorkspaceView> {
  const w = workspace.words.agents
  const mine = await workspace.read<State>('/v1/me/state')
  return {
    title: w.title,
    section: 'contact',
    scripts: ['contact.js'],
    main: html`<div class="head">
        <h1>${w.title}</h1>
        ${workspace.can('team:write') && html`<a class="button secondary" href="${HERE}/team">${w.team}</a>`}
      </div>
      ${await justDone(workspace, query)} ${refused(refusal)}
      <div class="cards" data-part="ready">
        ${queueCard(workspace, mine, query.nothing !== undefined)} ${stateCard(workspace, mine)}
        ${numberCard(workspace, refusal)}
      </div>`,
  }
}

/** `1:05`, `12:30`, `2:05:00`. */
function length(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  const two = (n: number): string => String(n).padStart(2, '0')
  const rest = two(Math.floor(seconds % 60))
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

async function teamPage(workspace: Workspace): Promise<WorkspaceView> {
  const w = workspace.words.agents
  const day = formatDate(today(workspace))
  type Now = State & { userId: string; userName?: string }
  const [now, times] = await Promise.all([
    workspace.read<{ items: Now[] }>('/v1/agent-states'),
    workspace.can('reports:read')
      ? workspace.read<Static<typeof TimesShown>>(address('/v1/agent-states/times', { from: day, to: day }))
      : { items: [] },
  ])
  const stateName = (state: string): string => (w.states as Record<string, string>)[state] ?? state
  const named = (one: { state: string; reason?: string | null }): string =>
    one.reason == null || one.state !== 'pause' ? stateName(one.state) : `${stateName(one.state)}: ${one.reason}`
  return {
    title: w.team,
    section: 'contact',
    scripts: ['contact.js'],
    main: html`<h1>${w.team}</h1>
      <div data-part="team">
        ${
          now.items.length === 0
            ? empty(w.nobody)
            : table(
                w.team,
                [w.person, w.stateOf, w.workingOn, w.sinceWhen],
                now.items.map((one) => [
                  one.userName ?? '–',
                  html`<span class="tag state-${one.state}">${named(one)}</span>`,
                  one.campaignId === null ? '' : campaignName(workspace, one.campaignId),
                  one.since === null ? '' : clock(workspace, one.since),
                ]),
              )
        }
        ${
          times.items.length > 0 &&
          table(
            w.times,
            [w.person, w.stateOf, w.occasions, w.duration],
            times.items.map((one) => [
              one.userName ?? '–',
              named(one),
              one.times,
              html`<span class="number">${length(one.seconds)}</span>`,
            ]),
          )
        }
      </div>
      <p><a href="${HERE}">${w.title}</a></p>`,
  }
}

function numberForm(add: AddWorkspacePage): void {
  const open = async (workspace: Workspace, number: string) =>
    workspace.api<{ id: string }>('POST', '/v1/screen-pops', { body: { userId: workspace.person.id, number } })
  add({
    method: 'POST',
    url: KEY,
    scope,
    handler: async (workspace, request, reply) => {
      const answer = await open(workspace, textIn(formIn(request), 'number'))
      if (answer.ok) return { redirect: `${HERE}/call/${answer.body.id}` }
      reply.code(answer.status)
      return readyPage(workspace, {}, answer.refusal)
    },
  })
}

export function readyPages(add: AddWorkspacePage): void {
  add({ method: 'GET', url: HERE, scope, handler: (workspace, request) => readyPage(workspace, queryIn(request)) })
  add({ method: 'GET', url: `${HERE}/team`, scope: 'team:write', handler: teamPage })
  add({
    method: 'POST',
    url: `${HERE}/next`,
    scope,
    handler: async (workspace, _request, reply) => {
      const answer = await workspace.api<{ callback: Static<typeof CallbackShown> | null }>('POST', '/v1/me/next', {
        body: {},
      })
      const next = answer.ok ? answer.body.callback : null
      if (next !== null) {
        await beginScript(workspace, next.id)
        return { redirect: `${HERE}/callback/${next.id}` }
      }
      if (answer.ok) return { redirect: address(HERE, { nothing: '1' }) }
      reply.code(answer.status)
      return readyPage(workspace, {}, answer.refusal)
    },
  })
  add({
    method: 'POST',
    url: `${HERE}/state`,
    scope,
    handler: async (workspace, request, reply) => {
      const fields = formIn(request)
      const [state, reason] = [textIn(fields, 'state'), textIn(fields, 'reason')]
      const body = { state, ...(reason === '' || state !== 'pause' ? {} : { reason }) }
      const answer = await workspace.api('PUT', '/v1/me/state', { body })
      if (answer.ok) return { redirect: HERE }
      reply.code(answer.status)
      return readyPage(workspace, {}, answer.refusal)
    },
  })
  numberForm(add)
  // The address that a browser is given for tel: links; the number follows `#`, which is not sent to a server.
  add({
    method: 'GET',
    url: '/agenda/call',
    scope,
    handler: async (workspace) => ({
      title: workspace.words.agents.type,
      section: 'contact',
      scripts: ['contact.js'],
      main: html`<h1>${workspace.words.agents.type}</h1>
        <div data-dial>${numberCard(workspace, undefined)}</div>`,
    }),
  })
}
