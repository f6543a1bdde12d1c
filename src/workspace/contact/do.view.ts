// The right area of the contact screen: outcome, booking, message, callback and note, one at a time.
import { randomUUID } from 'node:crypto'
import { OUTCOMES } from '../../domain/catalogue/campaign/retry.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { choices, field, hidden, NO_FAULTS, select, type Faults } from '../../ui/form.ts'
import { clock, moment, optionsOf } from '../frame/components.ts'
import type { Refusal, Workspace } from '../frame/context.ts'
import { action, form } from '../frame/layout.ts'
import { address, faultsOf, typedIn } from '../frame/workspace.ts'
import { bookTab } from './book.view.ts'
import { messageTab } from './message.view.ts'
import { actAt, isMine, refusalOf, type Screen } from './screen.ts'

type Tab = 'outcome' | 'call' | 'book' | 'move' | 'message' | 'promise' | 'note'

/** The tabs that this person may use here; the first is shown by default. */
function tabsOf(workspace: Workspace, screen: Screen): Tab[] {
  const mayBook = workspace.can('appointments:write')
  return [
    ...(screen.callback !== null ? (['outcome'] as const) : screen.kind === 'call' ? (['call'] as const) : []),
    ...(screen.appointment !== null && ['pending', 'confirmed'].includes(screen.appointment.status) && mayBook
      ? (['move'] as const)
      : []),
    ...(mayBook ? (['book'] as const) : []),
    ...(workspace.can('contacts:write') ? (['message', 'note'] as const) : []),
    ...(workspace.can('callbacks:write') ? (['promise'] as const) : []),
  ]
}

const tabIn = (workspace: Workspace, screen: Screen): Tab => {
  const tabs = tabsOf(workspace, screen)
  const wanted = screen.refused?.act ?? screen.query.do
  return tabs.find((tab) => tab === wanted) ?? tabs.find((tab) => tab === screen.query.do) ?? tabs[0] ?? 'note'
}

/** The nearest windows of a refusal, each as one press. */
function nearest(workspace: Workspace, refusal: Refusal | undefined, name: string): Html | false {
  const windows = (refusal?.extra.nearestWindows ?? []) as { from: string; to: string }[]
  if (windows.length === 0) return false
  return html`<fieldset class="presses">
    <legend>${workspace.words.contact.nearest}</legend>
    ${windows.map(
      ({ from, to }) =>
        html`<button class="secondary" name="${name}" value="${from}" formnovalidate>
          ${moment(workspace, from)}–${clock(workspace, to)}
        </button>`,
    )}
  </fieldset>`
}

function outcomeKeys(workspace: Workspace, screen: Screen): Html {
  const words = workspace.words.outcomes as Record<string, string>
  const proposed = screen.talk?.proposedOutcome
  return html`<fieldset class="keys">
    <legend>${workspace.words.callbacks.outcome}</legend>
    ${
      proposed != null &&
      html`<p class="hint" role="status">${workspace.words.contact.proposed(words[proposed] ?? proposed)}</p>`
    }
    ${OUTCOMES.map(
      (outcome, i) =>
        html`<button
          class="${outcome === proposed ? '' : 'secondary'}"
          name="outcome"
          value="${outcome}"
          data-key="${i + 1}"
          formnovalidate
        >
          <kbd>${i + 1}</kbd> ${words[outcome] ?? outcome}
        </button>`,
    )}
  </fieldset>`
}

/** What was said to an outcome that was taken back just now. */
function undoneNote({ history }: Screen): string {
  const last = history.findLastIndex((e) => e.type === 'callback.attempted' || e.type === 'callback.attempt_undone')
  if (history[last]?.type !== 'callback.attempt_undone') return ''
  return history.slice(0, last).findLast((e) => e.type === 'callback.attempted')?.details.note ?? ''
}

function outcomeTab(workspace: Workspace, screen: Screen): Html {
  const w = workspace.words.contact
  const c = screen.callback!
  const refusal = refusalOf(screen, 'outcome')
  if (!['scheduled', 'queued', 'in_progress'].includes(c.status)) return html`<p class="notice note">${w.closed}</p>`
  if (!isMine(workspace, screen)) {
    const last = screen.history.findLast((e) => e.type === 'callback.leased' || e.type === 'callback.queued')
    if (c.status === 'scheduled')
      return html`<p>${w.notMine}</p>
        ${action(workspace, { to: actAt(screen, 'take'), label: w.take, className: '' })}`
    return html`<p class="notice note">
      ${last?.actorName === undefined ? workspace.words.callbacks.withCenter : w.withColleague(last.actorName)}
    </p>`
  }
  const to = actAt(screen, 'outcome')
  const faults = refusal
    ? faultsOf(refusal, (p) => ({ '/note': 'summary', '/callAgainAt': 'again' })[p] ?? p.slice(1))
    : NO_FAULTS
  return html`${form(
    workspace,
    to,
    html`${c.leaseId !== null && hidden('leaseId', c.leaseId)} ${screen.talk !== null && hidden('talk', screen.talk.id)}
      <button hidden disabled></button>
      ${nearest(workspace, refusal, 'nearest')} ${outcomeKeys(workspace, screen)}
      ${field(
        {
          name: 'summary',
          label: w.summary,
          value: typedIn(workspace, to, 'summary', undoneNote(screen)),
          type: 'textarea',
          maxLength: 1000,
        },
        faults,
      )}
      ${field({ name: 'again', label: w.wish, hint: w.wishHint, value: typedIn(workspace, to, 'again'), type: 'datetime-local' }, faults)}
      ${refusal !== undefined && hidden('wished', typedIn(workspace, to, 'outcome'))}`,
    'outcome',
  )}
  ${c.leaseId !== null && action(workspace, { to: actAt(screen, 'release'), label: w.giveBack, className: 'plain' })}`
}

