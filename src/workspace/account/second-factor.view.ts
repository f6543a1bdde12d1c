// Account pages for second factors: status, the TOTP secret as a QR code, passkeys, recovery codes.
import { AppError } from '../../kernel/errors.ts'
import { problemWords } from '../../locales/words.ts'
import { dateOf } from '../../locales/dates.ts'
import type { WorkspacePage } from '../frame/layout.ts'
import { action, form } from '../frame/layout.ts'
import { faultSummary, field, hidden, NO_FAULTS, passwordField, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { hasSecondFactor } from '../../application/identity/factor.ts'
import type { Passkey } from '../../application/identity/passkey.sql.ts'
import { totpOf } from '../../application/identity/sign-in.ts'
import type { User } from '../../application/identity/user.sql.ts'
import type { Workspace } from '../frame/context.ts'

/** Runs an action and returns its faults by field; rethrows other errors. */
export async function faultsFrom(workspace: Workspace, work: () => Promise<unknown>): Promise<Faults> {
  try {
    await work()
    return NO_FAULTS
  } catch (error) {
    if (!(error instanceof AppError) || error.fields.length === 0) throw error
    return new Map(
      error.fields.map((f) => [f.pointer.slice(1), problemWords(workspace.language, error.code, error.params).detail]),
    )
  }
}

const dayOfInstant = (workspace: Workspace, at: Date): string =>
  dateOf(workspace.language, workspace.zone, at.getTime())

function passkeyRow(workspace: Workspace, key: Passkey): Html {
  const w = workspace.words.account
  const since = w.passkeySince(dayOfInstant(workspace, key.created_at))
  const used = key.used_at === null ? '' : ` · ${w.passkeyUsed(dayOfInstant(workspace, key.used_at))}`
  return html`<li>
    <span><strong>${key.name}</strong><span class="detail">${since}${used}</span></span>
    <a class="button secondary" href="/agenda/account/passkeys/${key.id}" aria-label="${w.passkeyRemoveNamed(key.name)}"
      >${w.passkeyRemove}</a
    >
  </li>`
}

/** The section about second factors on the account page. */
export function secondFactorSection(
  workspace: Workspace,
  user: User,
  passkeys: readonly Passkey[],
  faults: Faults,
): Html {
  const w = workspace.words.account
  return html`<section>
    <h2>${w.secondFactor}</h2>
    <p>${hasSecondFactor(user) ? w.secondFactorOn(user.recovery_hashes.length) : w.secondFactorOff}</p>
    ${
      passkeys.length > 0 &&
      html`<h3>${w.passkeys}</h3>
        <ul class="rows">
          ${passkeys.map((key) => passkeyRow(workspace, key))}
        </ul>`
    }
    ${
      user.totp_secret !== null &&
      html`<h3>${w.app}</h3>
        <p>${w.appOn}</p>
        ${form(
          workspace,
          '/agenda/account/second-factor/off',
          html`${passwordField({ name: 'off', label: w.present, use: 'present' }, faults)}
            <button class="danger">${w.switchOff}</button>`,
        )}`
    }
    ${
      hasSecondFactor(user) &&
      html`<details>
        <summary>${w.newCodes}</summary>
        <p>${w.newCodesText}</p>
        ${form(
          workspace,
          '/agenda/account/second-factor/codes',
          html`${user.password_hash !== null && passwordField({ name: 'renew', label: w.present, use: 'present' }, faults)}
            <button class="secondary">${w.newCodes}</button>`,
        )}
      </details>`
    }
    <p>
      <a class="button secondary" href="/agenda/account/second-factor"
        >${hasSecondFactor(user) ? w.setUpMore : w.setUp}</a
      >
    </p>
  </section>`
}

async function appSection(workspace: Workspace, hasPassword: boolean, secret: string, faults: Faults): Promise<Html> {
  const w = workspace.words.account
  const address = totpOf(secret, workspace.person.email).toString()
  const { default: codes } = await import('qrcode')
  const svg = await codes.toString(address, { type: 'svg', margin: 2 })
  const picture = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
  const code = { name: 'code', label: workspace.words.signIn.code, hint: w.codeHint, value: '', required: true }
  return html`<section>
    <h2>${w.app}</h2>
    <p>${w.scan}</p>
    <p><img class="qr" width="220" height="220" alt="${w.qr}" src="${picture}" /></p>
    <p>${w.orType} <code>${secret.replace(/(.{4})/g, '$1 ').trim()}</code></p>
    ${form(
      workspace,
      '/agenda/account/second-factor',
      html`${hasPassword && passwordField({ name: 'present', label: w.present, use: 'present' }, faults)}
        ${field({ ...code, autocomplete: 'one-time-code', inputMode: 'numeric', maxLength: 10 }, faults)}
        <button>${w.switchOn}</button>`,
    )}
  </section>`
}

/** Shown by passkey.js if the browser can create passkeys for this site. */
function passkeySection(workspace: Workspace, host: string, hasPassword: boolean, faults: Faults): Html {
  const w = workspace.words.account
  const password = { name: 'presentKey', label: w.present, use: 'present' } as const
  return html`<section data-passkey-section hidden>
    <h2>${w.passkeyTitle}</h2>
    <p>${w.passkeyText}</p>
    <form
      method="post"
      action="/agenda/account/passkeys"
      data-passkey="new"
      data-host="${host}"
      data-options="/agenda/account/passkeys/question"
      data-failed="${w.passkeyFailed}"
      data-known="${w.passkeyKnown}"
    >
      ${hidden('csrf', workspace.csrf)} ${hidden('state', '')} ${hidden('answer', '')}
      ${hasPassword && passwordField(password, faults)}
      <p class="fault" role="alert" hidden></p>
      <button>${w.passkeyAdd}</button>
    </form>
  </section>`
}

type SetUp = {
  /** Host of the site, to which passkeys are bound. */
  host: string
  hasPassword: boolean
  /** The TOTP secret offered to an app; null if TOTP is on already. */
  secret: string | null
  /** The limit of passkeys is reached. */
  isFull: boolean
  faults: Faults
}

/** The page that sets up a second factor: a passkey, an app, or both. */
export async function secondFactorPage(workspace: Workspace, { host, hasPassword, secret, isFull, faults }: SetUp) {
  const w = workspace.words.account
  return {
    title: w.setUp,
    scripts: ['passkey-start.js'],
    main: html`${faultSummary(workspace.pageWords, faults)}
      <h1>${w.setUp}</h1>
      ${workspace.person.mustEnrol && html`<p class="notice warning" role="alert">${w.mustEnrol}</p>`}
      ${!isFull && passkeySection(workspace, host, hasPassword, faults)}
      ${secret !== null && (await appSection(workspace, hasPassword, secret, faults))}`,
  } satisfies WorkspacePage
}

/** Shows the recovery codes, once. */
export function codesPage(workspace: Workspace, codes: readonly string[]): WorkspacePage {
  const w = workspace.words.account
  return {
    title: w.codes,
    main: html`<h1>${w.codes}</h1>
      <p>${w.codesText}</p>
      <ul class="codes">
        ${codes.map((code) => html`<li><code>${code}</code></li>`)}
      </ul>
      <p><a class="button" href="/agenda">${w.goOn}</a></p>`,
  }
}

/** Asks for confirmation before a passkey is removed. */
export function removePasskeyPage(
  workspace: Workspace,
  { key, hasPassword, isLast }: { key: Passkey; hasPassword: boolean; isLast: boolean },
  faults: Faults,
): WorkspacePage {
  const w = workspace.words.account
  const title = w.passkeyRemoveNamed(key.name)
  const to = `/agenda/account/passkeys/${key.id}`
  return {
    title,
    main: html`${faultSummary(workspace.pageWords, faults)}
      <p><a href="/agenda/account">${w.title}</a></p>
      <h1>${title}</h1>
      <p>${w.passkeyRemoveText}</p>
      ${isLast && html`<p class="notice warning">${w.passkeyLast}</p>`}
      ${
        hasPassword
          ? form(
              workspace,
              to,
              html`${passwordField({ name: 'present', label: w.present, use: 'present' }, faults)}
                <button class="danger">${w.passkeyRemove}</button>`,
            )
          : action(workspace, { to, label: w.passkeyRemove, className: 'danger' })
      }`,
  }
}
