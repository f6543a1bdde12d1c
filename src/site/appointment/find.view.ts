// PURE. The page that finds an appointment or a callback by its code, and sends links to who has lost it.
import { faultSummary, field, NO_FAULTS, type Faults } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'

type Find = { code: string; means: string; message: Html; faults: Faults }

export function findPage(site: Site, find: Find): Page {
  const w = site.words
  return {
    title: w.findTitle,
    event: 'find',
    description: w.findLead,
    main: html`<div class="narrow">
      <h1>${w.findTitle}</h1>
      ${find.message} ${faultSummary(w, find.faults)}
      <p class="lead">${w.findLead}</p>
      <form method="post" action="${site.base}/find" data-checked>
        ${field(
          {
            name: 'code',
            label: w.code,
            value: find.code,
            required: true,
            maxLength: 12,
            autocomplete: 'off',
            hint: w.codeHint,
          },
          find.faults,
        )}
        ${field(
          {
            name: 'means',
            label: w.meansLabel,
            value: find.means,
            required: true,
            maxLength: 254,
            autocomplete: 'email',
            hint: w.meansHint,
          },
          find.faults,
        )}
        <div class="actions">
          <a class="back" href="${site.base}">${w.back}</a>
          <button>${w.findButton}</button>
        </div>
      </form>
      <section>
        <h2>${w.noCode}</h2>
        <p>${w.noCodeText}</p>
        <form method="post" action="${site.base}/find/links" data-checked>
          ${field(
            {
              name: 'means',
              id: 'links-means',
              label: w.meansLabel,
              value: find.means,
              required: true,
              maxLength: 254,
              autocomplete: 'email',
            },
            NO_FAULTS,
          )}
          <button class="secondary">${w.sendLinks}</button>
        </form>
      </section>
    </div>`,
  }
}
