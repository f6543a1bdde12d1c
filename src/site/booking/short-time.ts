// PURE. An instant in a few letters, as a `time` element.
import { dayOf } from '../../kernel/time/zone.ts'
import { clockOf, shortDate } from '../../locales/dates.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Language } from '../../kernel/language.ts'

/** `mar 24 nov, 10:00`, with the full instant as `datetime`. */
export function shortTime(reader: { language: Language }, zone: string, start: number): Html {
  return html`<time datetime="${new Date(start).toISOString()}"
    >${shortDate(reader.language, dayOf(zone, start))}, ${clockOf(zone, start)}</time
  >`
}
