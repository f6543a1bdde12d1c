// The page of a callback: whom to call, the script, and one key per outcome; also callbacks as list items.
import type { HistoryShown } from '../../platform/events/event.schema.ts'
import type { CallbackShown } from '../../domain/callback/callback.schema.ts'
import type { Static } from 'typebox'
import { readableNumber } from '../../domain/contact/phone.ts'
import { OUTCOMES } from '../../domain/catalogue/campaign/retry.ts'
import { faultsOf, type WorkspaceView, isSent, typedIn } from '../frame/workspace.ts'
import { action, form } from '../frame/layout.ts'
import { faultSummary, field, hidden, NO_FAULTS, type Faults } from '../../ui/form.ts'
import { html, paragraphs, telephone, type Html } from '../../platform/html/html.ts'
import { agentName, campaignName, clock, moment, refused, stateTag } from '../frame/components.ts'
import type { Workspace, Refusal } from '../frame/context.ts'
import { contactPanel } from '../agenda/appointment.view.ts'

export type ShownCallback = Static<typeof CallbackShown>

export const isOpen = (c: ShownCallback): boolean => ['scheduled', 'queued', 'in_progress'].includes(c.status)

/** The state as a tag; a completed callback shows its outcome instead, because a wrong number is not “done”. */
function callbackTag(workspace: Workspace, c: ShownCallback): Html {
  if (c.status !== 'completed' || c.outcome === null || c.outcome === 'answered') return stateTag(workspace, c)
  const words = workspace.words.outcomes as Record<string, string>
  return html`<span class="tag ${c.outcome}">${words[c.outcome] ?? c.outcome}</span>`
}

export type Happened = Static<typeof HistoryShown>['items'][number]

/** Whether this person holds the callback; keys work only then. */
export const isHeldBy = (
  workspace: Workspace,
  c: Pick<ShownCallback, 'status'>,
  history: readonly Happened[],
): boolean =>
  c.status === 'in_progress' &&
  history.findLast((e) => e.type === 'callback.leased')?.actor === `user:${workspace.person.id}`

/** All attempts: when, by whom, outcome and note. */
function attempts(workspace: Workspace, history: readonly Happened[]): Html | false {
  const w = workspace.words.callbacks
  const words = workspace.words.outcomes as Record<string, string>
  const undone = new Set<string>()
  for (const [i, e] of history.entries()) if (e.type === 'callback.attempt_undone') undone.add(history[i - 1]?.id ?? '')
  const tried = history.filter((e) => e.type === 'callback.attempted')
  if (tried.length === 0) return false
  return html`<section>
    <h2>${w.attempts}</h2>
    <ol class="timeline">
      ${tried.toReversed().map(
        (e) =>
          html`<li class="attempt">
            <time datetime="${e.at}">${moment(workspace, e.at)}</time>
            <span
              ><strong>${words[e.details.outcome ?? ''] ?? e.details.outcome}</strong
              >${undone.has(e.id) && ` (${w.undone})`}
              <span class="detail">${e.actorName}</span>
              ${(e.details.note ?? '') !== '' && html`<q>${e.details.note}</q>`}</span
            >
          </li>`,
      )}
    </ol>
  </section>`
}

/** Who holds the callback, or the button to take it. */
function holder(workspace: Workspace, c: ShownCallback, history: readonly Happened[]): Html | false {
  const w = workspace.words.callbacks
  if (!workspace.can('callbacks:work')) return false
  if (c.status === 'scheduled')
    return action(workspace, { to: `/agenda/callbacks/${c.id}/take`, label: w.take, className: '' })
  const last = history.findLast((e) => e.type === 'callback.leased' || e.type === 'callback.queued')
  if (c.status !== 'queued' && c.status !== 'in_progress') return false
  return html`<p class="notice note">
    ${last?.actorName === undefined ? w.withCenter : w.withColleague(last.actorName)}
  </p>`
}

export function listOf(workspace: Workspace, items: readonly ShownCallback[]): Html {
  return html`<ul class="entries">
    ${items.map(
      (c) =>
        html`<li class="entry ${c.status}">
          <a class="when" href="/agenda/callbacks/${c.id}"
            ><time datetime="${c.windowFrom}"
              >${moment(workspace, c.windowFrom)}–${clock(workspace, c.windowTo)}</time
            ></a
          >
          <span class="what"
            ><strong>${c.number === null ? workspace.words.callbacks.web : readableNumber(c.number)}</strong>
            <span class="detail"
              >${campaignName(workspace, c.campaignId)}${c.ownerAgentId !== null && ` · ${agentName(workspace, c.ownerAgentId)}`}
              ${c.reason}</span
            ></span
          >
          ${callbackTag(workspace, c)}
        </li>`,
    )}
  </ul>`
}

/** The script reference: a link if it is an address, else text. */
function script(workspace: Workspace, c: ShownCallback): Html | false {
  const reference = c.scriptRef ?? ''
  if (reference === '') return false
  const isAddress = /^https:\/\/\S+$/.test(reference)
  return html`<section class="card">
    <h2>${workspace.words.callbacks.script}</h2>
    ${isAddress ? html`<p><a href="${reference}" rel="noreferrer" target="_blank">${reference}</a></p>` : paragraphs(reference)}
  </section>`
}

