// Administration: the index of settings, and the tenant's own settings by part.
import { HIDDEN } from '../../kernel/permissions/roles.ts'
import { address, faultsOf, formIn, paramIn, type AddWorkspacePage, type WorkspaceView } from '../frame/workspace.ts'
import { form } from '../frame/layout.ts'
import { AppError } from '../../kernel/errors.ts'
import { refused } from '../frame/components.ts'
import { TenantBody } from '../../domain/tenant/tenant.schema.ts'
import { faultSummary, NO_FAULTS } from '../../ui/form.ts'
import { back } from './admin-components.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { COLLECTIONS, referencesOf } from './collections.ts'
import { labelOf, objectFields, patchTo, readObject, type Schema } from './schema-form.ts'
import type { Scope } from '../../kernel/permissions/scopes.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

/** Parts of the tenant's settings; `office` contains the top-level fields. */
const PARTS = [
  'office',
  'theme',
  'booking',
  'notifications',
  'waitingList',
  'waitingRoom',
  'followUp',
  'signIn',
  'workspace',
  'privacy',
] as const
type Part = (typeof PARTS)[number]
const OFFICE = ['name', 'timeZone', 'locale', 'country', 'holdMinutes'] as const

function schemaFor(part: Part): Schema {
  const all = (TenantBody as unknown as Schema).properties!
  if (part !== 'office') return all[part]!
  return {
    type: 'object',
    properties: Object.fromEntries(OFFICE.map((name) => [name, all[name]!])),
    required: ['name'],
  }
}

const link = (href: string, name: string, text: string): Html =>
  html`<li class="card">
    <h3><a href="${href}">${name}</a></h3>
    <p class="hint">${text}</p>
  </li>`

function indexPage(workspace: Workspace): WorkspaceView {
  const w = workspace.words.admin
  const collections = workspace.words.collections as Record<string, { many: string; text: string }>
  const others: [string, Scope, string, string][] = [
    ['/agenda/settings/users', 'users:write', w.users, w.usersText],
    ['/agenda/settings/keys', 'keys:write', w.keys, w.keysText],
    ['/agenda/settings/webhooks', 'webhooks:write', workspace.words.webhooks.title, w.webhooksText],
    ['/agenda/settings/templates', 'messages:read', w.templates, w.templatesText],
    ['/agenda/settings/outbox', 'messages:read', w.outbox, w.outboxText],
    ['/agenda/settings/explanation', 'slots:read', w.explanation, w.explanationText],
    ['/agenda/settings/data', 'privacy:write', w.data, w.dataText],
    ['/agenda/settings/audit', 'audit:read', w.audit, w.auditText],
  ]
  return {
    title: w.title,
    section: 'settings',
    main: html`<h1>${w.title}</h1>
      ${workspace.can('configuration:write') && html`<p><a class="button secondary" href="/agenda/settings/start">${w.start}</a></p>`}
      <h2>${w.whatIsOffered}</h2>
      <ul class="grid">
        ${COLLECTIONS.map((one) => link(`/agenda/settings/${one.path}`, collections[one.path]!.many, collections[one.path]!.text))}
      </ul>
      ${
        workspace.can('tenant:write') &&
        html`<h2>${w.office}</h2>
          <ul class="grid">
            ${PARTS.map((part) => link(`/agenda/settings/office/${part}`, w.parts[part][0], w.parts[part][1]))}
          </ul>`
      }
      <h2>${w.more}</h2>
      <ul class="grid">
        ${others.filter(([, scope]) => workspace.can(scope)).map(([href, , name, text]) => link(href, name, text))}
      </ul>`,
  }
}

type Tenant = Record<string, unknown> & { version: number }

async function partPage(
  workspace: Workspace,
  part: Part,
  values: Record<string, unknown>,
  refusal?: Refusal,
): Promise<WorkspaceView> {
  const w = workspace.words.admin
  const prefix = part === 'office' ? '' : `${part}.`
  const faults = refusal ? faultsOf(refusal, (p) => p.slice(1).replaceAll('/', '.').replace(prefix, '')) : NO_FAULTS
  const context = {
    labels: workspace.words.fields,
    words: workspace.words.forms,
    faults,
    references: await referencesOf(workspace),
  }
  return {
    title: w.parts[part][0],
    section: 'settings',
    main: html`${faultSummary(
        workspace.pageWords,
        new Map([...faults].map(([path, text]) => [path, `${labelOf(context, path)}: ${text}`])),
      )}
      ${back(workspace)}
      <h1>${w.parts[part][0]}</h1>
      <p>${w.parts[part][1]}</p>
      ${refused(refusal)}
      <div class="beside">
        <div>
          ${form(
            workspace,
            `/agenda/settings/office/${part}`,
            html`${objectFields(context, { schema: schemaFor(part), path: '', value: values, required: true })}<button>
                ${workspace.words.appointment.save}
              </button>`,
            'schema',
          )}
        </div>
        ${
          (part === 'theme' || part === 'booking') &&
          html`<aside class="panel">
            <h2>${w.publicPage}</h2>
            <iframe class="preview" title="${w.publicPage}" src="/${workspace.config.slug}" loading="lazy"></iframe>
          </aside>`
        }
      </div>`,
  }
}

const partIn = (text: string): Part => {
  const part = PARTS.find((one) => one === text)
  if (!part) throw new AppError('not_found', { what: 'page' })
  return part
}

/** The values of a part; for privacy, with the defaults of the roles filled in. */
function valuesOf(tenant: Tenant, part: Part): Record<string, unknown> {
  if (part === 'office') return tenant
  const values = tenant[part] as Record<string, unknown>
  return part === 'privacy' ? { ...values, hidden: { ...HIDDEN, ...(values.hidden as object) } } : values
}

export function settingsPages(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings',
    scope: 'configuration:read',
    handler: async (workspace) => indexPage(workspace),
  })

  add({
    method: 'GET',
    url: '/agenda/settings/office/:part',
    scope: 'tenant:write',
    handler: async (workspace, request) => {
      const part = partIn(paramIn(request, 'part'))
      return partPage(
        workspace,
        part,
        valuesOf(await workspace.read<Tenant>(`/v1/tenants/${workspace.config.tenantId}`), part),
      )
    },
  })
  add({
    method: 'POST',
    url: '/agenda/settings/office/:part',
    scope: 'tenant:write',
    handler: async (workspace, request, reply) => {
      const part = partIn(paramIn(request, 'part'))
      const url = `/v1/tenants/${workspace.config.tenantId}`
      const tenant = await workspace.read<Tenant>(url)
      const references = await referencesOf(workspace)
      const wanted = readObject(schemaFor(part), '', formIn(request), (name) => name in references)
      const patch = patchTo(schemaFor(part), valuesOf(tenant, part), wanted)
      const done = { redirect: address(`/agenda/settings/office/${part}`, { done: 'saved' }) }
      if (Object.keys(patch).length === 0) return done
      const answer = await workspace.api('PATCH', url, {
        body: part === 'office' ? patch : { [part]: patch },
        headers: { 'if-match': `"${tenant.version}"` },
      })
      if (answer.ok) return done
      reply.code(answer.status)
      return partPage(workspace, part, wanted, answer.refusal)
    },
  })
}