/** Ends a call that came in; what was said becomes a note of the person. */
function callTab(workspace: Workspace, screen: Screen): Html {
  const w = workspace.words.contact
  const to = actAt(screen, 'hang-up')
  const said = typedIn(workspace, to, 'summary')
  return form(
    workspace,
    to,
    html`${field({ name: 'summary', label: w.summary, value: said, type: 'textarea', maxLength: 1000 }, NO_FAULTS)}
      <button>${w.hangUp}</button>`,
    'outcome',
  )
}

function promiseTab(workspace: Workspace, screen: Screen): Html {
  const w = workspace.words.contact
  const to = actAt(screen, 'promise')
  const refusal = refusalOf(screen, 'promise')
  const faults: Faults = refusal
    ? faultsOf(refusal, (p) => (p.startsWith('/when') ? 'at' : p.startsWith('/number') ? 'number' : p.slice(1)))
    : NO_FAULTS
  const typed = (name: string, value = ''): string => typedIn(workspace, to, name, value)
  const campaigns = [...workspace.config.campaigns.values()]
  const campaign = screen.query.campaign ?? screen.callback?.campaignId ?? campaigns[0]?.id ?? ''
  return form(
    workspace,
    to,
    html`${hidden('key', randomUUID())}
      ${select(
        {
          name: 'campaignId',
          label: workspace.words.callbacks.campaign,
          value: typed('campaignId', campaign),
          options: optionsOf(campaigns),
        },
        faults,
      )}
      ${field(
        {
          name: 'number',
          label: w.promiseNumber,
          value: typed('number', screen.number ?? ''),
          type: 'tel',
          required: true,
          maxLength: 40,
        },
        faults,
      )}
      ${field({ name: 'at', label: w.promiseWhen, hint: w.promiseHint, value: typed('at'), type: 'datetime-local' }, faults)}
      ${nearest(workspace, refusal, 'nearest')}
      ${field(
        {
          name: 'subject',
          label: workspace.words.callbacks.reason,
          value: typed('subject'),
          maxLength: 500,
          autocomplete: 'off',
        },
        faults,
      )}
      ${
        workspace.person.agentId !== null &&
        choices(
          {
            name: 'mine',
            legend: workspace.words.callbacks.who,
            several: true,
            options: [{ value: '1', label: w.promiseMine }],
            chosen: typed('mine') === '1' ? ['1'] : [],
          },
          faults,
        )
      } <button>${w.promise}</button>`,
  )
}

function noteTab(workspace: Workspace, screen: Screen): Html {
  const w = workspace.words.contact
  const to = actAt(screen, 'note')
  if (screen.summary === null) return html`<p class="notice note">${w.whoFirst}</p>`
  return form(
    workspace,
    to,
    html`${field(
        {
          name: 'content',
          label: w.note,
          value: typedIn(workspace, to, 'content'),
          type: 'textarea',
          required: true,
          maxLength: 4000,
        },
        NO_FAULTS,
      )}<button class="secondary">${w.saveNote}</button>`,
  )
}

async function shown(workspace: Workspace, screen: Screen, tab: Tab): Promise<Html> {
  switch (tab) {
    case 'call':
      return callTab(workspace, screen)
    case 'outcome':
      return outcomeTab(workspace, screen)
    case 'book':
    case 'move':
      return bookTab(workspace, { ...screen, query: { ...screen.query, do: tab } })
    case 'message':
      return messageTab(workspace, screen)
    case 'promise':
      return promiseTab(workspace, screen)
    case 'note':
      return noteTab(workspace, screen)
  }
}

const KEYS: Record<Tab, string> = {
  outcome: 'o',
  call: 'o',
  book: 'b',
  move: 'v',
  message: 'm',
  promise: 'p',
  note: 'k',
}

/** `done`: what the last act of this area has led to. */
export async function doArea(workspace: Workspace, screen: Screen, done: Html | false): Promise<Html> {
  const w = workspace.words.contact
  const tab = tabIn(workspace, screen)
  const refusal =
    refusalOf(screen, tab) ?? refusalOf(screen, 'take') ?? refusalOf(screen, 'release') ?? refusalOf(screen, 'waiting')
  return html`<section id="do" class="area do" aria-label="${w.act}" tabindex="-1" data-tab="${tab}">
    <nav class="tabs" aria-label="${w.act}">
      <ul>
        ${tabsOf(workspace, screen).map(
          (one) =>
            html`<li>
              <a
                href="${address(screen.path, { do: one, kind: screen.query.kind })}"
                data-swap
                data-tab-key="${KEYS[one]}"
                ${one === tab && html`aria-current="true"`}
                >${w.tabs[one]}</a
              >
            </li>`,
        )}
      </ul>
    </nav>
    ${done}
    ${refusal !== undefined && html`<div class="notice warning" role="alert"><strong>${refusal.title}</strong> ${refusal.detail}</div>`}
    ${await shown(workspace, screen, tab)}
  </section>`
}
