// PURE. The page about cookies.
import { html, paragraphs } from '../platform/html/html.ts'
import type { Page } from './page.ts'
import type { Site } from './site.ts'

export function cookiesPage(site: Site): Page {
  const w = site.words
  return {
    title: w.cookies,
    event: 'cookies',
    main: html`<div class="narrow">
      <h1>${w.cookies}</h1>
      ${paragraphs(w.cookiesText)}
      <p><a class="back" href="${site.base}">${w.nextSteps.start}</a></p>
    </div>`,
  }
}
