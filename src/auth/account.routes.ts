// What people change of themselves: password, second factor, where they are signed in, language, the feed of their agenda.
import type { FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { findRow } from '../rest/resource.sql.ts'
import { languageNamed } from '../locales/words.ts'
import { listFeeds, revokeFeed } from '../calendar/feed.sql.ts'
import { LOOK_COOKIE, LOOKS, addDesk, formIn, paramIn, textIn, type AddDesk, type Desk } from '../web/desk.ts'
import { action, form } from '../web/desk.layout.ts'
import { dateOf, clockOf } from '../web/dates.ts'
import { passwordField, choices, faultSummary, NO_FAULTS, type Faults } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import type { Authenticator } from './authenticate.actions.ts'
import { giveSession } from './cookie.ts'
import { rotate } from './session.actions.ts'
import { listPasskeys } from './passkey.sql.ts'
import { faultsFrom, secondFactorSection } from './second-factor.page.ts'
import { changeOwnPassword, setLocale } from './user.actions.ts'
import { findUser } from './user.sql.ts'

type Session = { id: string; browser: string; seenAt: string; createdAt: string; isThis: boolean }

function sessionsTable(desk: Desk, sessions: readonly Session[]): Html {
  const w = desk.words.account
  const moment = (text: string): string =>
    `${dateOf(desk.language, desk.zone, Date.parse(text))}, ${clockOf(desk.zone, Date.parse(text))}`
  return html`<ul class="rows">
    ${sessions.map(
      (s) =>
        html`<li>
          <span
            ><strong>${s.browser}</strong>${s.isThis && html` (${w.thisOne})`}<span class="detail"
              >${w.since(moment(s.createdAt))}</span
            ></span
          >
          ${!s.isThis && action(desk, `/agenda/account/sessions/${s.id}/end`, w.end)}
        </li>`,
    )}
  </ul>`
}

export async function accountPage(desk: Desk, deps: Deps, faults: Faults, extra: Html | false = false) {
  const w = desk.words.account
  const { items } = await desk.read<{ items: Session[] }>('/v1/me/sessions')
  const user = (await findUser(deps.db.kysely, desk.person.tenantId, desk.person.id))!
  const feeds = (await listFeeds(deps.db.kysely, desk.person.tenantId)).filter(
    (f) => f.owner_kind === 'agent' && f.owner_id === desk.person.agentId && f.revoked_at === null,
  )
  const passkeys = await listPasskeys(deps.db.kysely, desk.person.tenantId, desk.person.id)
  const locale = (user.document as { locale?: string }).locale ?? ''
  return {
    title: w.title,
    main: html`${faultSummary(desk.pageWords, faults)}
      <h1>${w.title}</h1>
      <p>${user.name}, ${user.email} · ${desk.words.roles[user.role]}</p>
      ${extra}
      <section>
        <h2>${w.language}</h2>
        ${form(
          desk,
          '/agenda/account/language',
          html`${choices(
              {
                name: 'locale',
                legend: w.languageOf,
                options: [
                  { value: 'it', label: 'Italiano' },
                  { value: 'en', label: 'English' },
                ],
                chosen: [locale === '' ? desk.language : locale],
              },
              faults,
            )} <button class="secondary">${w.save}</button>`,
        )}
      </section>
      <section>
        <h2>${w.look}</h2>
        ${form(
          desk,
          '/agenda/account/look',
          html`${choices(
              {
                name: 'look',
                legend: w.lookOf,
                options: (['device', 'light', 'dark'] as const).map((value) => ({ value, label: w.looks[value] })),
                chosen: [desk.look ?? 'device'],
              },
              faults,
            )} <button class="secondary">${w.save}</button>`,
        )}
      </section>
      ${
        desk.person.agentId !== null &&
        html`<section>
          <h2>${w.feed}</h2>
          <p>${w.feedText}</p>
          <ul class="rows">
            ${feeds.map(
              (f) =>
                html`<li>
                  <span>${w.feedSince(dateOf(desk.language, desk.zone, f.created_at.getTime()))}</span>
                  ${action(desk, `/agenda/account/feeds/${f.id}/end`, w.end)}
                </li>`,
            )}
          </ul>
          ${action(desk, '/agenda/account/feeds', w.newFeed)}
        </section>`
      }
      <section>
        <h2>${w.password}</h2>
        ${form(
          desk,
          '/agenda/account/password',
          html`<input type="hidden" name="username" value="${user.email}" autocomplete="username" />
            ${passwordField({ name: 'present', label: w.present, use: 'present' }, faults)}
            ${passwordField({ name: 'password', label: w.next, hint: desk.words.signIn.passwordHint, use: 'new' }, faults)}
            <button class="secondary">${w.change}</button>`,
        )}
      </section>
      ${secondFactorSection(desk, user, passkeys, faults)}
      <section>
        <h2>${w.sessions}</h2>
        ${sessionsTable(desk, items)} ${items.length > 1 && action(desk, '/agenda/account/sessions/end', w.endOthers)}
      </section>`,
  }
}

export function accountPages(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  const add: AddDesk = (route) => addDesk(app, deps, authenticator, route)
  const back = (done: string) => ({ redirect: `/agenda/account?done=${done}` })

  add({ method: 'GET', url: '/agenda/account', handler: (desk) => accountPage(desk, deps, NO_FAULTS) })

  add({
    method: 'POST',
    url: '/agenda/account/look',
    handler: async (_desk, request, reply) => {
      const look = LOOKS.find((one) => one === textIn(formIn(request), 'look'))
      const kept = { path: '/agenda', httpOnly: true, sameSite: 'lax' as const }
      if (look === undefined) reply.clearCookie(LOOK_COOKIE, kept)
      else reply.setCookie(LOOK_COOKIE, look, { ...kept, maxAge: 31_536_000 })
      return back('saved')
    },
  })
  add({
    method: 'POST',
    url: '/agenda/account/language',
    handler: async (desk, request, reply) => {
      const locale = languageNamed(textIn(formIn(request), 'locale')) ?? 'it'
      await setLocale(deps, desk.person.tenantId, desk.person.id, locale)
      reply.clearCookie('agenda_language', { path: '/' })
      return back('saved')
    },
  })

  add({
    method: 'POST',
    url: '/agenda/account/password',
    handler: async (desk, request, reply) => {
      const given = formIn(request)
      const { tenantId, id, sessionId } = desk.person
      const [present, next] = [String(given.present ?? ''), String(given.password ?? '').slice(0, 200)]
      const faults = await faultsFrom(desk, () => changeOwnPassword(deps, tenantId, id, sessionId, present, next))
      if (faults.size > 0) {
        reply.code(422)
        return accountPage(desk, deps, faults)
      }
      // Whoever had the old secret of this session has nothing any more.
      const token = await rotate(deps, desk.person, true)
      if (token !== null) giveSession(request, reply, token, desk.isFramed)
      authenticator.forget()
      return back('password')
    },
  })

  add({
    method: 'POST',
    url: '/agenda/account/sessions/:id/end',
    handler: async (desk, request) => {
      await desk.api('DELETE', `/v1/me/sessions/${paramIn(request)}`)
      return back('ended')
    },
  })
  add({
    method: 'POST',
    url: '/agenda/account/sessions/end',
    handler: async (desk) => {
      const { items } = await desk.read<{ items: Session[] }>('/v1/me/sessions')
      for (const s of items.filter((one) => !one.isThis)) await desk.api('DELETE', `/v1/me/sessions/${s.id}`)
      return back('ended')
    },
  })

  add({
    method: 'POST',
    url: '/agenda/account/feeds',
    scope: 'hours:write',
    handler: async (desk) => {
      const { agentId, tenantId } = desk.person
      if (agentId === null || !(await findRow(deps.db.kysely, 'agents', tenantId, agentId)))
        throw new AppError('not_found', { what: 'agent' })
      const made = await desk.api<{ url: string }>('POST', '/v1/calendar-feeds', {
        body: { ownerKind: 'agent', ownerId: agentId, showsNames: true },
      })
      if (!made.ok) throw new AppError('forbidden', { scope: 'hours:write' })
      const w = desk.words.account
      return accountPage(
        desk,
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
  add({
    method: 'POST',
    url: '/agenda/account/feeds/:id/end',
    handler: async (desk, request) => {
      const { tenantId, agentId } = desk.person
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
