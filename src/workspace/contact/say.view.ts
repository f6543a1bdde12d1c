// The middle area of the contact screen: the script, one step at a time, with what was said before.
import { documentedTexts } from './talk-text.ts'
import { actAt, refusalOf, type Screen, type Talk } from './screen.ts'
import { campaignName } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'
import { form, action } from '../frame/layout.ts'
import { address, faultsOf, typedIn, chosenIn } from '../frame/workspace.ts'
import { html, paragraphs, type Html } from '../../platform/html/html.ts'
import { choices, field, hidden, NO_FAULTS, type Faults } from '../../ui/form.ts'
import { richText } from '../../ui/rich-text.ts'
import { textIn, type Step } from '../../domain/script/script.ts'
import { scaleOf } from '../../domain/script/conversation.ts'
import { spokenAnswer, type Spoken } from './talk-text.ts'

type AskStep = Extract<Step, { kind: 'ask' }>
type DoStep = Extract<Step, { kind: 'do' }>

const button = (name: string, value: string, label: Html | string, className = 'secondary'): Html =>
  html`<button class="${className}" name="${name}" value="${value}">${label}</button>`

/** Answers that are one press: yes and no, one of several, a scale. */
function presses(workspace: Workspace, talk: Talk, step: AskStep): Html | null {
  const w = workspace.words.contact
  const language = talk.language as 'it' | 'en'
  const chosen = talk.answers[step.id]
  const one = (value: string, label: string, isChosen: boolean): Html =>
    button('answer', value, label, isChosen ? 'secondary chosen' : 'secondary')
  if (step.answer === 'yes_no')
    return html`<div class="presses">${one('yes', w.yes, chosen === true)}${one('no', w.no, chosen === false)}</div>`
  if (step.answer === 'scale')
    return html`<div class="presses scale">${scaleOf(step).map((n) => one(String(n), String(n), chosen === n))}</div>`
  if (step.answer === 'one')
    return html`<div class="presses">
      ${(step.options ?? []).map((option) => one(option.id, textIn(option.label, language), chosen === option.id))}
    </div>`
  return null
}

const TYPES: Partial<Record<AskStep['answer'], string>> = { number: 'number', date: 'date', time: 'time' }

/** Answers that are typed or chosen before they are sent. */
function inputs(
  workspace: Workspace,
  screen: Screen,
  talk: Talk,
  { step, faults }: { step: AskStep; faults: Faults },
): Html {
  const w = workspace.words.contact
  const language = talk.language as 'it' | 'en'
  const to = actAt(screen, 'answer')
  // What is known of the person already is confirmed instead of typed again.
  const known = step.writesTo === undefined ? undefined : screen.summary?.contact.attributes?.[step.writesTo]
  const before = talk.answers[step.id] ?? known
  if (step.answer === 'several')
    return choices(
      {
        name: 'answer',
        legend: w.answer,
        several: true,
        options: (step.options ?? []).map((option) => ({ value: option.id, label: textIn(option.label, language) })),
        chosen: chosenIn(workspace, to, 'answer', Array.isArray(before) ? (before as string[]) : []),
      },
      faults,
    )
  return field(
    {
      name: 'answer',
      label: w.answer,
      value: typedIn(
        workspace,
        to,
        'answer',
        typeof before === 'string' || typeof before === 'number' ? String(before) : '',
      ),
      type: TYPES[step.answer] ?? ((step.max ?? 4000) > 120 ? 'textarea' : 'text'),
      required: step.isRequired,
      maxLength: step.answer === 'text' ? step.max : undefined,
      minimum: step.answer === 'number' ? step.min : undefined,
      maximum: step.answer === 'number' ? step.max : undefined,
      autocomplete: 'off',
    },
    faults,
  )
}

function askForm(workspace: Workspace, screen: Screen, talk: Talk, step: AskStep): Html {
  const w = workspace.words.contact
  const refusal = refusalOf(screen, 'answer')
  const faults = refusal ? faultsOf(refusal, () => 'answer') : NO_FAULTS
  const pressed = presses(workspace, talk, step)
  const place = html`${hidden('talk', talk.id)}${hidden('position', String(talk.position))}${hidden('kind', step.answer)}`
  return form(
    workspace,
    actAt(screen, 'answer'),
    html`${place} ${step.hint !== undefined && html`<p class="hint">${textIn(step.hint, talk.language as 'it')}</p>`}
    ${
      pressed === null
        ? html`${inputs(workspace, screen, talk, { step, faults })}<button>${w.goOn}</button>`
        : html`${faults.has('answer') && html`<p class="fault" role="alert">${faults.get('answer')}</p>`}${pressed}`
    }
    ${!step.isRequired && html`<button class="plain" name="skip" value="1" formnovalidate>${w.skip}</button>`}`,
    'ask',
  )
}

