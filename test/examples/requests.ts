// What is asked in the examples of changes where the sample of the contract tests says too little, and what must have happened before.
import { requestFor } from '../contract/samples.ts'
import { makePerson, signedCaller } from '../helpers/people.ts'
import { makeOffice, type TestService } from '../helpers/service.ts'

import type { Example } from '../../src/http/openapi/examples.ts'

type Ids = Record<string, string>
export type Call = (method: string, url: string, body?: unknown, headers?: Record<string, string>) => Promise<any>
export type Prepared = { url: string; body: unknown; headers?: Record<string, string> }
type Before = { service: TestService; ids: Ids; call: Call; userId: string; slug: string }

const HOUR = 3_600_000
const ANY = { 'if-match': '*' }
const CITIZEN = {
  firstName: 'Lucia',
  lastName: 'Moretti',
  email: 'lucia.moretti@posta.example',
  phone: '+39 333 123 4567',
}

/** Bodies by operation. */
export const bodies: Record<string, (ids: Ids) => unknown> = {
  'POST /v1/tenants': () => ({
    ...{ slug: 'comune-di-valbruna', name: 'Comune di Valbruna', timeZone: 'Europe/Rome', locale: 'it', country: 'IT' },
  }),
  'PATCH /v1/tenants/{id}': () => ({ holdMinutes: 15 }),
  'POST /v1/test-tenants': () => ({ name: 'CI of our portal', startsAt: '2027-01-11T08:00:00+01:00' }),
  'POST /v1/api-keys': () => ({ name: 'Portal', scopes: ['slots:read', 'appointments:read', 'appointments:write'] }),
  'POST /v1/locations': () => ({
    ...{ name: 'Town hall', externalId: 'HQ' },
  }),
  'POST /v1/services': (ids) => ({
    ...{ name: 'Identity card', durationMinutes: 30, locationIds: [ids.locations], externalId: 'id-card' },
    ...{ channels: [{ type: 'in_person' }, { type: 'phone' }] },
  }),
  'POST /v1/agents': (ids) => ({ name: 'Desk 1', serviceIds: [ids.services], locationIds: [ids.locations] }),
  'POST /v1/schedules': (ids) => ({
    ...{ ownerKind: 'agent', ownerId: ids.agents, validFrom: '2027-01-04' },
    rules: [
      {
        rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
        windows: [
          { from: '09:00', to: '13:00' },
          { from: '14:00', to: '17:00' },
        ],
      },
    ],
  }),
  'POST /v1/configuration': () => ({
    changes: [
      { collection: 'locations', act: 'put', externalId: 'hq', name: 'hq', body: { name: 'Town hall' } },
      {
        ...{ collection: 'services', act: 'put', externalId: 'id-card', name: 'card' },
        body: { name: 'Identity card', durationMinutes: 30, locationIds: ['#hq'] },
      },
      {
        ...{ collection: 'agents', act: 'put', externalId: 'desk-1' },
        body: { name: 'Desk 1', serviceIds: ['#card'], locationIds: ['#hq'] },
      },
    ],
  }),
  'POST /v1/contacts': () => ({ ...CITIZEN, externalId: 'crm-1042', metadata: { segment: 'gold' } }),
  'POST /v1/holds': (ids) => ({ serviceIds: [ids.services], start: '2026-11-24T11:00:00+01:00' }),
  'POST /v1/appointments': (ids) => ({
    ...{ serviceIds: [ids.services], start: '2026-11-24T11:00:00+01:00', contact: CITIZEN, externalId: 'portal-1' },
    metadata: { campaign: 'autumn' },
  }),
  'PATCH /v1/appointments/{id}': () => ({ notes: 'Comes with her father', metadata: { campaign: null } }),
  'POST /v1/appointments/{id}/cancellation': () => ({ reason: 'No longer needed' }),
  'POST /v1/appointments/{id}/outcome': () => ({ outcome: 'completed' }),
  'POST /v1/campaigns': () => ({
    ...{ name: 'Call-backs of the office', capacity: { kind: 'fixed', perBucket: 10 } },
  }),
  'POST /v1/callbacks': (ids) => ({
    ...{
      campaignId: ids.campaigns,
      number: '+39 320 555 0102',
      reason: 'Question about a bill',
      externalId: 'ticket-77',
    },
    when: { kind: 'at', at: '2026-11-24T11:00:00+01:00' },
  }),
  'POST /v1/callbacks/{id}/attempts': () => ({ outcome: 'answered', note: 'Solved on the telephone' }),
  'POST /v1/webhooks': () => ({ url: 'https://crm.example/agenda', types: ['appointment.*', 'callback.attempted'] }),
  'POST /v1/webhooks/{id}/test': () => ({ type: 'appointment.booked' }),
  'PUT /v1/agents/{id}/availability': () =>
    [
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//HR//EN', 'BEGIN:VAVAILABILITY', 'UID:desk-1'],
      ...['DTSTAMP:20261123T070000Z', 'BEGIN:AVAILABLE', 'UID:desk-1-a', 'DTSTAMP:20261123T070000Z'],
      ...['DTSTART;TZID=Europe/Rome:20270104T090000', 'DTEND;TZID=Europe/Rome:20270104T130000'],
      ...['RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE', 'END:AVAILABLE', 'END:VAVAILABILITY', 'END:VCALENDAR', ''],
    ].join('\r\n'),
}

