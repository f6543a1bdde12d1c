// The four recipes with @agenda/client, as a program that has installed the package has it.
import { AgendaError, createAgenda, ifMatch, type Appointment } from '@agenda/client'

const { BASE = '', KEY = '', SERVICE = '', CAMPAIGN = '', FROM = '', TO = '' } = process.env
const agenda = createAgenda({ baseUrl: BASE, key: KEY })

async function portal(): Promise<Appointment> {
  const slots = await agenda.get('/v1/slots', { query: { serviceId: [SERVICE], from: FROM, to: TO } })
  const { start } = slots.days[0]!.slots[0]!
  const hold = await agenda.post('/v1/holds', { body: { serviceIds: [SERVICE], start } })
  const contact = { firstName: 'Ada', lastName: 'Agenda', email: 'ada.agenda@posta.example' }
  return agenda.post('/v1/appointments', { body: { holdId: hold.id, contact, externalId: 'agenda-1' } })
}

async function dialler(): Promise<string | null> {
  await agenda.post('/v1/callbacks', { body: { campaignId: CAMPAIGN, number: '+393205550231', when: { kind: 'now' } } })
  const path = { id: CAMPAIGN }
  const lease = await agenda.post('/v1/campaigns/{id}/leases', { path, body: { max: 1 } })
  const results = lease.items.map((one) => ({ callbackId: one.id, outcome: 'answered' as const }))
  const of = { path: { ...path, leaseId: lease.leaseId }, body: { results } }
  return (await agenda.post('/v1/campaigns/{id}/leases/{leaseId}/results', of)).items[0]!.status
}

async function crm(appointment: Appointment): Promise<void> {
  const body = { firstName: 'Eva', lastName: 'Agenda', metadata: { segment: 'gold' } }
  const contact = await agenda.put('/v1/by-external-id/contacts/{externalId}', {
    path: { externalId: 'agenda-crm' },
    body,
  })
  const path = { id: contact.id }
  await agenda.patch('/v1/contacts/{id}', { path, ifMatch: ifMatch(contact), body: { notes: 'Gold' } })
  for await (const one of agenda.all('/v1/appointments', { query: { externalId: 'agenda-1', expand: ['contact'] } }))
    if (one.id !== appointment.id || one.contact?.lastName !== 'Agenda') throw new Error('not read back')
}

async function voiceBot(): Promise<void> {
  const body = { campaign: CAMPAIGN, number: '+393205550232', source: 'bot' as const }
  if ((await agenda.post('/v1/callbacks/quick', { body })).say === '') throw new Error('nothing to say')
}

const appointment = await portal()
if ((await dialler()) !== 'completed') throw new Error('not completed')
await crm(appointment)
await voiceBot()
const again = agenda.post('/v1/holds', { body: { serviceIds: [SERVICE], start: appointment.start } })
const refused = await again.catch((error: unknown) => error)
if (!(refused instanceof AgendaError) || refused.code !== 'slot_taken') throw new Error('taken twice')
