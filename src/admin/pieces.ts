// Pieces that the pages of the administration share.
import { address, type Desk } from '../web/desk.ts'
import { html, type Html } from '../web/html.ts'

/** The way back to all that can be set. */
export const back = (desk: Desk): Html => html`<p><a href="/agenda/settings">${desk.words.admin.title}</a></p>`

/** What is on no page but the answer to having it made: a key, a secret. */
export const shownOnce = (title: string, text: string, secret: string): Html =>
  html`<div class="notice success" role="status">
    <h2>${title}</h2>
    <p>${text}</p>
    <p><code>${secret}</code></p>
  </div>`

/** The way to the next page of a list. */
export const onward = (
  desk: Desk,
  { nextCursor }: { nextCursor: string | null },
  path: string,
  query: Record<string, string | undefined> = {},
): Html | false =>
  nextCursor !== null &&
  html`<p><a href="${address(path, { ...query, cursor: nextCursor })}">${desk.words.admin.more}</a></p>`