const later = (service: TestService, ms: number): void => {
  service.clock.now += ms
}
const cancelled = async ({ service, ids }: Before): Promise<void> => {
  await service.tenant.call('POST', `/v1/appointments/${ids.appointments}/cancellation`, {}, { headers: ANY })
}
const callbackEnded = async ({ service, ids }: Before): Promise<void> => {
  await service.tenant.call('POST', `/v1/callbacks/${ids.callbacks}/cancellation`, {}, { headers: ANY })
}
const announced = async ({ service, ids, userId }: Before): Promise<Partial<Prepared>> => {
  const call = { number: '+393205550101', contactId: ids.contacts, userId }
  const { body } = await service.tenant.call('POST', '/v1/screen-pops', call)
  return { url: `/v1/screen-pops/${body.id}/` }
}
/** A lease of the sample callback. */
async function leased({ service, ids }: Before): Promise<string> {
  later(service, 2 * HOUR)
  const { body } = await service.tenant.call('POST', `/v1/campaigns/${ids.campaigns}/leases`, {
    max: 1,
    leaseSeconds: 60,
  })
  return body.leaseId as string
}
async function started({ service }: Before): Promise<void> {
  later(service, 28 * HOUR)
}

const PEM = (what: string): string => `-----BEGIN ${what}-----\n…\n-----END ${what}-----\n`
const TEST_CLOCK = { now: '2027-01-11T07:00:00.000Z', timeZone: 'Europe/Rome', endsAt: '2026-12-07T09:30:00.000Z' }
/** Examples whose keys would have to be real, or of a test tenant. */
export const byHand: Record<string, Example> = {
  'GET /v1/agenda/stream': {
    ...{ url: '/v1/agenda/stream', status: 200, type: 'text/event-stream' },
    response:
      ': following\n\nid: 019a9f00-0000-7000-8000-000000000001\nevent: appointment.booked\ndata: {"subjectId":"019a9f00-0000-7000-8000-000000000002","at":"2026-11-23T07:00:00.000Z","actor":"citizen"}\n\n',
  },
  'GET /v1/callbacks/stream': {
    ...{ url: '/v1/callbacks/stream', status: 200, type: 'text/event-stream' },
    response:
      ': following\n\nid: 019a9f00-0000-7000-8000-000000000001\nevent: callback.leased\ndata: {"callbackId":"019a9f00-0000-7000-8000-000000000002"}\n\n',
  },
  'GET /v1/test-tenants': {
    ...{ url: '/v1/test-tenants', status: 200, type: 'application/json' },
    response: {
      items: [
        {
          ...{ id: '019a9f00-0000-7000-8000-000000000001', slug: 'test-06a1facb2f', name: 'CI of our portal' },
          ...{ now: TEST_CLOCK.now, createdAt: '2027-01-11T07:00:00.000Z', endsAt: TEST_CLOCK.endsAt },
        },
      ],
      nextCursor: null,
    },
  },
  'GET /v1/test-clock': { url: '/v1/test-clock', status: 200, type: 'application/json', response: TEST_CLOCK },
  'POST /v1/test-clock': {
    ...{ url: '/v1/test-clock', status: 200, type: 'application/json', request: { by: 'P3W' } },
    response: {
      ...TEST_CLOCK,
      now: '2027-02-01T07:00:00.012Z',
      to: '2027-02-01T07:00:00.000Z',
      isReached: true,
      jobsRun: 14,
    },
  },
  'DELETE /v1/test-tenants/{id}': {
    ...{ url: '/v1/test-tenants/019a9f00-0000-7000-8000-000000000001', status: 204, type: '' },
  },
  'PUT /v1/wallets/apple': {
    url: '/v1/wallets/apple',
    request: {
      ...{ passTypeId: 'pass.example.agenda', teamId: 'ABCDE12345', wwdr: PEM('CERTIFICATE').repeat(2) },
      ...{ certificate: PEM('CERTIFICATE').repeat(2), privateKey: PEM('PRIVATE KEY').repeat(2) },
    },
    ...{ status: 204, type: '' },
  },
  'PUT /v1/wallets/google': {
    url: '/v1/wallets/google',
    request: {
      issuerId: '3388000000',
      email: 'passes@example.iam.gserviceaccount.com',
      privateKey: PEM('PRIVATE KEY').repeat(2),
    },
    ...{ status: 204, type: '' },
  },
}

