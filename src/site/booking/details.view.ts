// Steps 3 and 4: the questions of the service, and the citizen's details.
import { shownEmail } from '../../domain/contact/email.ts'
import type { Question } from '../../domain/catalogue/visit.ts'
import { choices, faultSummary, field, hidden, type Faults } from '../../ui/form.ts'
import { html, own, type Html } from '../../platform/html/html.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'
import type { Draft, Step } from './draft.ts'
import { holdClock, STEP_FORM, steps } from './steps.ts'
import { spanOf, visitName } from '../../locales/visit-text.ts'
import { question } from '../../ui/questions.ts'

export type DraftPage = {
  id: string
  base: string
  draft: Draft
  links: Partial<Record<Step, string>>
  /** The steps of this visit. */
  needed: readonly Step[]
  faults: Faults
  message: Html
  /** The consent box on the summary was ticked already. */
  isConsented?: boolean
}

/** The choices so far, each with the way to change it. */
function chosenSoFar(site: Site, { draft, links, needed }: DraftPage): Html {
  const w = site.words
  const { held, selection } = draft
  const location = held ? site.config.locations.get(held.locationId) : undefined
  const change = (href: string | undefined, of: string): Html =>
    html`${href !== undefined && html` <a href="${href}">${w.changeChoice}<span class="unseen"> (${of})</span></a>`}`
  return html`<div class="chosen-line so-far">
    <p><strong>${own(site, visitName(site, selection.serviceIds))}</strong></p>
    ${held && html`<p>${spanOf(site, held.timeZone, held.start, held.end)}${change(links.time, w.when)}</p>`}
    <p>
      ${selection.channel === 'in_person' ? own(site, location?.name ?? '') : w.channels[selection.channel]}${
        selection.places > 1 && html` · ${w.people}: ${selection.places}`
      }${change(needed.includes('place') ? links.place : undefined, w.where)}
    </p>
  </div>`
}

type DraftFormContent = {
  p: DraftPage
  step: 'details' | 'applicant'
  body: Html
  button: string
}

function draftForm(site: Site, { p, step, body, button }: DraftFormContent): Page {
  const w = site.words
  return {
    title: w.stepTitles[step],
    isPrivate: true,
    event: step,
    main: html`<div class="narrow">
      ${steps(site, step, p.links, p.needed)}
      <h1>${w.stepTitles[step]}</h1>
      ${p.message} ${holdClock(site, p.draft.held, p.base)} ${faultSummary(w, p.faults)} ${chosenSoFar(site, p)}
      <p class="hint">${w.requiredNote}</p>
      <form method="post" action="${p.base}/${step}" id="${STEP_FORM}" data-checked>
        ${hidden('step', step)} ${hidden('held', String(p.draft.held?.start ?? ''))} ${body}
        <div class="actions">
          <button class="back" name="to" value="back" formnovalidate>${w.back}</button>
          <button>${button}</button>
        </div>
      </form>
    </div>`,
  }
}

/** The reason of the visit in the citizen's own words; only if no question asks for a long text. */
const reasonField = (site: Site, p: DraftPage): Html =>
  field(
    {
      name: 'details',
      label: site.words.detailsLabel,
      value: p.draft.details,
      type: 'textarea',
      maxLength: MOST_DETAILS,
      hint: site.words.atMost(MOST_DETAILS),
    },
    p.faults,
  )

/** Longest free text about the reason of the visit, in characters; the Italian municipal model has 200. */
export const MOST_DETAILS = 200

export function detailsPage(site: Site, p: DraftPage, questions: readonly Question[]): Page {
  const w = site.words
  // Without a long text among the questions, add a field for the reason of the visit.
  const asksText = questions.some((q) => q.type === 'long_text')
  return draftForm(site, {
    p,
    step: 'details',
    body: html`${questions.map((q) => question(site, q, p.draft.answers[q.id] ?? '', p.faults))}
    ${!asksText && reasonField(site, p)}`,
    button: w.next,
  })
}

