// The dry run of a campaign's segments: where a callback of a contact with these attributes is routed.
import { form } from '../frame/layout.ts'
import { field, NO_FAULTS } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Answered, Workspace } from '../frame/context.ts'

export function dryRun(
  workspace: Workspace,
  id: string,
  text: string,
  answer: Answered<Record<string, unknown>> | null,
): Html {
  const w = workspace.words.admin
  return html`<aside class="panel">
    <h2>${w.dryRun}</h2>
    <p>${w.dryRunText}</p>
    ${form(
      workspace,
      `/agenda/settings/campaigns/${id}/dry-run`,
      html`${field(
          {
            name: 'attributes',
            label: w.attributes,
            hint: w.attributesHint,
            value: text,
            type: 'textarea',
            maxLength: 4000,
          },
          NO_FAULTS,
        )}<button class="secondary">${w.tryIt}</button>`,
    )}
    ${
      answer !== null &&
      (answer.ok
        ? html`<pre tabindex="0">${JSON.stringify(answer.body, null, 2)}</pre>`
        : html`<p class="notice warning" role="alert">${answer.refusal.detail}</p>`)
    }
  </aside>`
}