function outcomeForm(workspace: Workspace, c: ShownCallback, faults: Faults): Html {
  const to = `/agenda/callbacks/${c.id}/attempt`
  const typed = (name: string): string => typedIn(workspace, to, name)
  const w = workspace.words.callbacks
  const words = workspace.words.outcomes as Record<string, string>
  return form(
    workspace,
    to,
    html`${c.leaseId !== null && hidden('leaseId', c.leaseId)}
      <fieldset class="keys">
        <legend>${w.outcome}</legend>
        ${OUTCOMES.map(
          (outcome, i) =>
            html`<button
              class="${i === 0 ? '' : 'secondary'}"
              name="outcome"
              value="${outcome}"
              accesskey="${i + 1}"
              data-key="${i + 1}"
            >
              <kbd>${i + 1}</kbd> ${words[outcome] ?? outcome}
            </button>`,
        )}
      </fieldset>
      ${field({ name: 'summary', label: w.summary, value: typed('summary'), type: 'textarea', maxLength: 1000 }, faults)}
      ${field({ name: 'again', label: w.again, hint: w.againHint, value: typed('again'), type: 'datetime-local' }, faults)}`,
    'outcome',
  )
}

/** The nearest available windows, from the API's refusal of the wanted one. */
export function nearestWindows(workspace: Workspace, refusal: Refusal | undefined): Html | false {
  const nearest = (refusal?.extra.nearestWindows ?? []) as { from: string; to: string }[]
  if (nearest.length === 0) return false
  return html`<div class="notice note">
    <p>${workspace.words.callbacks.nearest}</p>
    <ul>
      ${nearest.map(({ from, to }) => html`<li>${moment(workspace, from)}–${clock(workspace, to)}</li>`)}
    </ul>
  </div>`
}

function callbackFacts(workspace: Workspace, c: ShownCallback): Html {
  const w = workspace.words.callbacks
  return html`<dl class="facts">
    <div>
      <dt>${w.promised}</dt>
      <dd>${moment(workspace, c.windowFrom)}–${clock(workspace, c.windowTo)}</dd>
    </div>
    <div>
      <dt>${w.campaign}</dt>
      <dd>${campaignName(workspace, c.campaignId)}</dd>
    </div>
    <div>
      <dt>${w.attempts}</dt>
      <dd>${c.attempts}</dd>
    </div>
    ${
      c.attempts > 0 &&
      c.status === 'scheduled' &&
      html`<div>
        <dt>${workspace.words.contact.nextTry}</dt>
        <dd>${moment(workspace, c.dueAt)}</dd>
      </div>`
    }
    ${
      c.ownerAgentId !== null &&
      html`<div>
        <dt>${workspace.words.appointment.agent}</dt>
        <dd>${agentName(workspace, c.ownerAgentId)}</dd>
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
        <dd>${(workspace.words.outcomes as Record<string, string>)[c.outcome] ?? c.outcome}</dd>
      </div>`
    }
  </dl>`
}

/** Pointers of API bodies, mapped to form fields. */
const FIELDS: Record<string, string> = { '/note': 'summary', '/callAgainAt': 'again', '/when/at': 'at' }

export async function callbackPage(workspace: Workspace, id: string, refusal?: Refusal): Promise<WorkspaceView> {
  const c = await workspace.read<ShownCallback>(`/v1/callbacks/${id}`)
  const w = workspace.words.callbacks
  const faults = refusal ? faultsOf(refusal, (pointer) => FIELDS[pointer] ?? pointer.slice(1)) : NO_FAULTS
  const to = (verb: string): string => `/agenda/callbacks/${c.id}/${verb}`
  const history = (await workspace.read<{ items: Happened[] }>(`/v1/callbacks/${id}/history`)).items
  const canChange = workspace.can('callbacks:work') && isOpen(c)
  const canReport = canChange && isHeldBy(workspace, c, history)
  const panel = await contactPanel(workspace, c.contactId, 'callback', c.id)
  return {
    title: `${w.one} ${c.number ?? ''}`,
    section: 'callbacks',
    scripts: ['keys.js'],
    main: html`${faultSummary(workspace.pageWords, faults)}
      <div class="beside">
        <div>
          <h1>${w.one} ${callbackTag(workspace, c)}</h1>
          ${refused(refusal)} ${nearestWindows(workspace, refusal)}
          ${c.number !== null && html`<p class="big">${telephone(c.number)}</p>`}
          ${
            canChange &&
            html`<p>
              <a class="button secondary" href="/agenda/contact/callback/${c.id}">${workspace.words.contact.openFor}</a>
            </p>`
          }
          ${c.joinLink !== undefined && html`<p><a class="button" href="${c.joinLink}" rel="noreferrer" target="_blank">${w.join}</a></p>`}
          ${callbackFacts(workspace, c)} ${script(workspace, c)}
          ${canReport ? outcomeForm(workspace, c, faults) : holder(workspace, c, history)}
          ${attempts(workspace, history)}
          ${
            canChange &&
            html`<details ${isSent(workspace, to('postponement')) && html`open`}>
                <summary>${w.postpone}</summary>
                ${form(
                  workspace,
                  to('postponement'),
                  html`${field(
                      {
                        name: 'at',
                        label: w.newTime,
                        value: typedIn(workspace, to('postponement'), 'at'),
                        type: 'datetime-local',
                        required: true,
                      },
                      faults,
                    )}<button class="secondary">${w.postpone}</button>`,
                )}
              </details>
              <details ${isSent(workspace, to('cancellation')) && html`open`}>
                <summary>${w.cancel}</summary>
                ${form(
                  workspace,
                  to('cancellation'),
                  html`${field(
                      {
                        name: 'reason',
                        label: workspace.words.appointment.cancelReason,
                        value: typedIn(workspace, to('cancellation'), 'reason'),
                        maxLength: 500,
                      },
                      faults,
                    )}<button class="danger">${w.cancelNow}</button>`,
                )}
              </details>
              ${
                canReport &&
                c.leaseId !== null &&
                action(workspace, { to: to('return'), label: w.giveBack, fields: { leaseId: c.leaseId } })
              }`
          }
        </div>
        ${panel}
      </div>`,
  }
}
