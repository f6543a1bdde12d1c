// Administration of people: invite, change, block.
import { ROLES } from '../auth/roles.ts'
import { moment, optionsOf, refused } from '../agenda/pieces.ts'
import {
  address,
  faultsOf,
  formIn,
  paramIn,
  textIn,
  textsIn,
  type AddDesk,
  type Desk,
  type DeskView,
  type Refusal,
} from '../web/desk.ts'
import { action, form } from '../web/desk.layout.ts'
import { choices, faultSummary, field, NO_FAULTS, select, type Faults } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import { back } from './pieces.ts'

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
}
