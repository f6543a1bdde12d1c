// What a citizen can change of an appointment without moving it: answers, and who comes.
import type { Appointment } from '../../domain/appointment/appointment.sql.ts'
import { documentOf } from '../../domain/appointment/appointment-document.ts'
import type { Question } from '../../domain/catalogue/visit.ts'
import { faultSummary, hidden, type Faults } from '../../ui/form.ts'
import { answerText, asTyped, question, type TypedAnswers } from '../../ui/questions.ts'
import { html, own, type Html } from '../../platform/html/html.ts'
import { visitName } from '../../locales/visit-text.ts'
import type { Page } from '../page.ts'
import type { Site } from '../site.ts'

type Amendable = { a: Appointment; base: string; mayCancel: boolean; mayAmend: boolean; questions: readonly Question[] }

/** What was answered, as facts of the appointment. */
export function answerFacts(site: Site, a: Appointment, questions: readonly Question[]): Html {
  const answers = asTyped(documentOf(a).answers ?? {})
  return html`${questions
    .filter((q) => answers[q.id] !== undefined)
    .map(
      (q) =>
        html`<div>
          <dt>${own(site, q.label)}</dt>
          <dd>${answerText(site, q, answers[q.id])}</dd>
        </div>`,
    )}`
}

/** The way to the answers, and a button for each of several people who does not come. */
export function amendSection(site: Site, { a, base, mayCancel, mayAmend, questions }: Amendable): Html {
  const w = site.words.amend
  const names = documentOf(a).attendees ?? []
  return html`${mayAmend && questions.length > 0 && html`<p class="noprint"><a href="${base}/answers">${w.answersChange}</a></p>`}
  ${
    mayCancel &&
    a.seats > 1 &&
    names.length > 1 &&
    html`<section class="noprint">
      <h2>${w.leaveTitle}</h2>
      <form method="post" action="${base}/attendees" class="buttons">
        ${names.map((name) => html`<button class="secondary" name="leaves" value="${name}">${w.leaveButton(name)}</button> `)}
      </form>
    </section>`
  }`
}

/** Asks before a person is taken off. */
export function leavePage(site: Site, base: string, name: string): Page {
  const w = site.words
  return {
    title: w.amend.leaveTitle,
    isPrivate: true,
    event: 'leave',
    main: html`<div class="narrow">
      <h1>${w.amend.leaveTitle}</h1>
      <p class="lead">${w.amend.leaveText(name)}</p>
      <form method="post" action="${base}/attendees">
        ${hidden('leaves', name)} ${hidden('sure', 'yes')}
        <div class="actions">
          <a class="back" href="${base}">${w.back}</a>
          <button class="danger">${w.amend.leaveButton(name)}</button>
        </div>
      </form>
    </div>`,
  }
}

type AnswersContent = {
  a: Appointment
  base: string
  questions: readonly Question[]
  answers: TypedAnswers
  faults: Faults
}

/** The questions of the service with the answers so far. */
export function answersPage(site: Site, { a, base, questions, answers, faults }: AnswersContent): Page {
  const w = site.words
  return {
    title: w.amend.answersTitle,
    isPrivate: true,
    event: 'answers',
    main: html`<div class="narrow">
      <h1>${w.amend.answersTitle}</h1>
      ${faultSummary(w, faults)}
      <p class="lead">${own(site, visitName(site, a.service_ids))}</p>
      <p class="hint">${w.requiredNote}</p>
      <form method="post" action="${base}/answers" data-checked>
        ${hidden('version', String(a.version))} ${questions.map((q) => question(site, q, answers[q.id] ?? '', faults))}
        <div class="actions">
          <a class="back" href="${base}">${w.back}</a>
          <button>${w.mine.save}</button>
        </div>
      </form>
    </div>`,
  }
}
