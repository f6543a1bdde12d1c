// PURE. Texts of scripts as markup: Markdown without HTML and pictures, with the variables of the conversation filled in.
import MarkdownIt from 'markdown-it'
import { fillVariables, type Facts } from '../domain/script/script-variables.ts'
import { html, trusted, type Html } from '../platform/html/html.ts'

// `html: false` escapes what authors write as HTML; links are checked by markdown-it (no javascript:, data:).
const markdown = new MarkdownIt({ html: false, linkify: false, breaks: true, typographer: false }).disable('image')
markdown.core.ruler.push('links_open_apart', ({ tokens }) => {
  for (const token of tokens.flatMap((one) => one.children ?? []))
    if (token.type === 'link_open') {
      token.attrSet('target', '_blank')
      token.attrSet('rel', 'noreferrer')
    }
})

/** A text with its variables, which are shown as they are: a name cannot become markup. */
export const richText = (text: string, facts: Facts): Html =>
  trusted(fillVariables(markdown.render(text), facts, (value) => String(html`${value}`)))
