// Administration of messages: the texts of each kind with a preview, and the outbox.
import type { MessageShown } from '../../api/message.routes.ts'
import type { TemplateShown } from '../../api/message-template.routes.ts'
import type { Static } from 'typebox'
import { LANGUAGES } from '../../kernel/language.ts'
import { MESSAGE_KINDS } from '../../application/messaging/message-kinds.ts'
import { AppError } from '../../kernel/errors.ts'
import { empty, moment, refused, table } from '../frame/components.ts'
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
import { faultSummary, field, NO_FAULTS } from '../../ui/form.ts'
import { back, onward } from './admin-components.ts'
import { html } from '../../platform/html/html.ts'
import { plain } from '../../platform/schema/plain.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

type Template = Static<typeof TemplateShown>

type Message = Static<typeof MessageShown>

const nameOf = (workspace: Workspace, kind: string): string => workspace.words.messages[kind] ?? kind

type TemplatePageContent = {
  kind: string
  language: string
  given: Partial<Template> | null
  refusal?: Refusal
}

async function templatePage(
  workspace: Workspace,
  { kind, language, given, refusal }: TemplatePageContent,
): Promise<WorkspaceView> {
  const w = workspace.words.admin
  const { items } = await workspace.read<{ items: Template[] }>('/v1/message-templates')
  const stored = items.find((t) => t.kind === kind && t.language === language)
  if (!stored) throw new AppError('not_found', { what: 'page' })
  const shown = { ...stored, ...given }
  const texts = { subject: shown.subject, body: shown.body, sms: shown.sms }
  const preview = await workspace.api<Record<string, unknown>>(
    'POST',
    `/v1/message-templates/${kind}/${language}/preview`,
    {
      body: texts,
    },
  )
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  const text = preview.ok ? preview.body : null
  const to = `/agenda/settings/templates/${kind}/${language}`
  return {
    title: nameOf(workspace, kind),
    section: 'settings',
    main: html`${faultSummary(workspace.pageWords, faults)}
      <p><a href="/agenda/settings/templates">${w.templates}</a></p>
      <h1>${nameOf(workspace, kind)} (${language.toUpperCase()})</h1>
      ${refused(refusal)}
      <div class="beside">
        <div>
          ${form(
            workspace,
            to,
            html`${field({ name: 'subject', label: workspace.words.fields.subject, value: shown.subject, maxLength: 300 }, faults)}
              ${field({ name: 'body', label: workspace.words.fields.body, value: shown.body, type: 'textarea', maxLength: 4000 }, faults)}
              ${field({ name: 'sms', label: workspace.words.fields.sms, value: shown.sms, type: 'textarea', maxLength: 1000 }, faults)}
              <p class="hint">${w.variables}: ${stored.variables.map((name) => html`<code>{{ ${name} }}</code> `)}</p>
              <button>${workspace.words.appointment.save}</button>
              <button class="secondary" formaction="${to}/preview">${w.preview}</button>`,
          )}
          ${stored.isOwn && action(workspace, { to: `${to}/removal`, label: w.backToDefault })}
        </div>
        <aside class="panel">
          <h2>${w.preview}</h2>
          ${
            text === null
              ? html`<p class="fault">${preview.ok ? '' : preview.refusal.detail}</p>`
              : html`<p><strong>${plain(text.subject)}</strong></p>
                  <pre class="mail" tabindex="0">${plain(text.text)}</pre>
                  <h3>${workspace.words.fields.sms}</h3>
                  <pre class="mail" tabindex="0">
${typeof text.sms === 'object' && text.sms !== null ? String((text.sms as { text?: string }).text ?? '') : plain(text.sms)}</pre>`
          }
        </aside>
      </div>`,
  }
}

const textsOf = (request: Parameters<typeof formIn>[0]) => {
  const given = formIn(request)
  return { subject: textIn(given, 'subject'), body: textIn(given, 'body'), sms: textIn(given, 'sms') }
}

