// PURE. The step indicator of the booking pages, and parts that several pages share.
import { clockOf } from '../../locales/dates.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Site } from '../site.ts'
import { STEPS, type Held, type Step } from './draft.ts'

/** The steps that this visit needs, with the current one marked; earlier ones are links. On a phone only their number. */
export function steps(site: Site, current: Step, links: Partial<Record<Step, string>>, needed: readonly Step[]): Html {
  const w = site.words
  // A step that nothing asks for can still be opened, by an old address.
  const list = needed.includes(current) ? needed : STEPS.filter((step) => step === current || needed.includes(step))
  const at = list.indexOf(current)
  return html`<nav aria-label="${w.steps}" class="steps">
    <p class="step-count">${w.stepOf(at + 1, list.length)}: ${w.stepNames[current]}</p>
    <ol>
      ${list.map((step, i) => {
        const name = w.stepNames[step]
        const link = links[step]
        if (i === at) return html`<li class="now" aria-current="step">${name}</li>`
        if (i < at && link !== undefined)
          return html`<li class="done">
            <a href="${link}">${name}<span class="unseen"> (${w.completed})</span></a>
          </li>`
        return html`<li>${name}</li>`
      })}
    </ol>
  </nav>`
}

/** Id of the step's form. The buttons of the held slot submit it, so that typed data is saved with them. */
export const STEP_FORM = 'step'

/** The remaining time of the hold, with a countdown run by app.js and a button that extends it once. */
export function holdClock(site: Site, held: Held | null, base: string): Html {
  return html`${enterGoesOn} ${clock(site, held, base)}`
}

/**
 * What Enter presses in a field: the first submit button of the form in the page (HTML, implicit submission). Without it that would be
 * "keep it longer", or "back".
 */
const enterGoesOn = html`<button form="${STEP_FORM}" class="unseen" tabindex="-1" aria-hidden="true"></button>`

function clock(site: Site, held: Held | null, base: string): Html {
  if (!held) return html``
  const w = site.words
  const zone = held.timeZone
  const button = (verb: string, kind: string, text: string): Html =>
    html`<button form="${STEP_FORM}" formaction="${base}/${verb}" formnovalidate class="${kind}">${text}</button>`
  if (held.until <= site.now)
    return html`<div class="notice warning" role="alert">
      <h2>${w.holdOver}</h2>
      <p>${w.holdOverText}</p>
      <p>${button('again', 'secondary', w.holdAgain(clockOf(zone, held.start)))}</p>
      <p><a href="${base}/time">${w.chooseOther}</a></p>
    </div>`
  return html`<section class="hold" aria-label="${w.holdTitle}" data-until="${held.until}" data-now="${site.now}">
    <p>
      ${w.heldUntil(clockOf(zone, held.until))}
      <span class="left" aria-hidden="true"></span>
    </p>
    ${!held.isExtended && button('extension', 'secondary small', w.extend(site.settings.holdMinutes))}
  </section>`
}

/** Names the time zone of the times; app.js adds the reader's own time if it differs, and hides the line otherwise. */
export function zoneNote(site: Site, zone: string, at: number): Html {
  return html`<p class="hint zone" data-zone="${zone}" data-at="${at}">
    ${site.words.zoneNote(zone)} <span class="local"></span>
  </p>`
}

/** The number of people, if more than one. */
export const peopleFact = (site: Site, places: number): Html =>
  html`${
    places > 1 &&
    html`<div>
      <dt>${site.words.people}</dt>
      <dd>${places}</dd>
    </div>`
  }`
