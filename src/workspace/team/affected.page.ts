// The supervisor's pages for appointments that cannot stay: the list, a proposal for each, the results, and undo.
import type { ProposalsShown } from '../../api/rearrangement.routes.ts'
import type { Static } from 'typebox'
import type { Fields } from '../../ui/form-input.ts'
import { isOverridable } from '../../domain/appointment/override.ts'
import { DAY } from '../../kernel/time/interval.ts'
import { startOfDay } from '../../kernel/time/zone.ts'
import {
  address,
  chosenIn,
  formIn,
  queryIn,
  textIn,
  textsIn,
  typedIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import { form } from '../frame/layout.ts'
import { choices, field, hidden, NO_FAULTS, select } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { problemWords } from '../../locales/words.ts'
import type { ProblemCode } from '../../kernel/errors.ts'
import type { AgendaEntry } from '../../api/agenda.routes.ts'
import {
  named,
  peopleOf,
  REARRANGED,
  rearrangedPage,
  resultsPage,
  SHOWN,
  TELL_AFTER_SECONDS,
  UNDO,
  type Done,
  type Alternative,
  type Query,
} from './rearranged.view.ts'
import { agentName, clock, dayIn, empty, moment, nameOf, optionsOf, refused, serviceName } from '../frame/components.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

const [PREVIEW, REARRANGE] = ['/agenda/team/preview', '/agenda/team/rearrange']

type Proposed = Static<typeof ProposalsShown>['items'][number]
/** The appointments to rearrange: those of one agent's day, or all displaced by an absence or closure. */
async function affectedOf(workspace: Workspace, query: Query): Promise<AgendaEntry[]> {
  const now = new Date(workspace.now).toISOString()
  if (query.agent !== undefined && query.date !== undefined) {
    const day = dayIn(workspace, query.date)
    const [from, to] = [Math.max(workspace.now, startOfDay(workspace.zone, day)), startOfDay(workspace.zone, day + 1)]
    if (from >= to) return []
    const { items } = await named(workspace, new Date(from).toISOString(), new Date(to).toISOString(), query.agent)
    return items.filter((e) => e.status === 'confirmed' || e.status === 'pending')
  }
  const { items } = await workspace.read<{ items: { id: string; start: string }[] }>(
    address('/v1/appointments', { displaced: true, from: now, agentId: query.agent, limit: 100 }),
  )
  if (items.length === 0) return []
  const ids = new Set(items.map((a) => a.id))
  const first = Date.parse(items[0]!.start)
  const to = new Date(Math.min(Date.parse(items.at(-1)!.start) + 1, first + 44 * DAY)).toISOString()
  return (await named(workspace, items[0]!.start, to, query.agent)).items.filter((e) => ids.has(e.id))
}

const whatOf = (workspace: Workspace, e: AgendaEntry): Html =>
  html`<span class="detail">${serviceName(workspace, e.serviceIds)} · ${agentName(workspace, e.agentId)}</span>`
const whoOf = (workspace: Workspace, e: AgendaEntry): string =>
  `${moment(workspace, e.start)}–${clock(workspace, e.end)} ${nameOf(e)}`

/** The query of the list, kept in hidden fields through the steps. */
const ofQuery = (query: Query): Html =>
  html`${Object.entries(query).map(([name, value]) => value !== undefined && hidden(`of_${name}`, value))}`
const queryOf = (given: Fields): Query => ({
  agent: textIn(given, 'of_agent') || undefined,
  date: textIn(given, 'of_date') || undefined,
})

/** Other agents who are qualified for at least one of the affected appointments. */
const ableFor = (workspace: Workspace, entries: readonly AgendaEntry[]) =>
  [...workspace.config.agents.values()].filter((agent) =>
    entries.some((e) => e.agentId !== agent.id && e.serviceIds.every((id) => agent.serviceIds.has(id))),
  )

async function affectedPage(workspace: Workspace, query: Query, refusal?: Refusal): Promise<WorkspaceView> {
  const w = workspace.words.team
  const items = await affectedOf(workspace, query)
  const shown = items.slice(0, SHOWN)
  const modes = (['best', 'reassign', 'next', 'ask'] as const).map((mode) => ({ value: mode, label: w.modes[mode] }))
  return {
    title: w.affectedTitle,
    section: 'team',
    main: html`<h1>${w.affectedTitle}</h1>
      ${refused(refusal)}
      ${
        shown.length === 0
          ? empty(w.nothingAffected)
          : form(
              workspace,
              PREVIEW,
              html`${ofQuery(query)}
                ${choices(
                  {
                    name: 'ids',
                    legend: w.which(items.length),
                    several: true,
                    options: shown.map((e) => ({
                      value: e.id,
                      label: whoOf(workspace, e),
                      detail: whatOf(workspace, e),
                    })),
                    chosen: chosenIn(
                      workspace,
                      PREVIEW,
                      'ids',
                      shown.map((e) => e.id),
                    ),
                  },
                  NO_FAULTS,
                )}
                ${choices(
                  {
                    name: 'mode',
                    legend: w.how,
                    options: modes,
                    chosen: chosenIn(workspace, PREVIEW, 'mode', ['best']),
                  },
                  NO_FAULTS,
                )}
                ${select(
                  {
                    name: 'agentId',
                    label: w.toAgent,
                    value: typedIn(workspace, PREVIEW, 'agentId'),
                    options: optionsOf(ableFor(workspace, shown), workspace.words.appointment.fairest),
                  },
                  NO_FAULTS,
                )} <button>${w.preview}</button>`,
            )
      }`,
  }
}

/** One choice of a row as an option value: action, agent, start, and the rule to override. */
const choiceOf = (kind: string, agentId = '', start = '', rule = ''): string => [kind, agentId, start, rule].join(' ')

function targetOf(
  workspace: Workspace,
  e: AgendaEntry,
  place: { agentId?: string | undefined; start?: string | undefined },
): string {
  const w = workspace.words.team
  const isSame = place.start === undefined || Date.parse(place.start) === Date.parse(e.start)
  const when = isSame ? w.atItsTime : moment(workspace, place.start!)
  return place.agentId === undefined ? when : `${when}, ${agentName(workspace, place.agentId)}`
}

type ChoiceToOffer = {
  e: AgendaEntry
  p: Proposed
  wantedAgent: string
  away: string | undefined
}

/** The options of one appointment; the proposal is first and preselected. */
async function optionsFor(workspace: Workspace, { e, p, wantedAgent, away }: ChoiceToOffer) {
  const w = workspace.words.team
  const answer = await workspace.api<{ agentIds: string[]; places: Alternative[] }>(
    'GET',
    address(`/v1/appointments/${e.id}/alternatives`, { awayAgentId: away }),
  )
  const { agentIds, places } = answer.ok ? answer.body : { agentIds: [], places: [] }
  const off = p.code !== undefined && isOverridable(p.code) && wantedAgent !== '' ? p.code : undefined
  const options = [
    ...(p.result === 'reassign' ? [{ value: choiceOf('reassign', p.agentId), label: targetOf(workspace, e, p) }] : []),
    ...(p.result === 'move' ? [{ value: choiceOf('move', p.agentId, p.start), label: targetOf(workspace, e, p) }] : []),
    ...(p.result === 'ask' ? [{ value: choiceOf('ask'), label: w.askThem }] : []),
    { value: choiceOf('leave'), label: w.leaveIt },
    ...agentIds.map((agentId) => ({
      value: choiceOf('reassign', agentId),
      label: targetOf(workspace, e, { agentId }),
    })),
    ...places.map((place) => ({
      value: choiceOf('move', place.agentId, place.start),
      label: targetOf(workspace, e, place),
    })),
    { value: choiceOf('ask'), label: w.askThem },
    ...(off === undefined
      ? []
      : [
          {
            value: choiceOf('reassign', wantedAgent, '', off),
            label: w.anyway(agentName(workspace, wantedAgent), problemWords(workspace.language, off, {}).title),
          },
        ]),
  ]
  return [...new Map(options.map((option) => [option.value, option])).values()]
}

async function previewPage(workspace: Workspace, given: Fields, refusal?: Refusal): Promise<WorkspaceView> {
  const w = workspace.words.team
  const query = queryOf(given)
  const ids = textsIn(given, 'ids')
  const entries = (await affectedOf(workspace, query)).filter((e) => ids.includes(e.id)).slice(0, SHOWN)
  const agentId = textIn(given, 'agentId')
  // A whole day is handed over: its agent gets nothing, not even at another time.
  const away = query.date === undefined ? undefined : query.agent
  const body = {
    appointmentIds: entries.map((e) => e.id),
    mode: textIn(given, 'mode'),
    ...(agentId === '' ? {} : { agentId }),
    ...(away === undefined ? {} : { awayAgentId: away }),
  }
  if (entries.length === 0) return affectedPage(workspace, query)
  const answer = await workspace.api<{ items: Proposed[] }>('POST', '/v1/rearrangements/proposals', { body })
  if (!answer.ok) return affectedPage(workspace, query, answer.refusal)
  const proposals = new Map(answer.body.items.map((p) => [p.id, p]))
  const rows = await Promise.all(
    entries.map(async (e, i) => {
      const p = proposals.get(e.id)!
      const options = await optionsFor(workspace, { e, p, wantedAgent: agentId, away })
      const chosen = textIn(given, `do_${e.id}`) || options[0]!.value
      const why =
        p.result === 'none'
          ? problemWords(workspace.language, (p.code ?? 'no_agent_free') as ProblemCode, {}).title
          : null
      return html`<li class="entry proposal">
        <span class="what"
          ><strong>${whoOf(workspace, e)}</strong> ${whatOf(workspace, e)}
          ${why !== null && html`<span class="detail warn">${w.nothingProposed}: ${why}</span>`}</span
        >
        ${hidden('ids', e.id)}
        ${select(
          {
            name: `do_${e.id}`,
            id: `do${i}`,
            label: w.becomes,
            value: options.some((o) => o.value === chosen) ? chosen : options[0]!.value,
            options,
          },
          NO_FAULTS,
        )}
      </li>`
    }),
  )
  return {
    title: w.previewTitle,
    section: 'team',
    main: html`<h1 data-address="${address('/agenda/team/affected', query)}">${w.previewTitle}</h1>
      ${refused(refusal)}
      <p>${w.previewHint}</p>
      ${form(
        workspace,
        REARRANGE,
        html`${ofQuery(query)} ${hidden('mode', body.mode)} ${hidden('agentId', agentId)}
          <ul class="entries">
            ${rows}
          </ul>
          ${field(
            {
              name: 'reason',
              label: w.reason,
              hint: w.reasonHint,
              value: textIn(given, 'reason'),
              required: true,
              maxLength: 500,
            },
            NO_FAULTS,
          )}
          <div class="buttons">
            <button>${w.rearrange}</button>
            <a class="button secondary" href="${address('/agenda/team/affected', query)}">${w.backToList}</a>
          </div>`,
      )}`,
  }
}

type PlanItem = { appointmentId: string; agentId?: string; start?: string; ask?: boolean; rules?: string[] }

/** The chosen options as a plan, without unchanged appointments. */
function planIn(given: Fields): PlanItem[] {
  return textsIn(given, 'ids').flatMap((id): PlanItem[] => {
    const [kind, agentId = '', start = '', rule = ''] = String(given[`do_${id}`] ?? '').split(' ')
    if (kind === 'ask') return [{ appointmentId: id, ask: true }]
    if (kind !== 'reassign' && kind !== 'move') return []
    return [
      {
        appointmentId: id,
        ...(agentId === '' ? {} : { agentId }),
        ...(start === '' ? {} : { start }),
        ...(rule === '' ? {} : { rules: [rule] }),
      },
    ]
  })
}

export function affectedPages(add: AddWorkspacePage): void {
  const scope = 'team:write' as const
  add({
    method: 'GET',
    url: '/agenda/team/affected',
    scope,
    handler: (workspace, request) => affectedPage(workspace, queryIn(request)),
  })
  add({
    method: 'GET',
    url: REARRANGED,
    scope,
    handler: (workspace, request) => rearrangedPage(workspace, queryIn(request)),
  })
  // All steps but the first answer a form: loaded by GET, they restart at the list.
  for (const url of [PREVIEW, REARRANGE, UNDO])
    add({ method: 'GET', url, scope, handler: async () => ({ redirect: '/agenda/team/affected' }) })
  add({ method: 'POST', url: PREVIEW, scope, handler: (workspace, request) => previewPage(workspace, formIn(request)) })
  add({
    method: 'POST',
    url: REARRANGE,
    scope,
    handler: async (workspace, request, reply) => {
      const given = formIn(request)
      const plan = planIn(given)
      if (plan.length === 0) return affectedPage(workspace, queryOf(given))
      const people = await peopleOf(
        workspace,
        plan.map((item) => item.appointmentId),
      )
      const body = { plan, reason: textIn(given, 'reason'), notifyAfterSeconds: TELL_AFTER_SECONDS }
      const answer = await workspace.api<{ items: Done[] }>('POST', '/v1/rearrangements', { body })
      if (answer.ok) return resultsPage(workspace, people, answer.body.items, false)
      reply.code(answer.status)
      return previewPage(workspace, given, answer.refusal)
    },
  })
  add({
    method: 'POST',
    url: UNDO,
    scope,
    handler: async (workspace, request, reply) => {
      const ids = textsIn(formIn(request), 'ids')
      const people = await peopleOf(workspace, ids)
      const body = { appointmentIds: ids, reason: workspace.words.team.undoReason }
      const answer = await workspace.api<{ items: Done[] }>('POST', '/v1/rearrangements/undo', { body })
      if (answer.ok) return resultsPage(workspace, people, answer.body.items, true)
      reply.code(answer.status)
      return affectedPage(workspace, {}, answer.refusal)
    },
  })
}
