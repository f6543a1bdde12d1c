// Components that the administration pages share.
import { address } from '../frame/workspace.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Workspace } from '../frame/context.ts'

/** Link back to the list of settings. */
export const back = (workspace: Workspace): Html =>
  html`<p><a href="/agenda/settings">${workspace.words.admin.title}</a></p>`

/** Shows a new key or secret once, in the response to its creation. */
export const shownOnce = (title: string, text: string, secret: string): Html =>
  html`<div class="notice success" role="status">
    <h2>${title}</h2>
    <p>${text}</p>
    <p><code>${secret}</code></p>
  </div>`

/** Link to the next page of a list. */
export const onward = (
  workspace: Workspace,
  { nextCursor }: { nextCursor: string | null },
  path: string,
  query: Record<string, string | undefined> = {},
): Html | false =>
  nextCursor !== null &&
  html`<p><a href="${address(path, { ...query, cursor: nextCursor })}">${workspace.words.admin.more}</a></p>`
