// Pages by which people set up what proves them beyond a password: an app's codes, passkeys.
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors.ts'
import { clockOf, dateOf } from '../web/dates.ts'
import { addDesk, formIn, paramIn, textIn, type AddDesk, type Desk, type DeskView } from '../web/desk.ts'
import { NO_FAULTS, type Faults } from '../web/form.ts'
import { accountPage } from './account.routes.ts'
import type { Authenticator } from './authenticate.actions.ts'
import { addPasskey, askForNew, MOST_PASSKEYS, relyingParty, removePasskey } from './passkey.actions.ts'
import { listPasskeys } from './passkey.sql.ts'
import { codesPage, faultsFrom, removePasskeyPage, secondFactorPage } from './second-factor.page.ts'
import { browserOf } from './session.actions.ts'
import { totpSecretFrom } from './sign-in.actions.ts'
import { disableTotp, enableTotp } from './user.actions.ts'
import { findUser } from './user.sql.ts'

/** The key that this session is offered for an app: made here, the same until it is taken, and never brought by a form. */
const offeredSecret = async (desk: Desk): Promise<string> =>
  totpSecretFrom(await desk.secretFor('sessions'), desk.person.id, desk.person.sessionId)

/** With faults it is the answer to a form that was not taken. */
async function setUpPage(desk: Desk, deps: Deps, reply: FastifyReply, faults: Faults): Promise<DeskView> {
  const user = (await findUser(deps.db.kysely, desk.person.tenantId, desk.person.id))!
  if (faults.size > 0) reply.code(422)
  return secondFactorPage(desk, {
    host: relyingParty(deps).id,
    hasPassword: user.password_hash !== null,
    secret: user.totp_secret === null ? await offeredSecret(desk) : null,
    isFull: user.passkey_count >= MOST_PASSKEYS,
    faults,
  })
}

export function secondFactorPages(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  const add: AddDesk = (route) => addDesk(app, deps, authenticator, route)
  const saved = { redirect: '/agenda/account?done=saved' }

  add({
    method: 'GET',
    url: '/agenda/account/second-factor',
    mayEnrol: true,
    handler: (desk, _request, reply) => setUpPage(desk, deps, reply, NO_FAULTS),
  })
  add({
    method: 'POST',
    url: '/agenda/account/second-factor',
    mayEnrol: true,
    handler: async (desk, request, reply) => {
      const given = formIn(request)
      const { tenantId, id, sessionId } = desk.person
      const secret = await offeredSecret(desk)
      const present = String(given.present ?? '').slice(0, 200)
      let codes: string[] = []
      const faults = await faultsFrom(desk, async () => {
        const code = textIn(given, 'code').slice(0, 10)
        codes = await enableTotp(deps, tenantId, id, { sessionId, secret, code, present })
      })
      if (faults.size > 0) return setUpPage(desk, deps, reply, faults)
      authenticator.forget()
      return codesPage(desk, codes)
    },
  })
  add({
    method: 'POST',
    url: '/agenda/account/second-factor/off',
    handler: async (desk, request, reply) => {
      const password = String(formIn(request).off ?? '')
      const faults = await faultsFrom(desk, () => disableTotp(deps, desk.person.tenantId, desk.person.id, password))
      if (faults.size > 0) {
        reply.code(422)
        return accountPage(desk, deps, new Map([['off', [...faults.values()][0]!]]))
      }
      authenticator.forget()
      return saved
    },
  })

  add({
    method: 'GET',
    url: '/agenda/account/passkeys/question',
    mayEnrol: true,
    handler: async (desk) => ({ json: await askForNew(deps, desk.person) }),
  })
  add({
    method: 'POST',
    url: '/agenda/account/passkeys',
    mayEnrol: true,
    handler: async (desk, request, reply) => {
      const given = formIn(request)
      const now = `${dateOf(desk.language, desk.zone, desk.now)}, ${clockOf(desk.zone, desk.now)}`
      const name = desk.words.account.passkeyName(browserOf(request.headers['user-agent']), now)
      let codes: string[] = []
      const faults = await faultsFrom(desk, async () => {
        const present = String(given.presentKey ?? '').slice(0, 200)
        const answer = { state: textIn(given, 'state'), answer: textIn(given, 'answer') }
        codes = await addPasskey(deps, desk.person, { ...answer, present, name })
      })
      const fault = faults.get('present')
      if (fault !== undefined) return setUpPage(desk, deps, reply, new Map([['presentKey', fault]]))
      authenticator.forget()
      return codes.length > 0 ? codesPage(desk, codes) : saved
    },
  })

  /** The person's own passkey of the address, and whether a password protects it; throws `not_found`. */
  async function passkeyOf(desk: Desk, id: string) {
    const { tenantId, id: userId } = desk.person
    const key = (await listPasskeys(deps.db.kysely, tenantId, userId)).find((one) => one.id === id)
    if (!key) throw new AppError('not_found', { what: 'page' })
    const user = (await findUser(deps.db.kysely, tenantId, userId))!
    return { key, hasPassword: user.password_hash !== null }
  }
  add({
    method: 'GET',
    url: '/agenda/account/passkeys/:id',
    handler: async (desk, request) => {
      const { key, hasPassword } = await passkeyOf(desk, paramIn(request))
      return removePasskeyPage(desk, key, hasPassword, NO_FAULTS)
    },
  })
  add({
    method: 'POST',
    url: '/agenda/account/passkeys/:id',
    handler: async (desk, request, reply) => {
      const { key, hasPassword } = await passkeyOf(desk, paramIn(request))
      const present = String(formIn(request).present ?? '').slice(0, 200)
      const faults = await faultsFrom(desk, () => removePasskey(deps, desk.person, key.id, present))
      if (faults.size > 0) {
        reply.code(422)
        return removePasskeyPage(desk, key, hasPassword, faults)
      }
      authenticator.forget()
      return saved
    },
  })
}
