// PURE. Renders a message: plain text, the same as HTML, and the short text for text channels.
import { mailAr } from './mail.ar.ts'
import { mailDe } from './mail.de.ts'
import { mailEn } from './mail.en.ts'
import { mailEs } from './mail.es.ts'
import { mailFr } from './mail.fr.ts'
import { mailIt } from './mail.it.ts'
import { mailRo } from './mail.ro.ts'
import type { Language } from '../../kernel/language.ts'
import { pageWords } from '../../locales/words.ts'
import { html, paragraphs } from '../../platform/html/html.ts'
import { faultsIn, fill } from './liquid.ts'
import { kindOf, variablesOf, type MessageKind, type Template } from './message-kinds.ts'

const DEFAULTS: Record<Language, Record<MessageKind, Template>> = {
  ...{ it: mailIt, en: mailEn, de: mailDe, fr: mailFr },
  ...{ es: mailEs, ro: mailRo, ar: mailAr },
}
export const defaultTemplate = (kind: MessageKind, language: Language): Template => DEFAULTS[language][kind]

type TemplateFault = { field: keyof Template; code: 'template_syntax' | 'template_variable'; detail: string }

/** Errors in templates that a tenant wrote: syntax errors, and variables that the kind does not have. */
export function templateFaults(kind: MessageKind, texts: Partial<Template>): TemplateFault[] {
  return (Object.entries(texts) as [keyof Template, string][]).flatMap(([field, text]): TemplateFault[] => {
    const faults = faultsIn(text, variablesOf(kind))
    if ('syntax' in faults) return [{ field, code: 'template_syntax', detail: faults.syntax }]
    return faults.unknown.map((detail) => ({ field, code: 'template_variable', detail }))
  })
}

export type Variables = Readonly<Record<string, string | number | undefined>>

/** The content of a message besides its template texts. */
export type Content = {
  kind: MessageKind
  language: Language
  office: string
  /** Empty: a greeting without a name. */
  name: string
  variables: Variables
  facts: readonly (readonly [label: string, value: string])[]
  link?: string | undefined
  note?: string | undefined
  /** The text under the QR code of the appointment, and what stands for it where images are not shown. */
  ticket?: { alt: string; caption: string } | undefined
  /** Link to unsubscribe from messages of this kind. */
  unsubscribe?: string | undefined
}
type Rendered = { subject: string; text: string; html: string; sms: string }

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Renders with `template`; a field that fails to render falls back to the default template. */
export function render(
  content: Content,
  template: Template = defaultTemplate(content.kind, content.language),
): Rendered {
  const { kind, language, office, name, variables } = content
  const own = defaultTemplate(kind, language)
  const values = { ...variables, office, ...(content.link === undefined ? {} : { link: content.link }) }
  const textOf = (field: keyof Template): string => {
    try {
      return fill(template[field], values)
    } catch {
      return fill(own[field], values)
    }
  }
  const w = pageWords(language).mail
  const hello = name === '' ? w.helloAnyone : w.hello(name)
  const body = textOf('body').trim()
  const linkText = w.links[kindOf(kind).link ?? 'open']
  const text = [
    hello,
    body,
    ...(content.facts.length > 0 ? [content.facts.map(([label, value]) => `${label}: ${value}`).join('\n')] : []),
    ...(content.link === undefined ? [] : [`${linkText}:\n${content.link}`]),
    ...(content.note === undefined ? [] : [content.note]),
    `${w.greeting}\n${office}`,
    ...(content.unsubscribe === undefined ? [] : [`${w.unsubscribe}:\n${content.unsubscribe}`]),
  ].join('\n\n')
  const page = html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <title>${oneLine(textOf('subject'))}</title>
      </head>
      <body style="font-family:sans-serif;line-height:1.5">
        <p>${hello}</p>
        ${paragraphs(body)}
        ${
          content.facts.length > 0 &&
          html`<table role="presentation" cellpadding="4">
            ${content.facts.map(
              ([label, value]) =>
                html`<tr>
                  <td><strong>${label}</strong></td>
                  <td>${value}</td>
                </tr>`,
            )}
          </table>`
        }
        ${
          content.ticket &&
          html`<p>
            <img src="cid:code" width="180" height="180" alt="${content.ticket.alt}" /><br />${content.ticket.caption}
          </p>`
        }
        ${content.link !== undefined && html`<p><a href="${content.link}">${linkText}</a></p>`}
        ${content.note !== undefined && html`<p>${content.note}</p>`}
        <p>${w.greeting}<br />${office}</p>
        ${
          content.unsubscribe !== undefined &&
          html`<p>
            <small><a href="${content.unsubscribe}">${w.unsubscribe}</a></small>
          </p>`
        }
      </body>
    </html>`
  return { subject: oneLine(textOf('subject')).slice(0, 150), text, html: String(page), sms: oneLine(textOf('sms')) }
}
