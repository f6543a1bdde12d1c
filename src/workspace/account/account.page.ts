// Account pages of a user: password, second factor, open sessions, language, calendar feed.
import { staffLanguageOf } from '../../kernel/language.ts'
import type { SessionShown } from '../../api/user.routes.ts'
import type { Static } from 'typebox'
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { findRow } from '../../domain/catalogue/records/resource.sql.ts'
import { languageNamed } from '../../locales/words.ts'
import { listFeeds, revokeFeed } from '../../application/calendars/feed.sql.ts'
import { LOOK_COOKIE, addWorkspacePage, formIn, paramIn, textIn } from '../frame/workspace.ts'
import { action, form } from '../frame/layout.ts'
import { dateOf, clockOf } from '../../locales/dates.ts'
import { passwordField, choices, faultSummary, NO_FAULTS, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Authenticator } from '../../http/authenticate.ts'
import { giveSession } from '../../http/session-cookie.ts'
import { rotate } from '../../application/identity/sessions.ts'
import { listPasskeys } from '../../application/identity/passkey.sql.ts'
import { faultsFrom, secondFactorSection } from './second-factor.view.ts'
import { changeOwnPassword, setLocale } from '../../application/identity/users.ts'
import { findUser } from '../../application/identity/user.sql.ts'
import { LOOKS, type Workspace } from '../frame/context.ts'

type Session = Static<typeof SessionShown>

function sessionsTable(workspace: Workspace, sessions: readonly Session[]): Html {
  const w = workspace.words.account
  const moment = (text: string): string =>
    `${dateOf(workspace.language, workspace.zone, Date.parse(text))}, ${clockOf(workspace.zone, Date.parse(text))}`
  return html`<ul class="rows">
    ${sessions.map(
      (s) =>
        html`<li>
          <span
            ><strong>${s.browser}</strong>${s.isThis && html` (${w.thisOne})`}<span class="detail"
              >${w.since(moment(s.createdAt))}</span
            ></span
          >
          ${!s.isThis && action(workspace, { to: `/agenda/account/sessions/${s.id}/end`, label: w.end })}
        </li>`,
    )}
  </ul>`
}

/** Language and look, which are saved at once. */
function languageAndLook(workspace: Workspace, locale: string, faults: Faults): Html {
  const w = workspace.words.account
  return html`<section>
      <h2>${w.language}</h2>
      ${form(
        workspace,
        '/agenda/account/language',
        html`${choices(
            {
              name: 'locale',
              legend: w.languageOf,
              options: [
                { value: 'it', label: 'Italiano' },
                { value: 'en', label: 'English' },
              ],
              chosen: [locale === '' ? workspace.language : locale],
            },
            faults,
          )} <button class="secondary">${w.save}</button>`,
      )}
    </section>
    <section>
      <h2>${w.look}</h2>
      ${form(
        workspace,
        '/agenda/account/look',
        html`${choices(
            {
              name: 'look',
              legend: w.lookOf,
              options: (['device', 'light', 'dark'] as const).map((value) => ({ value, label: w.looks[value] })),
              chosen: [workspace.look ?? 'device'],
            },
            faults,
          )} <button class="secondary">${w.save}</button>`,
      )}
    </section>`
}

/** The calendar addresses of the person's own agenda. */
function feedsSection(workspace: Workspace, feeds: readonly { id: string; created_at: Date }[]): Html {
  const w = workspace.words.account
  return html`<section>
    <h2>${w.feed}</h2>
    <p>${w.feedText}</p>
    <ul class="rows">
      ${feeds.map(
        (f) =>
          html`<li>
            <span>${w.feedSince(dateOf(workspace.language, workspace.zone, f.created_at.getTime()))}</span>
            ${action(workspace, { to: `/agenda/account/feeds/${f.id}/end`, label: w.end })}
          </li>`,
      )}
    </ul>
    ${action(workspace, { to: '/agenda/account/feeds', label: w.newFeed })}
  </section>`
}

function passwordSection(workspace: Workspace, email: string, faults: Faults): Html {
  const w = workspace.words.account
  return html`<section>
    <h2>${w.password}</h2>
    ${form(
      workspace,
      '/agenda/account/password',
      html`<input type="hidden" name="username" value="${email}" autocomplete="username" />
        ${passwordField({ name: 'present', label: w.present, use: 'present' }, faults)}
        ${passwordField({ name: 'password', label: w.next, hint: workspace.words.signIn.passwordHint, use: 'new' }, faults)}
        <button class="secondary">${w.change}</button>`,
    )}
  </section>`
}

