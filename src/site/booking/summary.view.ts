// Step 5: the summary, with a link to change each part; then the page that waits for the e-mail confirmation.
import { meantEmail, shownEmail } from '../../domain/contact/email.ts'
import { answerText } from '../../ui/questions.ts'
import { captchaNote, choices, faultSummary, hidden, messageBox } from '../../ui/form.ts'
import { html, own, type Html } from '../../platform/html/html.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'
import type { Question } from '../../domain/catalogue/visit.ts'
import { clockOf } from '../../locales/dates.ts'
import type { DraftPage } from './details.view.ts'
import { attendeesOf } from './applicant.ts'
import { digestOf, type Draft } from './draft.ts'
import type { Captcha } from './proof-of-work.ts'
import { holdClock, STEP_FORM, steps, zoneNote } from './steps.ts'
import { addressLines, spanOf, visitName } from '../../locales/visit-text.ts'

function section(title: string, link: string, change: string, rows: readonly [string, Html | string][]): Html {
  return html`<section class="review">
    <h2>${title}</h2>
    <a href="${link}">${change}<span class="unseen"> ${title}</span></a>
    <dl class="facts">
      ${rows.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </section>`
}

function consent(site: Site): Html {
  const w = site.words
  const { privacyUrl, termsUrl, texts } = site.settings.booking
  const links = html`${
    privacyUrl !== undefined &&
    html` <a href="${privacyUrl}" target="_blank" rel="noopener">${w.privacy} ${w.newWindow}</a>`
  }
  ${termsUrl !== undefined && html` <a href="${termsUrl}" target="_blank" rel="noopener">${w.terms} ${w.newWindow}</a>`}`
  return html`${texts[site.language]?.consent ?? w.consent} ${links}`
}

/** The e-mail address, and one click to accept a likely correction: a confirmation to a mistyped address is lost. */
function emailRow(site: Site, { base, draft }: DraftPage): Html {
  const { email, firstName, lastName, phone } = draft.applicant
  const meant = meantEmail(email)
  if (meant === null) return html`${shownEmail(email)}`
  return html`${shownEmail(email)}
    <form method="post" action="${base}/applicant" class="inline">
      ${hidden('firstName', firstName)} ${hidden('lastName', lastName)} ${hidden('phone', phone)}
      ${hidden('email', meant)}
      <button class="link">${site.words.emailMeant(shownEmail(meant))}</button>
    </form>`
}

/** Rows for the place or channel, and the number of people. */
function placeRows(site: Site, { held, selection, applicant }: Draft): [string, Html | string][] {
  const w = site.words
  const location = held ? site.config.locations.get(held.locationId) : undefined
  const lines = location ? addressLines(location) : []
  const where: [string, Html | string] =
    selection.channel === 'in_person'
      ? [w.office, html`${own(site, location?.name ?? '')}${lines.map((line) => html`<br /><bdi>${line}</bdi>`)}`]
      : [w.where, selection.channel === 'phone' ? w.weCall(applicant.phone) : w.channels[selection.channel]]
  return [where, ...(selection.places > 1 ? [[w.people, String(selection.places)] as [string, string]] : [])]
}

/** Who comes and what they need, as far as it was said. */
function comers(site: Site, { applicant, selection }: Draft): [string, string][] {
  const w = site.words
  const attendees = attendeesOf(applicant, selection.places)
  const needs = (applicant.needs ?? []).flatMap((need) => w.needs[need as keyof typeof w.needs] ?? [])
  const language = applicant.interpreterLanguage ?? ''
  return [
    ...(attendees.length > 0 ? [[w.forWhomLegend, attendees.join(', ')] as [string, string]] : []),
    ...(needs.length > 0 ? [[w.filterNeed, needs.join(', ')] as [string, string]] : []),
    ...(language === '' ? [] : [[w.interpreterLanguage, language] as [string, string]]),
  ]
}

type SummaryContent = {
  p: DraftPage
  questions: readonly Question[]
  captcha: Captcha
  needsApproval: boolean
}