/** For somebody else, and with whom: the names of those who come. The names are asked for only when they are needed. */
function forWhom(site: Site, p: DraftPage): Html {
  const w = site.words
  const { isForOther = false, otherFirstName = '', otherLastName = '', companions = '' } = p.draft.applicant
  return html`${choices(
      {
        ...{ name: 'forWhom', legend: w.forWhomLegend, chosen: [isForOther ? 'other' : 'me'] },
        options: [
          { value: 'me', label: w.forMe },
          { value: 'other', label: w.forOther },
        ],
      },
      p.faults,
    )}
    <div class="for-other">
      <p class="hint">${w.otherHint}</p>
      ${field({ name: 'otherFirstName', label: w.otherFirstName, value: otherFirstName, maxLength: 100, autocomplete: 'off' }, p.faults)}
      ${field({ name: 'otherLastName', label: w.otherLastName, value: otherLastName, maxLength: 100, autocomplete: 'off' }, p.faults)}
    </div>
    ${
      p.draft.selection.places > 1 &&
      field(
        {
          name: 'companions',
          label: w.companions,
          value: companions,
          type: 'textarea',
          maxLength: 2000,
          hint: w.companionsHint,
        },
        p.faults,
      )
    }`
}

/** What can be asked for at this visit: what the office and the services meet. */
function needsFields(site: Site, p: DraftPage): Html {
  const w = site.words
  const { selection, held, applicant } = p.draft
  const office = selection.channel === 'in_person' ? site.config.locations.get(held?.locationId ?? '') : undefined
  const met = new Set([
    ...(office?.features ?? []),
    ...selection.serviceIds.flatMap((id) => site.config.services.get(id)?.supports ?? []),
  ])
  if (met.size === 0) return html``
  return html`<details class="more" ${(applicant.needs ?? []).length > 0 && html`open`}>
    <summary>${w.helpLegend}</summary>
    ${choices(
      {
        ...{ name: 'needs', legend: w.filterNeed, several: true, chosen: applicant.needs ?? [] },
        options: [...met].map((need) => ({ value: need, label: w.needs[need] })),
      },
      p.faults,
    )}
    ${
      met.has('interpreter') &&
      field(
        {
          name: 'interpreterLanguage',
          label: w.interpreterLanguage,
          value: applicant.interpreterLanguage ?? '',
          maxLength: 60,
        },
        p.faults,
      )
    }
  </details>`
}

export function applicantPage(site: Site, p: DraftPage): Page {
  const w = site.words
  const { applicant, selection } = p.draft
  const { emailRequired, emailConfirmationMinutes } = site.settings.booking
  const needsPhone = selection.channel !== 'in_person'
  const needsEmail = emailRequired || emailConfirmationMinutes > 0
  const text = (name: 'firstName' | 'lastName', autocomplete: string) =>
    field({ name, label: w[name], value: applicant[name], required: true, maxLength: 100, autocomplete }, p.faults)
  return draftForm(site, {
    p,
    step: 'applicant',
    body: html`${text('firstName', 'given-name')} ${text('lastName', 'family-name')}
    ${field(
      {
        name: 'email',
        label: needsEmail ? w.email : needsPhone ? w.emailOptional : w.emailOrPhone,
        value: shownEmail(applicant.email),
        type: 'email',
        required: needsEmail,
        maxLength: 254,
        autocomplete: 'email',
        hint: w.emailHint,
      },
      p.faults,
    )}
    ${field(
      {
        name: 'phone',
        label:
          selection.channel === 'phone' ? w.phoneToCall : needsPhone ? w.phone : needsEmail ? w.phoneOptional : w.phone,
        value: applicant.phone,
        type: 'tel',
        required: needsPhone,
        maxLength: 40,
        autocomplete: 'tel',
        hint:
          selection.channel === 'phone'
            ? w.phoneCallHint
            : needsPhone
              ? w.phoneHint
              : needsEmail
                ? w.phoneHint
                : w.phoneOnlyHint,
      },
      p.faults,
    )}
    ${forWhom(site, p)} ${needsFields(site, p)} ${!p.needed.includes('details') && reasonField(site, p)}`,
    button: w.next,
  })
}
