// PURE. Small pictures beside words that say the same; drawn by the style sheet, silent for screen readers.
import { html, type Html } from '../platform/html/html.ts'

type Icon = 'in_person' | 'phone' | 'video' | 'soon' | 'mine'

export const icon = (name: Icon): Html => html`<span class="icon icon-${name}" aria-hidden="true"></span>`
