// Versions of a script: who published them when, what has changed since, and the way back to one of them.
import { stepOf, type Script, type Step } from '../../domain/script/script.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { empty, moment, readable, table } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'
import { action } from '../frame/layout.ts'
import {
  address,
  formIn,
  paramIn,
  queryIn,
  textIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import { differenceOf, type Change } from './difference.ts'
import { readScript, scriptAt, scriptHead, SCRIPTS, stepName, type ScriptRecord } from './frame.ts'

type Version = { number: number; createdAt: string; actor: string; actorName?: string }

/** Words of the editor for the parts of a step that are told by name. */
const PARTS: Record<
  string,
  | 'textIt'
  | 'textEn'
  | 'hintIt'
  | 'hintEn'
  | 'name'
  | 'kind'
  | 'next'
  | 'answerKind'
  | 'required'
  | 'min'
  | 'max'
  | 'writesTo'
> = {
  ...({ 'text.it': 'textIt', 'text.en': 'textEn', 'hint.it': 'hintIt', 'hint.en': 'hintEn', name: 'name' } as const),
  ...({ kind: 'kind', next: 'next', answer: 'answerKind', isRequired: 'required', min: 'min', max: 'max' } as const),
  writesTo: 'writesTo',
}

function placeName(workspace: Workspace, place: string): string {
  const w = workspace.words.scripts
  const part = PARTS[place]
  if (part !== undefined) return w.editor[part]
  if (place.startsWith('options.')) return w.editor.options
  if (place.startsWith('goTo.')) return `${w.editor.goTo} (${place.slice(5)})`
  if (place.startsWith('cases.')) return w.editor.cases
  return place.startsWith('act.') ? w.editor.act : place
}

/** A value of a change: names of steps instead of what they are called inside. */
function valueName(workspace: Workspace, script: Script, { place }: Change, value: unknown): string {
  if (value === undefined) return '–'
  const isStep = place === 'next' || place.startsWith('goTo.') || /^cases\.\d+\.next$/.test(place)
  return isStep && typeof value === 'string' ? stepName(workspace, stepOf(script, value)) : readable(workspace, value)
}

function difference(workspace: Workspace, draft: ScriptRecord, number: number, version: Script): Html {
  const w = workspace.words.scripts.versions
  const found = differenceOf(version, draft)
  const names = (title: string, steps: readonly Step[]): Html | false =>
    steps.length > 0 &&
    html`<h3>${title}</h3>
      <ul>
        ${steps.map((step) => html`<li>${workspace.words.scripts.kinds[step.kind]}: ${stepName(workspace, step)}</li>`)}
      </ul>`
  const isSame = found.added.length + found.removed.length + found.changed.length === 0 && found.start === null
  return html`<section id="difference">
    <h2>${w.difference(number)}</h2>
    ${isSame && html`<p>${w.same}</p>`}
    ${
      found.start !== null &&
      html`<p>
        ${w.start}: ${stepName(workspace, stepOf(version, found.start.before))} →
        ${stepName(workspace, stepOf(draft, found.start.after))}
      </p>`
    }
    ${names(w.added, found.added)} ${names(w.removed, found.removed)}
    ${found.changed.map((one) =>
      table(
        `${w.changed}: ${stepName(workspace, one.after)}`,
        [w.what, w.before(number), w.after],
        one.changes.map((change) => [
          placeName(workspace, change.place),
          html`<del>${valueName(workspace, version, change, change.before)}</del>`,
          html`<ins>${valueName(workspace, draft, change, change.after)}</ins>`,
        ]),
      ),
    )}
  </section>`
}

async function versionsPage(workspace: Workspace, id: string, compared: string | undefined): Promise<WorkspaceView> {
  const w = workspace.words.scripts.versions
  const script = await readScript(workspace, id)
  const { items } = await workspace.read<{ items: Version[] }>(`/v1/scripts/${id}/versions`)
  const number = items.find((one) => String(one.number) === compared)?.number
  const version = number === undefined ? null : await workspace.read<Script>(`/v1/scripts/${id}/versions/${number}`)
  return {
    title: `${script.name}: ${workspace.words.scripts.tabs.versions}`,
    section: 'scripts',
    styles: ['designer.css'],
    main: html`${await scriptHead(workspace, script, 'versions')}
    ${
      items.length === 0
        ? empty(w.none)
        : html`<ul class="rows">
            ${items.map(
              (one) =>
                html`<li>
                  <span
                    ><strong>${workspace.words.scripts.version(one.number)}</strong>
                    <span class="detail"
                      >${moment(workspace, one.createdAt)} ${one.actorName !== undefined && w.by(one.actorName)}</span
                    ></span
                  >
                  <span class="buttons"
                    ><a
                      class="button secondary"
                      href="${address(scriptAt(id, 'versions'), { with: one.number })}#difference"
                      >${w.compare}</a
                    >
                    ${
                      workspace.can('configuration:write') &&
                      action(workspace, {
                        to: scriptAt(id, 'restoration'),
                        label: w.restore,
                        fields: { number: String(one.number) },
                      })
                    }</span
                  >
                </li>`,
            )}
          </ul>`
    }
    ${version !== null && number !== undefined && difference(workspace, script, number, version)}`,
  }
}

export function versionPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: `${SCRIPTS}/:id/versions`,
    scope: 'configuration:read',
    handler: (workspace, request) => versionsPage(workspace, paramIn(request), queryIn(request).with),
  })
  add({
    method: 'POST',
    url: `${SCRIPTS}/:id/restoration`,
    scope: 'configuration:write',
    handler: async (workspace, request, reply) => {
      const id = paramIn(request)
      const number = encodeURIComponent(textIn(formIn(request), 'number'))
      const answer = await workspace.api('POST', `/v1/scripts/${id}/versions/${number}/restoration`)
      if (answer.ok) return { redirect: address(scriptAt(id), { done: 'restored' }) }
      reply.code(answer.status)
      return versionsPage(workspace, id, undefined)
    },
  })
}
