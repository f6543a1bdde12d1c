// PURE. One line that says what was chosen before, with the way to change it.
import { html, own, type Html } from '../../platform/html/html.ts'
import type { Site } from '../site.ts'

type Chosen = {
  /** Names of the services. */
  names: string
  minutes: number
  where: Html | string
  change: { href: string; text: string } | null
}

export function chosenLine(site: Site, { names, minutes, where, change }: Chosen): Html {
  const w = site.words
  return html`<p class="chosen-line">
    <strong>${own(site, names)}</strong> · ${w.minutes(minutes)} · ${where}
    ${change !== null && html`<a href="${change.href}">${change.text}<span class="unseen"> (${w.where})</span></a>`}
  </p>`
}
