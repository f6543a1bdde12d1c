// The results of rearranging, with people's names, and the undo button until people are notified.
import type { RearrangedShown } from '../../api/rearrangement.routes.ts'
import type { Static } from 'typebox'
import { address, type WorkspaceView } from '../frame/workspace.ts'
import { form } from '../frame/layout.ts'
import { hidden } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { problemWords } from '../../locales/words.ts'
import type { ProblemCode } from '../../kernel/errors.ts'
import { isUuid } from '../../kernel/uuid.ts'
import type { AgendaEntry } from '../../api/agenda.routes.ts'
import { agentName, empty, moment, nameOf } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'

export const UNDO = '/agenda/team/undo'
/** URL of the results, for returning to them. */
export const REARRANGED = '/agenda/team/rearranged'
/** Delay (s) before people are notified; everything can be undone until then. */
export const TELL_AFTER_SECONDS = 60
/** Most appointments on one page. */
export const SHOWN = 50

export type Query = Record<string, string | undefined>
export type Alternative = { agentId: string; start: string }
export type Done = Static<typeof RearrangedShown>['items'][number]

/** Agenda entries in [from, to), of one agent or all. */
export const named = (
  workspace: Workspace,
  from: string,
  to: string,
  agentId: string | undefined,
): Promise<{ items: AgendaEntry[] }> =>
  workspace.read<{ items: AgendaEntry[] }>(address('/v1/agenda', { from, to, agentId }))

const undoForm = (workspace: Workspace, ids: readonly string[]): Html =>
  form(
    workspace,
    UNDO,
    html`${ids.map((id) => hidden('ids', id))}<button class="secondary">${workspace.words.team.undoAll}</button>`,
  )

/** The page of earlier results: the present time of each appointment, and the undo button. */
export async function rearrangedPage(workspace: Workspace, query: Query): Promise<WorkspaceView> {
  const w = workspace.words.team
  const ids = (query.ids ?? '').split(',').filter(isUuid).slice(0, SHOWN)
  const people = [...(await peopleOf(workspace, ids)).values()]
  return {
    title: w.rearranged,
    section: 'team',
    main: html`<h1>${w.rearranged}</h1>
      ${
        people.length === 0
          ? empty(w.nothingAffected)
          : html`<ul class="results">
                ${people.map(
                  (e) =>
                    html`<li>
                      <a href="/agenda/appointments/${e.id}">${nameOf(e)}</a>: ${moment(workspace, e.start)},
                      ${agentName(workspace, e.agentId)}
                    </li>`,
                )}
              </ul>
              ${undoForm(
                workspace,
                people.map((e) => e.id),
              )}`
      }
      <p><a href="/agenda/team/affected">${w.backToList}</a></p>`,
  }
}

/** The results, with people's names and the undo button. */
export function resultsPage(
  workspace: Workspace,
  entries: ReadonlyMap<string, AgendaEntry>,
  done: readonly Done[],
  isUndone: boolean,
): WorkspaceView {
  const w = workspace.words.team
  const changed = done.filter((one) => one.result !== 'left')
  const line = (one: Done): Html => {
    const e = entries.get(one.id)
    const before = one.before ?? { agentId: e?.agentId ?? '', start: e?.start ?? '' }
    const place = (p: Alternative): string => `${moment(workspace, p.start)}, ${agentName(workspace, p.agentId)}`
    const after = { agentId: one.agentId ?? before.agentId, start: one.start ?? before.start }
    const code = (one.code ?? 'no_agent_free') as ProblemCode
    return html`<li>
      <a href="/agenda/appointments/${one.id}">${e ? nameOf(e) : w.appointment}</a>:
      ${
        one.result === 'left'
          ? html`<strong>${w.results.left}</strong>, ${place(before)}.
              ${problemWords(workspace.language, code, {}).detail}`
          : one.result === 'asked'
            ? html`<strong>${isUndone ? w.notAsked : w.results.asked}</strong>`
            : w.fromTo(place(before), place(after))
      }
    </li>`
  }
  return {
    title: isUndone ? w.undone : w.rearranged,
    section: 'team',
    main: html`<h1
        data-address="${isUndone ? '/agenda/team/affected' : address(REARRANGED, { ids: changed.map((one) => one.id).join(',') })}"
      >
        ${isUndone ? w.undone : w.rearranged}
      </h1>
      ${
        changed.length < done.length &&
        html`<p class="notice warning" role="alert">${w.someLeft(done.length - changed.length)}</p>`
      }
      <ul class="results">
        ${done.map(line)}
      </ul>
      ${
        !isUndone &&
        changed.length > 0 &&
        html`<div class="notice note" role="status">
          <p>${w.toldSoon(TELL_AFTER_SECONDS)}</p>
          ${undoForm(
            workspace,
            changed.map((one) => one.id),
          )}
        </div>`
      }
      <p><a href="/agenda/team/affected">${w.backToList}</a></p>`,
  }
}

/** Agenda entries of the given appointments, whatever day they are on now. */
export async function peopleOf(workspace: Workspace, ids: readonly string[]): Promise<Map<string, AgendaEntry>> {
  const found = await Promise.all(
    ids.map(async (id) => {
      const a = await workspace.api<{ start: string; agentId: string }>(
        'GET',
        `/v1/appointments/${encodeURIComponent(id)}`,
      )
      if (!a.ok) return []
      const { start, agentId } = a.body
      const to = new Date(Date.parse(start) + 1).toISOString()
      return (await named(workspace, start, to, agentId)).items.filter((e) => e.id === id)
    }),
  )
  return new Map(found.flat().map((e) => [e.id, e]))
}
