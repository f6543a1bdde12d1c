// Administration of webhooks: subscribed, tried, paused, ended; what was told, and telling it again.
import { empty, moment, refused, table } from '../agenda/pieces.ts'
import { EVENT_TYPES } from '../event/catalogue.ts'
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
  type AddDesk,
  type Desk,
  type DeskView,
  type Refusal,
} from '../web/desk.ts'
import { action, form } from '../web/desk.layout.ts'
import { choices, faultSummary, field, NO_FAULTS, type Faults, type Option } from '../web/form.ts'
import { html, type Html } from '../web/html.ts'
import { back, onward, shownOnce } from './pieces.ts'

type Webhook = {
  id: string
  url: string
  types: string[]
  description: string | null
  status: 'active' | 'paused' | 'disabled'
  failingSince: string | null
  failure: string | null
}
type Delivery = {
  id: string
  type: string
  status: 'pending' | 'delivered' | 'parked' | 'dropped'
  attempts: number
  responseStatus: number | null
  failure: string | null
  createdAt: string
}

const AT = '/agenda/settings/webhooks'
const api = (id: string, rest = ''): string => `/v1/webhooks/${encodeURIComponent(id)}${rest}`

/** Everything, whole groups, single types: by the names that messages bear. */
const TYPES: readonly Option[] = [
  '*',
  ...new Set(EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`)),
  ...EVENT_TYPES,
].map((value) => ({ value, label: html`<code>${value}</code>` }))

function fields(desk: Desk, to: string, hook: Partial<Webhook>, faults: Faults): Html {
  const w = desk.words.webhooks
  const chosen = chosenIn(desk, to, 'types', hook.types ?? ['*'])
  return html`${field({ name: 'url', label: w.url, hint: w.urlHint, value: typedIn(desk, to, 'url', hook.url ?? ''), type: 'url', required: true, maxLength: 1000, autocomplete: 'off' }, faults)}
  ${field({ name: 'description', label: w.description, value: typedIn(desk, to, 'description', hook.description ?? ''), maxLength: 200, autocomplete: 'off' }, faults)}
  ${choices({ name: 'types', legend: w.types, hint: w.typesHint, several: true, required: true, options: TYPES, chosen }, faults)}`
}

function fieldsIn(request: Parameters<typeof formIn>[0]) {
  const given = formIn(request)
  return { url: textIn(given, 'url'), description: textIn(given, 'description'), types: textsIn(given, 'types') }
}

const stateOf = (desk: Desk, { status }: Webhook): Html =>
  html`<span class="tag ${status === 'active' ? 'active' : 'blocked'}">${desk.words.webhooks.states[status]}</span>`

async function listPage(desk: Desk, refusal?: Refusal): Promise<DeskView> {
  const w = desk.words.webhooks
  const { items } = await desk.read<{ items: Webhook[] }>('/v1/webhooks')
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  return {
    title: w.title,
    section: 'settings',
    main: html`${faultSummary(desk.pageWords, faults)} ${back(desk)}
      <h1>${w.title}</h1>
      <p>${desk.words.admin.webhooksText}</p>
      ${refused(refusal)}
      ${
        items.length === 0
          ? empty(desk.words.admin.none)
          : html`<ul class="entries">
              ${items.map(
                (hook) =>
                  html`<li class="entry">
                    <a class="what" href="${AT}/${hook.id}"><strong>${hook.description ?? hook.url}</strong></a>
                    <span class="detail">${hook.url} · ${hook.types.join(', ')}</span>${stateOf(desk, hook)}
                  </li>`,
              )}
            </ul>`
      }
      <details ${isSent(desk, AT) && html`open`}>
        <summary>${w.add}</summary>
        ${form(desk, AT, html`${fields(desk, AT, {}, faults)}<button>${w.addNow}</button>`, 'many')}
      </details>`,
  }
}

function log(desk: Desk, id: string, page: { items: Delivery[]; nextCursor: string | null }): Html {
  const w = desk.words.webhooks
  if (page.items.length === 0)
    return html`<h2>${w.log}</h2>
      ${empty(w.nothingTold)}`
  return html`${table(
    w.log,
    [desk.words.people.when, desk.words.people.what, desk.words.admin.state, w.attempts, w.again],
    page.items.map((d) => [
      moment(desk, d.createdAt),
      d.type,
      `${w.fates[d.status]} ${d.failure ?? d.responseStatus ?? ''}`,
      d.attempts,
      d.status === 'parked' ? action(desk, `${AT}/${id}/replay`, w.again, { deliveryId: d.id }) : '',
    ]),
  )}
  ${onward(desk, page, `${AT}/${id}`)}`
}

async function hookPage(
  desk: Desk,
  id: string,
  { cursor, refusal, secret }: { cursor?: string | undefined; refusal?: Refusal; secret?: string | undefined } = {},
): Promise<DeskView> {
  const w = desk.words.webhooks
  const [hook, told] = await Promise.all([
    desk.read<Webhook>(api(id)),
    desk.read<{ items: Delivery[]; nextCursor: string | null }>(address(api(id, '/deliveries'), { limit: 50, cursor })),
  ])
  const to = `${AT}/${hook.id}`
  const faults = refusal ? faultsOf(refusal) : NO_FAULTS
  return {
    title: hook.description ?? hook.url,
    section: 'settings',
    main: html`${faultSummary(desk.pageWords, faults)}
      <p><a href="${AT}">${w.title}</a></p>
      <h1>${hook.description ?? hook.url} ${stateOf(desk, hook)}</h1>
      ${refused(refusal)} ${secret !== undefined && shownOnce(w.secret, w.secretOnce, secret)}
      ${hook.failingSince !== null && html`<p class="notice warning">${w.failing(moment(desk, hook.failingSince), hook.failure ?? '')}</p>`}
      <p>${hook.types.map((type, n) => html`${n > 0 && ', '}<code>${type}</code>`)}</p>
      <details ${isSent(desk, to) && html`open`}>
        <summary>${w.change}</summary>
        ${form(desk, to, html`${fields(desk, to, hook, faults)}<button>${desk.words.appointment.save}</button>`, 'many')}
      </details>
      <div class="buttons">
        ${action(desk, `${to}/test`, w.test)}
        ${hook.status === 'active' ? action(desk, `${to}/status`, w.pause, { status: 'paused' }) : action(desk, `${to}/status`, w.resume, { status: 'active' })}
        ${action(desk, `${to}/secret`, w.newSecret)} ${action(desk, `${to}/removal`, w.remove, {}, 'danger')}
      </div>
      ${told.items.some((d) => d.status === 'parked') && html`<div class="buttons">${action(desk, `${to}/replay`, w.replay)}</div>`}
      ${log(desk, hook.id, told)}`,
  }
}

export function webhookPages(add: AddDesk): void {
  const scope = 'webhooks:write' as const
  add({ method: 'GET', url: AT, scope, handler: (desk) => listPage(desk) })
  add({
    method: 'POST',
    url: AT,
    scope,
    handler: async (desk, request, reply) => {
      const { description, ...rest } = fieldsIn(request)
      const body = { ...rest, ...(description === '' ? {} : { description }) }
      const answer = await desk.api<Webhook & { secret: string }>('POST', '/v1/webhooks', { body })
      if (answer.ok) return hookPage({ ...desk, sent: null }, answer.body.id, { secret: answer.body.secret })
      reply.code(answer.status)
      return listPage(desk, answer.refusal)
    },
  })
  add({
    method: 'GET',
    url: `${AT}/:id`,
    scope,
    handler: (desk, request) => hookPage(desk, paramIn(request), { cursor: queryIn(request).cursor }),
  })
  const change = (
    name: string,
    done: (id: string) => string,
    run: (desk: Desk, id: string, request: Parameters<typeof formIn>[0]) => ReturnType<Desk['api']>,
  ): void =>
    add({
      method: 'POST',
      url: `${AT}/:id${name}`,
      scope,
      handler: async (desk, request, reply) => {
        const id = paramIn(request)
        const answer = await run(desk, id, request)
        if (answer.ok) {
          const { secret } = (answer.body ?? {}) as { secret?: string }
          return secret === undefined ? { redirect: done(id) } : hookPage(desk, id, { secret })
        }
        reply.code(answer.status)
        return hookPage(desk, id, { refusal: answer.refusal })
      },
    })
  const said = (done: string) => (id: string) => address(`${AT}/${encodeURIComponent(id)}`, { done })
  const [saved, sent] = [said('saved'), said('sent')]
  const patch = (desk: Desk, id: string, body: object): ReturnType<Desk['api']> =>
    desk.api('PATCH', api(id), { body, headers: { 'if-match': '*' } })
  change('', saved, (desk, id, request) => patch(desk, id, fieldsIn(request)))
  change('/status', saved, (desk, id, request) => patch(desk, id, { status: textIn(formIn(request), 'status') }))
  change('/test', sent, (desk, id) => desk.api('POST', api(id, '/test'), { body: {} }))
  change('/secret', saved, (desk, id) => desk.api('POST', api(id, '/secret'), { body: {} }))
  change('/replay', sent, (desk, id, request) => {
    const deliveryId = textIn(formIn(request), 'deliveryId')
    return desk.api('POST', api(id, '/deliveries/replay'), { body: deliveryId === '' ? {} : { deliveryId } })
  })
  change(
    '/removal',
    () => address(AT, { done: 'ended' }),
    (desk, id) => desk.api('DELETE', api(id)),
  )
}
