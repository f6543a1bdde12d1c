// Administration of webhooks: subscribe, test, pause, end; the delivery log, and sending again.
import type { NoticeShown } from '../../api/webhook.routes.ts'
import type { WebhookShown } from '../../api/webhook.routes.ts'
import type { Static } from 'typebox'
import { empty, moment, refused, table } from '../frame/components.ts'
import { EVENT_TYPES } from '../../platform/events/catalogue.ts'
import {
  address,
  chosenIn,
  faultsOf,
  formIn,
  isSent,
  paramIn,
  queryIn,
  textIn,
  textsIn,
  typedIn,
  type AddWorkspacePage,
  type WorkspaceView,
} from '../frame/workspace.ts'
import { action, form } from '../frame/layout.ts'
import { choices, faultSummary, field, NO_FAULTS, type Faults, type Option } from '../../ui/form.ts'
import { html, type Html } from '../../platform/html/html.ts'
import { back, onward, shownOnce } from './admin-components.ts'
import type { Workspace, Refusal } from '../frame/context.ts'

type Webhook = Static<typeof WebhookShown>

type Delivery = Static<typeof NoticeShown>

const AT = '/agenda/settings/webhooks'
const api = (id: string, rest = ''): string => `/v1/webhooks/${encodeURIComponent(id)}${rest}`

