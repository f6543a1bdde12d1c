// An agent's hours: the week as text and as a grid, absences, extra openings. Affected appointments are shown before a change.
import type { ScheduleRule } from '../../domain/catalogue/tenant-config.ts'
import { formatDate, parseDate } from '../../kernel/time/zone.ts'
import { longDate, weekdayNames } from '../../locales/dates.ts'
import {
  address,
  faultsOf,
  formIn,
  paramIn,
  queryIn,
  textIn,
  type AddWorkspacePage,
  type WorkspaceView,
  isSent,
  typedIn,
} from '../frame/workspace.ts'
import { action, form, proof } from '../frame/layout.ts'
import { faultSummary, field, hidden, NO_FAULTS, select, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { AgendaEntry } from '../../api/agenda.routes.ts'
import { agentName, empty, entryLine, moment, optionsOf, refused, today, instantIn } from '../frame/components.ts'
import { isWeekly, linesOf, rulesOf, ruleWords } from './schedule-text.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

type Schedule = {
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
function agentIn(workspace: Workspace, asked: string | undefined): string | null {
  if (workspace.person.role === 'agent') return workspace.person.agentId
  if (asked !== undefined && workspace.config.agents.has(asked)) return asked
  return (
    workspace.person.agentId ??
    [...workspace.config.agents.values()].find((a) => !a.archived && a.poolId === null)?.id ??
    null
  )
}

const ofAgent = async <T>(workspace: Workspace, path: string, query: Record<string, string>): Promise<T[]> =>
  (await workspace.read<{ items: T[] }>(address(`/v1/${path}`, { ...query, limit: 200 }))).items

/** The version of the schedule valid on a day. */
const versionOn = (schedules: readonly Schedule[], day: string): Schedule | undefined =>
  schedules.find((s) => s.validFrom <= day && (s.validUntil === undefined || day < s.validUntil))

type WeekFormOptions = {
  agentId: string
  lines: readonly string[]
  validFrom: string
  faults: Faults
}

function weekForm(workspace: Workspace, { agentId, lines, validFrom, faults }: WeekFormOptions): Html {
  const w = workspace.words.hours
  const names = weekdayNames(workspace.language, 'long')
  return form(
    workspace,
    '/agenda/hours/week',
    html`${hidden('agent', agentId)}
      <p class="hint">${w.weekHint}</p>
      <div class="week" data-painter>
        ${names.map((name, i) => field({ name: `day${i}`, label: name, value: typedIn(workspace, WEEK, `day${i}`, lines[i]), maxLength: 200, autocomplete: 'off' }, faults))}
      </div>
      ${field({ name: 'validFrom', label: w.validFrom, value: typedIn(workspace, WEEK, 'validFrom', validFrom), type: 'date', required: true }, faults)}
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
          ${action(workspace, { to: `/agenda/hours/${kind}/${one.id}/end`, label: workspace.words.hours.remove, fields: { agent: agentId } })}
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

async function hoursPage(workspace: Workspace, agentId: string | null, given: Given = {}): Promise<WorkspaceView> {
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
  const plain = now === undefined || isWeekly(now.rules)
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
          ${select({ name: 'agent', label: workspace.words.calendar.agent, value: agentId, options: optionsOf(workspace.config.agents.values()) }, NO_FAULTS)}
          <button class="secondary">${workspace.words.calendar.show}</button>
        </form>`
      }
      <section>
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
      </section>
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

type PreviewPageOptions = {
  hit: readonly AgendaEntry[]
  title: string
  to: string
  fields: Record<string, string>
}

/** The appointments that a change affects, and the button that makes it anyway. */
function previewPage(workspace: Workspace, { hit, title, to, fields }: PreviewPageOptions): WorkspaceView {
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

const refusedDate = (refusal: Refusal): Given => ({
  faults: faultsOf(refusal, (pointer) => (pointer === '/note' ? 'reason' : pointer.slice(1))),
  refusal,
})

const scope = 'hours:write' as const

function hoursPageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/hours',
    scope,
    handler: (workspace, request) => hoursPage(workspace, agentIn(workspace, queryIn(request).agent)),
  })
}

function weekHoursForm(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/hours/week',
    scope,
    handler: async (workspace, request, reply) => {
      const given = formIn(request)
      const agentId = agentIn(workspace, textIn(given, 'agent'))
      const lines = Array.from({ length: 7 }, (_, i) => textIn(given, `day${i}`))
      const validFrom = textIn(given, 'validFrom')
      const read = rulesOf(lines)
      if ('fault' in read || agentId === null) {
        reply.code(422)
        const faults = new Map([[`day${'fault' in read ? read.fault : 0}`, workspace.words.hours.unreadable]])
        return hoursPage(workspace, agentId, { faults })
      }
      const versions = await ofAgent<Schedule>(workspace, 'schedules', { ownerId: agentId })
      const next = versions.map((s) => s.validFrom).filter((day) => day > validFrom)
      const until = next.length === 0 ? {} : { validUntil: next.sort()[0]! }
      const schedule = { ownerKind: 'agent', ownerId: agentId, validFrom, ...until, rules: read.rules }
      if (textIn(given, 'sure') !== '1') {
        const hit = await workspace.api<{ items: AgendaEntry[] }>('POST', '/v1/hours/impact', {
          body: { kind: 'schedule', ...schedule },
        })
        if (hit.ok) {
          const fields = { agent: agentId, validFrom, ...Object.fromEntries(lines.map((line, i) => [`day${i}`, line])) }
          return previewPage(workspace, {
            hit: hit.body.items,
            title: workspace.words.hours.newWeek,
            to: '/agenda/hours/week',
            fields,
          })
        }
        reply.code(hit.status)
        return hoursPage(workspace, agentId, { faults: faultsOf(hit.refusal), refusal: hit.refusal })
      }
      const same = versions.find((s) => s.validFrom === validFrom)
      const answer = same
        ? await workspace.api('PATCH', `/v1/schedules/${same.id}`, {
            body: { rules: read.rules },
            headers: { 'if-match': '*' },
          })
        : await workspace.api('POST', '/v1/schedules', { body: schedule })
      if (answer.ok) return { redirect: address('/agenda/hours', { agent: agentId, done: 'saved' }) }
      reply.code(answer.status)
      return hoursPage(workspace, agentId, { faults: faultsOf(answer.refusal), refusal: answer.refusal })
    },
  })
}

