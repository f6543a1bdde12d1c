// Administration of keys for integrators: made, shown once, ended.
import { SCOPES } from '../auth/scopes.ts'
import { empty, moment, refused } from '../agenda/pieces.ts'
import {
  formIn,
  textIn,
  textsIn,
  type AddDesk,
  type Desk,
  type DeskView,
  type Refusal,
  chosenIn,
  isSent,
  typedIn,
} from '../web/desk.ts'
import { action, form } from '../web/desk.layout.ts'
import { choices, field, NO_FAULTS } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import { back, shownOnce } from './pieces.ts'

type Key = {
  id: string
  name: string
  scopes: string[]
  createdAt: string
  expiresAt: string | null
  revokedAt: string | null
}
const KEYS = '/agenda/settings/keys'

async function keysPage(desk: Desk, extra: Html | false = false, refusal?: Refusal): Promise<DeskView> {
  const w = desk.words.people
  const { items } = await desk.read<{ items: Key[] }>('/v1/api-keys?limit=200')
  const own = SCOPES.filter((scope) => desk.can(scope))
  return {
    title: desk.words.admin.keys,
    section: 'settings',
    main: html`${back(desk)}
      <h1>${desk.words.admin.keys}</h1>
      ${refused(refusal)} ${extra}
      ${
        items.length === 0
          ? empty(desk.words.admin.none)
          : html`<ul class="rows">
              ${items.map(
                (k) =>
                  html`<li>
                    <span
                      ><strong>${k.name}</strong>
                      ${k.revokedAt !== null && html`<span class="tag blocked">${w.revoked}</span>`}<span class="detail"
                        >${moment(desk, k.createdAt)} · ${k.scopes.join(', ')}</span
                      ></span
                    >${k.revokedAt === null && action(desk, '/agenda/settings/keys/revocation', w.revoke, { id: k.id })}
                  </li>`,
              )}
            </ul>`
      }
      <details ${isSent(desk, KEYS) && html`open`}>
        <summary>${w.newKey}</summary>
        ${form(
          desk,
          KEYS,
          html`${field({ name: 'name', label: w.keyName, value: typedIn(desk, KEYS, 'name'), required: true, maxLength: 200 }, NO_FAULTS)}
            ${choices({ name: 'scopes', legend: w.scopes, several: true, required: true, options: own.map((scope) => ({ value: scope, label: scope })), chosen: chosenIn(desk, KEYS, 'scopes', []) }, NO_FAULTS)}
            <button>${w.makeKey}</button>`,
        )}
      </details>`,
  }
}

export function keyPages(add: AddDesk): void {
  add({ method: 'GET', url: '/agenda/settings/keys', scope: 'keys:write', handler: (desk) => keysPage(desk) })
  add({
    method: 'POST',
    url: '/agenda/settings/keys',
    scope: 'keys:write',
    handler: async (desk, request, reply) => {
      const given = formIn(request)
      const answer = await desk.api<{ token: string }>('POST', '/v1/api-keys', {
        body: { name: textIn(given, 'name'), scopes: textsIn(given, 'scopes') },
      })
      const w = desk.words.people
      if (answer.ok) return keysPage({ ...desk, sent: null }, shownOnce(w.keyMade, w.keyOnce, answer.body.token))
      reply.code(answer.status)
      return keysPage(desk, false, answer.refusal)
    },
  })
  add({
    method: 'POST',
    url: '/agenda/settings/keys/revocation',
    scope: 'keys:write',
    handler: async (desk, request) => {
      await desk.api('POST', `/v1/api-keys/${encodeURIComponent(textIn(formIn(request), 'id'))}/revocation`, {
        body: {},
      })
      return { redirect: '/agenda/settings/keys?done=ended' }
    },
  })
}
