// A real OpenID provider on loopback that lets everybody in at once, and a federation above it (OpenID Federation 1.0).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose'
import Provider, { type ClientMetadata, type Configuration } from 'oidc-provider'

const LEVELS = [1, 2, 3].map((n) => `https://www.spid.gov.it/SpidL${n}`)

export type TestProvider = {
  issuer: string
  anchor: string
  /** What the provider says of whoever signs in next. */
  claims: Record<string, unknown>
  /** Who signs in next. */
  account: { now: string }
  /** The level it says was reached. */
  acr: { now: string }
  /** What the anchor demands of metadata. */
  policy: { now: Record<string, unknown> }
  /** Parameters of the last authorization request, as they arrived. */
  seen: { request: URLSearchParams }
  close: () => void
}

async function newKey(alg = 'RS256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg, use: 'sig' }
}
const publicOf = ({ kty, n, e, kid, alg, use }: JWK) => ({ kty, n, e, kid, alg, use })

async function statement(key: JWK, iss: string, sub: string, content: object): Promise<string> {
  return new SignJWT({ iss, sub, ...content })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid!, typ: 'entity-statement+jwt' })
    .setIssuedAt()
    .setExpirationTime('365d')
    .sign(await importJWK(key, 'RS256'))
}

/** Starts the provider; the client's own metadata are given, because nobody registers it. */
export async function startIdentityProvider(client: ClientMetadata, more: Configuration = {}): Promise<TestProvider> {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const anchor = `${issuer}/anchor`
  const [signing, federation, anchorKey] = await Promise.all([newKey(), newKey(), newKey()])
  const state: Omit<TestProvider, 'close'> = {
    ...{ issuer, anchor, claims: {}, acr: { now: LEVELS[1]! }, account: { now: 'persona-1' }, policy: { now: {} } },
    seen: { request: new URLSearchParams() },
  }
  const provider = new Provider(issuer, {
    clients: [client],
    jwks: { keys: [signing] },
    acrValues: LEVELS,
    pkce: { required: () => true },
    cookies: { keys: ['chiave-dei-cookie-di-prova'] },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...state.claims }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ...more,
    features: { devInteractions: { enabled: false }, ...more.features },
  })
  const answer = provider.callback()

  async function letIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params, session, grantId } = await provider.interactionDetails(request, response)
    const accountId = session?.accountId ?? state.account.now
    const grant = grantId
      ? (await provider.Grant.find(grantId))!
      : new provider.Grant({ accountId, clientId: params.client_id as string })
    grant.addOIDCScope(params.scope as string)
    grant.addOIDCClaims(Object.keys(state.claims))
    await provider.interactionFinished(request, response, {
      login: { accountId, acr: state.acr.now },
      consent: { grantId: await grant.save() },
    })
  }

  async function federationAnswer(path: string): Promise<string | null> {
    if (path === '/.well-known/openid-federation') {
      const discovered = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as object
      const { jwks_uri: _inline, ...metadata } = discovered as { jwks_uri: string }
      return statement(federation, issuer, issuer, {
        jwks: { keys: [publicOf(federation)] },
        authority_hints: [anchor],
        metadata: { openid_provider: { ...metadata, jwks: { keys: [publicOf(signing)] } } },
      })
    }
    if (path === '/anchor/.well-known/openid-federation')
      return statement(anchorKey, anchor, anchor, {
        jwks: { keys: [publicOf(anchorKey)] },
        metadata: { federation_entity: { federation_fetch_endpoint: `${anchor}/fetch` } },
      })
    if (path.startsWith('/anchor/fetch?'))
      return statement(anchorKey, anchor, new URLSearchParams(path.split('?')[1]).get('sub')!, {
        jwks: { keys: [publicOf(federation)] },
        metadata_policy: { openid_provider: state.policy.now },
      })
    return null
  }

  server.on('request', (request, response) => {
    const url = request.url ?? ''
    if (url.startsWith('/auth?')) state.seen.request = new URLSearchParams(url.split('?')[1])
    if (url.startsWith('/interaction/')) return void letIn(request, response)
    if (!/federation|anchor/.test(url)) return void answer(request, response)
    void federationAnswer(url).then((text) => {
      response.writeHead(text === null ? 404 : 200, { 'content-type': 'application/entity-statement+jwt' })
      response.end(text ?? '')
    })
  })
  return { ...state, close: () => server.close() }
}

/** Follows the provider's redirects as a browser would, up to the address to which it sends the person back. */
export async function throughProvider(address: string): Promise<URL> {
  const jar = new Map<string, string>()
  let url = address
  for (let i = 0; i < 12; i += 1) {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') },
    })
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const at = pair.indexOf('=')
      jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const to = answer.headers.get('location')
    if (to === null) throw new Error(`${answer.status} ${await answer.text()}`)
    url = new URL(to, url).href
    if (url.includes('/return?')) return new URL(url)
  }
  throw new Error('the provider did not come to its end')
}