/** Event types to subscribe to: all, groups (`appointment.*`), or single types. */
const TYPES: readonly Option[] = [
  '*',
  ...new Set(EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`)),
  ...EVENT_TYPES,
].map((value) => ({ value, label: html`<code>${value}</code>` }))

function fields(workspace: Workspace, to: string, hook: Partial<Webhook>, faults: Faults): Html {
  const w = workspace.words.webhooks
  const chosen = chosenIn(workspace, to, 'types', hook.types ?? ['*'])
  return html`${field(
    {
      name: 'url',
      label: w.url,
      hint: w.urlHint,
      value: typedIn(workspace, to, 'url', hook.url ?? ''),
      type: 'url',
      required: true,
      maxLength: 1000,
      autocomplete: 'off',
    },
    faults,
  )}
  ${field(
    {
      name: 'description',
      label: w.description,
      value: typedIn(workspace, to, 'description', hook.description ?? ''),
      maxLength: 200,
      autocomplete: 'off',
    },
    faults,
  )}
  ${choices({ name: 'types', legend: w.types, hint: w.typesHint, several: true, required: true, options: TYPES, chosen }, faults)}`
}

function fieldsIn(request: Parameters<typeof formIn>[0]) {
  const given = formIn(request)
  return { url: textIn(given, 'url'), description: textIn(given, 'description'), types: textsIn(given, 'types') }
}

const stateOf = (workspace: Workspace, { status }: Webhook): Html =>
  html`<span class="tag ${status === 'active' ? 'active' : 'blocked'}"
    >${workspace.words.webhooks.states[status]}</span
  >`

async function listPage(workspace: Workspace, refusal?: Refusal): Promise<WorkspaceView> {
  const w = workspace.words.webhooks
  const { items } = await workspace.read<{ items: Webhook[] }>('/v1/webhooks')
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  return {
    title: w.title,
    section: 'settings',
    main: html`${faultSummary(workspace.pageWords, faults)} ${back(workspace)}
      <h1>${w.title}</h1>
      <p>${workspace.words.admin.webhooksText}</p>
      ${refused(refusal)}
      ${
        items.length === 0
          ? empty(workspace.words.admin.none)
          : html`<ul class="entries">
              ${items.map(
                (hook) =>
                  html`<li class="entry">
                    <a class="what" href="${AT}/${hook.id}"><strong>${hook.description ?? hook.url}</strong></a>
                    <span class="detail">${hook.url} · ${hook.types.join(', ')}</span>${stateOf(workspace, hook)}
                  </li>`,
              )}
            </ul>`
      }
      <details ${isSent(workspace, AT) && html`open`}>
        <summary>${w.add}</summary>
        ${form(workspace, AT, html`${fields(workspace, AT, {}, faults)}<button>${w.addNow}</button>`, 'many')}
      </details>`,
  }
}

function log(workspace: Workspace, id: string, page: { items: Delivery[]; nextCursor: string | null }): Html {
  const w = workspace.words.webhooks
  if (page.items.length === 0)
    return html`<h2>${w.log}</h2>
      ${empty(w.nothingTold)}`
  return html`${table(
    w.log,
    [workspace.words.people.when, workspace.words.people.what, workspace.words.admin.state, w.attempts, w.again],
    page.items.map((d) => [
      moment(workspace, d.createdAt),
      d.type,
      `${w.fates[d.status]} ${d.failure ?? d.responseStatus ?? ''}`,
      d.attempts,
      d.status === 'parked'
        ? action(workspace, { to: `${AT}/${id}/replay`, label: w.again, fields: { deliveryId: d.id } })
        : '',
    ]),
  )}
  ${onward(workspace, page, `${AT}/${id}`)}`
}

async function hookPage(
  workspace: Workspace,
  id: string,
  { cursor, refusal, secret }: { cursor?: string | undefined; refusal?: Refusal; secret?: string | undefined } = {},
): Promise<WorkspaceView> {
  const w = workspace.words.webhooks
  const [hook, deliveries] = await Promise.all([
    workspace.read<Webhook>(api(id)),
    workspace.read<{ items: Delivery[]; nextCursor: string | null }>(
      address(api(id, '/deliveries'), { limit: 50, cursor }),
    ),
  ])
  const to = `${AT}/${hook.id}`
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  return {
    title: hook.description ?? hook.url,
    section: 'settings',
    main: html`${faultSummary(workspace.pageWords, faults)}
      <p><a href="${AT}">${w.title}</a></p>
      <h1>${hook.description ?? hook.url} ${stateOf(workspace, hook)}</h1>
      ${refused(refusal)} ${secret !== undefined && shownOnce(w.secret, w.secretOnce, secret)}
      ${
        hook.failingSince !== null &&
        html`<p class="notice warning">${w.failing(moment(workspace, hook.failingSince), hook.failure ?? '')}</p>`
      }
      <p>${hook.types.map((type, n) => html`${n > 0 && ', '}<code>${type}</code>`)}</p>
      <details ${isSent(workspace, to) && html`open`}>
        <summary>${w.change}</summary>
        ${form(workspace, to, html`${fields(workspace, to, hook, faults)}<button>${workspace.words.appointment.save}</button>`, 'many')}
      </details>
      <div class="buttons">
        ${action(workspace, { to: `${to}/test`, label: w.test })}
        ${
          hook.status === 'active'
            ? action(workspace, { to: `${to}/status`, label: w.pause, fields: { status: 'paused' } })
            : action(workspace, { to: `${to}/status`, label: w.resume, fields: { status: 'active' } })
        }
        ${action(workspace, { to: `${to}/secret`, label: w.newSecret })}
        ${action(workspace, { to: `${to}/removal`, label: w.remove, className: 'danger' })}
      </div>
      ${
        deliveries.items.some((d) => d.status === 'parked') &&
        html`<div class="buttons">${action(workspace, { to: `${to}/replay`, label: w.replay })}</div>`
      }
      ${log(workspace, hook.id, deliveries)}`,
  }
}

export function webhookPages(add: AddWorkspacePage): void {
  const scope = 'webhooks:write' as const
  add({ method: 'GET', url: AT, scope, handler: (workspace) => listPage(workspace) })
  add({
    method: 'POST',
    url: AT,
    scope,
    handler: async (workspace, request, reply) => {
      const { description, ...rest } = fieldsIn(request)
      const body = { ...rest, ...(description === '' ? {} : { description }) }
      const answer = await workspace.api<Webhook & { secret: string }>('POST', '/v1/webhooks', { body })
      if (answer.ok) return hookPage({ ...workspace, sent: null }, answer.body.id, { secret: answer.body.secret })
      reply.code(answer.status)
      return listPage(workspace, answer.refusal)
    },
  })
  add({
    method: 'GET',
    url: `${AT}/:id`,
    scope,
    handler: (workspace, request) => hookPage(workspace, paramIn(request), { cursor: queryIn(request).cursor }),
  })
  const change = (
    name: string,
    done: (id: string) => string,
    run: (workspace: Workspace, id: string, request: Parameters<typeof formIn>[0]) => ReturnType<Workspace['api']>,
  ): void =>
    add({
      method: 'POST',
      url: `${AT}/:id${name}`,
      scope,
      handler: async (workspace, request, reply) => {
        const id = paramIn(request)
        const answer = await run(workspace, id, request)
        if (answer.ok) {
          const { secret } = (answer.body ?? {}) as { secret?: string }
          return secret === undefined ? { redirect: done(id) } : hookPage(workspace, id, { secret })
        }
        reply.code(answer.status)
        return hookPage(workspace, id, { refusal: answer.refusal })
      },
    })
  const said = (done: string) => (id: string) => address(`${AT}/${encodeURIComponent(id)}`, { done })
  const [saved, sent] = [said('saved'), said('sent')]
  const patch = (workspace: Workspace, id: string, body: object): ReturnType<Workspace['api']> =>
    workspace.api('PATCH', api(id), { body, headers: { 'if-match': '*' } })
  change('', saved, (workspace, id, request) => patch(workspace, id, fieldsIn(request)))
  change('/status', saved, (workspace, id, request) =>
    patch(workspace, id, { status: textIn(formIn(request), 'status') }),
  )
  change('/test', sent, (workspace, id) => workspace.api('POST', api(id, '/test'), { body: {} }))
  change('/secret', saved, (workspace, id) => workspace.api('POST', api(id, '/secret'), { body: {} }))
  change('/replay', sent, (workspace, id, request) => {
    const deliveryId = textIn(formIn(request), 'deliveryId')
    return workspace.api('POST', api(id, '/deliveries/replay'), { body: deliveryId === '' ? {} : { deliveryId } })
  })
  change(
    '/removal',
    () => address(AT, { done: 'ended' }),
    (workspace, id) => workspace.api('DELETE', api(id)),
  )
}
