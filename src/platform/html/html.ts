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

type Reader = { language: string; settings: { locale: string }; translated: ReadonlySet<string> }

/**
 * A text of the tenant, with a `lang` attribute if it is not in the language of the page (WCAG 2.2, 3.1.2). Several names joined by
 * ` + ` are marked one by one.
 */
export function own(reader: Reader, text: string): Html {
  const { locale } = reader.settings
  if (reader.language === locale) return html`${text}`
  const parts = text.split(' + ')
  return html`${parts.map((part, i) => {
    const marked = reader.translated.has(part) ? part : html`<span lang="${locale}" dir="auto">${part}</span>`
    return html`${i > 0 && ' + '}${marked}`
  })}`
}

/** A phone number as a link. */
export const telephone = (number: string): Html =>
  html`<a href="tel:${number.replace(/[^+\d]/g, '')}" dir="ltr">${number}</a>`

/** Renders plain text as paragraphs and line breaks. */
export function paragraphs(text: string): Html {
  const blocks = text.trim().split(/\n{2,}/)
  return html`${blocks.map((block) => html`<p>${block.split('\n').map((line, i) => html`${i > 0 && html`<br />`}${line}`)}</p>`)}`
}

/** A longer text of the tenant with its paragraphs, marked like `own`. */
export const ownParagraphs = (reader: Reader, text: string): Html =>
  reader.language === reader.settings.locale || reader.translated.has(text)
    ? paragraphs(text)
    : html`<div lang="${reader.settings.locale}" dir="auto">${paragraphs(text)}</div>`
