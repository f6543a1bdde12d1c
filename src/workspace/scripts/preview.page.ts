// The preview of a draft: the middle area of the contact screen with an invented person. The answers so far travel in the forms.
import type { Answer } from '../../domain/script/script.ts'
import type { Facts } from '../../domain/script/script-variables.ts'
import { answerFault } from '../../domain/script/conversation.ts'
import { html } from '../../platform/html/html.ts'
import type { Fields } from '../../ui/form-input.ts'
import { moment } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'
import { formIn, paramIn, textIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { answerIn } from '../contact/acts.ts'
import { sayArea } from '../contact/say.view.ts'
import type { Screen, Talk } from '../contact/screen.ts'
import { questionsIn, type Spoken } from '../contact/talk-text.ts'
import { readScript, scriptAt, scriptHead, SCRIPTS, type ScriptRecord } from './frame.ts'
import { previewOf, type Preview } from './preview.ts'

type State = { language: 'it' | 'en'; answers: (Answer | null)[] }

/** The state of the walk, as the forms carry it; longer ones begin anew. */
const packed = (state: State): string => Buffer.from(JSON.stringify(state)).toString('base64url')

function unpacked(text: string, language: 'it' | 'en'): State {
  try {
    const { language: chosen, answers } = JSON.parse(Buffer.from(text, 'base64url').toString()) as State
    if (Array.isArray(answers) && answers.length < 500) return { language: chosen === 'en' ? 'en' : 'it', answers }
  } catch {
    // Not a state of ours: begin anew.
  }
  return { language, answers: [] }
}

function factsOf(workspace: Workspace, state: State): Facts {
  const { firstName, lastName } = workspace.words.scripts.preview.person
  return {
    'contact.firstName': firstName,
    'contact.lastName': lastName,
    'contact.name': `${firstName} ${lastName}`,
    'contact.phone': '+39 320 555 0100',
    'contact.email': 'maria.rossi@posta.example',
    'contact.language': state.language,
    'callback.number': '+39 320 555 0100',
    'callback.attempts': 1,
    'appointment.when': moment(workspace, workspace.now),
    'agent.name': workspace.person.name,
    'office.name': workspace.config.name,
    'office.phone': workspace.settings.booking.supportPhone,
  }
}

function talkOf(script: ScriptRecord, state: State, preview: Preview): Talk {
  const answers = preview.steps.flatMap(({ step, answer }) => (answer === null ? [] : [[step.id, answer] as const]))
  const open = preview.open === null ? null : preview.steps.at(-1)!.position
  return {
    ...{
      id: packed(state),
      scriptId: script.id,
      scriptVersion: 0,
      contactId: null,
      callbackId: null,
      appointmentId: null,
    },
    ...{ callId: null, language: state.language, position: open, step: preview.open, proposedOutcome: preview.outcome },
    steps: preview.steps.map(({ position, step, answer }) => ({
      ...{ position, stepId: step.id, scriptId: script.id, enteredAt: '', leftAt: null },
      ...(answer === null ? {} : { answer }),
    })),
    answers: Object.fromEntries(answers),
    facts: preview.facts,
    ...{ startedAt: '', endedAt: null },
  }
}

const spokenOf = (script: ScriptRecord, language: 'it' | 'en', messages: Spoken['messages']): Spoken => ({
  name: script.name,
  hasScript: true,
  questions: questionsIn(script.id, script, language),
  messages,
  widget: false,
})

/** Names of saved messages, by id. */
async function messagesOf(workspace: Workspace): Promise<Map<string, string>> {
  const { items } = await workspace.read<{ items: { id: string; name: string }[] }>('/v1/saved-messages?limit=200')
  return new Map(items.map((one) => [one.id, one.name]))
}

async function previewPage(
  workspace: Workspace,
  script: ScriptRecord,
  state: State,
  fault: string | null = null,
): Promise<WorkspaceView> {
  const w = workspace.words.scripts.preview
  const preview = previewOf(script, state.answers, factsOf(workspace, state))
  const refusal = {
    code: '',
    title: '',
    detail: fault ?? '',
    errors: [{ pointer: '/answer', detail: fault ?? '', code: '' }],
    extra: {},
  }
  const screen: Screen = {
    ...{ kind: 'person', id: script.id, path: scriptAt(script.id, 'preview'), callback: null, appointment: null },
    ...{ call: null, history: [], number: null, summary: null, people: [], story: { items: [], nextCursor: null } },
    ...{ talk: talkOf(script, state, preview), query: {}, refused: fault === null ? null : { act: 'answer', refusal } },
  }
  const outcomes = workspace.words.outcomes as Record<string, string>
  const other =
    preview.otherScriptId === null
      ? null
      : await workspace.api<{ name: string }>('GET', `/v1/scripts/${preview.otherScriptId}`)
  return {
    title: `${script.name}: ${workspace.words.scripts.tabs.preview}`,
    section: 'scripts',
    styles: ['designer.css'],
    main: html`${await scriptHead(workspace, script, 'preview')}
      <p>${w.text}</p>
      ${preview.isBroken && html`<p class="notice warning" role="alert">${w.broken}</p>`}
      ${other !== null && html`<p class="notice note">${w.otherScript(other.ok ? other.body.name : '–')}</p>`}
      <div class="preview-area">
        ${sayArea(workspace, screen, spokenOf(script, state.language, await messagesOf(workspace)), false)}
      </div>
      ${preview.outcome !== null && html`<p role="status">${w.recorded(outcomes[preview.outcome] ?? preview.outcome)}</p>`}`,
  }
}

/** The state after an answer, or the fault of the answer. */
function answered(workspace: Workspace, script: ScriptRecord, state: State, fields: Fields): State | null {
  const preview = previewOf(script, state.answers, factsOf(workspace, state))
  const { open } = preview
  if (open === null) return state
  const answer = (answerIn(fields) ?? null) as Answer | null
  if (open.kind === 'ask' && answerFault(open, answer) !== null) return null
  return { ...state, answers: [...state.answers, open.kind === 'ask' ? answer : null] }
}

export function previewPages(add: AddWorkspacePage): void {
  const scope = 'configuration:read' as const
  const url = `${SCRIPTS}/:id/preview`
  add({
    method: 'GET',
    url,
    scope,
    handler: async (workspace, request) =>
      previewPage(workspace, await readScript(workspace, paramIn(request)), {
        language: workspace.language,
        answers: [],
      }),
  })
  add({
    method: 'POST',
    url: `${url}/:act`,
    scope,
    handler: async (workspace, request, reply) => {
      const fields = formIn(request)
      const script = await readScript(workspace, paramIn(request))
      const state = unpacked(textIn(fields, 'talk'), workspace.language)
      const act = paramIn(request, 'act')
      if (act === 'begin')
        return previewPage(workspace, script, {
          language: textIn(fields, 'language') === 'en' ? 'en' : 'it',
          answers: [],
        })
      if (act === 'language')
        return previewPage(workspace, script, { ...state, language: textIn(fields, 'language') === 'en' ? 'en' : 'it' })
      if (act === 'return') {
        const position = Number(textIn(fields, 'position'))
        return previewPage(workspace, script, { ...state, answers: state.answers.slice(0, position) })
      }
      const next = answered(workspace, script, state, fields)
      if (next !== null) return previewPage(workspace, script, next)
      reply.code(422)
      return previewPage(workspace, script, state, workspace.words.contact.answerNeeded)
    },
  })
}
