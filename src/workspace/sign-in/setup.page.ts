// Pages for the first administrator of a tenant, and for the first tenant of an installation.
import { openLink } from '../../application/identity/one-time-links.ts'
import { pathPart } from '../../http/fields.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Language } from '../../kernel/language.ts'
import { faultWords, languageNamed, pageWords, problemWords } from '../../locales/words.ts'
import { TenantBody } from '../../domain/tenant/tenant.schema.ts'
import { checkBody } from '../../platform/schema/validation.ts'
import { assetsBase } from '../../platform/public-files.ts'
import { plainDocument } from '../frame/layout.ts'
import { passwordField, field, faultSummary, NO_FAULTS, select, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { addPage } from '../../site/pages.ts'
import { giveSession } from '../../http/session-cookie.ts'
import { beFirst, refuseSetUp, setUp } from '../../application/onboarding/first-administrator.ts'
import { browserOf } from '../../application/identity/sessions.ts'
import { workspaceWords } from '../words/words.ts'
import { languageFor } from '../../http/language.ts'
import { firstTexts } from '../../ui/form-input.ts'

type Body = Record<string, string | undefined>
const textOf = (given: Body, name: string): string => (given[name] ?? '').trim().slice(0, 300)

function personFields(language: Language, given: Body, faults: Faults): Html {
  const w = workspaceWords(language).signIn
  return html`${field(
    {
      name: 'person',
      label: w.yourName,
      value: textOf(given, 'person'),
      required: true,
      autocomplete: 'name',
      maxLength: 200,
    },
    faults,
  )}
  ${field(
    {
      name: 'email',
      label: w.email,
      value: textOf(given, 'email'),
      type: 'email',
      required: true,
      autocomplete: 'username',
      maxLength: 254,
    },
    faults,
  )}
  ${passwordField({ name: 'password', label: w.choosePassword, hint: w.passwordHint, use: 'new' }, faults)}`
}

/** Faults of missing fields and of a malformed e-mail address. */
function missingIn(language: Language, given: Body, names: readonly string[]): Map<string, string> {
  const faults = new Map<string, string>()
  for (const name of names) if (textOf(given, name) === '') faults.set(name, faultWords(language, 'missing', {}))
  const email = textOf(given, 'email')
  if (email !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) faults.set('email', pageWords(language).fieldEmail)
  return faults
}

function faultsFrom(language: Language, error: unknown): Map<string, string> {
  if (!(error instanceof AppError) || error.fields.length === 0) throw error
  const words = (f: (typeof error.fields)[number]): string =>
    f.code === error.code
      ? problemWords(language, error.code, error.params).detail
      : faultWords(language, f.code, f.params ?? {})
  return new Map(error.fields.map((f) => [f.pointer.slice(1), words(f)]))
}

export function firstRoutes(app: FastifyInstance, deps: Deps): void {
  const browser = (request: FastifyRequest): string => browserOf(request.headers['user-agent'])
  const tokenIn = (request: FastifyRequest): string => pathPart(request, 'token')

  for (const method of ['GET', 'POST'] as const)
    addPage(app, deps, {
      method,
      url: '/:tenant/first/:token',
      always: true,
      ...(method === 'POST' ? { limit: 20 } : {}),
      handler: async (request, reply, site) => {
        const w = workspaceWords(site.language).signIn
        await openLink(deps, site.tenantId, tokenIn(request), ['first'])
        const given = firstTexts(request.body)
        let faults: Faults = NO_FAULTS
        if (method === 'POST') {
          faults = missingIn(site.language, given, ['person', 'email', 'password'])
          if (faults.size === 0) {
            const person = {
              name: textOf(given, 'person'),
              email: textOf(given, 'email'),
              password: given.password ?? '',
            }
            try {
              const s = await beFirst(deps, {
                tenantId: site.tenantId,
                token: tokenIn(request),
                person,
                browser: browser(request),
              })
              giveSession(request, reply, s.token)
              return { redirect: '/agenda/settings/start' }
            } catch (error) {
              faults = faultsFrom(site.language, error)
            }
          }
          reply.code(422)
        }
        return {
          title: w.firstTitle,
          isPrivate: true,
          main: html`<div class="narrow">
            ${faultSummary(site.words, faults)}
            <h1>${w.firstTitle}</h1>
            <p>${w.firstText}</p>
            <form data-plain method="post" action="" novalidate>
              ${personFields(site.language, given, faults)}
              <button>${w.begin}</button>
            </form>
          </div>`,
        }
      },
    })
}

/** Pages that create the first tenant. They have no tenant in the URL, so they are registered with the workspace pages. */
function setUpPage(language: Language, given: Body, faults: Faults): string {
  const w = workspaceWords(language).signIn
  const main = html`${faultSummary(pageWords(language), faults)}
    <h1>${w.setUpTitle}</h1>
    <p class="lead">${w.setUpText}</p>
    <form data-plain method="post" action="" novalidate>
      ${field(
        {
          name: 'name',
          label: w.officeName,
          value: textOf(given, 'name'),
          required: true,
          autocomplete: 'organization',
          maxLength: 200,
        },
        faults,
      )}
      ${field({ name: 'slug', label: w.slug, hint: w.slugHint, value: textOf(given, 'slug'), required: true, maxLength: 40 }, faults)}
      ${field(
        {
          name: 'timeZone',
          label: w.timeZone,
          value: textOf(given, 'timeZone') || 'Europe/Rome',
          required: true,
          maxLength: 60,
        },
        faults,
      )}
      ${select(
        {
          name: 'locale',
          label: workspaceWords(language).account.languageOf,
          value: given.locale ?? language,
          options: [
            { value: 'it', label: 'Italiano' },
            { value: 'en', label: 'English' },
          ],
        },
        faults,
      )}
      ${personFields(language, given, faults)}
      <button>${w.begin}</button>
    </form>`
  return plainDocument(language, { words: { title: w.setUpTitle, detail: '' }, signIn: '', base: assetsBase(), main })
}

export function setUpRoutes(pages: FastifyInstance, deps: Deps): void {
  const open = {
    config: { access: { kind: 'anyone' as const }, rateLimit: { max: 30, timeWindow: 600_000 } },
    schema: { hide: true },
  }
  pages.get('/agenda/set-up/:token', open, async (request, reply) => {
    await refuseSetUp(deps, pathPart(request, 'token'))
    reply.header('cache-control', 'no-store')
    return reply.type('text/html; charset=utf-8').send(setUpPage(languageFor(request, 'it'), {}, NO_FAULTS))
  })
  pages.post('/agenda/set-up/:token', open, async (request, reply) => {
    const token = pathPart(request, 'token')
    await refuseSetUp(deps, token)
    const language = languageFor(request, 'it')
    const given = firstTexts(request.body)
    let faults = missingIn(language, given, ['name', 'slug', 'timeZone', 'person', 'email', 'password'])
    if (faults.size === 0) {
      const { name = '', slug = '', timeZone = '', locale = 'it' } = given
      const office = {
        name: name.trim(),
        slug: slug.trim(),
        timeZone: timeZone.trim(),
        locale: languageNamed(locale) ?? 'it',
      }
      const person = { name: textOf(given, 'person'), email: textOf(given, 'email'), password: given.password ?? '' }
      try {
        checkBody(TenantBody, structuredClone(office))
        const s = await setUp(deps, { token, office, person, browser: browserOf(request.headers['user-agent']) })
        giveSession(request, reply, s.token)
        return await reply.header('cache-control', 'no-store').redirect('/agenda/settings/start', 303)
      } catch (error) {
        faults = faultsFrom(language, error)
      }
    }
    return reply
      .code(422)
      .type('text/html; charset=utf-8')
      .send(setUpPage(language, given, faults))
  })
}
