// Sign-in of citizens on "My appointments" with a service that vouches for them, and what that service reads of this organisation.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { finishCitizen, startCitizen } from '../../application/citizen-access/providers.ts'
import { ownKeySet, ownStatement, resolved } from '../../application/openid/own-statement.ts'
import type { Started } from '../../application/openid/client.ts'
import type { Deps } from '../../domain/deps.ts'
import type { CitizenProvider } from '../../domain/tenant/people-settings.ts'
import { AppError } from '../../kernel/errors.ts'
import { pathPart, queryFields } from '../../http/fields.ts'
import { logProblem } from '../../http/problem.ts'
import { readSignedValue, signValue } from '../../platform/secrets/signed-value.ts'
import { assetsBase } from '../../platform/public-files.ts'
import { html } from '../../platform/html/html.ts'
import { NO_FAULTS } from '../../ui/form.ts'
import { firstText } from '../../ui/form-input.ts'
import { addPage, type View } from '../pages.ts'
import { rememberAccess, type Site } from '../site.ts'
import { askPage } from './enter.view.ts'

const COOKIE = 'agenda_citizen_provider'
const PURPOSE = 'citizen-provider'

type Kept = Omit<Started, 'address'> & { id: string }

function providerOf(site: Site, request: FastifyRequest): CitizenProvider {
  const id = pathPart(request, 'provider')
  const provider = site.settings.signIn.citizenProviders.find((one) => one.id === id)
  if (!provider) throw new AppError('not_found', { what: 'page' })
  return provider
}

const returnTo = (deps: Deps, site: Site, id: string): string => `${deps.links.base}${site.base}/mine/with/${id}/return`

/** Lax, because the browser comes back from another site. */
const cookieOptions = (request: FastifyRequest, site: Site) => ({
  ...{ path: `${site.base}/mine/with`, httpOnly: true, sameSite: 'lax' as const },
  secure: request.protocol === 'https',
})

const failure = (site: Site, name: string) =>
  askPage(site, {
    means: '',
    faults: NO_FAULTS,
    message: html`<p class="notice error" role="alert">${site.words.mine.signInFailed(name)}</p>`,
  })

async function begin(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const provider = providerOf(site, request)
  const back = returnTo(deps, site, provider.id)
  try {
    const { address, ...started } = await startCitizen(deps, site.tenantId, provider, back)
    const kept = await signValue(deps, site.tenantId, PURPOSE, { ...started, id: provider.id })
    reply.setCookie(COOKIE, kept, cookieOptions(request, site))
    return { redirect: address }
  } catch (error) {
    return refused(request, reply, site, { error, name: provider.name })
  }
}

/** The page of sign-in with a sentence; what went wrong goes to the log. */
function refused(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  { error, name }: { error: unknown; name: string },
): View {
  if (!(error instanceof AppError)) throw error
  logProblem(request, error)
  reply.code(error.status)
  return failure(site, name)
}

async function finish(deps: Deps, request: FastifyRequest, reply: FastifyReply, site: Site): Promise<View> {
  const provider = providerOf(site, request)
  const kept = await readSignedValue<Kept>(deps, site.tenantId, PURPOSE, request.cookies[COOKIE])
  reply.clearCookie(COOKIE, cookieOptions(request, site))
  if (kept === null || kept.id !== provider.id) return { redirect: `${site.base}/mine` }
  const back = new URL(returnTo(deps, site, provider.id))
  back.search = request.url.split('?')[1] ?? ''
  try {
    rememberAccess(request, reply, site, await finishCitizen(deps, site.config, { provider, back, started: kept }))
    return { redirect: `${site.base}/mine` }
  } catch (error) {
    return refused(request, reply, site, { error, name: provider.name })
  }
}

const hasProviders = (site: Site): void => {
  if (site.settings.signIn.citizenProviders.length === 0) throw new AppError('not_found', { what: 'page' })
}

/** What providers read: keys, the statement of the federation, and what the chain of trust says of them. */
function publicDocuments(app: FastifyInstance, deps: Deps): void {
  const idOf = (site: Site): string => `${deps.links.base}${site.base}`
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/mine/jwks.json' },
    handler: async (_request, _reply, site) => {
      hasProviders(site)
      return { json: await ownKeySet(deps, site.tenantId) }
    },
  })
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/.well-known/openid-federation' },
    handler: async (_request, _reply, site) => {
      hasProviders(site)
      const statement = await ownStatement(deps, site.config, {
        ...{ id: idOf(site), name: site.config.name },
        policyUrl: site.settings.booking.privacyUrl ?? idOf(site),
        logoUrl: `${deps.links.base}${assetsBase()}/icon.svg`,
        redirects: site.settings.signIn.citizenProviders.map(({ id }) => returnTo(deps, site, id)),
      })
      return { text: statement, type: 'application/entity-statement+jwt' }
    },
  })
  addPage(app, deps, {
    // Each asks the federation.
    ...{ method: 'GET', url: '/:tenant/federation/resolve', limit: 20 },
    handler: async (request, _reply, site) => {
      const subject = firstText(queryFields(request), 'sub')
      const answer = await resolved(deps, site.config, idOf(site), subject)
      if (answer === null) throw new AppError('not_found', { what: 'page' })
      return { text: answer, type: 'application/resolve-response+jwt' }
    },
  })
}

export function providerPages(app: FastifyInstance, deps: Deps): void {
  addPage(app, deps, {
    // Each can ask the provider for its addresses.
    ...{ method: 'GET', url: '/:tenant/mine/with/:provider', limit: 120 },
    handler: (request, reply, site) => begin(deps, request, reply, site),
  })
  addPage(app, deps, {
    ...{ method: 'GET', url: '/:tenant/mine/with/:provider/return', limit: 120 },
    handler: (request, reply, site) => finish(deps, request, reply, site),
  })
  publicDocuments(app, deps)
}
