// Figures of a script: how often each step was shown, where conversations ended, how long a step took, and the answers.
import type { Static } from 'typebox'
import type { ScriptFigures } from '../../api/script-report.routes.ts'
import { formatDate, isCalendarDate } from '../../kernel/time/zone.ts'
import { stepOf, textIn, type Script } from '../../domain/script/script.ts'
import { html } from '../../platform/html/html.ts'
import { field, NO_FAULTS } from '../../ui/form.ts'
import { empty, readable, table, today } from '../frame/components.ts'
import type { Workspace } from '../frame/context.ts'
import { address, paramIn, queryIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { readScript, scriptHead, SCRIPTS, stepName } from './frame.ts'

/** Days of the figures when none are asked for. */
const USUAL = 30

/** An answer in words: the label of a choice, yes or no, a value of a scale. */
function answerName(workspace: Workspace, script: Script, stepId: string, choice: string): string {
  if (choice === '*') return workspace.words.scripts.figures.anything
  const step = stepOf(script, stepId)
  const option = step?.kind === 'ask' ? step.options?.find((one) => one.id === choice) : undefined
  if (option !== undefined) return textIn(option.label, workspace.language)
  return readable(workspace, choice === 'true' ? true : choice === 'false' ? false : choice)
}

async function figuresPage(
  workspace: Workspace,
  id: string,
  query: Record<string, string | undefined>,
): Promise<WorkspaceView> {
  const w = workspace.words.scripts.figures
  const script = await readScript(workspace, id)
  const dayIn = (text: string | undefined, day: number): string =>
    text !== undefined && isCalendarDate(text) ? text : formatDate(day)
  const period = { from: dayIn(query.from, today(workspace) - USUAL), to: dayIn(query.to, today(workspace)) }
  const figures = await workspace.read<Static<typeof ScriptFigures>>(address(`/v1/scripts/${id}/figures`, period))
  const versions = new Map<number, Script>()
  for (const number of new Set(figures.steps.map((one) => one.version)))
    versions.set(number, await workspace.read<Script>(`/v1/scripts/${id}/versions/${number}`))
  const scriptOf = (version: number): Script => versions.get(version) ?? script
  const nameOf = (version: number, stepId: string): string => stepName(workspace, stepOf(scriptOf(version), stepId))
  return {
    title: `${script.name}: ${workspace.words.scripts.tabs.figures}`,
    section: 'scripts',
    main: html`${await scriptHead(workspace, script, 'figures')}
      <form method="get" class="filters">
        ${field({ name: 'from', label: w.from, value: period.from, type: 'date' }, NO_FAULTS)}
        ${field({ name: 'to', label: w.to, value: period.to, type: 'date' }, NO_FAULTS)}
        <button class="secondary">${w.show}</button>
      </form>
      ${
        figures.steps.length === 0
          ? empty(w.none)
          : html`${table(
                w.steps,
                [w.step, w.version, w.shown, w.left, w.stopped, w.seconds],
                figures.steps.map((one) => [
                  nameOf(one.version, one.stepId),
                  ...[one.version, one.shown, one.left, one.stopped, Math.round(one.seconds * 10) / 10],
                ]),
              )}
              ${table(
                w.answers,
                [w.step, w.version, w.answer, w.times],
                figures.choices.map((one) => [
                  nameOf(one.version, one.stepId),
                  one.version,
                  answerName(workspace, scriptOf(one.version), one.stepId, one.choice),
                  one.n,
                ]),
              )}
              <p>
                <a class="button secondary" href="${address(`/v1/scripts/${id}/answers`, period)}" download>${w.csv}</a>
              </p>`
      }`,
  }
}

export function figuresPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: `${SCRIPTS}/:id/figures`,
    scope: 'reports:read',
    handler: (workspace, request) => figuresPage(workspace, paramIn(request), queryIn(request)),
  })
}
