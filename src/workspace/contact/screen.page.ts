// The contact screen: who it is, what to say and what to do, in three areas of one page; each act is a form of its area.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readableNumber } from '../../domain/contact/phone.ts'
import { AppError } from '../../kernel/errors.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { action } from '../frame/layout.ts'
import { campaignName, clock, moment, nameOf, numberLink, serviceName, stateTag } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'
import {
  address,
  formIn,
  paramIn,
  queryIn,
  textIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import { lookUp, type Found } from '../agenda/book.page.ts'
import type { ShownAppointment } from '../agenda/shown-appointment.ts'
import { timeline } from '../agenda/timeline.view.ts'
import { widgetsFor } from '../agenda/widgets.ts'
import { ACTS, OF_CALLBACK, OF_PERSON } from './acts.ts'
import { doArea } from './do.view.ts'
import { sayArea } from './say.view.ts'
import { actAt, KINDS, readScreen, storyOf, type Kind, type Screen } from './screen.ts'
import { spokenIn } from './talk-text.ts'
import { moreOf, whoArea } from './who.view.ts'

const scope = 'callbacks:work' as const

/** What was booked or moved just now: the time, the code, who is told, and the way to take it back. */
async function doneAppointment(workspace: Workspace, screen: Screen, id: string, isMoved: boolean): Promise<Html> {
  const w = workspace.words.contact
  const [a, way] = await Promise.all([
    workspace.read<ShownAppointment>(`/v1/appointments/${id}`),
    workspace.read<{ recipient: string | null }>(`/v1/appointments/${id}/notice`),
  ])
  const what = `${serviceName(workspace, a.serviceIds)}, ${moment(workspace, a.start)}`
  return html`<div class="notice success done" role="status">
    <p>
      <strong>${isMoved ? w.moved(what) : w.booked(what)}</strong> ${w.code(a.code)}.
      ${way.recipient === null ? w.notTold : w.told(way.recipient)}
    </p>
    ${
      ['confirmed', 'pending'].includes(a.status) &&
      action(workspace, {
        to: actAt(screen, 'take-back'),
        label: isMoved ? w.undoMove : w.cancel,
        fields: { appointmentId: id, ...(isMoved ? { moved: '1' } : {}) },
      })
    }
  </div>`
}

async function promised(workspace: Workspace, id: string): Promise<Html> {
  const c = await workspace.read<{ windowFrom: string; windowTo: string }>(`/v1/callbacks/${id}`)
  const when = `${moment(workspace, c.windowFrom)}–${clock(workspace, c.windowTo)}`
  return html`<p class="notice success done" role="status">
    ${workspace.words.contact.promised(when)} <a href="/agenda/callbacks/${id}">${workspace.words.contact.open}</a>
  </p>`
}

/** What the last act has led to, as the address of the page says it. */
async function doneNotice(workspace: Workspace, screen: Screen): Promise<Html | false> {
  const { booked, moved, promised: callback, done } = screen.query
  if (screen.refused !== null) return false
  if (booked !== undefined) return doneAppointment(workspace, screen, booked, false)
  if (moved !== undefined) return doneAppointment(workspace, screen, moved, true)
  if (callback !== undefined) return promised(workspace, callback)
  const said = (workspace.words.contact.after as Record<string, string>)[done ?? '']
  return said !== undefined && html`<p class="notice success done" role="status">${said}</p>`
}

/** What this contact is about, in one line, with the number to dial. */
function head(workspace: Workspace, screen: Screen): Html {
  const w = workspace.words.contact
  const { callback: c, appointment: a, call, summary } = screen
  const name = summary === null ? null : nameOf(summary.contact)
  const title = name ?? (screen.number === null ? w.of[screen.kind] : readableNumber(screen.number))
  const facts = [...Object.entries(c?.data ?? {}), ...Object.entries(call?.data ?? {})]
  return html`<div class="head contact-head">
    <div>
      <h1>${title}</h1>
      <p class="detail">
        ${w.of[screen.kind]}
        ${
          c !== null &&
          html`· <a href="/agenda/callbacks/${c.id}">${campaignName(workspace, c.campaignId)}</a> ·
            ${w.window(`${moment(workspace, c.windowFrom)}–${clock(workspace, c.windowTo)}`)}
            ${c.attempts > 0 && html`· ${w.attempt(c.attempts + 1)}`}
            ${c.attempts > 0 && c.status === 'scheduled' && html`· ${w.nextTry}: ${moment(workspace, c.dueAt)}`}
            ${stateTag(workspace, c)} ${c.reason !== undefined && html`· <q>${c.reason}</q>`}`
        }
        ${
          a !== null &&
          screen.kind === 'appointment' &&
          html`· <a href="/agenda/appointments/${a.id}">${serviceName(workspace, a.serviceIds)}</a> ·
            ${moment(workspace, a.start)} ${stateTag(workspace, a)}`
        }
      </p>
      ${
        facts.length > 0 &&
        html`<p class="detail">
          ${facts.map(([key, value]) => html`<span class="fact">${key}: <strong>${String(value)}</strong></span> `)}
        </p>`
      }
    </div>
    ${screen.number !== null && html`<p class="big">${numberLink(screen.number)}</p>`}
  </div>`
}

async function screenPage(
  workspace: Workspace,
  screen: Screen,
  found: readonly Found[] | null = null,
): Promise<WorkspaceView> {
  const w = workspace.words.contact
  const contactId = screen.summary?.contact.id
  const place = screen.kind === 'callback' || screen.kind === 'appointment' ? screen.kind : 'contact'
  const context = { contactId: contactId ?? '', ...(place === 'contact' ? {} : { subjectId: screen.id }) }
  const frames = (area: 'who' | 'say'): Promise<Html | false> =>
    contactId === undefined ? Promise.resolve(false) : widgetsFor(workspace, place, context, area)
  const [spoken, beside, within, done] = await Promise.all([
    spokenIn(workspace, screen),
    frames('who'),
    frames('say'),
    doneNotice(workspace, screen),
  ])
  return {
    title: `${w.of[screen.kind]} ${screen.summary === null ? (screen.number ?? '') : nameOf(screen.summary.contact)}`,
    section: 'contact',
    scripts: ['contact.js'],
    isWide: true,
    main: html`${head(workspace, screen)}
      <nav class="jump" aria-label="${w.jump}">
        <a href="#who">${w.who}</a> <a href="#say">${w.say}</a> <a href="#do">${w.act}</a>
      </nav>
      <div class="contact-screen" data-contact="${screen.path}" data-subject="${screen.callback?.id ?? screen.id}">
        ${whoArea(workspace, screen, found, beside)} ${sayArea(workspace, screen, spoken, within)}
        ${await doArea(workspace, screen, done)}
      </div>
      <template
        id="contact-words"
        data-lost="${w.lost}"
        data-retry="${w.retry}"
        data-elsewhere="${w.changedElsewhere}"
      ></template>`,
  }
}

const kindIn = (request: FastifyRequest): Kind => {
  const kind = KINDS.find((one) => one === paramIn(request, 'kind'))
  if (kind === undefined) throw new AppError('not_found', { what: 'page' })
  return kind
}

async function act(workspace: Workspace, request: FastifyRequest, reply: FastifyReply): Promise<WorkspaceView> {
  const [kind, id, name] = [kindIn(request), paramIn(request), paramIn(request, 'act')]
  const fields = formIn(request)
  const asked = queryIn(request)
  const query = {
    ...asked,
    do: textIn(fields, 'do') || asked.do,
    appointment: textIn(fields, 'appointment') || asked.appointment,
  }
  const place = { kind, id, query }
  if (name === 'find')
    return screenPage(workspace, await readScreen(workspace, place), await lookUp(workspace, textIn(fields, 'text')))
  const screen = await readScreen(workspace, { ...place, isForAct: true })
  const run = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined
  const isPossible =
    (!OF_CALLBACK.has(name) || screen.callback !== null) &&
    (!OF_PERSON.has(name) || screen.summary !== null) &&
    (name !== 'move' || screen.appointment !== null)
  if (run === undefined || !isPossible) throw new AppError('not_found', { what: 'page' })
  const done = await run(workspace, screen, fields)
  if ('redirect' in done) return done
  if ('query' in done) return { redirect: address(screen.path, done.query) }
  reply.code(done.status)
  // A colleague may have changed it meanwhile: read it again to show the refusal beside what is true now.
  const now = await readScreen(workspace, place, { act: name, refusal: done.refusal })
  return screenPage(workspace, now)
}

export function contactScreenPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/contact/story/:id',
    scope,
    handler: async (workspace, request) => {
      const { kind, cursor } = queryIn(request)
      const story = await storyOf(workspace, paramIn(request), kind, cursor)
      return {
        title: workspace.words.contact.history,
        section: 'contact',
        main: html`<h1>${workspace.words.contact.history}</h1>
          <div id="story">
            ${timeline(workspace, story.items)} ${moreOf(workspace, paramIn(request), story, kind)}
          </div>`,
      }
    },
  })
  add({
    method: 'GET',
    url: '/agenda/contact/:kind/:id',
    scope,
    handler: async (workspace, request) =>
      screenPage(
        workspace,
        await readScreen(workspace, { kind: kindIn(request), id: paramIn(request), query: queryIn(request) }),
      ),
  })
  add({ method: 'POST', url: '/agenda/contact/:kind/:id/:act', scope, handler: act })
}
