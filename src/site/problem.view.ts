// PURE. The page of an error, with ways to reach the office.
import { html, telephone, type Html } from '../platform/html/html.ts'
import type { Page } from './page.ts'
import type { Site } from './site.ts'

/** Phone number and e-mail address of the office, for cases the pages cannot handle. */
export function support(site: Site): Html {
  const { supportPhone, supportEmail } = site.settings.booking
  return html`${supportPhone !== undefined && html`${telephone(supportPhone)} `}
  ${supportEmail !== undefined && html`<a href="mailto:${supportEmail}">${supportEmail}</a>`}`
}

/** The page of an error: what happened, what it means, and what to do next. */
export function problemPage(
  site: Site,
  problem: { title: string; detail: string; requestId: string | null },
  next: { href: string; text: string },
): Page {
  const w = site.words
  return {
    title: problem.title,
    isPrivate: true,
    event: 'problem',
    main: html`<div class="narrow">
      <h1>${problem.title}</h1>
      <p class="lead">${problem.detail}</p>
      <p><a class="button" href="${next.href}">${next.text}</a></p>
      <p>${support(site)}</p>
      ${problem.requestId !== null && html`<p class="hint">${w.requestId}: <code>${problem.requestId}</code></p>`}
    </div>`,
  }
}
