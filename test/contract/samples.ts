// A tenant with one record of every kind, and a sample request for every route, for the tests that walk the route table.
import type { RouteOptions } from 'fastify'
import { buildApp } from '../../src/app.ts'
import { makePerson } from '../helpers/people.ts'
import { makeOffice, PERSON, type TestService } from '../helpers/service.ts'
import type { Access } from '../../src/kernel/permissions/principal.ts'

export type Route = { method: string; url: string; access: Access }
const TEN = '2026-11-24T10:00:00+01:00'

/** All routes of the application except HEAD routes. */
export async function routesOf(service: TestService): Promise<Route[]> {
  const seen: RouteOptions[] = []
  const probe = await buildApp(service.deps, {
    logLevel: 'silent',
    trustProxy: false,
    observe: (app) => app.addHook('onRoute', (route: RouteOptions) => void seen.push(route)),
  })
  const all = seen.flatMap((r) =>
    [r.method].flat().map((method) => ({ method, url: r.url, access: r.config?.access as Access })),
  )
  await probe.close()
  return all.filter((r) => r.method !== 'HEAD')
}

/** Streams never end by themselves. */
export const isStream = (route: { url: string }): boolean => route.url.endsWith('/stream')

/** Creates one record of every kind in the service's tenant; `ids` by the part of the URL that names the kind. */
export async function makeSamples(service: TestService): Promise<{ ids: Record<string, string>; manageToken: string }> {
  const { tenant } = service
  const ids: Record<string, string> = {}
  const office = await makeOffice(tenant)
  ids.services = office.service.id
  ids.locations = office.location.id
  ids.agents = office.agent.id
  ids.schedules = office.schedule.id
  ids.tenants = tenant.id
  ids['test-tenants'] = tenant.id
  ids.pools = (await tenant.make('pools', { name: 'Sportelli', size: 1 })).id
  ids.openings = (
    await tenant.make('openings', {
      ownerKind: 'agent',
      ownerId: ids.agents,
      firstDay: '2026-12-05',
      lastDay: '2026-12-05',
    })
  ).id
  ids.absences = (
    await tenant.make('absences', { agentId: ids.agents, firstDay: '2026-12-01', lastDay: '2026-12-02' })
  ).id
  ids.closures = (
    await tenant.make('closures', { locationId: ids.locations, firstDay: '2026-12-03', lastDay: '2026-12-03' })
  ).id
  ids['holiday-calendars'] = (await tenant.make('holiday-calendars', { name: 'Italia', country: 'IT' })).id
  ids.contacts = (await tenant.make('contacts', PERSON)).id
  const booked = await tenant.make('appointments', {
    serviceIds: [ids.services],
    start: TEN,
    contactId: ids.contacts,
  })
  ids.appointments = booked.id
  const { manageToken } = booked
  ids.campaigns = (await tenant.make('campaigns', { name: 'Richiami' })).id
  ids.callbacks = (await tenant.make('callbacks', { campaignId: ids.campaigns, number: '+393205550101' })).id
  ids.deliveries = service.deps.newId()
  const at = new Date(service.clock.now)
  await service.deps.db.kysely
    .insertInto('deliveries')
    .values({
      tenant_id: tenant.id,
      id: ids.deliveries,
      campaign_id: ids.campaigns!,
      callback_id: ids.callbacks!,
      kind: 'contact',
      status: 'parked',
      batch_id: ids.deliveries,
      due_at: at,
      failure: 'http_400',
      document: '{}',
      created_at: at,
      settled_at: at,
    })
    .execute()
  const load = await service.app.inject({
    method: 'POST',
    url: `/v1/campaigns/${ids.campaigns}/loads`,
    headers: { authorization: `Bearer ${tenant.key}`, 'content-type': 'text/csv' },
    payload: 'number\n+393205550104\n',
  })
  ids.loads = load.json().id
  await service.settle()
  ids.messages = (await tenant.call('GET', '/v1/messages')).body.items[0].id
  ids.webhooks = (await tenant.make('webhooks', { url: 'https://x.example/', types: ['*'] })).id
  ids['calendar-feeds'] = (await tenant.make('calendar-feeds', { ownerKind: 'agent', ownerId: ids.agents })).id
  const elsewhere = { agentId: ids.agents, kind: 'ics', url: 'https://x.example/a.ics' }
  ids['external-calendars'] = (await tenant.make('external-calendars', elsewhere)).id
  ids['waiting-list'] = (await tenant.make('waiting-list', { appointmentId: ids.appointments })).id
  ids.jobs = service.deps.newId()
  await service.deps.db.kysely
    .insertInto('jobs')
    .values({
      ...{ tenant_id: tenant.id, id: ids.jobs, queue: 'mail', due_at: at, payload: '{}', created_at: at },
      ...{ parked_at: at, failure: 'x' },
    })
    .execute()
  ids['api-keys'] = (await tenant.make('api-keys', { name: 'letta', scopes: ['slots:read'] })).apiKey.id
  ids.users = await makePerson(service, { email: 'esempio@ufficio.example', role: 'agent' })
  ids.others = (await tenant.make('contacts', { firstName: 'Ada', lastName: 'Neri', phone: '+393205550199' })).id
  ids.scripts = (await tenant.make('scripts', SCRIPT)).id
  await tenant.call('POST', `/v1/scripts/${ids.scripts}/publication`)
  const talk = { contactId: ids.contacts, scriptId: ids.scripts }
  ids.conversations = (await tenant.call('POST', '/v1/conversations', talk)).body.id
  ids['saved-messages'] = (await tenant.make('saved-messages', { name: 'Saluto', text: { it: 'Ciao' } })).id
  ids['screen-pops'] = (await tenant.make('screen-pops', { number: '+393205550101' })).id
  await tenant.call('POST', '/v1/inbound/texts', { from: '+393205550199', text: 'Arrivo tardi' })
  ids['inbound-messages'] = (await tenant.call('GET', '/v1/inbound-messages')).body.items[0].id
  return { ids, manageToken }
}

