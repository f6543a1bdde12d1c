// Administration of every collection by the same pages: list, create, change, archive, with the fields of its schema.
import type { ScheduleRule } from '../../domain/catalogue/tenant-config.ts'
import { AppError } from '../../kernel/errors.ts'
import { empty, moment, refused } from '../frame/components.ts'
import { ruleWords } from '../team/schedule-text.ts'
import type { Resource } from '../../domain/catalogue/records/resource.ts'
import {
  address,
  faultsOf,
  formIn,
  paramIn,
  queryIn,
  textIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import { action, form } from '../frame/layout.ts'
import { faultSummary, NO_FAULTS } from '../../ui/form.ts'
import { back, onward } from './admin-components.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { collectionOf, referencesOf, schemaOf } from './collections.ts'
import { labelOf, objectFields, patchTo, readObject, type Choices } from './schema-form.ts'
import { dryRun } from './segment-forms.ts'
import { plain } from '../../platform/schema/plain.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

type CollectionRecord = Record<string, unknown> & { id: string; version: number; archivedAt: string | null }
const at = (path: string): string => `/agenda/settings/${path}`

function resourceIn(path: string): Resource {
  const resource = collectionOf(path)
  if (!resource) throw new AppError('not_found', { what: 'page' })
  return resource
}

const titleOf = (workspace: Workspace, path: string): { many: string; one: string; text: string } =>
  (workspace.words.collections as Record<string, { many: string; one: string; text: string }>)[path]!

const nameIn = (options: Choices[string] | undefined, id: unknown): string =>
  options?.find((o) => o.value === id)?.label ?? '–'

/** Name and detail of a record in the list. */
function lineOf(workspace: Workspace, references: Choices, item: CollectionRecord): { name: string; detail: string } {
  const period =
    typeof item.from === 'string' && typeof item.to === 'string'
      ? `${moment(workspace, item.from)} – ${moment(workspace, item.to)}`
      : ''
  if (Array.isArray(item.rules)) {
    const words = (item.rules as ScheduleRule[]).map((rule) => ruleWords(rule, workspace.language)).join(' · ')
    return {
      name: nameIn(references.ownerId, item.ownerId),
      detail: `${String(item.validFrom)} – ${typeof item.validUntil === 'string' ? item.validUntil : '…'}: ${words}`,
    }
  }
  if (period !== '') {
    const owner = item.agentId ?? item.ownerId ?? item.locationId
    return {
      name: owner === undefined ? workspace.config.name : nameIn(references.ownerId, owner),
      detail: `${period} ${plain(item.reason ?? item.note)}`,
    }
  }
  const facts = [
    item.externalId,
    item.durationMinutes === undefined ? undefined : `${plain(item.durationMinutes)} min`,
    item.country,
  ]
  return { name: plain(item.name ?? item.id), detail: facts.filter(Boolean).map(String).join(' · ') }
}

async function listPage(
  workspace: Workspace,
  resource: Resource,
  query: Record<string, string | undefined>,
): Promise<WorkspaceView> {
  const w = workspace.words.admin
  const title = titleOf(workspace, resource.path)
  const isArchived = query.archived === '1'
  const [references, page] = await Promise.all([
    referencesOf(workspace),
    workspace.read<{ items: CollectionRecord[]; nextCursor: string | null }>(
      address(`/v1/${resource.path}`, { limit: 200, archived: isArchived, cursor: query.cursor }),
    ),
  ])
  const canWrite = workspace.can('configuration:write')
  return {
    title: title.many,
    section: 'settings',
    main: html`${back(workspace)}
      <div class="head">
        <h1>${title.many}</h1>
        ${canWrite && html`<a class="button" href="${at(`${resource.path}/new`)}">${w.add}</a>`}
      </div>
      <p>${title.text}</p>
      ${
        page.items.length === 0
          ? empty(w.none)
          : html`<ul class="entries">
              ${page.items.map((item) => {
                const line = lineOf(workspace, references, item)
                return html`<li class="entry${item.archivedAt === null ? '' : ' cancelled'}">
                  <a class="what" href="${at(`${resource.path}/${item.id}`)}"><strong>${line.name}</strong></a>
                  <span class="detail">${line.detail}</span
                  >${item.archivedAt !== null && html`<span class="tag">${w.archived}</span>`}
                </li>`
              })}
            </ul>`
      }
      ${onward(workspace, page, at(resource.path), { archived: isArchived ? '1' : '' })}
      <ul class="links">
        <li>
          <a href="${address(at(resource.path), { archived: isArchived ? '' : '1' })}"
            >${isArchived ? w.hideArchived : w.showArchived}</a
          >
        </li>
        ${
          workspace.can('privacy:write') &&
          html`<li><a href="/agenda/settings/data/${resource.path}.csv" download>CSV</a></li>
            <li><a href="/agenda/settings/data/${resource.path}.json" download>JSON</a></li>`
        }
      </ul>`,
  }
}

/** The record as it was typed: for whole days, without the derived instants. */
function asTyped(item: CollectionRecord): Record<string, unknown> {
  if (typeof item.firstDay !== 'string') return item
  const { from: _from, to: _to, ...rest } = item
  return rest
}

type Editing = { values: Record<string, unknown>; refusal?: Refusal | undefined }

/** The panel beside the form: the public page of a service, or the dry run of a campaign. */
function beside(workspace: Workspace, resource: Resource, item: CollectionRecord | null): Html | false {
  if (resource.path === 'services' && item !== null)
    return html`<aside class="panel">
      <h2>${workspace.words.admin.publicPage}</h2>
      <p>
        <a href="/${workspace.config.slug}/book?service=${item.id}" target="_blank"
          >/${workspace.config.slug}/book?service=…</a
        >
      </p>
      <iframe
        class="preview"
        title="${workspace.words.admin.publicPage}"
        src="/${workspace.config.slug}/book?service=${item.id}"
        loading="lazy"
      ></iframe>
    </aside>`
  if (resource.path === 'campaigns' && item !== null) return dryRun(workspace, item.id, '', null)
  return false
}

async function editPage(
  workspace: Workspace,
  resource: Resource,
  item: CollectionRecord | null,
  editing: Editing,
): Promise<WorkspaceView> {
  const w = workspace.words.admin
  const title = titleOf(workspace, resource.path)
  const faults = editing.refusal ? faultsOf(editing.refusal) : NO_FAULTS
  const context = {
    labels: workspace.words.fields,
    words: workspace.words.forms,
    faults,
    references: await referencesOf(workspace),
  }
  const canWrite = workspace.can('configuration:write') && (item === null || item.archivedAt === null)
  const name = item === null ? w.newOf(title.one) : lineOf(workspace, context.references, item).name
  const to = item === null ? at(resource.path) : at(`${resource.path}/${item.id}`)
  const labelled = new Map([...faults].map(([path, text]) => [path, `${labelOf(context, path)}: ${text}`]))
  return {
    title: name,
    section: 'settings',
    scripts: ['painter.js'],
    main: html`${faultSummary(workspace.pageWords, labelled)}
      <p><a href="${at(resource.path)}">${title.many}</a></p>
      <h1>${name}</h1>
      ${refused(editing.refusal)}
      <div class="beside">
        <div>
          ${form(
            workspace,
            to,
            html`${objectFields(context, { schema: schemaOf(resource), path: '', value: editing.values, required: true })}
            ${item !== null && html`<input type="hidden" name="version" value="${item.version}" />`}
            ${canWrite && html`<button>${workspace.words.appointment.save}</button>`}`,
            'schema',
          )}
          ${
            item !== null &&
            canWrite &&
            html`<details>
              <summary>${w.archive}</summary>
              <p>${w.archiveText(name)}</p>
              ${action(workspace, { to: `${to}/archive`, label: w.archiveNow, className: 'danger' })}
            </details>`
          }
        </div>
        ${beside(workspace, resource, item)}
      </div>`,
  }
}

const read = 'configuration:read' as const

const write = 'configuration:write' as const

const isReference = (references: Choices) => (name: string) => name in references

function listPageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings/:collection',
    scope: read,
    handler: (workspace, request) => listPage(workspace, resourceIn(paramIn(request, 'collection')), queryIn(request)),
  })
}

