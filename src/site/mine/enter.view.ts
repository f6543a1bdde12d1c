// PURE. The way into "My appointments": services that vouch for citizens, the form that asks for a code, and the form that takes it.
import { shownEmail } from '../../domain/contact/email.ts'
import { faultSummary, field, hidden, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'

type Ask = { means: string; faults: Faults; message: Html }

/** The services with which one can sign in; those of SPID in a list, because each citizen has one of many. */
function providers(site: Site): Html {
  const m = site.words.mine
  const all = site.settings.signIn.citizenProviders
  if (all.length === 0) return html``
  const link = (id: string, text: string): Html =>
    html`<a class="button sign-in" href="${site.base}/mine/with/${id}" data-plain>${text}</a>`
  const spid = all.filter(({ profile }) => profile === 'spid')
  const others = spid.length > 1 ? all.filter(({ profile }) => profile !== 'spid') : all
  return html`<div class="sign-in-with">
      ${
        spid.length > 1 &&
        html`<details class="sign-in-list">
          <summary class="button sign-in">${m.signInWith('SPID')}</summary>
          <ul>
            ${spid.map(({ id, name }) => html`<li><a href="${site.base}/mine/with/${id}" data-plain>${name}</a></li>`)}
          </ul>
        </details>`
      }
      ${others.map(({ id, name }) => link(id, m.signInWith(name)))}
    </div>
    <h2>${m.orByCode}</h2>`
}

/** Asks for the e-mail address or telephone number to which the code goes. */
export function askPage(site: Site, { means, faults, message }: Ask): Page {
  const w = site.words
  const m = w.mine
  return {
    title: m.title,
    description: m.lead,
    event: 'mine',
    path: `${site.base}/mine`,
    main: html`<div class="narrow">
      <h1>${m.title}</h1>
      ${message} ${faultSummary(w, faults)} ${providers(site)}
      <p class="lead">${m.lead}</p>
      <form method="post" action="${site.base}/mine/code" data-checked>
        ${field(
          { name: 'means', label: w.meansLabel, value: means, required: true, maxLength: 254, autocomplete: 'email' },
          faults,
        )}
        <div class="actions">
          <a class="back" href="${site.base}">${w.back}</a>
          <button>${m.sendCode}</button>
        </div>
      </form>
      <p><a href="${site.base}/find">${w.findLink}</a></p>
    </div>`,
  }
}

type Code = {
  means: string
  faults: Faults
  /** The code itself, in the demo without a mail server. */
  shown: string | null
}

/** Takes the code. It says the same for known and unknown addresses. */
export function codePage(site: Site, { means, faults, shown }: Code): Page {
  const w = site.words
  const m = w.mine
  return {
    title: m.codeTitle,
    isPrivate: true,
    event: 'mine-code',
    main: html`<div class="narrow">
      <h1>${m.codeTitle}</h1>
      ${faultSummary(w, faults)}
      <p class="lead">${m.codeSent(shownEmail(means))}</p>
      ${shown !== null && html`<p class="notice note">${m.demoCode(shown)}</p>`}
      <form method="post" action="${site.base}/mine/enter" data-checked>
        ${field(
          {
            ...{ name: 'code', label: m.codeLabel, value: '', required: true, maxLength: 12 },
            ...{ autocomplete: 'one-time-code', inputMode: 'numeric' },
          },
          faults,
        )}
        <div class="actions">
          <a class="back" href="${site.base}/mine?new=1">${w.back}</a>
          <button>${m.enter}</button>
        </div>
      </form>
      <form method="post" action="${site.base}/mine/code" class="inline">
        ${hidden('means', means)}
        <button class="link">${m.newCode}</button>
      </form>
    </div>`,
  }
}
