// PURE. What a public page consists of; layout.ts puts it into its frame.
import type { Html } from '../platform/html/html.ts'

export type Page = {
  title: string
  main: Html
  /** For search engines; pages with `isPrivate` are excluded from them. */
  description?: string
  isPrivate?: boolean
  /** Path and query of the page's own address, if they are not those under which it was opened. */
  path?: string
  /** What the page is about, for machines (schema.org). */
  data?: Record<string, unknown>
  /** Loads the page again after so many seconds in browsers without scripts. */
  refreshSeconds?: number
  /** Tells the embedding site which step the citizen has reached. */
  event?: string
}