function newRecordPage(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings/:collection/new',
    scope: write,
    handler: (workspace, request) =>
      editPage(workspace, resourceIn(paramIn(request, 'collection')), null, { values: {} }),
  })
}

function recordPageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings/:collection/:id',
    scope: read,
    handler: async (workspace, request) => {
      const resource = resourceIn(paramIn(request, 'collection'))
      const item = await workspace.read<CollectionRecord>(
        `/v1/${resource.path}/${encodeURIComponent(paramIn(request))}`,
      )
      return editPage(workspace, resource, item, { values: asTyped(item) })
    },
  })
}

function createForm(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/settings/:collection',
    scope: write,
    handler: async (workspace, request, reply) => {
      const resource = resourceIn(paramIn(request, 'collection'))
      const body = readObject(schemaOf(resource), '', formIn(request), isReference(await referencesOf(workspace)))
      const answer = await workspace.api<CollectionRecord>('POST', `/v1/${resource.path}`, { body })
      if (answer.ok) return { redirect: address(at(`${resource.path}/${answer.body.id}`), { done: 'saved' }) }
      reply.code(answer.status)
      return editPage(workspace, resource, null, { values: body, refusal: answer.refusal })
    },
  })
}

function changeForm(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/settings/:collection/:id',
    scope: write,
    handler: async (workspace, request, reply) => {
      const resource = resourceIn(paramIn(request, 'collection'))
      const url = `/v1/${resource.path}/${encodeURIComponent(paramIn(request))}`
      const item = await workspace.read<CollectionRecord>(url)
      const wanted = readObject(schemaOf(resource), '', formIn(request), isReference(await referencesOf(workspace)))
      const patch = patchTo(schemaOf(resource), asTyped(item), wanted)
      const done = { redirect: address(at(`${resource.path}/${item.id}`), { done: 'saved' }) }
      if (Object.keys(patch).length === 0) return done
      // Use the version from which the form was rendered, so that a change by somebody else meanwhile is not overwritten.
      const version = Number(textIn(formIn(request), 'version')) || item.version
      const answer = await workspace.api<CollectionRecord>('PATCH', url, {
        body: patch,
        headers: { 'if-match': `"${version}"` },
      })
      if (answer.ok) return done
      reply.code(answer.status)
      return editPage(workspace, resource, item, { values: wanted, refusal: answer.refusal })
    },
  })
}

