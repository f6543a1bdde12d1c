// Contacts: search by name or number, history, notes, merging, export and erasure.
import { address, formIn, paramIn, queryIn, textIn, type AddWorkspacePage } from '../frame/workspace.ts'
import type { Found } from './book.page.ts'
import type { Workspace } from '../frame/context.ts'
import { mergePage, contactPage, searchPage } from './contacts.view.ts'

function verb(
  add: AddWorkspacePage,
  name: string,
  {
    done,
    scope,
    run,
    leads,
  }: {
    done: string
    scope: 'contacts:write' | 'contacts:merge' | 'privacy:write'
    run: (workspace: Workspace, id: string, given: (name: string) => string) => ReturnType<Workspace['api']>
    leads?: string
  },
): void {
  add({
    method: 'POST',
    url: `/agenda/contacts/:id${name}`,
    scope,
    handler: async (workspace, request, reply) => {
      const id = paramIn(request)
      const answer = await run(workspace, id, (field) => textIn(formIn(request), field))
      if (answer.ok) return { redirect: address(leads ?? `/agenda/contacts/${id}`, { done }) }
      reply.code(answer.status)
      return contactPage(workspace, id, undefined, answer.refusal)
    },
  })
}

function contactsPageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/contacts',
    scope: 'contacts:read',
    handler: async (workspace) => searchPage(workspace, '', null),
  })
}

function newContactForm(add: AddWorkspacePage): void {
  // By POST: names and numbers must not appear in URLs or logs.
  add({
    method: 'POST',
    url: '/agenda/contacts',
    scope: 'contacts:read',
    handler: async (workspace, request) => {
      const text = textIn(formIn(request), 'text')
      if (text.length < 2) return searchPage(workspace, text, [])
      const answer = await workspace.api<{ items: Found[] }>('POST', '/v1/contacts/lookup', { body: { text } })
      return answer.ok
        ? searchPage(workspace, text, answer.body.items)
        : searchPage(workspace, text, null, answer.refusal)
    },
  })
}

function contactPageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/contacts/:id',
    scope: 'contacts:read',
    handler: (workspace, request) => contactPage(workspace, paramIn(request), queryIn(request).cursor),
  })
}

/** One value a line. */
const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

function contactForm(add: AddWorkspacePage): void {
  verb(add, '', {
    done: 'saved',
    scope: 'contacts:write',
    run: (workspace, id, given) => {
      const optional = (name: string): string | null => (given(name) === '' ? null : given(name))
      const body = {
        firstName: given('firstName'),
        lastName: given('lastName'),
        phone: optional('phone'),
        email: optional('email'),
        notes: optional('notes'),
        locale: optional('locale'),
        furtherPhones: lines(given('furtherPhones')),
        furtherEmails: lines(given('furtherEmails')),
      }
      return workspace.api('PATCH', `/v1/contacts/${id}`, { body, headers: { 'if-match': '*' } })
    },
  })
}

function noteForm(add: AddWorkspacePage): void {
  verb(add, '/notes', {
    done: 'saved',
    scope: 'contacts:write',
    run: (workspace, id, given) =>
      workspace.api('POST', `/v1/contacts/${id}/notes`, { body: { content: given('content') } }),
  })
}

function mergePageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/contacts/:id/merge',
    scope: 'contacts:merge',
    handler: (workspace, request) => mergePage(workspace, paramIn(request), queryIn(request).other ?? ''),
  })
}

function mergeForm(add: AddWorkspacePage): void {
  verb(add, '/merge', {
    done: 'merged',
    scope: 'contacts:merge',
    run: (workspace, id, given) =>
      workspace.api('POST', `/v1/contacts/${id}/merge`, { body: { otherId: given('otherId') } }),
  })
}

function consentForm(add: AddWorkspacePage): void {
  verb(add, '/consents', {
    done: 'saved',
    scope: 'contacts:write',
    run: (workspace, id, given) =>
      workspace.api('POST', `/v1/contacts/${id}/consents`, {
        body: {
          purpose: given('purpose').toLowerCase(),
          isGiven: given('isGiven') === '1',
          ...(given('wording') === '' ? {} : { wording: given('wording') }),
        },
      }),
  })
}

function erasureForm(add: AddWorkspacePage): void {
  verb(add, '/erasure', {
    done: 'erased',
    scope: 'privacy:write',
    run: (workspace, id) => workspace.api('POST', `/v1/contacts/${id}/erasure`, { body: {} }),
    leads: '/agenda/contacts',
  })
}

function exportFile(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/contacts/:id/export',
    scope: 'privacy:write',
    handler: async (workspace, request) => {
      const id = paramIn(request)
      const content = JSON.stringify(await workspace.read(`/v1/contacts/${id}/export`), null, 2)
      return { file: { name: `person-${id}.json`, type: 'application/json; charset=utf-8', content } }
    },
  })
}

export function contactPages(add: AddWorkspacePage): void {
  contactsPageRoute(add)
  newContactForm(add)
  contactPageRoute(add)
  contactForm(add)
  noteForm(add)
  mergePageRoute(add)
  mergeForm(add)
  verb(add, '/unmerge', {
    done: 'unmerged',
    scope: 'contacts:merge',
    run: (workspace, id) => workspace.api('DELETE', `/v1/contacts/${id}/merge`),
  })
  consentForm(add)
  erasureForm(add)
  exportFile(add)
}
