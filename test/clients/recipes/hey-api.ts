// The four recipes with the client of @hey-api/openapi-ts.
import { client } from '../.work/hey/client.gen.js'
import * as api from '../.work/hey/sdk.gen.js'
import type { Appointment } from '../.work/hey/types.gen.js'

const { BASE = '', KEY = '', SERVICE = '', CAMPAIGN = '', FROM = '', TO = '' } = process.env
client.setConfig({ baseUrl: BASE, auth: KEY })

async function portal(): Promise<Appointment> {
  const query = { serviceId: [SERVICE], from: FROM, to: TO }
  const { data: slots } = await api.listSlots({ query, throwOnError: true })
  const { start } = slots.days[0]!.slots[0]!
  const { data: hold } = await api.createHold({ body: { serviceIds: [SERVICE], start }, throwOnError: true })
  const contact = { firstName: 'Ada', lastName: 'Hey', email: 'ada.hey@posta.example' }
  const body = { holdId: hold.id, contact, externalId: 'hey-1' }
  return (await api.createAppointment({ body, throwOnError: true })).data
}

async function dialler(): Promise<string | null> {
  await api.askCallback({
    body: { campaignId: CAMPAIGN, number: '+393205550211', when: { kind: 'now' } },
    throwOnError: true,
  })
  const path = { id: CAMPAIGN }
  const { data: lease } = await api.leaseCallbacks({ path, body: { max: 1 }, throwOnError: true })
  const results = lease.items.map((one) => ({ callbackId: one.id, outcome: 'answered' as const }))
  const of = { ...path, leaseId: lease.leaseId }
  const { data: settled } = await api.reportResults({ path: of, body: { results }, throwOnError: true })
  return settled.items[0]!.status
}

async function crm(appointment: Appointment): Promise<void> {
  const body = { firstName: 'Eva', lastName: 'Hey', metadata: { segment: 'gold' } }
  const { data: contact } = await api.putContact({ path: { externalId: 'hey-crm' }, body, throwOnError: true })
  if (contact.metadata?.segment !== 'gold') throw new Error('no metadata')
  const { data: list } = await api.listAppointments({
    query: { externalId: 'hey-1', expand: ['contact'] },
    throwOnError: true,
  })
  const found = list.items[0]!
  if (found.id !== appointment.id || found.contact?.lastName !== 'Hey') throw new Error('not read back')
}

async function voiceBot(): Promise<void> {
  const body = { campaign: CAMPAIGN, number: '+393205550212', source: 'bot' as const }
  if ((await api.askQuickCallback({ body, throwOnError: true })).data.say === '') throw new Error('nothing to say')
}

const appointment = await portal()
if ((await dialler()) !== 'completed') throw new Error('not completed')
await crm(appointment)
await voiceBot()
const refused = await api.createHold({ body: { serviceIds: [SERVICE], start: appointment.start } })
if (refused.error === undefined) throw new Error('taken twice')
