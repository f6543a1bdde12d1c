// Administration of API keys for integrators: create (shown once) and revoke.
import type { KeyShown } from '../../api/api-key.routes.ts'
import type { Static } from 'typebox'
import { empty, moment, refused } from '../frame/components.ts'
import {
  formIn,
  textIn,
  textsIn,
  type AddWorkspacePage,
  type WorkspaceView,
  chosenIn,
  isSent,
  typedIn,
} from '../frame/workspace.ts'
import { action, form } from '../frame/layout.ts'
import { choices, field, NO_FAULTS } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { back, shownOnce } from './admin-components.ts'
import { SCOPES } from '../../kernel/permissions/scopes.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

type Key = Static<typeof KeyShown>
const KEYS = '/agenda/settings/keys'

async function keysPage(workspace: Workspace, extra: Html | false = false, refusal?: Refusal): Promise<WorkspaceView> {
  const w = workspace.words.people
  const { items } = await workspace.read<{ items: Key[] }>('/v1/api-keys?limit=200')
  const own = SCOPES.filter((scope) => workspace.can(scope))
  return {
    title: workspace.words.admin.keys,
    section: 'settings',
    main: html`${back(workspace)}
      <h1>${workspace.words.admin.keys}</h1>
      ${refused(refusal)} ${extra}
      ${
        items.length === 0
          ? empty(workspace.words.admin.none)
          : html`<ul class="rows">
              ${items.map(
                (k) =>
                  html`<li>
                    <span
                      ><strong>${k.name}</strong>
                      ${k.revokedAt !== null && html`<span class="tag blocked">${w.revoked}</span>`}<span class="detail"
                        >${moment(workspace, k.createdAt)} · ${k.scopes.join(', ')}</span
                      ></span
                    >${
                      k.revokedAt === null &&
                      action(workspace, {
                        to: '/agenda/settings/keys/revocation',
                        label: w.revoke,
                        fields: { id: k.id },
                      })
                    }
                  </li>`,
              )}
            </ul>`
      }
      <details ${isSent(workspace, KEYS) && html`open`}>
        <summary>${w.newKey}</summary>
        ${form(
          workspace,
          KEYS,
          html`${field(
              {
                name: 'name',
                label: w.keyName,
                value: typedIn(workspace, KEYS, 'name'),
                required: true,
                maxLength: 200,
              },
              NO_FAULTS,
            )}
            ${choices(
              {
                name: 'scopes',
                legend: w.scopes,
                several: true,
                required: true,
                options: own.map((scope) => ({ value: scope, label: scope })),
                chosen: chosenIn(workspace, KEYS, 'scopes', []),
              },
              NO_FAULTS,
            )} <button>${w.makeKey}</button>`,
        )}
      </details>`,
  }
}

export function keyPages(add: AddWorkspacePage): void {
  add({ method: 'GET', url: '/agenda/settings/keys', scope: 'keys:write', handler: (workspace) => keysPage(workspace) })
  add({
    method: 'POST',
    url: '/agenda/settings/keys',
    scope: 'keys:write',
    handler: async (workspace, request, reply) => {
      const given = formIn(request)
      const answer = await workspace.api<{ token: string }>('POST', '/v1/api-keys', {
        body: { name: textIn(given, 'name'), scopes: textsIn(given, 'scopes') },
      })
      const w = workspace.words.people
      if (answer.ok) return keysPage({ ...workspace, sent: null }, shownOnce(w.keyMade, w.keyOnce, answer.body.token))
      reply.code(answer.status)
      return keysPage(workspace, false, answer.refusal)
    },
  })
  add({
    method: 'POST',
    url: '/agenda/settings/keys/revocation',
    scope: 'keys:write',
    handler: async (workspace, request) => {
      await workspace.api('POST', `/v1/api-keys/${encodeURIComponent(textIn(formIn(request), 'id'))}/revocation`, {
        body: {},
      })
      return { redirect: '/agenda/settings/keys?done=ended' }
    },
  })
}
