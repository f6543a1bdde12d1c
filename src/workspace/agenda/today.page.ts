// Today at a glance: the next appointments, due callbacks, and past visits without an outcome.
import type { CallbackShown } from '../../domain/callback/callback.schema.ts'
import type { Static } from 'typebox'
import { DAY } from '../../kernel/time/interval.ts'
import { startOfDay } from '../../kernel/time/zone.ts'
import { longDate } from '../../locales/dates.ts'
import { address, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { action } from '../frame/layout.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { approvalsNote } from './approvals.page.ts'
import type { AgendaEntry } from '../../api/agenda.routes.ts'
import { clock, empty, entryLine, moment, nameOf, serviceName, today } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'

/** How far back (ms) visits without an outcome are listed. */
const BACK = 14 * DAY

function nextCard(workspace: Workspace, next: AgendaEntry | undefined): Html {
  const w = workspace.words.today
  if (!next)
    return html`<section class="card next">
      <h2>${w.next}</h2>
      <p>${w.nothingNext}</p>
    </section>`
  return html`<section class="card next" data-countdown="${next.start}">
    <h2>${w.next}</h2>
    <p class="big">
      <a href="/agenda/appointments/${next.id}">${clock(workspace, next.start)} ${nameOf(next)}</a>
      <span class="left" aria-hidden="true"></span>
    </p>
    <p>${serviceName(workspace, next.serviceIds)} · ${workspace.pageWords.channels[next.channel as 'phone']}</p>
    ${
      workspace.can('appointments:write') &&
      next.arrivedAt === undefined &&
      action(workspace, {
        to: `/agenda/appointments/${next.id}/arrival`,
        label: workspace.words.appointment.arrived,
        fields: {
          back: '/agenda',
        },
      })
    }
  </section>`
}

async function callbacksCard(workspace: Workspace): Promise<Html> {
  const w = workspace.words.today
  const query = {
    ownerAgentId: workspace.person.agentId ?? undefined,
    to: new Date(workspace.now + DAY).toISOString(),
    limit: 50,
  }
  const { items } = await workspace.read<{ items: Static<typeof CallbackShown>[] }>(address('/v1/callbacks', query))
  const open = items.filter((c) => ['scheduled', 'queued', 'in_progress'].includes(c.status)).slice(0, 8)
  return html`<section class="card">
    <h2>${w.callbacks}</h2>
    ${
      open.length === 0
        ? empty(w.noCallbacks)
        : html`<ul class="rows">
            ${open.map(
              (c) =>
                html`<li>
                  <a
                    href="${workspace.can('callbacks:work') ? '/agenda/contact/callback' : '/agenda/callbacks'}/${c.id}"
                    >${moment(workspace, c.windowFrom)}–${clock(workspace, c.windowTo)}</a
                  >
                  <span>${c.number ?? ''} ${c.reason}</span>
                </li>`,
            )}
          </ul>`
    }
    ${workspace.can('callbacks:work') && html`<p><a class="button secondary" href="/agenda/contact">${w.takeNext}</a></p>`}
  </section>`
}

async function todayPage(workspace: Workspace): Promise<WorkspaceView> {
  if (!workspace.can('appointments:read')) return { redirect: '/agenda/settings' }
  const w = workspace.words.today
  const day = today(workspace)
  const from = startOfDay(workspace.zone, day)
  const agentId = workspace.person.agentId ?? undefined
  const read = (query: Record<string, string | boolean | undefined>) =>
    workspace.read<{ items: AgendaEntry[] }>(address('/v1/agenda', { agentId, ...query })).then((page) => page.items)
  const to = startOfDay(workspace.zone, day + 1)
  const entries = await read({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
  const waiting = workspace.can('appointments:write')
    ? (
        await read({
          from: new Date(workspace.now - BACK).toISOString(),
          to: new Date(workspace.now).toISOString(),
          withoutOutcome: true,
        })
      ).filter((e) => Date.parse(e.end) < workspace.now)
    : []
  const live = entries.filter((e) => ['pending', 'confirmed'].includes(e.status))
  const next = live.find((e) => Date.parse(e.end) > workspace.now)
  const callbacks = workspace.can('callbacks:read') ? await callbacksCard(workspace) : false
  return {
    title: w.title,
    section: 'today',
    main: html`<div class="head">
        <h1>${longDate(workspace.language, day)}</h1>
        ${workspace.can('appointments:write') && html`<a class="button" href="/agenda/book" accesskey="n">${w.book}</a>`}
      </div>
      ${await approvalsNote(workspace)}
      <div class="cards">
        ${nextCard(workspace, next)} ${callbacks}
        <section class="card">
          <h2>${w.outcomes} <span class="count">(${waiting.length})</span></h2>
          ${
            waiting.length === 0
              ? empty(w.noOutcomes)
              : html`<ul class="rows">
                  ${waiting.slice(-8).map(
                    (e) =>
                      html`<li>
                        <span
                          ><a href="/agenda/appointments/${e.id}">${moment(workspace, e.start)}</a> ${nameOf(e)}</span
                        >
                        <span class="buttons">
                          ${action(workspace, {
                            to: `/agenda/appointments/${e.id}/outcome`,
                            label: workspace.words.appointment.came,
                            fields: { outcome: 'completed', back: '/agenda' },
                          })}
                          ${action(workspace, {
                            to: `/agenda/appointments/${e.id}/outcome`,
                            label: workspace.words.appointment.missed,
                            fields: { outcome: 'no_show', back: '/agenda' },
                          })}
                        </span>
                      </li>`,
                  )}
                </ul>`
          }
        </section>
      </div>
      <section data-live>
        <h2>${agentId === undefined ? w.allToday : w.myDay} <span class="count">(${live.length})</span></h2>
        ${
          entries.length === 0
            ? empty(w.nothingToday)
            : html`<ul class="entries">
                ${entries.slice(0, 200).map((e) => entryLine(workspace, e, { withAgent: agentId === undefined }))}
              </ul>`
        }
      </section>`,
  }
}

export function todayPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda',
    handler: todayPage,
  })
}
