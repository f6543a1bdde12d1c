// The four recipes with openapi-fetch and the types of openapi-typescript.
import createClient from 'openapi-fetch'
import type { Appointment, paths } from '../.work/openapi-typescript.ts'

const { BASE = '', KEY = '', SERVICE = '', CAMPAIGN = '', FROM = '', TO = '' } = process.env
const client = createClient<paths>({ baseUrl: BASE, headers: { authorization: `Bearer ${KEY}` } })

function done<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error))
  return answer.data
}

async function portal(): Promise<Appointment> {
  const query = { serviceId: [SERVICE], from: FROM, to: TO }
  const slots = done(await client.GET('/v1/slots', { params: { query } }))
  const { start } = slots.days[0]!.slots[0]!
  const hold = done(await client.POST('/v1/holds', { body: { serviceIds: [SERVICE], start } }))
  const contact = { firstName: 'Ada', lastName: 'Fetch', email: 'ada.fetch@posta.example' }
  return done(await client.POST('/v1/appointments', { body: { holdId: hold.id, contact, externalId: 'fetch-1' } }))
}

async function dialler(): Promise<string> {
  await client.POST('/v1/callbacks', { body: { campaignId: CAMPAIGN, number: '+393205550201', when: { kind: 'now' } } })
  const path = { id: CAMPAIGN }
  const lease = done(await client.POST('/v1/campaigns/{id}/leases', { params: { path }, body: { max: 1 } }))
  const results = lease.items.map((one) => ({ callbackId: one.id, outcome: 'answered' as const }))
  const of = { params: { path: { id: CAMPAIGN, leaseId: lease.leaseId } } }
  const settled = done(await client.POST('/v1/campaigns/{id}/leases/{leaseId}/results', { ...of, body: { results } }))
  return settled.items[0]!.status!
}

async function crm(appointment: Appointment): Promise<void> {
  const path = { externalId: 'fetch-crm' }
  const body = { firstName: 'Eva', lastName: 'Fetch', metadata: { segment: 'gold' } }
  const contact = done(await client.PUT('/v1/by-external-id/contacts/{externalId}', { params: { path }, body }))
  if (contact.metadata?.segment !== 'gold') throw new Error('no metadata')
  const query = { externalId: 'fetch-1', expand: ['contact' as const] }
  const found = done(await client.GET('/v1/appointments', { params: { query } })).items[0]!
  if (found.id !== appointment.id || found.contact?.lastName !== 'Fetch') throw new Error('not read back')
}

async function voiceBot(): Promise<void> {
  const body = { campaign: CAMPAIGN, number: '+393205550202', source: 'bot' as const }
  if (done(await client.POST('/v1/callbacks/quick', { body })).say === '') throw new Error('nothing to say')
}

const appointment = await portal()
if ((await dialler()) !== 'completed') throw new Error('not completed')
await crm(appointment)
await voiceBot()
const refused = await client.POST('/v1/holds', { body: { serviceIds: [SERVICE], start: appointment.start } })
if (refused.error === undefined || !('code' in refused.error)) throw new Error('taken twice')
