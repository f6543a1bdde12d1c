// Who did what, as the audit log has it.
import { empty, moment, table } from '../agenda/pieces.ts'
import { address, queryIn, type AddDesk } from '../web/desk.ts'
import { html } from '../web/html.ts'
import { back } from './pieces.ts'

type Entry = {
  id: string
  at: string
  actor: string
  action: string
  subject: string | null
  result: number
  data: { fields?: string[] }
}

export function auditPages(add: AddDesk): void {
  add({
    method: 'GET',
    url: '/agenda/settings/audit',
    scope: 'audit:read',
    handler: async (desk, request) => {
      const w = desk.words.people
      const query = queryIn(request)
      const users = desk.can('users:write')
        ? (await desk.read<{ items: { id: string; name: string }[] }>('/v1/users?limit=200')).items
        : []
      const names = new Map(users.map((u) => [`user:${u.id}`, u.name]))
      const page = await desk.read<{ items: Entry[]; nextCursor: string | null }>(
        address('/v1/audit-entries', { limit: 100, cursor: query.cursor, actor: query.actor }),
      )
      return {
        title: desk.words.admin.audit,
        section: 'settings',
        main: html`${back(desk)}
          <h1>${desk.words.admin.audit}</h1>
          <p>${desk.words.admin.auditText}</p>
          ${
            page.items.length === 0
              ? empty(desk.words.admin.none)
              : table(
                  desk.words.admin.audit,
                  [w.when, w.who, w.what, w.subject, w.result],
                  page.items.map((e) => [
                    moment(desk, e.at),
                    names.get(e.actor) ?? e.actor,
                    `${e.action}${(e.data.fields?.length ?? 0) > 0 ? ` (${e.data.fields!.join(', ')})` : ''}`,
                    e.subject ?? '',
                    e.result,
                  ]),
                )
          }
          <ul class="links">
            ${page.nextCursor !== null && html`<li><a href="${address('/agenda/settings/audit', { cursor: page.nextCursor, actor: query.actor })}">${desk.words.admin.more}</a></li>`}
            <li><a href="/v1/audit-entries/export" download>${w.exportAudit}</a></li>
          </ul>`,
      }
    },
  })
}
