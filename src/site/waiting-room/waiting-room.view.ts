// PURE. The pages of the waiting room: how to get in line, and where one stands.
import type { Ahead, Standing } from '../../domain/waiting-room/waiting-room.ts'
import { HOUR, MINUTE } from '../../kernel/time/interval.ts'
import { clockOf } from '../../locales/dates.ts'
import type { PageWords } from '../../locales/pages.en.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { captchaNote, hidden, messageBox } from '../../ui/form.ts'
import type { Captcha } from '../booking/proof-of-work.ts'
import type { Page } from '../page.ts'
import { support } from '../problem.view.ts'
import type { Site } from '../site.ts'

type Waiting = Exclude<Standing, { kind: 'entered' }>

/** `fra circa 7 minuti`; `wait` in ms. */
function whenText({ line }: PageWords, wait: number): string {
  if (wait < MINUTE) return line.soon
  return wait < 2 * HOUR ? line.inMinutes(Math.round(wait / MINUTE)) : line.inHours(Math.round(wait / HOUR))
}

const clockAt = (site: Site, at: number): string => clockOf(site.config.timeZone, at)

/** How many look in a second after a draw: of thousands who all want to know, each waits a little for the others. */
const LOOKS_A_SECOND = 350

/** Seconds until the page looks again: often at the end, seldom at first, so that thousands can wait at once. */
export function lookAgain(standing: Waiting): number {
  const { wait } = standing
  if (standing.kind === 'waiting') return Math.min(45, Math.max(2, Math.ceil(wait / 5_000)))
  const spread = Math.min(30, Math.floor(standing.count / LOOKS_A_SECOND))
  return wait > 45_000 ? 45 : Math.ceil(wait / 1_000) + 1 + (standing.index % (spread + 1))
}

/** Where somebody stands, in two sentences. */
export function standingText(site: Site, standing: Waiting): { place: string; time: string } {
  const { line } = site.words
  const when = whenText(site.words, standing.wait)
  if (standing.kind === 'drawing')
    return { place: line.inDraw(standing.count), time: line.drawAt(clockAt(site, standing.at), when) }
  return { place: line.ahead(standing.ahead), time: line.turnAt(when, clockAt(site, site.now + standing.wait)) }
}

function otherWays(site: Site): Html {
  const { supportPhone, supportEmail } = site.settings.booking
  return html`${(supportPhone !== undefined || supportEmail !== undefined) && html`<p>${site.words.callUs} ${support(site)}</p>`}`
}

/** The page of somebody in line. Scripts keep it true; browsers without them load it again. */
export function standingPage(site: Site, standing: Waiting): Page {
  const { line } = site.words
  const { place, time } = standingText(site, standing)
  const title = standing.kind === 'drawing' ? line.drawnTitle : line.placeTitle
  const seconds = lookAgain(standing)
  return {
    title,
    isPrivate: true,
    event: 'waiting',
    refreshSeconds: Math.max(5, seconds),
    main: html`<div
      class="narrow in-line"
      data-line="${site.base}/line"
      data-again="${seconds}"
      data-ahead="${standing.kind === 'waiting' ? standing.ahead : ''}"
      data-turn="${line.turn}"
    >
      <h1>${title}</h1>
      <p class="lead"><strong class="place">${place}</strong></p>
      <p class="lead time">${time}</p>
      <p>${line.keep}</p>
      <noscript
        ><p><a class="button" href="${site.here}">${line.again}</a></p></noscript
      >
      ${otherWays(site)}
    </div>`,
  }
}

type JoinContent = {
  ahead: Ahead
  to: string
  request: string
  captcha: Captcha
  why: 'arrived' | 'crowded' | 'no_cookies'
}

/** The page of somebody who is not in line yet. With scripts the form sends itself once its work is done. */
export function joinPage(site: Site, { ahead, to, request, captcha, why }: JoinContent): Page {
  const { line } = site.words
  const opening = ahead.drawAt === null ? null : clockAt(site, ahead.drawAt)
  const title = opening === null ? line.joinTitle : line.drawTitle(opening)
  return {
    title,
    isPrivate: true,
    event: 'waiting',
    main: html`<div class="narrow in-line">
      <h1>${title}</h1>
      ${why !== 'arrived' && messageBox('warning', site.words.oneMoment, why === 'crowded' ? line.crowded : line.noCookies)}
      <p class="lead">
        ${opening === null ? line.joinAhead(ahead.ahead, whenText(site.words, ahead.wait)) : line.drawText(opening)}
      </p>
      <form
        method="post"
        action="${site.base}/line"
        ${captcha && html`data-challenge="${captcha.challenge}" data-worker="${captcha.workerUrl}"`}
        ${captcha && why !== 'no_cookies' && html`data-by-itself`}
      >
        ${hidden('to', to)} ${hidden('request', request)}
        ${captcha && html`<input type="hidden" name="altcha" value="" />`}
        <button>${opening === null ? line.join : line.joinDraw}</button>
        ${captcha && captchaNote(site.words)}
      </form>
      ${otherWays(site)}
    </div>`,
  }
}
