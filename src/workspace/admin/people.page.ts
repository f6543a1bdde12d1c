// Administration of people: invite, change, block.
import type { UserShown } from '../../api/user.routes.ts'
import type { Static } from 'typebox'
import { ROLES } from '../../kernel/permissions/roles.ts'
import { moment, optionsOf, refused } from '../frame/components.ts'
import {
  address,
  faultsOf,
  formIn,
  paramIn,
  textIn,
  textsIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import { action, form } from '../frame/layout.ts'
import { choices, faultSummary, field, NO_FAULTS, select, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { back } from './admin-components.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

type User = Static<typeof UserShown>

function personFields(workspace: Workspace, u: Partial<User>, faults: Faults): Html {
  const w = workspace.words.people
  return html`${field({ name: 'name', label: w.name, value: u.name ?? '', required: true, maxLength: 200, autocomplete: 'off' }, faults)}
    ${field(
      {
        name: 'email',
        label: workspace.words.signIn.email,
        value: u.email ?? '',
        type: 'email',
        required: true,
        maxLength: 254,
        autocomplete: 'off',
      },
      faults,
    )}
    ${choices(
      {
        name: 'role',
        legend: w.role,
        required: true,
        options: ROLES.map((role) => ({
          value: role,
          label: workspace.words.roles[role],
          detail: html`<span class="detail">${w.may[role]}</span>`,
        })),
        chosen: [u.role ?? 'agent'],
      },
      faults,
    )}
    ${select(
      {
        name: 'agentId',
        label: w.agent,
        hint: w.agentHint,
        value: u.agentId ?? '',
        options: optionsOf(workspace.config.agents.values(), w.noAgent),
      },
      faults,
    )}
    <details ${(u.locationIds?.length ?? 0) + (u.agentIds?.length ?? 0) > 0 ? html`open` : html``}>
      <summary>${w.reach}</summary>
      <p class="hint">${w.reachHint}</p>
      ${choices(
        {
          name: 'locationIds',
          legend: workspace.words.fields.locationIds,
          several: true,
          options: optionsOf(workspace.config.locations.values()),
          chosen: u.locationIds ?? [],
        },
        faults,
      )}
      ${choices(
        {
          name: 'agentIds',
          legend: workspace.words.fields.agentIds,
          several: true,
          options: optionsOf(workspace.config.agents.values()),
          chosen: u.agentIds ?? [],
        },
        faults,
      )}
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
  workspace: Workspace,
  given: Partial<User> = {},
  refusal?: Refusal,
  extra: Html | false = false,
): Promise<WorkspaceView> {
  const w = workspace.words.people
  const { items } = await workspace.read<{ items: User[] }>('/v1/users?limit=200')
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  return {
    title: w.title,
    section: 'settings',
    main: html`${faultSummary(workspace.pageWords, faults)} ${back(workspace)}
      <h1>${w.title}</h1>
      ${refused(refusal)} ${extra}
      <ul class="entries">
        ${items.map(
          (u) =>
            html`<li class="entry">
              <a class="what" href="/agenda/settings/users/${u.id}"><strong>${u.name}</strong></a>
              <span class="detail">${u.email} · ${workspace.words.roles[u.role]}</span
              ><span class="tag ${u.status}"
                >${(workspace.words.people.status as Record<string, string>)[u.status]}</span
              >
            </li>`,
        )}
      </ul>
      <details ${refusal ? html`open` : html``}>
        <summary>${w.invite}</summary>
        ${form(workspace, '/agenda/settings/users', html`${personFields(workspace, given, faults)}<button>${w.inviteNow}</button>`)}
      </details>`,
  }
}

type UserPageContent = {
  u: User
  given: Partial<User>
  refusal?: Refusal
  extra?: Html | false
}

async function userPage(
  workspace: Workspace,
  { u, given, refusal, extra = false }: UserPageContent,
): Promise<WorkspaceView> {
  const w = workspace.words.people
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  const to = `/agenda/settings/users/${u.id}`
  return {
    title: u.name,
    section: 'settings',
    main: html`${faultSummary(workspace.pageWords, faults)}
      <p><a href="/agenda/settings/users">${w.title}</a></p>
      <h1>${u.name} <span class="tag ${u.status}">${(w.status as Record<string, string>)[u.status]}</span></h1>
      ${refused(refusal)} ${extra}
      <p>
        ${u.signedInAt === null ? w.never : w.lastSeen(moment(workspace, u.signedInAt))}
        ${u.secondFactor && w.hasSecondFactor} ${u.provider && w.hasProvider}
      </p>
      ${form(workspace, to, html`${personFields(workspace, given, faults)}<button>${workspace.words.appointment.save}</button>`)}
      <div class="buttons">
        ${action(workspace, { to: `${to}/invitation`, label: u.status === 'invited' ? w.again : w.newPassword })}
        ${u.secondFactor && action(workspace, { to: `${to}/second-factor`, label: w.removeSecondFactor })}
        ${action(workspace, { to: `${to}/sessions`, label: w.endSessions })}
        ${
          u.status === 'blocked'
            ? action(workspace, { to: `${to}/status`, label: w.unblock, fields: { status: 'active' } })
            : action(workspace, {
                to: `${to}/status`,
                label: w.block,
                fields: { status: 'blocked' },
                className: 'danger',
              })
        }
      </div>`,
  }
}

const linkShown = (workspace: Workspace, link: string | undefined): Html | false =>
  link !== undefined &&
  html`<div class="notice note">
    <h2>${workspace.words.people.noMail}</h2>
    <p>${workspace.words.people.handOver}</p>
    <p><code>${link}</code></p>
  </div>`

export function peoplePages(add: AddWorkspacePage): void {
  const scope = 'users:write' as const
  add({ method: 'GET', url: '/agenda/settings/users', scope, handler: (workspace) => usersPage(workspace) })
  add({
    method: 'POST',
    url: '/agenda/settings/users',
    scope,
    handler: async (workspace, request, reply) => {
      const body = personIn(request)
      const answer = await workspace.api<{ user: User; link?: string }>('POST', '/v1/users', { body })
      if (answer.ok)
        return usersPage(
          workspace,
          {},
          undefined,
          html`<p class="notice success" role="status">${workspace.words.people.invited(body.name)}</p>
            ${linkShown(workspace, answer.body.link)}`,
        )
      reply.code(answer.status)
      return usersPage(workspace, body, answer.refusal)
    },
  })
  add({
    method: 'GET',
    url: '/agenda/settings/users/:id',
    scope,
    handler: async (workspace, request) => {
      const u = await workspace.read<User>(`/v1/users/${encodeURIComponent(paramIn(request))}`)
      return userPage(workspace, { u, given: u })
    },
  })
  const change = (
    name: string,
    run: (workspace: Workspace, id: string, request: Parameters<typeof formIn>[0]) => ReturnType<Workspace['api']>,
  ): void =>
    add({
      method: 'POST',
      url: `/agenda/settings/users/:id${name}`,
      scope,
      handler: async (workspace, request, reply) => {
        const url = `/v1/users/${encodeURIComponent(paramIn(request))}`
        const before = await workspace.read<User>(url)
        const answer = await run(workspace, before.id, request)
        if (answer.ok) {
          const { link } = (answer.body ?? {}) as { link?: string }
          if (link === undefined) return { redirect: address(`/agenda/settings/users/${before.id}`, { done: 'saved' }) }
          return userPage(workspace, { u: before, given: before, extra: linkShown(workspace, link) })
        }
        reply.code(answer.status)
        return userPage(workspace, {
          u: before,
          given: name === '' ? { ...before, ...personIn(request) } : before,
          refusal: answer.refusal,
        })
      },
    })
  change('', (workspace, id, request) =>
    workspace.api('PATCH', `/v1/users/${id}`, { body: personIn(request), headers: { 'if-match': '*' } }),
  )
  change('/invitation', (workspace, id) => workspace.api('POST', `/v1/users/${id}/invitation`, { body: {} }))
  change('/second-factor', (workspace, id) => workspace.api('DELETE', `/v1/users/${id}/second-factor`))
  change('/sessions', (workspace, id) => workspace.api('DELETE', `/v1/users/${id}/sessions`))
  change('/status', (workspace, id, request) =>
    workspace.api('PATCH', `/v1/users/${id}`, {
      body: { status: textIn(formIn(request), 'status') },
      headers: { 'if-match': '*' },
    }),
  )
}
