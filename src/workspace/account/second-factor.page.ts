// Pages to set up a second factor: codes of an app, passkeys.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { clockOf, dateOf } from '../../locales/dates.ts'
import { addWorkspacePage, formIn, paramIn, textIn, type WorkspaceView } from '../frame/workspace.ts'
import { NO_FAULTS, type Faults } from '../../ui/form.ts'
import { accountPage } from './account.page.ts'
import type { Authenticator } from '../../http/authenticate.ts'
import {
  addPasskey,
  askForNew,
  type Asked,
  MOST_PASSKEYS,
  relyingParty,
  removePasskey,
} from '../../application/identity/passkeys.ts'
import { listPasskeys } from '../../application/identity/passkey.sql.ts'
import { MAX_LENGTH } from '../../application/identity/password.ts'
import { codesPage, faultsFrom, removePasskeyPage, secondFactorPage } from './second-factor.view.ts'
import { browserOf } from '../../application/identity/sessions.ts'
import { totpSecretFrom } from '../../application/identity/sign-in.ts'
import { disableTotp, enableTotp, renewCodes } from '../../application/identity/users.ts'
import { findUser } from '../../application/identity/user.sql.ts'
import type { Workspace } from '../frame/context.ts'
import { firstText } from '../../ui/form-input.ts'

/** The TOTP secret offered to this session. Derived here, constant for the session, and never read from a form. */
const offeredSecret = async (workspace: Workspace): Promise<string> =>
  totpSecretFrom(await workspace.secretFor('sessions'), workspace.person.id, workspace.person.sessionId)

/** The set-up page; with faults, the response to a refused form. */
async function setUpPage(
  workspace: Workspace,
  deps: Deps,
  reply: FastifyReply,
  faults: Faults,
): Promise<WorkspaceView> {
  const user = (await findUser(deps.db.kysely, workspace.person.tenantId, workspace.person.id))!
  if (faults.size > 0) reply.code(422)
  return secondFactorPage(workspace, {
    host: relyingParty(deps).id,
    hasPassword: user.password_hash !== null,
    secret: user.totp_secret === null ? await offeredSecret(workspace) : null,
    isFull: user.passkey_count >= MOST_PASSKEYS,
    faults,
  })
}

/** A password as it was typed, spaces included; longer ones than any password are cut. */
const passwordIn = (request: FastifyRequest, name: string): string =>
  firstText(formIn(request), name).slice(0, MAX_LENGTH)

/** Rewords the sign-in fault: this form asks only for a password, so the password is wrong. */
const ownWords = (workspace: Workspace, faults: Faults): Faults =>
  faults.has('present') ? new Map([...faults, ['present', workspace.words.account.passwordWrong]]) : faults

const saved = { redirect: '/agenda/account?done=saved' }

/** The person's passkey in the URL, and whether the person has a password; throws `not_found`. */
async function passkeyOf(deps: Deps, workspace: Workspace, id: string) {
  const { tenantId, id: userId } = workspace.person
  const key = (await listPasskeys(deps.db.kysely, tenantId, userId)).find((one) => one.id === id)
  if (!key) throw new AppError('not_found', { what: 'page' })
  const user = (await findUser(deps.db.kysely, tenantId, userId))!
  return {
    key,
    hasPassword: user.password_hash !== null,
    isLast: user.passkey_count === 1 && user.totp_secret === null,
  }
}

function setUpPageRoute(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'GET',
    url: '/agenda/account/second-factor',
    mayEnrol: true,
    handler: (workspace, _request, reply) => setUpPage(workspace, deps, reply, NO_FAULTS),
  })
}

function turnOnForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/second-factor',
    mayEnrol: true,
    handler: async (workspace, request, reply) => {
      const given = formIn(request)
      const secret = await offeredSecret(workspace)
      const present = passwordIn(request, 'present')
      let codes: string[] = []
      const faults = await faultsFrom(workspace, async () => {
        const code = textIn(given, 'code').slice(0, 10)
        codes = await enableTotp(deps, workspace.person, { secret, code, present })
      })
      if (faults.size > 0) return setUpPage(workspace, deps, reply, ownWords(workspace, faults))
      authenticator.forget()
      return codesPage(workspace, codes)
    },
  })
}

function turnOffForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/second-factor/off',
    handler: async (workspace, request, reply) => {
      const password = passwordIn(request, 'off')
      const faults = await faultsFrom(workspace, () => disableTotp(deps, workspace.person, password))
      if (faults.size > 0) {
        reply.code(422)
        return accountPage(workspace, deps, new Map([['off', [...faults.values()][0]!]]))
      }
      authenticator.forget()
      return saved
    },
  })
}

function newCodesForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/second-factor/codes',
    handler: async (workspace, request, reply) => {
      const present = passwordIn(request, 'renew')
      let codes: string[] = []
      const faults = await faultsFrom(workspace, async () => {
        codes = await renewCodes(deps, workspace.person, present)
      })
      if (faults.size === 0) return codesPage(workspace, codes)
      reply.code(422)
      return accountPage(workspace, deps, new Map([['renew', workspace.words.account.passwordWrong]]))
    },
  })
}

function passkeyQuestion(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  // Check the password before the device creates a passkey: otherwise a wrong one leaves an unusable passkey on the device.
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/passkeys/question',
    mayEnrol: true,
    handler: async (workspace, request) => {
      const present = passwordIn(request, 'presentKey')
      let asked: Asked | null = null
      const faults = await faultsFrom(workspace, async () => {
        asked = await askForNew(deps, workspace.person, present)
      })
      // The script shows this text at the form, so it is not an error page.
      return { json: faults.size === 0 ? asked : { fault: workspace.words.account.passwordWrong } }
    },
  })
}

function addPasskeyForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/passkeys',
    mayEnrol: true,
    handler: async (workspace, request, reply) => {
      const given = formIn(request)
      const now = `${dateOf(workspace.language, workspace.zone, workspace.now)}, ${clockOf(workspace.zone, workspace.now)}`
      const name = workspace.words.account.passkeyName(browserOf(request.headers['user-agent']), now)
      let codes: string[] = []
      const faults = await faultsFrom(workspace, async () => {
        const present = passwordIn(request, 'presentKey')
        const answer = { state: textIn(given, 'state'), answer: textIn(given, 'answer') }
        codes = await addPasskey(deps, workspace.person, { ...answer, present, name })
      })
      const fault = faults.get('present')
      if (fault !== undefined)
        return setUpPage(workspace, deps, reply, new Map([['presentKey', workspace.words.account.passwordWrong]]))
      authenticator.forget()
      return codes.length > 0 ? codesPage(workspace, codes) : saved
    },
  })
}

function passkeyPage(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'GET',
    url: '/agenda/account/passkeys/:id',
    handler: async (workspace, request) => {
      return removePasskeyPage(workspace, await passkeyOf(deps, workspace, paramIn(request)), NO_FAULTS)
    },
  })
}

function removePasskeyForm(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  addWorkspacePage(app, deps, authenticator, {
    method: 'POST',
    url: '/agenda/account/passkeys/:id',
    handler: async (workspace, request, reply) => {
      const found = await passkeyOf(deps, workspace, paramIn(request))
      const present = passwordIn(request, 'present')
      const faults = await faultsFrom(workspace, () => removePasskey(deps, workspace.person, found.key.id, present))
      if (faults.size > 0) {
        reply.code(422)
        return removePasskeyPage(workspace, found, ownWords(workspace, faults))
      }
      authenticator.forget()
      return saved
    },
  })
}

export function secondFactorPages(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  setUpPageRoute(app, deps, authenticator)
  turnOnForm(app, deps, authenticator)
  turnOffForm(app, deps, authenticator)
  newCodesForm(app, deps, authenticator)
  passkeyQuestion(app, deps, authenticator)
  addPasskeyForm(app, deps, authenticator)
  passkeyPage(app, deps, authenticator)
  removePasskeyForm(app, deps, authenticator)
}