/** What a step offers to do, as a link to the area that does it. */
function offered(workspace: Workspace, screen: Screen, step: DoStep, spoken: Spoken): Html | false {
  const w = workspace.words.contact
  const { act } = step
  const link = (query: Record<string, string | undefined>, label: string): Html =>
    html`<p><a class="button" href="${address(screen.path, query)}" data-swap data-focus="do">${label}</a></p>`
  if (act.kind === 'book')
    return link(
      { do: 'book', service: act.serviceId },
      w.doBook(workspace.config.services.get(act.serviceId)?.name ?? ''),
    )
  if (act.kind === 'promise') return link({ do: 'promise', campaign: act.campaignId }, w.doPromise)
  if (act.kind === 'send')
    return link({ do: 'message', saved: act.messageId }, w.doSend(spoken.messages.get(act.messageId) ?? w.template))
  return act.kind === 'widget' && (spoken.widget ?? false)
}

const goOn = (workspace: Workspace, screen: Screen, talk: Talk, label: string): Html =>
  form(
    workspace,
    actAt(screen, 'answer'),
    html`${hidden('talk', talk.id)}${hidden('position', String(talk.position))}<button data-first>${label}</button>`,
    'inline',
  )

function current(workspace: Workspace, screen: Screen, talk: Talk, spoken: Spoken): Html {
  const w = workspace.words.contact
  const { step } = talk
  const language = talk.language as 'it' | 'en'
  if (step === null || talk.position === null) return html`<p class="notice success">${w.over}</p>`
  const facts = documentedTexts(workspace, talk)
  const text = step.kind === 'branch' || step.kind === 'script' ? undefined : step.text
  const said = textIn(text, language)
  return html`<div class="step" lang="${language}">${said !== '' && richText(said, facts)}</div>
    ${step.kind === 'ask' && askForm(workspace, screen, talk, step)}
    ${step.kind === 'do' && offered(workspace, screen, step, spoken)}
    ${(step.kind === 'say' || step.kind === 'do') && goOn(workspace, screen, talk, w.goOn)}
    ${step.kind === 'end' && goOn(workspace, screen, talk, w.finish)}`
}

/** What was said so far; each answer can be changed. */
function trail(workspace: Workspace, screen: Screen, talk: Talk, spoken: Spoken): Html | false {
  const w = workspace.words.contact
  const before = talk.steps.filter(
    (one) => one.position !== talk.position && spoken.questions.has(`${one.scriptId} ${one.stepId}`),
  )
  if (before.length === 0) return false
  return html`<section class="trail">
    <h3>${w.said}</h3>
    <ol>
      ${before.map((one) => {
        const question = spoken.questions.get(`${one.scriptId} ${one.stepId}`)!
        return html`<li>
          <span
            ><span class="detail">${question.label}</span>
            <strong>${spokenAnswer(workspace, question, one.answer)}</strong></span
          >
          ${form(
            workspace,
            actAt(screen, 'return'),
            html`${hidden('talk', talk.id)}${hidden('position', String(one.position))}<button class="plain">
                ${w.change}<span class="unseen"> ${question.label}</span>
              </button>`,
            'inline',
          )}
        </li>`
      })}
    </ol>
  </section>`
}

/** The script text or address that campaigns had before scripts were designed here. */
function reference(text: string): Html {
  const isAddress = /^https:\/\/\S+$/.test(text)
  return isAddress ? html`<p><a href="${text}" rel="noreferrer" target="_blank">${text}</a></p>` : paragraphs(text)
}

function beginning(workspace: Workspace, screen: Screen, spoken: Spoken): Html {
  const w = workspace.words.contact
  const old = screen.callback?.scriptRef
  if (old !== undefined && old !== '' && !spoken.hasScript) return html`<div class="step">${reference(old)}</div>`
  if (!spoken.hasScript) return html`<p class="empty">${w.noScript}</p>`
  return action(workspace, { to: actAt(screen, 'begin'), label: w.begin, className: '' })
}

export function sayArea(workspace: Workspace, screen: Screen, spoken: Spoken, widgets: Html | false): Html {
  const w = workspace.words.contact
  const { talk } = screen
  const title = talk === null ? campaignName(workspace, screen.callback?.campaignId ?? '') : spoken.name
  const refusal = refusalOf(screen, 'begin') ?? refusalOf(screen, 'return')
  const other = talk?.language === 'it' ? 'en' : 'it'
  return html`<section id="say" class="area say" aria-label="${w.say}" tabindex="-1">
    <h2>${w.say}${title !== '–' && title !== '' && html` <span class="detail">${title}</span>`}</h2>
    ${refusal !== undefined && html`<p class="notice warning" role="alert">${refusal.detail}</p>`}
    ${talk === null ? beginning(workspace, screen, spoken) : current(workspace, screen, talk, spoken)} ${widgets}
    ${talk !== null && trail(workspace, screen, talk, spoken)}
    ${
      talk !== null &&
      html`<div class="foot">
        <p>
          ${w.otherLanguage}: ${w.languages[talk.language as 'it']}.
          ${action(workspace, {
            ...{ to: actAt(screen, 'language'), label: w.languages[other], className: 'plain' },
            fields: { language: other, talk: talk.id },
          })}
        </p>
        <details>
          <summary>${w.beginAgain}</summary>
          <p>${w.beginAgainText}</p>
          ${action(workspace, {
            ...{ to: actAt(screen, 'begin'), label: w.again },
            fields: { again: '1', language: talk.language, script: talk.scriptId, talk: talk.id },
          })}
        </details>
      </div>`
    }
  </section>`
}