type Ids = Record<string, string>

const SCRIPT = {
  ...{ name: 'Copione', start: 'a' },
  steps: [
    { id: 'a', kind: 'say', text: { it: 'Buongiorno', en: 'Hello' }, next: 'b' },
    { id: 'b', kind: 'end' },
  ],
}

const MAIL = 'From: x@x.example\r\n\r\nx'
const CALENDAR = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n'

const skills = (ids: Ids) => ({ serviceIds: [ids.services] })
/** Bodies that name records of the first tenant; they are sent with the second tenant's key. */
const bodies: Record<string, (ids: Ids) => object | string> = {
  'POST /v1/tenants': () => ({ slug: 'nuovo', name: 'Nuovo' }),
  'POST /v1/test-tenants': () => ({ name: 'Prova' }),
  'POST /v1/test-clock': () => ({ by: 'PT1H' }),
  'PATCH /v1/tenants/:id': () => ({ name: 'Preso' }),
  'POST /v1/api-keys': () => ({ name: 'k', scopes: ['slots:read'] }),
  'POST /v1/api-keys/:id/revocation': () => ({}),
  'POST /v1/locations': (ids) => ({ name: 'Mia', holidayCalendarId: ids['holiday-calendars'] }),
  'PATCH /v1/locations/:id': () => ({ name: 'Presa' }),
  'POST /v1/holiday-calendars': () => ({ name: 'Mio', country: 'IT' }),
  'PATCH /v1/holiday-calendars/:id': () => ({ name: 'Preso' }),
  'POST /v1/services': (ids) => ({ name: 'Mio', durationMinutes: 10, locationIds: [ids.locations] }),
  'PATCH /v1/services/:id': () => ({ name: 'Preso' }),
  'POST /v1/agents': (ids) => ({ name: 'Mio', ...skills(ids) }),
  'PATCH /v1/agents/:id': () => ({ name: 'Preso' }),
  'POST /v1/pools': (ids) => ({ name: 'Mio', size: 2, ...skills(ids) }),
  'PATCH /v1/pools/:id': () => ({ name: 'Preso' }),
  'POST /v1/schedules': (ids) => ({ ownerKind: 'agent', ownerId: ids.agents, validFrom: '2027-01-01', rules: [] }),
  'PATCH /v1/schedules/:id': () => ({ rules: [] }),
  'POST /v1/openings': (ids) => ({
    ownerKind: 'location',
    ownerId: ids.locations,
    firstDay: '2026-12-06',
    lastDay: '2026-12-06',
  }),
  'PATCH /v1/openings/:id': () => ({ note: 'presa' }),
  'POST /v1/absences': (ids) => ({ agentId: ids.agents, firstDay: '2026-12-06', lastDay: '2026-12-06' }),
  'PATCH /v1/absences/:id': () => ({ reason: 'presa' }),
  'POST /v1/closures': (ids) => ({ locationId: ids.locations, firstDay: '2026-12-06', lastDay: '2026-12-06' }),
  'PATCH /v1/closures/:id': () => ({ reason: 'presa' }),
  'POST /v1/configuration': () => ({ changes: [{ collection: 'locations', act: 'create', body: { name: 'Mia' } }] }),
  'POST /v1/contacts': () => ({ firstName: 'Mia', lastName: 'Mia' }),
  'PATCH /v1/contacts/:id': () => ({ firstName: 'Presa' }),
  'POST /v1/contacts/lookup': () => ({ text: PERSON.lastName }),
  'POST /v1/contacts/:id/notes': () => ({ content: 'presa' }),
  'POST /v1/callbacks/:id/lease': () => ({}),
  'POST /v1/contacts/:id/merge': (ids) => ({ otherId: ids.others }),
  'POST /v1/contacts/:id/consents': () => ({ purpose: 'newsletter', isGiven: true }),
  'POST /v1/contacts/:id/erasure': () => ({}),
  'POST /v1/users': () => ({ email: 'altra@ufficio.example', name: 'Altra', role: 'agent' }),
  'PATCH /v1/users/:id': () => ({ name: 'Presa' }),
  'POST /v1/users/:id/invitation': () => ({}),
  'POST /v1/users/:id/frame-link': () => ({}),
  'PUT /v1/sign-in-providers/:id/secret': () => ({ secret: 'abcdefgh12' }),
  'PUT /v1/wallets/google': () => ({ issuerId: '3388000000', email: 'a@b.example', privateKey: 'x'.repeat(60) }),
  'PUT /v1/wallets/apple': () => ({
    ...{ passTypeId: 'pass.example', teamId: 'ABCDE12345', certificate: 'x'.repeat(60) },
    ...{ privateKey: 'x'.repeat(60), wwdr: 'x'.repeat(60) },
  }),
  'POST /v1/hours/impact': (ids) => ({
    kind: 'absence',
    agentId: ids.agents,
    firstDay: '2026-11-24',
    lastDay: '2026-11-24',
  }),
  'POST /v1/rearrangements/proposals': (ids) => ({ appointmentIds: [ids.appointments], mode: 'best' }),
  'POST /v1/rearrangements/undo': (ids) => ({ appointmentIds: [ids.appointments], reason: 'prova' }),
  'POST /v1/rearrangements': (ids) => ({ appointmentIds: [ids.appointments], mode: 'reassign', reason: 'prova' }),
  'POST /v1/appointments/:id/arrival': () => ({}),
  'POST /v1/contacts/search': () => ({ email: PERSON.email }),
  'POST /v1/holds': (ids) => ({ serviceIds: [ids.services], start: TEN }),
  'POST /v1/appointments': (ids) => ({ serviceIds: [ids.services], start: TEN, contactId: ids.contacts }),
  'PATCH /v1/callbacks/:id': () => ({ metadata: { ref: 'x' } }),
  'PATCH /v1/appointments/:id': () => ({ notes: 'presa' }),
  'POST /v1/appointments/:id/cancellation': () => ({}),
  'POST /v1/appointments/:id/rescheduling': () => ({ start: '2026-11-24T11:00:00+01:00' }),
  'POST /v1/appointments/:id/reassignment': () => ({}),
  'POST /v1/appointments/:id/approval': () => ({ decision: 'approve' }),
  'POST /v1/appointments/:id/outcome': () => ({ outcome: 'completed' }),
  'POST /v1/campaigns': (ids) => ({
    name: 'Mia',
    capacity: { kind: 'staffed', serviceId: ids.services, handlingMinutes: 5, share: 1 },
  }),
  'PATCH /v1/campaigns/:id': () => ({ name: 'Presa' }),
  'POST /v1/campaigns/:id/segments/dry-run': () => ({ requests: [{}] }),
  'POST /v1/campaigns/:id/leases': () => ({}),
  'POST /v1/campaigns/:id/leases/:leaseId/extension': (ids) => ({ callbackIds: [ids.callbacks], leaseSeconds: 60 }),
  'POST /v1/campaigns/:id/leases/:leaseId/return': (ids) => ({ callbackIds: [ids.callbacks] }),
  'POST /v1/campaigns/:id/leases/:leaseId/results': (ids) => ({
    results: [{ callbackId: ids.callbacks, outcome: 'answered' }],
  }),
  'POST /v1/callbacks': (ids) => ({ campaignId: ids.campaigns, number: '+393205550102' }),
  'POST /v1/callbacks/search': () => ({ number: '+393205550101' }),
  'POST /v1/callbacks/quick': (ids) => ({ campaign: ids.campaigns, number: '+393205550103' }),
  'POST /v1/campaigns/:id/loads': () => 'number\n+393205550105\n',
  'POST /v1/callbacks/:id/cancellation': () => ({}),
  'POST /v1/callbacks/:id/postponement': () => ({ when: { kind: 'at', at: '2026-11-24T11:00:00+01:00' } }),
  'POST /v1/callbacks/:id/attempts': () => ({ outcome: 'answered' }),
  'POST /v1/callbacks/:id/contact': (ids) => ({ contactId: ids.contacts }),
  'POST /v1/callbacks/:id/acceptance': (ids) => ({ deliveryId: ids.deliveries }),
  'POST /v1/deliveries/:id/replay': () => ({}),
  'POST /v1/campaigns/:id/deliveries/replay': () => ({}),
  'POST /v1/campaigns/:id/push-secret': () => ({}),
  'POST /v1/suppressions/removal': () => ({ channel: 'email', address: PERSON.email }),
  'PUT /v1/message-templates/:kind/:language': () => ({ subject: 'Preso' }),
  'POST /v1/message-templates/:kind/:language/preview': () => ({}),
  'PUT /v1/text-gateways/:channel': () => ({
    url: 'https://x.example/',
    format: 'json',
    fields: { to: '{{ to }}' },
  }),
  'POST /v1/inbound/mail': () => MAIL,
  'POST /v1/inbound/bounces': (ids) => ({ messageId: ids.messages, kind: 'hard' }),
  'POST /v1/inbound/receipts': (ids) => ({ providerId: ids.messages, status: 'delivered' }),
  'POST /v1/inbound/texts': () => ({ from: '+393205550101', text: 'C' }),
  'POST /v1/webhooks': () => ({ url: 'https://x.example/', types: ['*'] }),
  'PATCH /v1/webhooks/:id': () => ({ status: 'paused' }),
  'POST /v1/webhooks/:id/secret': () => ({}),
  'POST /v1/webhooks/:id/test': () => ({}),
  'POST /v1/webhooks/:id/deliveries/replay': () => ({}),
  'POST /v1/calendar-feeds': (ids) => ({ ownerKind: 'agent', ownerId: ids.agents }),
  'POST /v1/calendar-feeds/:id/revocation': () => ({}),
  'POST /v1/external-calendars': (ids) => ({ agentId: ids.agents, kind: 'ics', url: 'https://x.example/a.ics' }),
  'POST /v1/external-calendars/:id/refresh': () => ({}),
  'PUT /v1/agents/:id/availability': () => CALENDAR,
  'POST /v1/waiting-list': (ids) => ({ appointmentId: ids.appointments }),
  'POST /v1/jobs/:id/replay': () => ({}),
  'POST /v1/scripts': () => SCRIPT,
  'PATCH /v1/scripts/:id': () => ({ name: 'Preso' }),
  'POST /v1/scripts/:id/publication': () => ({}),
  'POST /v1/scripts/:id/versions/:number/restoration': () => ({}),
  'POST /v1/conversations': (ids) => ({ contactId: ids.contacts, scriptId: ids.scripts, again: true }),
  'POST /v1/conversations/:id/answers': () => ({ position: 0 }),
  'POST /v1/conversations/:id/return': () => ({ position: 0 }),
  'POST /v1/conversations/:id/language': () => ({ language: 'en' }),
  'POST /v1/conversations/:id/contact': (ids) => ({ contactId: ids.contacts }),
  'POST /v1/search': () => ({ text: PERSON.lastName }),
  'POST /v1/saved-messages': () => ({ name: 'Mio', text: { it: 'Ciao' } }),
  'PATCH /v1/saved-messages/:id': () => ({ name: 'Preso' }),
  'POST /v1/contacts/:id/messages': () => ({ channel: 'email', text: 'Preso' }),
  'PATCH /v1/inbound-messages/:id': () => ({ status: 'closed' }),
  'PUT /v1/me/state': () => ({ state: 'free' }),
  'POST /v1/me/next': () => ({}),
  'POST /v1/screen-pops': (ids) => ({ number: '+393205550101', contactId: ids.contacts }),
  'POST /v1/screen-pops/:id/opening': () => ({}),
  'POST /v1/screen-pops/:id/closing': () => ({}),
  'POST /v1/do-not-call': () => ({ number: '+393205550103' }),
  'POST /v1/do-not-call/removal': () => ({ number: '+393205550103' }),
}
const queries: Record<string, (ids: Ids) => string> = {
  'GET /v1/agenda': () => '?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z',
  'GET /v1/utilisation': () => '?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z',
  'GET /v1/slots': (ids) => `?serviceId=${ids.services}&from=2026-11-24&to=2026-11-25`,
  'GET /v1/slots/next': (ids) => `?serviceId=${ids.services}`,
  'GET /v1/slots/explanation': (ids) => `?serviceId=${ids.services}&date=2026-11-24`,
  'GET /v1/holiday-calendars/:id/days': () => '?year=2026',
  'GET /v1/appointments': (ids) => `?agentId=${ids.agents}`,
  'GET /v1/schedules': (ids) => `?ownerId=${ids.agents}`,
  'GET /v1/callback-windows': (ids) => `?campaignId=${ids.campaigns}`,
  'GET /v1/callbacks': (ids) => `?campaignId=${ids.campaigns}`,
  'GET /v1/callbacks/stream': (ids) => `?campaignId=${ids.campaigns}`,
  'GET /v1/ratings': () => '?from=2026-11-23&to=2026-11-24',
  'GET /v1/agents/:id/free-busy': () => '?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z',
  'GET /v1/external-calendars': (ids) => `?agentId=${ids.agents}`,
  'GET /v1/scripts/:id/figures': () => '?from=2026-11-23&to=2026-11-24',
  'GET /v1/scripts/:id/answers': () => '?from=2026-11-23&to=2026-11-24',
  'GET /v1/agent-states/times': () => '?from=2026-11-23&to=2026-11-24',
  'GET /v1/conversations': (ids) => `?contactId=${ids.contacts}`,
  'GET /v1/deliveries': (ids) => `?campaignId=${ids.campaigns}`,
}