function templatesPage(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings/templates',
    scope: 'messages:read',
    handler: async (workspace) => {
      const w = workspace.words.admin
      const { items } = await workspace.read<{ items: Template[] }>('/v1/message-templates')
      return {
        title: w.templates,
        section: 'settings',
        main: html`${back(workspace)}
          <h1>${w.templates}</h1>
          ${table(
            w.templates,
            [w.kind, ...LANGUAGES.map((l) => l.toUpperCase())],
            MESSAGE_KINDS.map((kind) => [
              nameOf(workspace, kind),
              ...LANGUAGES.map(
                (language) =>
                  html`<a href="/agenda/settings/templates/${kind}/${language}"
                    >${items.find((t) => t.kind === kind && t.language === language)?.isOwn ? w.ownText : w.defaultText}</a
                  >`,
              ),
            ]),
          )}`,
      }
    },
  })
}

function templatePageRoute(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings/templates/:kind/:language',
    scope: 'messages:read',
    handler: (workspace, request) =>
      templatePage(workspace, { kind: paramIn(request, 'kind'), language: paramIn(request, 'language'), given: null }),
  })
}

function templateForms(add: AddWorkspacePage): void {
  for (const step of ['', '/preview', '/removal'] as const)
    add({
      method: 'POST',
      url: `/agenda/settings/templates/:kind/:language${step}`,
      scope: 'messages:write',
      handler: async (workspace, request, reply) => {
        const [kind, language] = [paramIn(request, 'kind'), paramIn(request, 'language')]
        const texts = textsOf(request)
        if (step === '/preview') return templatePage(workspace, { kind, language, given: texts })
        const url = `/v1/message-templates/${encodeURIComponent(kind)}/${encodeURIComponent(language)}`
        const answer =
          step === '/removal' ? await workspace.api('DELETE', url) : await workspace.api('PUT', url, { body: texts })
        if (answer.ok) return { redirect: address(`/agenda/settings/templates/${kind}/${language}`, { done: 'saved' }) }
        reply.code(answer.status)
        return templatePage(workspace, { kind, language, given: texts, refusal: answer.refusal })
      },
    })
}

function outboxPage(add: AddWorkspacePage): void {
  add({
    method: 'GET',
    url: '/agenda/settings/outbox',
    scope: 'messages:read',
    handler: async (workspace, request) => {
      const w = workspace.words.admin
      const query = queryIn(request)
      const page = await workspace.read<{ items: Message[]; nextCursor: string | null }>(
        address('/v1/messages', { limit: 100, status: query.status, cursor: query.cursor }),
      )
      const states = workspace.words.messageStates
      return {
        title: w.outbox,
        section: 'settings',
        main: html`${back(workspace)}
          <h1>${w.outbox}</h1>
          <nav class="tabs" aria-label="${w.outbox}">
            <ul>
              ${['', ...Object.keys(states)].map(
                (status) =>
                  html`<li>
                    <a
                      href="${address('/agenda/settings/outbox', { status })}"
                      ${status === (query.status ?? '') && html`aria-current="true"`}
                      >${status === '' ? w.all : states[status]}</a
                    >
                  </li>`,
              )}
            </ul>
          </nav>
          ${
            page.items.length === 0
              ? empty(w.none)
              : table(
                  w.outbox,
                  [workspace.words.people.when, w.kind, w.recipient, w.state],
                  page.items.map((m) => [
                    moment(workspace, m.createdAt),
                    `${nameOf(workspace, m.template)}: ${m.subject}`,
                    `${m.recipient} (${m.channel})`,
                    `${states[m.status] ?? m.status} ${m.failure ?? ''}`,
                  ]),
                )
          }
          ${onward(workspace, page, '/agenda/settings/outbox', { status: query.status })}`,
      }
    },
  })
}

export function messagePages(add: AddWorkspacePage): void {
  templatesPage(add)
  templatePageRoute(add)
  templateForms(add)
  outboxPage(add)
}
