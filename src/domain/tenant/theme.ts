// PURE. The theme of a tenant's pages: checks its colours for contrast and writes the custom properties that app.css reads.
import { bodyFault } from '../../kernel/errors.ts'
import { contrastOf, lightenedFor, readableOn } from '../../kernel/color.ts'

export type Theme = {
  accent: string
  headerBackground: string
  headerText: string
  font: 'system' | 'humanist' | 'serif'
  style: 'plain' | 'italia'
  /** `data:` URL of an image. */
  logo?: string | undefined
}

export const DEFAULT_THEME: Theme = {
  accent: '#0b5cad',
  headerBackground: '#0b5cad',
  headerText: '#ffffff',
  font: 'system',
  style: 'plain',
}

/** WCAG 2.2, 1.4.3 Contrast (Minimum), level AA for body text. */
const LEAST = 4.5
/** The lightest surface of app.css on which the accent is used as text, and the darkest in dark mode. */
const [PAGE, DARK_PAGE] = ['#f4f6f8', '#1b2026']

const FONTS: Record<Theme['font'], string> = {
  system: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  humanist: '"Titillium Web", Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", sans-serif',
  serif: 'Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif',
}

/** Throws `illegible_theme` at a colour with too little contrast, with its ratio. */
export function checkTheme(theme: Theme): void {
  const pairs: [pointer: string, text: string, background: string][] = [
    ['/theme/headerText', theme.headerText, theme.headerBackground],
    ['/theme/accent', theme.accent, PAGE],
  ]
  for (const [pointer, text, background] of pairs) {
    const ratio = contrastOf(text, background)
    if (ratio < LEAST)
      throw bodyFault(pointer, 'illegible_theme', {
        text,
        background,
        ratio: (Math.floor(ratio * 100) / 100).toFixed(2),
        least: LEAST,
      })
  }
}

/** The stylesheet of a theme: custom properties only, so that no value can inject CSS rules. */
export function themeCss(theme: Theme): string {
  const dark = lightenedFor(theme.accent, DARK_PAGE, 6)
  const accent = `--accent:${theme.accent};--on-accent:${readableOn(theme.accent)}`
  const header = `--header:${theme.headerBackground};--on-header:${theme.headerText}`
  return `:root{${accent};${header};--font:${FONTS[theme.style === 'italia' ? 'humanist' : theme.font]}}
@media (prefers-color-scheme:dark){:root:not([data-look=light]){--accent:${dark};--on-accent:${readableOn(dark)}}}
:root[data-look=dark]{--accent:${dark};--on-accent:${readableOn(dark)}}
`
}

const LOGO = /^data:(image\/(?:png|jpeg|webp|svg\+xml));base64,([A-Za-z0-9+/]+={0,2})$/

/** Media type and bytes of a logo, or null when the text is not a valid logo. */
export function logoOf(dataUrl: string | undefined): { type: string; bytes: Buffer } | null {
  const match = LOGO.exec(dataUrl ?? '')
  return match ? { type: match[1]!, bytes: Buffer.from(match[2]!, 'base64') } : null
}
