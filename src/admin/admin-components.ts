// Pieces that the pages of the administration share.
import { address, type Workspace } from '../web/workspace.ts'
import { html, type Html } from '../web/html.ts'

/** The way back to all that can be set. */
export const back = (workspace: Workspace): Html =>
  html`<p><a href="/agenda/settings">${workspace.words.admin.title}</a></p>`

/** What is on no page but the answer to having it made: a key, a secret. */
export const shownOnce = (title: string, text: string, secret: string): Html =>
  html`<div class="notice success" role="status">
    <h2>${title}</h2>
    <p>${text}</p>
    <p><code>${secret}</code></p>
  </div>`

/** The way to the next page of a list. */
export const onward = (
  workspace: Workspace,
  { nextCursor }: { nextCursor: string | null },
  path: string,
  query: Record<string, string | undefined> = {},
): Html | false =>
  nextCursor !== null &&
  html`<p><a href="${address(path, { ...query, cursor: nextCursor })}">${workspace.words.admin.more}</a></p>`