/** What happens before an operation; may change its address or body. */
export const preparations: Record<string, (before: Before) => Promise<Partial<Prepared> | void>> = {
  'GET /v1/slots/explanation': async () => undefined,
  'GET /v1/agents/{id}/free-busy': async () => undefined,
  'POST /v1/campaigns/{id}/leases': async ({ service }) => {
    later(service, 2 * HOUR)
    return { body: { max: 5, leaseSeconds: 120 } }
  },
  'POST /v1/campaigns/{id}/leases/{leaseId}/results': async (before) => {
    const { ids } = before
    const leaseId = await leased(before)
    return { url: `/v1/campaigns/${ids.campaigns}/leases/${leaseId}/results` }
  },
  'POST /v1/campaigns/{id}/leases/{leaseId}/extension': async (before) => {
    const { ids } = before
    return { url: `/v1/campaigns/${ids.campaigns}/leases/${await leased(before)}/extension` }
  },
  'POST /v1/campaigns/{id}/leases/{leaseId}/return': async (before) => {
    const { ids } = before
    return { url: `/v1/campaigns/${ids.campaigns}/leases/${await leased(before)}/return` }
  },
  'PUT /v1/sign-in-providers/{id}/secret': async ({ service }) => {
    const provider = { id: 'ente', name: 'Ente', issuer: 'https://id.example', clientId: 'agenda' }
    const providers = [{ ...provider, roleClaim: 'groups', roles: [{ value: 'desk', role: 'agent' }] }]
    const url = `/v1/tenants/${service.tenant.id}`
    await service.tenant.call('PATCH', url, { signIn: { secondFactorFor: [], providers } }, { headers: ANY })
    return { url: '/v1/sign-in-providers/ente/secret', body: { secret: 'the-secret-of-the-client' } }
  },
  'DELETE /v1/me/sessions/{id}': async ({ call }) => {
    const { body } = await call('GET', '/v1/me/sessions')
    return { url: `/v1/me/sessions/${body.items[0].id}` }
  },
  'DELETE /v1/agents/{id}': cancelled,
  'DELETE /v1/campaigns/{id}': callbackEnded,
  'DELETE /v1/contacts/{id}/merge': async ({ service, ids }) => {
    await service.tenant.call('POST', `/v1/contacts/${ids.contacts}/merge`, { otherId: ids.others }, { headers: ANY })
    return { url: `/v1/contacts/${ids.others}/merge` }
  },
  'POST /v1/contacts/{id}/erasure': cancelled,
  'POST /v1/appointments/{id}/reassignment': async ({ service, ids }) => {
    const [service$, location] = [ids.services, ids.locations]
    const two = await service.tenant.make('agents', { name: 'Desk 2', serviceIds: [service$], locationIds: [location] })
    const rules = [{ rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', windows: [{ from: '09:00', to: '13:00' }] }]
    await service.tenant.make('schedules', { ownerKind: 'agent', ownerId: two.id, validFrom: '2026-01-05', rules })
    return { body: { reason: 'Ill' } }
  },
  'POST /v1/appointments/{id}/approval': async ({ service }) => {
    const office = await makeOffice(service.tenant, { service: { approvalRequired: true } })
    const asked = await service.tenant.make('appointments', {
      ...{ serviceIds: [office.service.id], start: '2026-11-24T11:00:00+01:00', contact: CITIZEN },
    })
    return { url: `/v1/appointments/${asked.id}/approval` }
  },
  'POST /v1/appointments/{id}/outcome': started,
  'DELETE /v1/appointments/{id}/outcome': async (before) => {
    await started(before)
    const { service, ids } = before
    const url = `/v1/appointments/${ids.appointments}/outcome`
    await service.tenant.call('POST', url, { outcome: 'no_show' }, { headers: ANY })
    return { url }
  },
  'DELETE /v1/appointments/{id}/rescheduling': async ({ service, ids }) => {
    const body = { start: '2026-11-24T12:00:00+01:00', as: 'staff', notifyAfterSeconds: 30 }
    await service.tenant.call('POST', `/v1/appointments/${ids.appointments}/rescheduling`, body, { headers: ANY })
  },
  'DELETE /v1/appointments/{id}/notice': async ({ service, ids }) => {
    const body = { start: '2026-11-24T12:00:00+01:00', as: 'staff', notifyAfterSeconds: 30 }
    await service.tenant.call('POST', `/v1/appointments/${ids.appointments}/rescheduling`, body, { headers: ANY })
  },
  'DELETE /v1/text-gateways/{channel}': async ({ service }) => {
    const gateway = { url: 'https://x.example/', format: 'json', fields: { to: '{{ to }}' } }
    await service.tenant.call('PUT', '/v1/text-gateways/sms', gateway, { headers: ANY })
  },
  'POST /v1/callbacks/{id}/acceptance': async ({ service, ids }) => {
    const at = new Date(service.clock.now)
    await service.deps.db.kysely
      .updateTable('callbacks')
      .set({ status: 'queued', delivery_id: ids.deliveries!, queued_at: at })
      .where('tenant_id', '=', service.tenant.id)
      .where('id', '=', ids.callbacks!)
      .execute()
  },
  'DELETE /v1/callbacks/{id}/attempts': async ({ service, ids, slug }) => {
    await makePerson(service, { email: `${slug}@comune.example`, role: 'administrator', tenantId: service.tenant.id })
    const person = await signedCaller(service, `${slug}@comune.example`, slug)
    await person('POST', `/v1/callbacks/${ids.callbacks}/attempts`, { outcome: 'busy' })
  },
  'POST /v1/screen-pops/{id}/opening': async (before) => {
    const { url } = await announced(before)
    return { url: `${url}opening`, body: { contactId: before.ids.contacts } }
  },
  'POST /v1/screen-pops/{id}/closing': async (before) => {
    const { url } = await announced(before)
    return { url: `${url}closing` }
  },
}

/** The record that a read by external id answers. */
export async function writtenBefore({ service, ids }: Before, url: string): Promise<Partial<Prepared>> {
  const [, , , collection = ''] = url.split('/')
  const { body } = requestFor(ids, { method: 'PUT', url: `/v1/by-external-id/${collection}/:externalId` })
  await service.tenant.call('PUT', url, body)
  return {}
}
