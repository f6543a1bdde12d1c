// Draws an agent's hours: the week, absences and openings by date, and what a change would hit.
import type { ScheduleRule } from '../../domain/catalogue/tenant-config.ts'
import { formatDate, parseDate } from '../../kernel/time/zone.ts'
import { longDate, weekdayNames } from '../../locales/dates.ts'
import { address, faultsOf, type WorkspaceView, isSent, typedIn } from '../frame/workspace.ts'
import { action, form, proof } from '../frame/layout.ts'
import { faultSummary, field, hidden, NO_FAULTS, select, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { AgendaEntry } from '../../api/agenda.routes.ts'
import { agentName, empty, entryLine, moment, optionsOf, refused, today } from '../frame/components.ts'
import { isWeekly, linesOf, ruleWords } from './schedule-text.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

export type Schedule = {
  id: string
  ownerKind: string
  ownerId: string
  validFrom: string
  validUntil?: string
  timeZone: string
  rules: ScheduleRule[]
  version: number
}

type Dated = { id: string; from: string; to: string; reason?: string; note?: string; version: number }

/** The agent of the page: the signed-in one, or one the person may manage. */
export function agentIn(workspace: Workspace, asked: string | undefined): string | null {
  if (workspace.person.role === 'agent') return workspace.person.agentId
  if (asked !== undefined && workspace.config.agents.has(asked)) return asked
  return (
    workspace.person.agentId ??
    [...workspace.config.agents.values()].find((a) => !a.archived && a.poolId === null)?.id ??
    null
  )
}

export const ofAgent = async <T>(workspace: Workspace, path: string, query: Record<string, string>): Promise<T[]> =>
  (await workspace.read<{ items: T[] }>(address(`/v1/${path}`, { ...query, limit: 200 }))).items

/** The version of the schedule valid on a day. */
const versionOn = (schedules: readonly Schedule[], day: string): Schedule | undefined =>
  schedules.find((s) => s.validFrom <= day && (s.validUntil === undefined || day < s.validUntil))

type WeekFormContent = {
  agentId: string
  lines: readonly string[]
  validFrom: string
  faults: Faults
}

function weekForm(workspace: Workspace, { agentId, lines, validFrom, faults }: WeekFormContent): Html {
  const w = workspace.words.hours
  const names = weekdayNames(workspace.language, 'long')
  return form(
    workspace,
    '/agenda/hours/week',
    html`${hidden('agent', agentId)}
      <p class="hint">${w.weekHint}</p>
      <div class="week" data-painter>
        ${names.map((name, i) =>
          field(
            {
              name: `day${i}`,
              label: name,
              value: typedIn(workspace, WEEK, `day${i}`, lines[i]),
              maxLength: 200,
              autocomplete: 'off',
            },
            faults,
          ),
        )}
      </div>
      ${field(
        {
          name: 'validFrom',
          label: w.validFrom,
          value: typedIn(workspace, WEEK, 'validFrom', validFrom),
          type: 'date',
          required: true,
        },
        faults,
      )}
      <button>${w.preview}</button>`,
  )
}

function datedList(
  workspace: Workspace,
  agentId: string,
  kind: 'absences' | 'openings',
  items: readonly Dated[],
): Html {
  const upcoming = items.filter((one) => Date.parse(one.to) > workspace.now)
  if (upcoming.length === 0) return empty(workspace.words.hours.none)
  return html`<ul class="rows">
    ${upcoming.map(
      (one) =>
        html`<li>
          <span
            >${moment(workspace, one.from)} – ${moment(workspace, one.to)}
            <span class="detail">${one.reason ?? one.note}</span></span
          >
          ${action(workspace, {
            to: `/agenda/hours/${kind}/${one.id}/end`,
            label: workspace.words.hours.remove,
            fields: { agent: agentId },
          })}
        </li>`,
    )}
  </ul>`
}

const WEEK = '/agenda/hours/week'

const toDated = (kind: 'absence' | 'opening'): string => `/agenda/hours/${kind}`

/** Faults and refusal of the submitted form. */
type Given = { faults?: Faults; refusal?: Refusal }

/** The faults of the week's form, and the faults of all forms by field id. */
function faultsIn(workspace: Workspace, { faults = NO_FAULTS }: Given): { faults: Faults; named: Faults } {
  const kind = (['absence', 'opening'] as const).find((one) => isSent(workspace, toDated(one)))
  if (kind === undefined) return { faults, named: faults }
  return { faults: NO_FAULTS, named: new Map([...faults].map(([name, text]) => [`${kind}-${name}`, text])) }
}

type Week = {
  agentId: string
  now: Schedule | undefined
  later: readonly Schedule[]
  /** Its hours are those of its pool, and are changed there. */
  isPool: boolean
  faults: Faults
}

function weekSection(workspace: Workspace, { agentId, now, later, isPool, faults }: Week): Html {
  const w = workspace.words.hours
  const plain = now === undefined || isWeekly(now.rules)
  return html`<section>
    <h2>${w.week}</h2>
    ${
      now === undefined
        ? empty(w.noWeek)
        : html`<ul>
            ${now.rules.map((rule) => html`<li>${ruleWords(rule, workspace.language)}</li>`)}
          </ul>`
    }
    ${later.map(
      (s) =>
        html`<p>${w.from(longDate(workspace.language, parseDate(s.validFrom)))}</p>
          <ul>
            ${s.rules.map((rule) => html`<li>${ruleWords(rule, workspace.language)}</li>`)}
          </ul>`,
    )}
    ${isPool && html`<p class="notice note">${w.ofPool}</p>`}
    ${
      !isPool &&
      html`<details ${isSent(workspace, WEEK) && html`open`}>
        <summary>${w.changeWeek}</summary>
        ${!plain && html`<p class="notice warning">${w.notPlain}</p>`}
        ${weekForm(workspace, { agentId, lines: linesOf(now?.rules ?? []), validFrom: formatDate(today(workspace) + 1), faults })}
      </details>`
    }
  </section>`
}

export async function hoursPage(
  workspace: Workspace,
  agentId: string | null,
  given: Given = {},
): Promise<WorkspaceView> {
  const w = workspace.words.hours
  if (agentId === null)
    return {
      title: w.title,
      section: 'hours',
      main: html`<h1>${w.title}</h1>
        ${empty(w.noAgent)}`,
    }
  const ownerId = workspace.config.agents.get(agentId)?.poolId ?? agentId
  const [schedules, absences, openings] = await Promise.all([
    ofAgent<Schedule>(workspace, 'schedules', { ownerId }),
    ofAgent<Dated>(workspace, 'absences', { agentId }),
    ofAgent<Dated>(workspace, 'openings', { ownerId: agentId }),
  ])
  const day = formatDate(today(workspace))
  const now = versionOn(schedules, day)
  const later = schedules.filter((s) => s.validFrom > day)
  const isPool = ownerId !== agentId
  const { faults, named } = faultsIn(workspace, given)
  return {
    title: `${w.title}, ${agentName(workspace, agentId)}`,
    section: 'hours',
    scripts: ['painter.js'],
    main: html`${faultSummary(workspace.pageWords, named)}
      <h1>${w.title}: ${agentName(workspace, agentId)}</h1>
      ${refused(given.refusal)}
      ${
        workspace.person.role !== 'agent' &&
        html`<form method="get" action="/agenda/hours" class="filters">
          ${select(
            {
              name: 'agent',
              label: workspace.words.calendar.agent,
              value: agentId,
              options: optionsOf(workspace.config.agents.values()),
            },
            NO_FAULTS,
          )}
          <button class="secondary">${workspace.words.calendar.show}</button>
        </form>`
      }
      ${weekSection(workspace, { agentId, now, later, isPool, faults })}
      <section>
        <h2>${w.absences}</h2>
        ${datedList(workspace, agentId, 'absences', absences)} ${datedForm(workspace, agentId, 'absence', given)}
      </section>
      <section>
        <h2>${w.openings}</h2>
        ${datedList(workspace, agentId, 'openings', openings)} ${datedForm(workspace, agentId, 'opening', given)}
      </section>`,
  }
}

/** The form of an absence or extra opening; keeps what was typed after a refusal. */
function datedForm(workspace: Workspace, agentId: string, kind: 'absence' | 'opening', given: Given): Html {
  const w = workspace.words.hours
  const to = toDated(kind)
  const faults = (isSent(workspace, to) && given.faults) || NO_FAULTS
  const input = (name: string, label: string, more: object): Html =>
    field({ name, id: `${kind}-${name}`, label, value: typedIn(workspace, to, name), ...more }, faults)
  const moment = { type: 'datetime-local', required: true }
  const [summary, press, why] = kind === 'absence' ? [w.addAbsence, w.preview, w.reason] : [w.addOpening, w.add, w.note]
  return html`<details ${isSent(workspace, to) && html`open`}>
    <summary>${summary}</summary>
    ${form(
      workspace,
      to,
      html`${hidden('agent', agentId)}
        <div class="row">${input('from', w.begins, moment)} ${input('to', w.ends, moment)}</div>
        ${input('reason', why, { maxLength: 500 })}<button>${press}</button>`,
    )}
  </details>`
}

type PreviewContent = {
  hit: readonly AgendaEntry[]
  title: string
  to: string
  fields: Record<string, string>
}

/** The appointments that a change affects, and the button that makes it anyway. */
export function previewPage(workspace: Workspace, { hit, title, to, fields }: PreviewContent): WorkspaceView {
  const w = workspace.words.hours
  return {
    title,
    section: 'hours',
    main: html`<h1>${title}</h1>
      ${
        hit.length === 0
          ? html`<p class="notice success" role="status">${w.hitsNothing}</p>`
          : html`<div class="notice warning" role="alert">
                <h2>${w.hits(hit.length)}</h2>
                <p>${workspace.can('team:write') ? w.thenRearrange : w.thenTell}</p>
              </div>
              <ul class="entries">
                ${hit.slice(0, 100).map((e) => entryLine(workspace, e, { withAgent: true, withDay: true }))}
              </ul>`
      }
      <form method="post" action="${to}" class="buttons">
        ${proof(workspace)} ${hidden('sure', '1')} ${Object.entries(fields).map(([name, value]) => hidden(name, value))}
        <button class="${hit.length > 0 ? 'danger' : ''}">${w.sure}</button>
        <a class="button secondary" href="${address('/agenda/hours', { agent: fields.agent })}">${w.back}</a>
      </form>`,
  }
}

export const refusedDate = (refusal: Refusal): Given => ({
  faults: faultsOf(refusal, (pointer) => (pointer === '/note' ? 'reason' : pointer.slice(1))),
  refusal,
})