export function summaryPage(site: Site, { p, questions, captcha, needsApproval }: SummaryContent): Page {
  const w = site.words
  const { draft } = p
  const { held, selection, applicant } = draft
  const rest = draft.details === '' ? [] : [[w.detailsLabel, draft.details] as [string, string]]
  return {
    title: w.stepTitles.summary,
    isPrivate: true,
    event: 'summary',
    main: html`<div class="narrow">
      ${steps(site, 'summary', p.links, p.needed)}
      <h1>${w.stepTitles.summary}</h1>
      ${p.message} ${holdClock(site, held, p.base)} ${faultSummary(w, p.faults)}
      ${needsApproval && messageBox('note', w.approvalTitle, w.approvalNote)}
      ${section(w.stepNames.place, p.links.place ?? '', w.change, [
        [w.service, own(site, visitName(site, selection.serviceIds))],
        ...placeRows(site, draft),
      ])}
      ${section(
        w.stepNames.time,
        `${p.base}/time`,
        w.change,
        held ? [[w.when, html`${spanOf(site, held.timeZone, held.start, held.end)}`]] : [],
      )}
      ${held && zoneNote(site, held.timeZone, held.start)}
      ${section(w.stepNames.details, `${p.base}/details`, w.change, [
        ...questions.map((q): [string, string] => [q.label, answerText(site, q, draft.answers[q.id])]),
        ...rest,
        ...(questions.length === 0 && rest.length === 0 ? [[w.detailsLabel, w.notGiven] as [string, string]] : []),
      ])}
      ${section(w.stepNames.applicant, `${p.base}/applicant`, w.change, [
        [w.name, `${applicant.firstName} ${applicant.lastName}`],
        ...comers(site, draft),
        ...(applicant.email === '' ? [] : [[w.email, emailRow(site, p)] as [string, Html]]),
        ...(applicant.phone === '' ? [] : [[w.phone, applicant.phone] as [string, string]]),
      ])}
      <form
        method="post"
        action="${p.base}/summary"
        id="${STEP_FORM}"
        data-checked
        ${captcha && html`data-challenge="${captcha.challenge}" data-worker="${captcha.workerUrl}"`}
      >
        ${hidden('step', 'summary')} ${hidden('held', String(held?.start ?? ''))} ${hidden('shown', digestOf(draft))}
        <input type="hidden" name="altcha" value="" />
        ${choices(
          {
            name: 'consent',
            legend: w.consentLegend,
            options: [{ value: 'yes', label: consent(site) }],
            chosen: p.isConsented ? ['yes'] : [],
            several: true,
            required: true,
          },
          p.faults,
        )}
        ${
          captcha &&
          html`${captchaNote(w)}
            <noscript
              ><p class="hint">${applicant.email === '' ? w.captchaNoScriptPhone : w.captchaNoScript}</p></noscript
            >`
        }
        <div class="actions">
          <a class="back" href="${p.base}/applicant">${w.back}</a>
          <button>${needsApproval ? w.requestButton : w.confirmButton}</button>
        </div>
      </form>
      <form method="post" action="${p.base}/abandonment" class="inline quiet">
        <button class="link">${w.abandon}</button>
      </form>
    </div>`,
  }
}

/** Shown until the link in the e-mail is opened. */
/** `link`: what would be mailed, in the demo without a mail server. */
export function activationPage(site: Site, p: DraftPage, link: string | null): Page {
  const w = site.words
  const { draft } = p
  const until = draft.activation?.until ?? 0
  return {
    title: w.activationTitle,
    isPrivate: true,
    event: 'activation',
    main: html`<div class="narrow">
      <h1>${w.activationTitle}</h1>
      ${p.message}
      <p class="lead">
        ${w.activationText(shownEmail(draft.applicant.email), clockOf(draft.held?.timeZone ?? site.config.timeZone, until))}
      </p>
      ${link !== null && html`<p class="notice note"><a href="${link}">${w.demoLink}</a></p>`}
      <p>${w.activationHint} ${w.activationWhy}</p>
      <form method="post" action="${p.base}/activation-mail" class="inline">
        <button class="secondary">${w.activationAgain}</button>
      </form>
      <p><a href="${p.base}/applicant">${w.activationOther}</a></p>
    </div>`,
  }
}

/** Target of the link in the e-mail. Opening it confirms nothing, so that mail scanners cannot. */
export function activatePage(site: Site, p: DraftPage, action: string): Page {
  const w = site.words
  const { held, selection } = p.draft
  return {
    title: w.activateTitle,
    isPrivate: true,
    event: 'activate',
    main: html`<div class="narrow">
      <h1>${w.activateTitle}</h1>
      <dl class="facts">
        <div>
          <dt>${w.service}</dt>
          <dd>${visitName(site, selection.serviceIds)}</dd>
        </div>
        ${
          held &&
          html`<div>
            <dt>${w.when}</dt>
            <dd>${spanOf(site, held.timeZone, held.start, held.end)}</dd>
          </div>`
        }
      </dl>
      <form method="post" action="${action}">
        <button>${w.activateButton}</button>
      </form>
    </div>`,
  }
}
