// Search everywhere: a booking code, a number in any spelling, a name or an e-mail address. A single hit opens at once.
import type { Static } from 'typebox'
import type { FoundShown } from '../../api/search.routes.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { NO_FAULTS, field } from '../../ui/form.ts'
import { empty, entryLine, nameOf, refused } from '../frame/components.ts'
import { form } from '../frame/layout.ts'
import { formIn, textIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import type { Refusal, Workspace } from '../frame/context.ts'
import type { Found as Person } from '../agenda/book.page.ts'
import { listOf } from '../callbacks/callback.view.ts'

const HERE = '/agenda/search'

type Found = Omit<Static<typeof FoundShown>, 'contacts'> & { contacts: Person[] }

/** Where the only hit stands: for who handles contacts, on the contact screen. Null when there is none or more than one. */
function onlyHit(workspace: Workspace, { appointments, callbacks, contacts }: Found): string | null {
  const isAgent = workspace.can('callbacks:work')
  // A person's own callbacks stand on the person's screen.
  const others = callbacks.filter((one) => contacts.length !== 1 || one.contactId !== contacts[0]!.id)
  const hits = [
    ...appointments.map((one) => `/agenda/appointments/${one.id}`),
    ...others.map((one) => `/agenda/${isAgent ? 'contact/callback' : 'callbacks'}/${one.id}`),
    ...contacts.map((one) => `/agenda/${isAgent ? 'contact/person' : 'contacts'}/${one.id}`),
  ]
  return hits.length === 1 ? hits[0]! : null
}

const part = (title: string, body: Html | false): Html | false =>
  body !== false &&
  html`<section>
    <h2>${title}</h2>
    ${body}
  </section>`

function people(workspace: Workspace, contacts: readonly Person[]): Html | false {
  if (contacts.length === 0) return false
  return html`<ul class="rows">
    ${contacts.map(
      (one) =>
        html`<li>
          <span
            ><a href="/agenda/contacts/${one.id}">${nameOf(one)}</a>
            <span class="detail">${one.phone} ${one.email}</span></span
          >
          ${
            workspace.can('callbacks:work') &&
            html`<a class="button secondary" href="/agenda/contact/person/${one.id}"
              >${workspace.words.contact.openFor}<span class="unseen"> ${nameOf(one)}</span></a
            >`
          }
        </li>`,
    )}
  </ul>`
}

function page(workspace: Workspace, text: string, found: Found | null, refusal?: Refusal): WorkspaceView {
  const w = workspace.words.search
  const isNone = found !== null && found.appointments.length + found.callbacks.length + found.contacts.length === 0
  return {
    title: w.title,
    main: html`<h1>${w.title}</h1>
      ${refused(refusal)}
      ${form(
        workspace,
        HERE,
        html`${field(
            {
              name: 'text',
              id: 'search-text',
              label: w.label,
              value: text,
              required: true,
              maxLength: 200,
              autocomplete: 'off',
            },
            NO_FAULTS,
          )}<button>${w.open}</button>`,
        'filters',
      )}
      ${isNone && empty(w.nothing)}
      ${
        found !== null &&
        html`${part(
          w.appointments,
          found.appointments.length > 0 &&
            html`<ul class="entries">
              ${found.appointments.map((one) => entryLine(workspace, one, { withAgent: true, withDay: true }))}
            </ul>`,
        )}
        ${part(w.callbacks, found.callbacks.length > 0 && listOf(workspace, found.callbacks))}
        ${part(w.people, people(workspace, found.contacts))}`
      }`,
  }
}

export function searchPages(add: AddWorkspacePage): void {
  const scope = 'contacts:read' as const
  add({ method: 'GET', url: HERE, scope, handler: async (workspace) => page(workspace, '', null) })
  add({
    method: 'POST',
    url: HERE,
    scope,
    handler: async (workspace, request, reply) => {
      const text = textIn(formIn(request), 'text')
      const answer = await workspace.api<Found>('POST', '/v1/search', { body: { text } })
      if (!answer.ok) {
        reply.code(answer.status)
        return page(workspace, text, null, answer.refusal)
      }
      const only = onlyHit(workspace, answer.body)
      return only === null ? page(workspace, text, answer.body) : { redirect: only }
    },
  })
}
