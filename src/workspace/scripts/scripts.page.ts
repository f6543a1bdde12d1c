// The script designer: the list of scripts, the editor of one, publication, and its file.
import { usersOf } from '../../domain/script/script-for.ts'
import { VARIABLES } from '../../domain/script/script-variables.ts'
import type { Finding } from '../../domain/script/check-script.ts'
import { ANSWER_KINDS } from '../../domain/script/script.ts'
import { OUTCOMES } from '../../domain/catalogue/campaign/retry.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { field, NO_FAULTS } from '../../ui/form.ts'
import { empty, optionsOf, refused } from '../frame/components.ts'
import type { Refusal, Workspace } from '../frame/context.ts'
import { action, form } from '../frame/layout.ts'
import {
  address,
  faultsOf,
  formIn,
  paramIn,
  textIn,
  typedIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import { isChanged, readScript, scriptAt, scriptHead, SCRIPTS, stepName, type ScriptRecord } from './frame.ts'

const allScripts = async (workspace: Workspace): Promise<ScriptRecord[]> =>
  (await workspace.read<{ items: ScriptRecord[] }>('/v1/scripts?limit=200')).items

const versionName = (workspace: Workspace, { publishedVersion }: ScriptRecord): string =>
  publishedVersion === null ? workspace.words.scripts.draft : workspace.words.scripts.version(publishedVersion)

async function listPage(workspace: Workspace, refusal?: Refusal): Promise<WorkspaceView> {
  const w = workspace.words.scripts
  const scripts = await allScripts(workspace)
  const changed = new Set<string>()
  await Promise.all(scripts.map(async (one) => (await isChanged(workspace, one)) && changed.add(one.id)))
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  return {
    title: w.title,
    section: 'scripts',
    scripts: ['script-import.js'],
    main: html`<h1>${w.title}</h1>
      <p>${w.text}</p>
      ${refused(refusal)}
      ${
        scripts.length === 0
          ? empty(w.none)
          : html`<ul class="entries">
              ${scripts.map(
                (one) =>
                  html`<li class="entry">
                    <a class="what" href="${scriptAt(one.id)}"
                      ><strong>${one.name}</strong><span class="detail">${one.description}</span></a
                    >
                    <span class="detail">${w.steps(one.steps.length)}</span>
                    <span class="tag">${versionName(workspace, one)}${changed.has(one.id) && `, ${w.changed}`}</span>
                  </li>`,
              )}
            </ul>`
      }
      ${
        workspace.can('configuration:write') &&
        html`<section>
          <h2>${w.add}</h2>
          ${form(
            workspace,
            SCRIPTS,
            html`${field(
                {
                  ...{ name: 'name', label: w.name, value: typedIn(workspace, SCRIPTS, 'name'), required: true },
                  ...{ maxLength: 200, autocomplete: 'off' },
                },
                faults,
              )}<button>${w.make}</button>`,
            'filters',
          )}
          <div id="import" data-label="${w.import}" data-hint="${w.importHint}" data-broken="${w.importBroken}"></div>
          <p><a href="/schemas/script.json">${w.schema}</a></p>
        </section>`
      }`,
  }
}

function usage(workspace: Workspace, id: string): Html {
  const w = workspace.words.scripts
  const users = usersOf(workspace.config, id)
  return html`<section class="usage">
    <h2>${w.usedBy}</h2>
    ${
      users.length === 0
        ? html`<p>${w.unused}</p>`
        : html`<ul>
            ${users.map(
              (one) =>
                html`<li>
                  <a
                    href="${one.kind === 'incoming' ? '/agenda/settings/office/workspace' : `/agenda/settings/${one.kind}s/${one.id}`}"
                    >${one.kind === 'incoming' ? w.incoming : one.name}</a
                  >
                </li>`,
            )}
          </ul>`
    }
  </section>`
}

const worded = (words: Record<string, string>, values: readonly string[]) =>
  values.map((value) => ({ value, label: words[value] ?? value }))

/** Everything that the editor in the browser needs: the script, what it may refer to, and its words. */
async function editorData(workspace: Workspace, script: ScriptRecord): Promise<string> {
  const w = workspace.words.scripts
  const { config, settings } = workspace
  const [scripts, messages, checked] = await Promise.all([
    allScripts(workspace),
    workspace.read<{ items: { id: string; name: string }[] }>('/v1/saved-messages?limit=200'),
    workspace.read<{ findings: Finding[] }>(`/v1/scripts/${script.id}/findings`),
  ])
  const { attributes, widgets } = settings.workspace
  const labelOf = (one: (typeof attributes)[number]): string =>
    one.label[workspace.language] || one.label.it || one.name
  return JSON.stringify({
    script: { name: script.name, description: script.description ?? '', start: script.start, steps: script.steps },
    ...{ id: script.id, version: script.version, language: workspace.language, findings: checked.findings },
    mayWrite: workspace.can('configuration:write') && script.archivedAt === null,
    words: { ...w.editor, kinds: w.kinds, findings: w.findings },
    choices: {
      kind: worded(w.kinds, ['say', 'ask', 'branch', 'do', 'script', 'end']),
      answer: worded(w.answerKinds, ANSWER_KINDS),
      act: worded(w.acts, ['book', 'promise', 'send', 'outcome', 'widget', 'note']),
      is: worded(w.comparisons, ['equal', 'not_equal', 'one_of', 'at_least', 'at_most', 'present', 'absent']),
      outcome: worded(workspace.words.outcomes, OUTCOMES),
      service: optionsOf(config.services.values()),
      campaign: optionsOf(config.campaigns.values()),
      message: optionsOf(messages.items),
      widget: widgets.map((one) => ({ value: one.id, label: one.name })),
      script: optionsOf(scripts.filter((one) => one.id !== script.id)),
      writesTo: attributes.filter((one) => one.byScripts).map((one) => ({ value: one.name, label: labelOf(one) })),
      attribute: attributes.map((one) => ({ value: one.name, label: labelOf(one) })),
      variable: [
        ...worded(w.variables, VARIABLES),
        ...attributes.map((one) => ({ value: `contact.attributes.${one.name}`, label: labelOf(one) })),
      ],
    },
  })
}

/** The steps as a list, for readers without JavaScript. */
const plainSteps = (workspace: Workspace, script: ScriptRecord): Html =>
  html`<noscript>
    <p class="notice note">${workspace.words.scripts.needsScript}</p>
    <ol>
      ${script.steps.map((step) => html`<li>${workspace.words.scripts.kinds[step.kind]}: ${stepName(workspace, step)}</li>`)}
    </ol>
  </noscript>`

async function editorPage(workspace: Workspace, id: string, refusal?: Refusal): Promise<WorkspaceView> {
  const w = workspace.words.scripts
  const script = await readScript(workspace, id)
  const isLive = script.archivedAt === null
  return {
    title: script.name,
    section: 'scripts',
    scripts: ['script-editor.js'],
    styles: ['designer.css'],
    isWide: true,
    main: html`${await scriptHead(workspace, script, 'edit')} ${refused(refusal)} ${plainSteps(workspace, script)}
      <div id="designer" class="designer" data-designer="${await editorData(workspace, script)}"></div>
      ${usage(workspace, id)}
      <p class="buttons">
        <a class="button secondary" href="${scriptAt(id, 'file')}" download>${w.file}</a>
        ${
          isLive &&
          workspace.can('configuration:write') &&
          usersOf(workspace.config, id).length === 0 &&
          action(workspace, { to: scriptAt(id, 'archive'), label: w.archive, className: 'plain' })
        }
      </p>`,
  }
}

const starter = (workspace: Workspace, name: string) => {
  const { greeting, thanks } = workspace.words.scripts.starter
  return {
    name,
    start: 'greeting',
    steps: [
      { id: 'greeting', kind: 'say', text: greeting, next: 'end' },
      { id: 'end', kind: 'end', text: thanks },
    ],
  }
}

function changes(add: AddWorkspacePage): void {
  const scope = 'configuration:write' as const
  add({
    method: 'POST',
    url: SCRIPTS,
    scope,
    handler: async (workspace, request, reply) => {
      const body = starter(workspace, textIn(formIn(request), 'name'))
      const answer = await workspace.api<{ id: string }>('POST', '/v1/scripts', { body })
      if (answer.ok) return { redirect: scriptAt(answer.body.id) }
      reply.code(answer.status)
      return listPage(workspace, answer.refusal)
    },
  })
  add({
    method: 'POST',
    url: `${SCRIPTS}/:id/publication`,
    scope,
    handler: async (workspace, request, reply) => {
      const id = paramIn(request)
      const version = textIn(formIn(request), 'version')
      const match = /^\d+$/.test(version) ? `"${version}"` : '*'
      const answer = await workspace.api('POST', `/v1/scripts/${id}/publication`, { headers: { 'if-match': match } })
      if (answer.ok) return { redirect: address(scriptAt(id), { done: 'published' }) }
      reply.code(answer.status)
      return editorPage(workspace, id, answer.refusal)
    },
  })
  add({
    method: 'POST',
    url: `${SCRIPTS}/:id/archive`,
    scope,
    handler: async (workspace, request, reply) => {
      const id = paramIn(request)
      const answer = await workspace.api('DELETE', `/v1/scripts/${id}`, { headers: { 'if-match': '*' } })
      if (answer.ok) return { redirect: address(SCRIPTS, { done: 'archived' }) }
      reply.code(answer.status)
      return editorPage(workspace, id, answer.refusal)
    },
  })
}

export function scriptPages(add: AddWorkspacePage): void {
  const scope = 'configuration:read' as const
  add({ method: 'GET', url: SCRIPTS, scope, handler: (workspace) => listPage(workspace) })
  add({
    method: 'GET',
    url: `${SCRIPTS}/:id`,
    scope,
    handler: (workspace, request) => editorPage(workspace, paramIn(request)),
  })
  add({
    method: 'GET',
    url: `${SCRIPTS}/:id/file`,
    scope,
    handler: async (workspace, request) => {
      const { name, description, start, steps } = await readScript(workspace, paramIn(request))
      const file = {
        $schema: '/schemas/script.json',
        name,
        ...(description === undefined ? {} : { description }),
        start,
        steps,
      }
      const plain = name
        .normalize('NFD')
        .replace(/[^\w]+/g, '-')
        .replace(/^-|-$/g, '')
        .toLowerCase()
      return {
        file: { name: `${plain || 'script'}.json`, type: 'application/json', content: JSON.stringify(file, null, 2) },
      }
    },
  })
  changes(add)
}
