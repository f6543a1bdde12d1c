// The page of the audit log.
import type { AuditShown } from '../../api/audit.routes.ts'
import type { Static } from 'typebox'
import { empty, moment, table } from '../frame/components.ts'
import { address, queryIn, type AddWorkspacePage } from '../frame/workspace.ts'
import { html } from '../../platform/html/html.ts'
import { back } from './admin-components.ts'

type Entry = Static<typeof AuditShown>

export function auditPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings/audit',
    scope: 'audit:read',
    handler: async (workspace, request) => {
      const w = workspace.words.people
      const query = queryIn(request)
      const users = workspace.can('users:write')
        ? (await workspace.read<{ items: { id: string; name: string }[] }>('/v1/users?limit=200')).items
        : []
      const names = new Map(users.map((u) => [`user:${u.id}`, u.name]))
      const page = await workspace.read<{ items: Entry[]; nextCursor: string | null }>(
        address('/v1/audit-entries', { limit: 100, cursor: query.cursor, actor: query.actor }),
      )
      return {
        title: workspace.words.admin.audit,
        section: 'settings',
        main: html`${back(workspace)}
          <h1>${workspace.words.admin.audit}</h1>
          <p>${workspace.words.admin.auditText}</p>
          ${
            page.items.length === 0
              ? empty(workspace.words.admin.none)
              : table(
                  workspace.words.admin.audit,
                  [w.when, w.who, w.what, w.subject, w.result],
                  page.items.map((e) => [
                    moment(workspace, e.at),
                    names.get(e.actor) ?? e.actor,
                    `${e.action}${(e.data.fields?.length ?? 0) > 0 ? ` (${e.data.fields!.join(', ')})` : ''}`,
                    e.subject ?? '',
                    e.result,
                  ]),
                )
          }
          <ul class="links">
            ${
              page.nextCursor !== null &&
              html`<li>
                <a href="${address('/agenda/settings/audit', { cursor: page.nextCursor, actor: query.actor })}"
                  >${workspace.words.admin.more}</a
                >
              </li>`
            }
            <li><a href="/v1/audit-entries/export" download>${w.exportAudit}</a></li>
          </ul>`,
      }
    },
  })
}