export async function accountPage(workspace: Workspace, deps: Deps, faults: Faults, extra: Html | false = false) {
  const w = workspace.words.account
  const { items } = await workspace.read<{ items: Session[] }>('/v1/me/sessions')
  const user = (await findUser(deps.db.kysely, workspace.person.tenantId, workspace.person.id))!
  const feeds = (await listFeeds(deps.db.kysely, workspace.person.tenantId)).filter(
    (f) => f.owner_kind === 'agent' && f.owner_id === workspace.person.agentId && f.revoked_at === null,
  )
  const passkeys = await listPasskeys(deps.db.kysely, workspace.person.tenantId, workspace.person.id)
  const locale = (user.document as { locale?: string }).locale ?? ''
  return {
    title: w.title,
    main: html`${faultSummary(workspace.pageWords, faults)}
      <h1>${w.title}</h1>
      <p>${user.name}, ${user.email} · ${workspace.words.roles[user.role]}</p>
      ${extra} ${languageAndLook(workspace, locale, faults)}
      ${workspace.person.agentId !== null && feedsSection(workspace, feeds)}
      ${passwordSection(workspace, user.email, faults)} ${secondFactorSection(workspace, user, passkeys, faults)}
      <section>
        <h2>${w.sessions}</h2>
        ${sessionsTable(workspace, items)}
        ${items.length > 1 && action(workspace, { to: '/agenda/account/sessions/end', label: w.endOthers })}
      </section>`,
  }
}

const back = (done: string) => ({ redirect: `/agenda/account?done=${done}` })

function lookForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/look',
    handler: async (_workspace, request, reply) => {
      const look = LOOKS.find((one) => one === textIn(formIn(request), 'look'))
      const kept = { path: '/agenda', httpOnly: true, sameSite: 'lax' as const }
      if (look === undefined) reply.clearCookie(LOOK_COOKIE, kept)
      else reply.setCookie(LOOK_COOKIE, look, { ...kept, maxAge: 31_536_000 })
      return back('saved')
    },
  })
}

function languageForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/language',
    handler: async (workspace, request, reply) => {
      const locale = staffLanguageOf(languageNamed(textIn(formIn(request), 'locale')) ?? 'it')
      await setLocale(deps, workspace.person.tenantId, workspace.person.id, locale)
      reply.clearCookie('agenda_language', { path: '/' })
      return back('saved')
    },
  })
}

function passwordForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/password',
    handler: async (workspace, request, reply) => {
      const given = formIn(request)
      const { tenantId, id, sessionId } = workspace.person
      const [present, next] = [String(given.present ?? ''), String(given.password ?? '').slice(0, 200)]
      const faults = await faultsFrom(workspace, () =>
        changeOwnPassword(deps, { tenantId, userId: id, sessionId, present, next }),
      )
      if (faults.size > 0) {
        reply.code(422)
        return accountPage(workspace, deps, faults)
      }
      // Rotate the session's secret: copies of the old one become useless.
      const token = await rotate(deps, workspace.person, true)
      if (token !== null) giveSession(request, reply, token, workspace.isFramed)
      authenticator.forget()
      return back('password')
    },
  })
}

function endSessionForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/sessions/:id/end',
    handler: async (workspace, request) => {
      await workspace.api('DELETE', `/v1/me/sessions/${paramIn(request)}`)
      return back('ended')
    },
  })
}

function endSessionsForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/sessions/end',
    handler: async (workspace) => {
      const { items } = await workspace.read<{ items: Session[] }>('/v1/me/sessions')
      for (const s of items.filter((one) => !one.isThis)) await workspace.api('DELETE', `/v1/me/sessions/${s.id}`)
      return back('ended')
    },
  })
}

function newFeedForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/feeds',
    scope: 'hours:write',
    handler: async (workspace) => {
      const { agentId, tenantId } = workspace.person
      if (agentId === null || !(await findRow(deps.db.kysely, 'agents', tenantId, agentId)))
        throw new AppError('not_found', { what: 'agent' })
      const made = await workspace.api<{ url: string }>('POST', '/v1/calendar-feeds', {
        body: { ownerKind: 'agent', ownerId: agentId, showsNames: true },
      })
      if (!made.ok) throw new AppError('forbidden', { scope: 'hours:write' })
      const w = workspace.words.account
      return accountPage(
        workspace,
        deps,
        NO_FAULTS,
        html`<div class="notice success" role="status">
          <h2>${w.feedMade}</h2>
          <p>${w.feedOnce}</p>
          <p><code>${made.body.url}</code></p>
        </div>`,
      )
    },
  })
}

function endFeedForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/feeds/:id/end',
    handler: async (workspace, request) => {
      const { tenantId, agentId } = workspace.person
      const id = paramIn(request)
      const own = (await listFeeds(deps.db.kysely, tenantId)).find(
        (f) => f.id === id && f.owner_kind === 'agent' && f.owner_id === agentId,
      )
      if (!own) throw new AppError('not_found', { what: 'calendar-feed' })
      await revokeFeed(deps.db.kysely, tenantId, id, new Date(deps.now()))
      return back('ended')
    },
  })
}

export function accountPages(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'GET',
    url: '/agenda/account',
    handler: (workspace) => accountPage(workspace, deps, NO_FAULTS),
  })
  lookForm(app, deps, authenticator)
  languageForm(app, deps, authenticator)
  passwordForm(app, deps, authenticator)
  endSessionForm(app, deps, authenticator)
  endSessionsForm(app, deps, authenticator)
  newFeedForm(app, deps, authenticator)
  endFeedForm(app, deps, authenticator)
}
