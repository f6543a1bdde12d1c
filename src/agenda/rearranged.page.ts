// What was rearranged: each result by the person's name, and the way back as long as nobody was told.
import { address, type Desk, type DeskView } from '../web/desk.ts'
import { form } from '../web/desk.layout.ts'
import { hidden } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import { problemWords } from '../locales/words.ts'
import type { ProblemCode } from '../errors.ts'
import { isUuid } from '../uuid.ts'
import type { AgendaEntry } from './feed.routes.ts'
import { agentName, empty, moment, nameOf } from './pieces.ts'

export const UNDO = '/agenda/team/undo'
/** Where the browser comes back to after the results. */
export const REARRANGED = '/agenda/team/rearranged'
/** People are told after this time, in which everything can be taken back. */
export const TELL_AFTER_SECONDS = 60
/** Appointments on one page. */
export const SHOWN = 50

export type Query = Record<string, string | undefined>
export type Place = { agentId: string; start: string }
export type Done = {
  id: string
  result: 'reassigned' | 'moved' | 'asked' | 'left'
  agentId?: string
  start?: string
  before?: Place
  code?: string
}

/** Entries of the agenda from an instant to another, of one agent or all. */
export const named = (
  desk: Desk,
  from: string,
  to: string,
  agentId: string | undefined,
): Promise<{ items: AgendaEntry[] }> =>
  desk.read<{ items: AgendaEntry[] }>(address('/v1/agenda', { from, to, agentId }))

const undoForm = (desk: Desk, ids: readonly string[]): Html =>
  form(
    desk,
    UNDO,
    html`${ids.map((id) => hidden('ids', id))}<button class="secondary">${desk.words.team.undoAll}</button>`,
  )

/** What was rearranged, come back to: where everybody is now, and still the way back. */
export async function rearrangedPage(desk: Desk, query: Query): Promise<DeskView> {
  const w = desk.words.team
  const ids = (query.ids ?? '').split(',').filter(isUuid).slice(0, SHOWN)
  const people = [...(await peopleOf(desk, ids)).values()]
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
                      <a href="/agenda/appointments/${e.id}">${nameOf(e)}</a>: ${moment(desk, e.start)},
                      ${agentName(desk, e.agentId)}
                    </li>`,
                )}
              </ul>
              ${undoForm(
                desk,
                people.map((e) => e.id),
              )}`
      }
      <p><a href="/agenda/team/affected">${w.backToList}</a></p>`,
  }
}

/** Each result by the person's name, and the way back. */
export function resultsPage(
  desk: Desk,
  entries: ReadonlyMap<string, AgendaEntry>,
  done: readonly Done[],
  isUndone: boolean,
): DeskView {
  const w = desk.words.team
  const changed = done.filter((one) => one.result !== 'left')
  const line = (one: Done): Html => {
    const e = entries.get(one.id)
    const before = one.before ?? { agentId: e?.agentId ?? '', start: e?.start ?? '' }
    const place = (p: Place): string => `${moment(desk, p.start)}, ${agentName(desk, p.agentId)}`
    const after = { agentId: one.agentId ?? before.agentId, start: one.start ?? before.start }
    const code = (one.code ?? 'no_agent_free') as ProblemCode
    return html`<li>
      <a href="/agenda/appointments/${one.id}">${e ? nameOf(e) : w.appointment}</a>:
      ${
        one.result === 'left'
          ? html`<strong>${w.results.left}</strong>, ${place(before)}. ${problemWords(desk.language, code, {}).detail}`
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
            desk,
            changed.map((one) => one.id),
          )}
        </div>`
      }
      <p><a href="/agenda/team/affected">${w.backToList}</a></p>`,
  }
}

/** The people of appointments, whatever day they are on now. */
export async function peopleOf(desk: Desk, ids: readonly string[]): Promise<Map<string, AgendaEntry>> {
  const found = await Promise.all(
    ids.map(async (id) => {
      const a = await desk.api<{ start: string; agentId: string }>('GET', `/v1/appointments/${encodeURIComponent(id)}`)
      if (!a.ok) return []
      const { start, agentId } = a.body
      const to = new Date(Date.parse(start) + 1).toISOString()
      return (await named(desk, start, to, agentId)).items.filter((e) => e.id === id)
    }),
  )
  return new Map(found.flat().map((e) => [e.id, e]))
}
