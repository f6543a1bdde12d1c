// PURE. Templates that escape by default (hono/html): text becomes text, only what a template made stays markup.
import { html as template, raw } from 'hono/html'

/** Markup made by a template. */
export type Html = { readonly isEscaped: true; toString(): string }
type Value = Html | string | number | boolean | null | undefined | readonly Value[]

/** Markup with every value escaped; nested templates and lists of them are kept, `false`, `null` and `undefined` vanish. */
export const html = template as unknown as (strings: TemplateStringsArray, ...values: readonly Value[]) => Html

/** Text of our own that is markup already, never anything a person typed. */
export const trusted = raw as unknown as (markup: string) => Html

/** Text in the tenant's own language, marked as such where the page around it is in another (WCAG 2.2, 3.1.2). */
export function own(site: { language: string; settings: { locale: string } }, text: string): Html {
  return site.language === site.settings.locale
    ? html`${text}`
    : html`<span lang="${site.settings.locale}">${text}</span>`
}

/** A telephone number to press. */
export const telephone = (number: string): Html => html`<a href="tel:${number.replace(/[^+\d]/g, '')}">${number}</a>`

/** Paragraphs and line breaks of a text that people wrote. */
export function paragraphs(text: string): Html {
  const blocks = text.trim().split(/\n{2,}/)
  return html`${blocks.map((block) => html`<p>${block.split('\n').map((line, i) => html`${i > 0 && html`<br />`}${line}`)}</p>`)}`
}
