// The four recipes with the fetch client of orval.
import * as api from '../.work/orval/api.ts'
import type { Appointment } from '../.work/orval/api.ts'

const { BASE = '', KEY = '', SERVICE = '', CAMPAIGN = '', FROM = '', TO = '' } = process.env
const init = { headers: { authorization: `Bearer ${KEY}` } }
const plain = globalThis.fetch
globalThis.fetch = (url, options) => plain(`${BASE}${String(url)}`, options)

/** The body of a call that succeeded. */
function done<A extends { status: number; data: unknown }>(answer: A): Extract<A, { status: 200 | 201 }>['data'] {
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.data))
  return answer.data as Extract<A, { status: 200 | 201 }>['data']
}

async function portal(): Promise<Appointment> {
  const slots = done(await api.listSlots({ serviceId: [SERVICE], from: FROM, to: TO }, init))
  const { start } = slots.days[0]!.slots[0]!
  const hold = done(await api.createHold({ serviceIds: [SERVICE], start }, init))
  const contact = { firstName: 'Ada', lastName: 'Orval', email: 'ada.orval@posta.example' }
  return done(await api.createAppointment({ holdId: hold.id, contact, externalId: 'orval-1' }, init))
}

async function dialler(): Promise<string | null> {
  await api.askCallback({ campaignId: CAMPAIGN, number: '+393205550221', when: { kind: 'now' } }, init)
  const lease = done(await api.leaseCallbacks(CAMPAIGN, { max: 1 }, init))
  const results = lease.items.map((one) => ({ callbackId: one.id, outcome: 'answered' as const }))
  return done(await api.reportResults(CAMPAIGN, lease.leaseId, { results }, init)).items[0]!.status
}

async function crm(appointment: Appointment): Promise<void> {
  const contact = done(
    await api.putContact('orval-crm', { firstName: 'Eva', lastName: 'Orval', metadata: { segment: 'gold' } }, init),
  )
  if (contact.metadata?.segment !== 'gold') throw new Error('no metadata')
  const found = done(await api.listAppointments({ externalId: 'orval-1', expand: ['contact'] }, init)).items[0]!
  if (found.id !== appointment.id || found.contact?.lastName !== 'Orval') throw new Error('not read back')
}

async function voiceBot(): Promise<void> {
  const asked = done(await api.askQuickCallback({ campaign: CAMPAIGN, number: '+393205550222', source: 'bot' }, init))
  if (asked.say === '') throw new Error('nothing to say')
}

const appointment = await portal()
if ((await dialler()) !== 'completed') throw new Error('not completed')
await crm(appointment)
await voiceBot()
if ((await api.createHold({ serviceIds: [SERVICE], start: appointment.start }, init)).status !== 409)
  throw new Error('taken twice')
