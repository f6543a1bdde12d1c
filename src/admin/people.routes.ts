// Administration of people and keys: invite, change, block; keys for integrators, shown once; what was done by whom.
import { ROLES } from '../auth/roles.ts'
import { SCOPES } from '../auth/scopes.ts'
import { empty, moment, optionsOf, refused, table } from '../agenda/pieces.ts'
import {
  address,
  faultsOf,
  formIn,
  paramIn,
  queryIn,
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
import { choices, faultSummary, field, NO_FAULTS, select, type Faults } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'

type User = {
  id: string
  email: string
  name: string
  role: (typeof ROLES)[number]
  agentId: string | null
  locationIds: string[]
  agentIds: string[]
  status: string
  secondFactor: boolean
  provider: boolean
  signedInAt: string | null
  version: number
}
type Key = {
  id: string
  name: string
  scopes: string[]
  createdAt: string
  expiresAt: string | null
  revokedAt: string | null
}
type Entry = {
  id: string
  at: string
  actor: string
  action: string
  subject: string | null
  result: number
  data: { fields?: string[] }
}

const back = (desk: Desk): Html => html`<p><a href="/agenda/settings">${desk.words.admin.title}</a></p>`

function personFields(desk: Desk, u: Partial<User>, faults: Faults): Html {
  const w = desk.words.people
  return html`${field({ name: 'name', label: w.name, value: u.name ?? '', required: true, maxLength: 200, autocomplete: 'off' }, faults)}
    ${field({ name: 'email', label: desk.words.signIn.email, value: u.email ?? '', type: 'email', required: true, maxLength: 254, autocomplete: 'off' }, faults)}
    ${choices({ name: 'role', legend: w.role, required: true, options: ROLES.map((role) => ({ value: role, label: desk.words.roles[role], detail: html`<span class="detail">${w.may[role]}</span>` })), chosen: [u.role ?? 'agent'] }, faults)}
    ${select({ name: 'agentId', label: w.agent, hint: w.agentHint, value: u.agentId ?? '', options: optionsOf(desk.config.agents.values(), w.noAgent) }, faults)}
    <details ${(u.locationIds?.length ?? 0) + (u.agentIds?.length ?? 0) > 0 ? html`open` : html``}>
      <summary>${w.reach}</summary>
      <p class="hint">${w.reachHint}</p>
      ${choices({ name: 'locationIds', legend: desk.words.fields.locationIds, several: true, options: optionsOf(desk.config.locations.values()), chosen: u.locationIds ?? [] }, faults)}
      ${choices({ name: 'agentIds', legend: desk.words.fields.agentIds, several: true, options: optionsOf(desk.config.agents.values()), chosen: u.agentIds ?? [] }, faults)}
    </details>`
}

function personIn(request: Parameters<typeof formIn>[0]) {
  const given = formIn(request)
  const agentId = textIn(given, 'agentId')
  return {
    name: textIn(given, 'name'),
    email: textIn(given, 'email'),
    role: textIn(given, 'role') as User['role'],
    agentId: agentId === '' ? null : agentId,
    locationIds: textsIn(given, 'locationIds'),
    agentIds: textsIn(given, 'agentIds'),
  }
}

async function usersPage(
  desk: Desk,
  given: Partial<User> = {},
  refusal?: Refusal,
  extra: Html | false = false,
): Promise<DeskView> {
  const w = desk.words.people
  const { items } = await desk.read<{ items: User[] }>('/v1/users?limit=200')
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  return {
    title: w.title,
    section: 'settings',
    main: html`${faultSummary(desk.pageWords, faults)} ${back(desk)}
      <h1>${w.title}</h1>
      ${refused(refusal)} ${extra}
      <ul class="entries">
        ${items.map(
          (u) =>
            html`<li class="entry">
              <a class="what" href="/agenda/settings/users/${u.id}"><strong>${u.name}</strong></a>
              <span class="detail">${u.email} · ${desk.words.roles[u.role]}</span
              ><span class="tag ${u.status}">${(desk.words.people.status as Record<string, string>)[u.status]}</span>
            </li>`,
        )}
      </ul>
      <details ${refusal ? html`open` : html``}>
        <summary>${w.invite}</summary>
        ${form(desk, '/agenda/settings/users', html`${personFields(desk, given, faults)}<button>${w.inviteNow}</button>`)}
      </details>`,
  }
}

async function userPage(
  desk: Desk,
  u: User,
  given: Partial<User>,
  refusal?: Refusal,
  extra: Html | false = false,
): Promise<DeskView> {
  const w = desk.words.people
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  const to = `/agenda/settings/users/${u.id}`
  return {
    title: u.name,
    section: 'settings',
    main: html`${faultSummary(desk.pageWords, faults)}
      <p><a href="/agenda/settings/users">${w.title}</a></p>
      <h1>${u.name} <span class="tag ${u.status}">${(w.status as Record<string, string>)[u.status]}</span></h1>
      ${refused(refusal)} ${extra}
      <p>
        ${u.signedInAt === null ? w.never : w.lastSeen(moment(desk, u.signedInAt))}
        ${u.secondFactor && w.hasSecondFactor} ${u.provider && w.hasProvider}
      </p>
      ${form(desk, to, html`${personFields(desk, given, faults)}<button>${desk.words.appointment.save}</button>`)}
      <div class="buttons">
        ${action(desk, `${to}/invitation`, u.status === 'invited' ? w.again : w.newPassword)}
        ${u.secondFactor && action(desk, `${to}/second-factor`, w.removeSecondFactor)}
        ${action(desk, `${to}/sessions`, w.endSessions)}
        ${u.status === 'blocked' ? action(desk, `${to}/status`, w.unblock, { status: 'active' }) : action(desk, `${to}/status`, w.block, { status: 'blocked' }, 'danger')}
      </div>`,
  }
}

const linkShown = (desk: Desk, link: string | undefined): Html | false =>
  link !== undefined &&
  html`<div class="notice note">
    <h2>${desk.words.people.noMail}</h2>
    <p>${desk.words.people.handOver}</p>
    <p><code>${link}</code></p>
  </div>`

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

export function peoplePages(add: AddDesk): void {
  const scope = 'users:write' as const
  add({ method: 'GET', url: '/agenda/settings/users', scope, handler: (desk) => usersPage(desk) })
  add({
    method: 'POST',
    url: '/agenda/settings/users',
    scope,
    handler: async (desk, request, reply) => {
      const body = personIn(request)
      const answer = await desk.api<{ user: User; link?: string }>('POST', '/v1/users', { body })
      if (answer.ok)
        return usersPage(
          desk,
          {},
          undefined,
          html`<p class="notice success" role="status">${desk.words.people.invited(body.name)}</p>
            ${linkShown(desk, answer.body.link)}`,
        )
      reply.code(answer.status)
      return usersPage(desk, body, answer.refusal)
    },
  })
  add({
    method: 'GET',
    url: '/agenda/settings/users/:id',
    scope,
    handler: async (desk, request) => {
      const u = await desk.read<User>(`/v1/users/${encodeURIComponent(paramIn(request))}`)
      return userPage(desk, u, u)
    },
  })
  const change = (
    name: string,
    run: (desk: Desk, id: string, request: Parameters<typeof formIn>[0]) => ReturnType<Desk['api']>,
  ): void =>
    add({
      method: 'POST',
      url: `/agenda/settings/users/:id${name}`,
      scope,
      handler: async (desk, request, reply) => {
        const url = `/v1/users/${encodeURIComponent(paramIn(request))}`
        const before = await desk.read<User>(url)
        const answer = await run(desk, before.id, request)
        if (answer.ok) {
          const { link } = (answer.body ?? {}) as { link?: string }
          if (link === undefined) return { redirect: address(`/agenda/settings/users/${before.id}`, { done: 'saved' }) }
          return userPage(desk, before, before, undefined, linkShown(desk, link))
        }
        reply.code(answer.status)
        return userPage(desk, before, name === '' ? { ...before, ...personIn(request) } : before, answer.refusal)
      },
    })
  change('', (desk, id, request) =>
    desk.api('PATCH', `/v1/users/${id}`, { body: personIn(request), headers: { 'if-match': '*' } }),
  )
  change('/invitation', (desk, id) => desk.api('POST', `/v1/users/${id}/invitation`, { body: {} }))
  change('/second-factor', (desk, id) => desk.api('DELETE', `/v1/users/${id}/second-factor`))
  change('/sessions', (desk, id) => desk.api('DELETE', `/v1/users/${id}/sessions`))
  change('/status', (desk, id, request) =>
    desk.api('PATCH', `/v1/users/${id}`, {
      body: { status: textIn(formIn(request), 'status') },
      headers: { 'if-match': '*' },
    }),
  )

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
      if (answer.ok)
        return keysPage(
          { ...desk, sent: null },
          html`<div class="notice success" role="status">
            <h2>${w.keyMade}</h2>
            <p>${w.keyOnce}</p>
            <p><code>${answer.body.token}</code></p>
          </div>`,
        )
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

  add({
    method: 'GET',
    url: '/agenda/settings/audit',
    scope: 'audit:read',
    handler: async (desk, request) => {
      const w = desk.words.people
      const query = queryIn(request)
      const users = desk.can('users:write') ? (await desk.read<{ items: User[] }>('/v1/users?limit=200')).items : []
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