function timesForms(add: AddWorkspacePage): void {
  for (const kind of ['absence', 'opening'] as const)
    add({
      method: 'POST',
      url: `/agenda/hours/${kind}`,
      scope,
      handler: async (workspace, request, reply) => {
        const given = formIn(request)
        const agentId = agentIn(workspace, textIn(given, 'agent'))
        const period = {
          from: instantIn(workspace, textIn(given, 'from')) ?? textIn(given, 'from'),
          to: instantIn(workspace, textIn(given, 'to')) ?? textIn(given, 'to'),
        }
        const reason = textIn(given, 'reason')
        if (kind === 'absence' && textIn(given, 'sure') !== '1') {
          const hit = await workspace.api<{ items: AgendaEntry[] }>('POST', '/v1/hours/impact', {
            body: { kind: 'absence', agentId, ...period },
          })
          if (hit.ok)
            return previewPage(workspace, {
              hit: hit.body.items,
              title: workspace.words.hours.newAbsence,
              to: '/agenda/hours/absence',
              fields: {
                ...{ agent: agentId ?? '', from: textIn(given, 'from'), to: textIn(given, 'to'), reason },
              },
            })
          reply.code(hit.status)
          return hoursPage(workspace, agentId, refusedDate(hit.refusal))
        }
        const answer =
          kind === 'absence'
            ? await workspace.api<{ id: string }>('POST', '/v1/absences', {
                body: { agentId, ...period, ...(reason === '' ? {} : { reason }) },
              })
            : await workspace.api<{ id: string }>('POST', '/v1/openings', {
                body: { ownerKind: 'agent', ownerId: agentId, ...period, ...(reason === '' ? {} : { note: reason }) },
              })
        if (!answer.ok) {
          reply.code(answer.status)
          return hoursPage(workspace, agentId, refusedDate(answer.refusal))
        }
        const next = kind === 'absence' && workspace.can('team:write') ? '/agenda/team/affected' : '/agenda/hours'
        return { redirect: address(next, { agent: agentId, done: 'saved' }) }
      },
    })
}

function endForms(add: AddWorkspacePage): void {
  for (const kind of ['absences', 'openings'] as const)
    add({
      method: 'POST',
      url: `/agenda/hours/${kind}/:id/end`,
      scope,
      handler: async (workspace, request, reply) => {
        const agentId = agentIn(workspace, textIn(formIn(request), 'agent'))
        const answer = await workspace.api('DELETE', `/v1/${kind}/${paramIn(request)}`, {
          headers: { 'if-match': '*' },
        })
        if (answer.ok) return { redirect: address('/agenda/hours', { agent: agentId, done: 'saved' }) }
        reply.code(answer.status)
        return hoursPage(workspace, agentId, { refusal: answer.refusal })
      },
    })
}

export function hoursPages(add: AddWorkspacePage): void {
  hoursPageRoute(add)
  weekHoursForm(add)
  timesForms(add)
  endForms(add)
}
