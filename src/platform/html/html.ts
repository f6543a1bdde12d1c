// PURE. Templates that escape by default (hono/html): values are text; only the output of a template is markup.
import { html as template, raw } from 'hono/html'

/** Markup made by a template. */
export type Html = { readonly isEscaped: true; toString(): string }
type Value = Html | string | number | boolean | null | undefined | readonly Value[]

/**
 * Renders a template and escapes every value. Nested templates and lists of them are kept; `false`, `null` and `undefined`
 * render nothing.
 */
export const html = template as unknown as (strings: TemplateStringsArray, ...values: readonly Value[]) => Html

/** Marks a text of ours as markup. Never use it for user input. */
export const trusted = raw as unknown as (markup: string) => Html

/** Text in the tenant's language, with a `lang` attribute if the page has another language (WCAG 2.2, 3.1.2). */
export function own(site: { language: string; settings: { locale: string } }, text: string): Html {
  return site.language === site.settings.locale
    ? html`${text}`
    : html`<span lang="${site.settings.locale}">${text}</span>`
}

/** A phone number as a link. */
export const telephone = (number: string): Html => html`<a href="tel:${number.replace(/[^+\d]/g, '')}">${number}</a>`

/** Renders plain text as paragraphs and line breaks. */
export function paragraphs(text: string): Html {
  const blocks = text.trim().split(/\n{2,}/)
  return html`${blocks.map((block) => html`<p>${block.split('\n').map((line, i) => html`${i > 0 && html`<br />`}${line}`)}</p>`)}`
}
