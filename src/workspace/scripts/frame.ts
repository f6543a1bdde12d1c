// What the pages of one script share: the script as a record, its head with the tabs, and names of its steps.
import type { Script, Step } from '../../domain/script/script.ts'
import { textIn } from '../../domain/script/script.ts'
import { html, type Html } from '../../platform/html/html.ts'
import type { Workspace } from '../frame/context.ts'
import { action } from '../frame/layout.ts'

export type ScriptRecord = {
  id: string
  name: string
  description?: string
  start: string
  steps: Step[]
  version: number
  publishedVersion: number | null
  archivedAt: string | null
}

/** Whether the draft is not what new conversations get; the publication is the last change otherwise. */
export async function isChanged(workspace: Workspace, script: ScriptRecord): Promise<boolean> {
  const { id, publishedVersion } = script
  if (publishedVersion === null) return false
  const published = await workspace.api<Script>('GET', `/v1/scripts/${id}/versions/${publishedVersion}`)
  const text = ({ start, steps }: Pick<Script, 'start' | 'steps'>): string => JSON.stringify([start, steps])
  return published.ok && text(published.body) !== text(script)
}

export const SCRIPTS = '/agenda/scripts'
export const scriptAt = (id: string, part = ''): string => `${SCRIPTS}/${id}${part === '' ? '' : `/${part}`}`

export const readScript = (workspace: Workspace, id: string): Promise<ScriptRecord> =>
  workspace.read<ScriptRecord>(`/v1/scripts/${id}`)

/** A step as its author knows it: its name, else the beginning of its text, else its kind. */
export function stepName(workspace: Workspace, step: Step | undefined): string {
  if (step === undefined) return '–'
  if (step.name !== undefined && step.name !== '') return step.name
  const text = 'text' in step ? textIn(step.text, workspace.language) : ''
  return text === '' ? workspace.words.scripts.kinds[step.kind]! : text.replace(/[*_{}]/g, '').slice(0, 60)
}

type Tab = 'edit' | 'preview' | 'versions' | 'figures'

/** Head of a page about a script: name, version, tabs, publication. */
export async function scriptHead(workspace: Workspace, script: ScriptRecord, tab: Tab): Promise<Html> {
  const w = workspace.words.scripts
  const tabs: [Tab, string][] = [
    ['edit', scriptAt(script.id)],
    ['preview', scriptAt(script.id, 'preview')],
    ['versions', scriptAt(script.id, 'versions')],
    ...(workspace.can('reports:read') ? ([['figures', scriptAt(script.id, 'figures')]] as [Tab, string][]) : []),
  ]
  const isLive = script.archivedAt === null && workspace.can('configuration:write')
  return html`<div class="head">
      <div>
        <p><a href="${SCRIPTS}">${w.title}</a></p>
        <h1>${script.name}</h1>
        <p class="detail">
          ${script.publishedVersion === null ? w.draft : w.version(script.publishedVersion)}
          ${
            script.publishedVersion !== null &&
            html`<strong id="changed" ${!(await isChanged(workspace, script)) && html`hidden`}>${w.changed}</strong>`
          }
          <span id="saved" role="status"></span>
        </p>
      </div>
      ${isLive && action(workspace, { to: scriptAt(script.id, 'publication'), label: w.publish, className: 'publish' })}
    </div>
    <nav class="tabs" aria-label="${w.which}">
      <ul>
        ${tabs.map(
          ([name, href]) =>
            html`<li><a href="${href}" ${name === tab && html`aria-current="true"`}>${w.tabs[name]}</a></li>`,
        )}
      </ul>
    </nav>`
}
