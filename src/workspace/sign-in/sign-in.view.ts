// PURE. Sign-in pages: e-mail and password, code, forgotten password, new password, first administrator.
import { passwordField, field, faultSummary, hidden, NO_FAULTS, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Page } from '../../site/page.ts'
import type { Site } from '../../site/site.ts'
import { workspaceWords } from '../words/words.ts'

type Words = ReturnType<typeof workspaceWords>['signIn']
const wordsOf = (site: Site): Words => workspaceWords(site.language).signIn

const refusal = (text: string | undefined): Html | false =>
  text !== undefined && html`<div class="notice warning" role="alert"><p>${text}</p></div>`

/** A form that passkey.js shows and submits if the browser supports passkeys. `step`: `second` = after a password. */
function passkeyForm(site: Site, { host, next, step }: { host: string; next: string; step: 'only' | 'second' }): Html {
  const w = wordsOf(site)
  return html`<form
    hidden
    data-plain
    method="post"
    action="${site.base}/sign-in/passkey"
    data-passkey="known"
    data-host="${host}"
    data-options="${site.base}/sign-in/passkey?step=${step}"
    data-failed="${w.passkeyFailed}"
  >
    ${hidden('next', next)} ${hidden('step', step)} ${hidden('state', '')} ${hidden('answer', '')}
    <p class="fault" role="alert" hidden></p>
    <button class="${step === 'only' && 'secondary'}">${w.passkey}</button>
  </form>`
}

type SignInGiven = { email: string; next: string; host: string; refused?: string | undefined }
export function signInPage(site: Site, given: SignInGiven): Page {
  const w = wordsOf(site)
  const { providers, passwords } = site.settings.signIn
  const query = given.next === '/agenda' ? '' : `?next=${encodeURIComponent(given.next)}`
  return {
    title: w.title,
    isPrivate: true,
    main: html`<div class="narrow">
      <h1>${w.title}</h1>
      ${refusal(given.refused)}
      ${
        providers.length > 0 &&
        html`<ul class="links">
          ${providers.map(
            (p) =>
              html`<li>
                <a class="button" data-plain href="${site.base}/sign-in/with/${p.id}${query}">${w.with(p.name)}</a>
              </li>`,
          )}
        </ul>`
      }
      ${!passwords && html`<p class="hint">${w.administratorsOnly}</p>`}
      <form data-plain method="post" action="${site.base}/sign-in" novalidate>
        ${hidden('next', given.next)}
        ${field(
          {
            name: 'email',
            label: w.email,
            value: given.email,
            type: 'email',
            required: true,
            autocomplete: 'username',
            maxLength: 254,
          },
          NO_FAULTS,
        )}
        ${passwordField({ name: 'password', label: w.password, use: 'present' }, NO_FAULTS)}
        <button>${w.signIn}</button>
      </form>
      ${passkeyForm(site, { ...given, step: 'only' })}
      <p><a href="${site.base}/password">${w.forgotten}</a></p>
    </div>`,
  }
}

type CodeGiven = {
  next: string
  host: string
  /** The second factors that the person has set up. */
  has: { app: boolean; passkey: boolean }
  refused?: string | undefined
}
export function codePage(site: Site, given: CodeGiven): Page {
  const w = wordsOf(site)
  const [label, hint] = given.has.app ? [w.code, w.codeHint] : [w.emergencyCode, w.emergencyHint]
  return {
    title: w.codeTitle,
    isPrivate: true,
    main: html`<div class="narrow">
      <h1>${w.codeTitle}</h1>
      ${refusal(given.refused)} ${given.has.passkey && passkeyForm(site, { ...given, step: 'second' })}
      <form data-plain method="post" action="${site.base}/sign-in/code" novalidate>
        ${hidden('next', given.next)}
        ${field({ name: 'code', label, hint, value: '', required: true, autocomplete: 'one-time-code', maxLength: 20 }, NO_FAULTS)}
        <button>${w.signIn}</button>
      </form>
      <p><a href="${site.base}/sign-in">${w.again}</a></p>
    </div>`,
  }
}

export function forgottenPage(site: Site, wasAsked: boolean): Page {
  const w = wordsOf(site)
  return {
    title: w.forgottenTitle,
    isPrivate: true,
    main: html`<div class="narrow">
      <h1>${w.forgottenTitle}</h1>
      ${
        wasAsked
          ? html`<div class="notice success" role="status"><p>${w.asked}</p></div>
              <p><a href="${site.base}/sign-in">${w.title}</a></p>`
          : html`<p>${w.forgottenText}</p>
              <form data-plain method="post" action="${site.base}/password" novalidate>
                ${field(
                  {
                    name: 'email',
                    label: w.email,
                    value: '',
                    type: 'email',
                    required: true,
                    autocomplete: 'username',
                    maxLength: 254,
                  },
                  NO_FAULTS,
                )}
                <button>${w.sendLink}</button>
              </form>`
      }
    </div>`,
  }
}

export function welcomePage(site: Site, given: { name: string; email: string; isNew: boolean; faults: Faults }): Page {
  const w = wordsOf(site)
  const title = given.isNew ? w.welcome : w.newPassword
  return {
    title,
    isPrivate: true,
    main: html`<div class="narrow">
      ${faultSummary(site.words, given.faults)}
      <h1>${title}</h1>
      <p>${w.welcomeText(given.name)}</p>
      <form data-plain method="post" action="" novalidate>
        <input type="hidden" name="username" value="${given.email}" autocomplete="username" />
        ${passwordField({ name: 'password', label: w.choosePassword, hint: w.passwordHint, use: 'new' }, given.faults)}
        <button>${w.save}</button>
      </form>
    </div>`,
  }
}
