// The inbox "to answer": what people wrote to the office, who takes care of it, and the way to the person.
import type { Static } from 'typebox'
import type { InboundShown } from '../../api/inbox.routes.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { field, hidden, NO_FAULTS } from '../../ui/form.ts'
import { empty, moment, nameOf, refused } from '../frame/components.ts'
import { action, form } from '../frame/layout.ts'
import {
  address,
  formIn,
  paramIn,
  queryIn,
  textIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import type { Refusal, Workspace } from '../frame/context.ts'
import { lookUp, type Found } from '../agenda/book.page.ts'

const HERE = '/agenda/inbox'
const TABS = ['open', 'mine', 'closed'] as const
type Tab = (typeof TABS)[number]
type Inbound = Static<typeof InboundShown>
type Read = { items: Inbound[]; nextCursor: string | null }

/** Names of the people who wrote, by id. */
async function namesOf(workspace: Workspace, items: readonly Inbound[]): Promise<Map<string, string>> {
  const ids = [...new Set(items.flatMap((one) => one.contactId ?? []))]
  const people = await Promise.all(ids.map((id) => workspace.api<Found>('GET', `/v1/contacts/${id}`)))
  return new Map(people.flatMap((one) => (one.ok ? [[one.body.id, nameOf(one.body)]] : [])))
}

function ownerOf(workspace: Workspace, message: Inbound): Html | false {
  const w = workspace.words.inbox
  if (message.status !== 'open') return html`<span class="tag">${w.states[message.status]}</span>`
  if (message.ownerId === null) return html`<span class="tag">${w.nobody}</span>`
  const isMine = message.ownerId === workspace.person.id
  return html`<span class="tag">${isMine ? w.tabs.mine : w.owner(message.ownerName ?? '–')}</span>`
}

type Line = { tab: Tab; names: ReadonlyMap<string, string>; found: { id: string; people: readonly Found[] } | null }

function finder(workspace: Workspace, message: Inbound, { tab, found }: Line): Html {
  const w = workspace.words.contact
  const people = found?.id === message.id ? found.people : null
  return html`<details ${people !== null && html`open`}>
    <summary>${w.findPerson}</summary>
    ${form(
      workspace,
      `${HERE}/${message.id}/find`,
      html`${hidden('show', tab)}${field(
          {
            name: 'text',
            id: `text-${message.id}`,
            label: workspace.words.book.look,
            value: '',
            required: true,
            maxLength: 200,
            autocomplete: 'off',
          },
          NO_FAULTS,
        )}<button class="secondary">${w.find}</button>`,
      'filters',
    )}
    ${people !== null && people.length === 0 && empty(workspace.words.book.nobody)}
    ${
      people !== null &&
      html`<ul class="rows">
        ${people.map(
          (one) =>
            html`<li>
              <span>${nameOf(one)} <span class="detail">${one.phone} ${one.email}</span></span>
              ${action(workspace, { to: `${HERE}/${message.id}`, label: w.isThis, fields: { show: tab, contactId: one.id } })}
            </li>`,
        )}
      </ul>`
    }
  </details>`
}

function line(workspace: Workspace, message: Inbound, more: Line): Html {
  const w = workspace.words.inbox
  const { tab, names } = more
  const to = `${HERE}/${message.id}`
  const act = (label: string, fields: Record<string, string>): Html =>
    action(workspace, { to, label, fields: { show: tab, ...fields } })
  const isOpen = message.status === 'open'
  const person = message.contactId === null ? null : (names.get(message.contactId) ?? '–')
  return html`<li class="message" id="m${message.id}">
    <p>
      <strong
        >${
          person === null
            ? (message.sender ?? w.unknown)
            : html`<a href="/agenda/contact/person/${message.contactId}?do=message">${person}</a>`
        }</strong
      >
      <span class="detail">${moment(workspace, message.createdAt)}</span> ${ownerOf(workspace, message)}
    </p>
    ${message.subject !== undefined && html`<p>${message.subject}</p>`}
    <blockquote>${message.content}</blockquote>
    ${
      isOpen &&
      html`<div class="buttons">
        ${
          person !== null &&
          html`<a class="button" href="/agenda/contact/person/${message.contactId}?do=message">${w.answer}</a>`
        }
        ${message.ownerId !== workspace.person.id && act(w.take, { owner: 'me' })} ${act(w.close, { status: 'closed' })}
      </div>`
    }
    ${!isOpen && act(w.reopen, { status: 'open' })} ${person === null && finder(workspace, message, more)}
  </li>`
}

type Shown = { found?: Line['found']; refusal?: Refusal | undefined; cursor?: string | undefined }

async function inboxPage(
  workspace: Workspace,
  tab: Tab,
  { found = null, refusal, cursor }: Shown,
): Promise<WorkspaceView> {
  const w = workspace.words.inbox
  const filter =
    tab === 'closed'
      ? { finished: true }
      : { status: 'open', ...(tab === 'mine' ? { ownerId: workspace.person.id } : {}) }
  const { items, nextCursor } = await workspace.read<Read>(
    address('/v1/inbound-messages', { ...filter, limit: 30, cursor }),
  )
  const names = await namesOf(workspace, items)
  return {
    title: w.title,
    section: 'inbox',
    main: html`<h1>${w.title}</h1>
      ${refused(refusal)}
      <nav class="tabs" aria-label="${w.which}">
        <ul>
          ${TABS.map(
            (one) =>
              html`<li>
                <a href="${address(HERE, { show: one })}" ${one === tab && html`aria-current="true"`}>${w.tabs[one]}</a>
              </li>`,
          )}
        </ul>
      </nav>
      <div data-live>
        ${
          items.length === 0
            ? empty(w.nothing)
            : html`<ul class="messages">
                ${items.map((one) => line(workspace, one, { tab, names, found }))}
              </ul>`
        }
      </div>
      ${
        nextCursor !== null &&
        html`<p>
          <a href="${address(HERE, { show: tab, cursor: nextCursor })}">${workspace.words.contact.earlier}</a>
        </p>`
      }`,
  }
}

const tabIn = (text: string | undefined): Tab => TABS.find((one) => one === text) ?? 'open'

export function inboxPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: HERE,
    scope: 'contacts:read',
    handler: (workspace, request) => {
      const { show, cursor } = queryIn(request)
      return inboxPage(workspace, tabIn(show), { cursor })
    },
  })
  add({
    method: 'POST',
    url: `${HERE}/:id`,
    scope: 'contacts:write',
    handler: async (workspace, request, reply) => {
      const fields = formIn(request)
      const [contactId, status] = [textIn(fields, 'contactId'), textIn(fields, 'status')]
      const body = {
        ...(contactId === '' ? {} : { contactId }),
        ...(status === '' ? {} : { status }),
        ...(textIn(fields, 'owner') === 'me' ? { ownerId: workspace.person.id } : {}),
      }
      const answer = await workspace.api('PATCH', `/v1/inbound-messages/${paramIn(request)}`, { body })
      const tab = tabIn(textIn(fields, 'show'))
      if (answer.ok) return { redirect: address(HERE, { show: tab, done: 'saved' }) }
      reply.code(answer.status)
      return inboxPage(workspace, tab, { refusal: answer.refusal })
    },
  })
  add({
    method: 'POST',
    url: `${HERE}/:id/find`,
    scope: 'contacts:write',
    handler: async (workspace, request) => {
      const fields = formIn(request)
      const people = await lookUp(workspace, textIn(fields, 'text'))
      return inboxPage(workspace, tabIn(textIn(fields, 'show')), { found: { id: paramIn(request), people } })
    },
  })
}