/** A valid request to the route, about the sample records. */
export function requestFor(
  ids: Ids,
  route: { method: string; url: string },
): { url: string; body: object | string | undefined } {
  // A route that creates by external id takes the same body as the route that creates by POST.
  const byExternalId = route.url.includes('/by-external-id/')
  const resource = route.url.split('/')[route.url.startsWith('/v1/by-external-id/') ? 3 : 2]!
  const name = byExternalId ? `POST /v1/${resource}` : `${route.method} ${route.url}`
  const url =
    route.url
      .replace(
        ':id',
        ids[resource] ??
          (resource === 'me' ? ids.users! : resource === 'sign-in-providers' ? 'ente' : `no-sample-of-${resource}`),
      )
      .replace(':wallet', 'apple')
      .replace(':externalId', 'altrove-1')
      .replace(':report', 'appointments')
      .replace(':number', '1')
      .replace(':leaseId', ids.callbacks ?? '')
      .replace(':kind/:language', 'booked/it')
      .replace(':channel', 'sms') + (queries[name]?.(ids) ?? '')
  if (['POST', 'PATCH', 'PUT'].includes(route.method) && !bodies[name])
    throw new Error(`add a sample body for ${name} to test/contract/samples.ts`)
  return { url, body: bodies[name]?.(ids) }
}
