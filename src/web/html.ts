// PURE. Templates that escape by default (hono/html): text becomes text, only what a template made stays markup.
import { html as template, raw } from 'hono/html'

/** Markup made by a template. */
export type Html = { readonly isEscaped: true; toString(): string }
type Value = Html | string | number | boolean | null | undefined | readonly Value[]

/** Markup with every value escaped; nested templates and lists of them are kept, `false`, `null` and `undefined` vanish. */
export const html = template as unknown as (strings: TemplateStringsArray, ...values: readonly Value[]) => Html

/** Text of our own that is markup already, never anything a person typed. */
export const trusted = raw as unknown as (markup: string) => Html

/** Paragraphs and line breaks of a text that people wrote. */
export function paragraphs(text: string): Html {
  const blocks = text.trim().split(/\n{2,}/)
  return html`${blocks.map((block) => html`<p>${block.split('\n').map((line, i) => html`${i > 0 && html`<br />`}${line}`)}</p>`)}`
}