function archiveForm(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/settings/:collection/:id/archive',
    scope: write,
    handler: async (workspace, request, reply) => {
      const resource = resourceIn(paramIn(request, 'collection'))
      const url = `/v1/${resource.path}/${encodeURIComponent(paramIn(request))}`
      const answer = await workspace.api('DELETE', url, { headers: { 'if-match': '*' } })
      if (answer.ok) return { redirect: address(at(resource.path), { done: 'archived' }) }
      reply.code(answer.status)
      const item = await workspace.read<CollectionRecord>(url)
      return editPage(workspace, resource, item, { values: item, refusal: answer.refusal })
    },
  })
}

function dryRunForm(add: AddWorkspacePage): void {
  add({
    method: 'POST',
    url: '/agenda/settings/campaigns/:id/dry-run',
    scope: read,
    handler: async (workspace, request) => {
      const id = paramIn(request)
      const text = textIn(formIn(request), 'attributes')
      return {
        title: workspace.words.admin.dryRun,
        section: 'settings',
        main: html`<p><a href="${at(`campaigns/${id}`)}">${workspace.config.campaigns.get(id)?.name}</a></p>
          <h1>${workspace.words.admin.dryRun}</h1>
          ${await runDry(workspace, id, text)}`,
      }
    },
  })
}

export function collectionPages(add: AddWorkspacePage): void {
  listPageRoute(add)
  newRecordPage(add)
  recordPageRoute(add)
  createForm(add)
  changeForm(add)
  archiveForm(add)
  dryRunForm(add)
}

async function runDry(workspace: Workspace, id: string, text: string): Promise<Html> {
  const attributes = Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.split('='))
      .filter(([name = '', ...rest]) => name.trim() !== '' && rest.length > 0)
      .map(([name, ...rest]) => {
        const value = rest.join('=').trim()
        return [
          name!.trim(),
          value === 'true'
            ? true
            : value === 'false'
              ? false
              : value !== '' && !Number.isNaN(Number(value))
                ? Number(value)
                : value,
        ]
      }),
  )
  const answer = await workspace.api<Record<string, unknown>>(
    'POST',
    `/v1/campaigns/${encodeURIComponent(id)}/segments/dry-run`,
    { body: { requests: [attributes] } },
  )
  return dryRun(workspace, id, text, answer)
}
