// PURE. Example events of every type, about an appointment and a callback of an office that does not exist: sent by the test of a
// subscription, and shown in the API description.
import type { EventType } from '../../platform/events/catalogue.ts'
import { objectOf } from './payload.ts'

type Data = Record<string, unknown>

const id = (n: number): string => `019a9f00-0000-7000-8000-${String(n).padStart(12, '0')}`
const [SUBJECT, SERVICE, LOCATION, AGENT, OTHER_AGENT] = [id(1), id(2), id(3), id(4), id(5)]
const [CONTACT, CAMPAIGN, LEASE, DELIVERY, OTHER] = [id(6), id(7), id(8), id(9), id(10)]

const APPOINTMENT: Data = {
  id: SUBJECT,
  code: 'K7M2P9QX',
  status: 'confirmed',
  serviceIds: [SERVICE],
  locationId: LOCATION,
  agentId: AGENT,
  start: '2026-12-01T09:00:00+01:00',
  end: '2026-12-01T09:30:00+01:00',
  timeZone: 'Europe/Rome',
  durationMinutes: 30,
  channel: 'in_person',
  places: 1,
  contactId: CONTACT,
  externalId: 'crm-4711',
  answers: {},
  holdExpiresAt: null,
  version: 2,
  createdAt: '2026-11-24T08:15:00.000Z',
  updatedAt: '2026-11-24T09:02:00.000Z',
}
const CALLBACK: Data = {
  id: SUBJECT,
  code: 'R4T8W2ZB',
  campaignId: CAMPAIGN,
  status: 'scheduled',
  channel: 'phone',
  number: '+390612345678',
  numbers: ['+390612345678'],
  contactId: CONTACT,
  ownerAgentId: null,
  windowFrom: '2026-12-01T10:00:00+01:00',
  windowTo: '2026-12-01T10:30:00+01:00',
  dueAt: '2026-12-01T10:00:00+01:00',
  expiresAt: '2026-12-01T18:00:00+01:00',
  priority: 50,
  attempts: 0,
  outcome: null,
  data: {},
  source: 'api',
  deliveryId: null,
  escalatedAt: null,
  leaseId: null,
  leaseUntil: null,
  finishedAt: null,
  version: 1,
  createdAt: '2026-11-24T08:15:00.000Z',
  updatedAt: '2026-11-24T08:15:00.000Z',
}

const place = (start: string, agentId = AGENT): Data => ({
  start,
  agentId,
  locationId: LOCATION,
  durationMinutes: 30,
})
const NINE = '2026-12-01T08:00:00.000Z'
const TEN = '2026-12-01T09:00:00.000Z'
const FAIREST = { reason: 'least_loaded', candidates: 3, load: 40 }
const calls = (before: string, after: string, more: Data = {}): Data => ({ before, after, ...more })

/** What the service stores with an event of each type. */
const DATA: Record<EventType, Data> = {
  'appointment.booked': { status: 'confirmed', start: NINE, agentId: AGENT, locationId: LOCATION, assignment: FAIREST },
  'appointment.approved': { before: 'pending' },
  'appointment.refused': { before: 'pending', reason: 'A document is missing' },
  'appointment.not_approved': { before: 'pending' },
  'appointment.moved': { before: place(TEN), after: place(NINE), assignment: 'least_loaded', version: 2 },
  'appointment.reassigned': {
    before: place(NINE, OTHER_AGENT),
    after: place(NINE),
    assignment: 'least_loaded',
    version: 2,
    reason: 'Ill',
  },
  'appointment.changed': { fields: ['notes'] },
  'appointment.cancelled': { before: 'confirmed', reason: 'No longer needed' },
  'appointment.accepted': { by: 'calendar' },
  'appointment.arrived': {},
  'appointment.arrival_undone': {},
  'appointment.completed': { before: 'confirmed' },
  'appointment.no_show': { before: 'confirmed' },
  'appointment.outcome_undone': { before: 'no_show' },
  'appointment.rated': { stars: 5, recommendation: 9 },
  'callback.promised': {
    after: 'scheduled',
    campaignId: CAMPAIGN,
    from: '2026-12-01T09:00:00.000Z',
    to: '2026-12-01T09:30:00.000Z',
    source: 'api',
  },
  'callback.loaded': { after: 'scheduled', source: 'import', loadId: OTHER },
  'callback.postponed': calls('scheduled', 'scheduled', {
    from: '2026-12-01T14:00:00.000Z',
    to: '2026-12-01T14:30:00.000Z',
  }),
  'callback.changed': { fields: ['metadata'] },
  'callback.cancelled': calls('scheduled', 'cancelled', { reason: 'Solved by mail' }),
  'callback.queued': calls('scheduled', 'queued', { deliveryId: DELIVERY }),
  'callback.leased': calls('scheduled', 'in_progress', { leaseId: LEASE }),
  'callback.released': calls('scheduled', 'scheduled', { reason: 'owner_late', agentId: AGENT }),
  'callback.given_back': calls('in_progress', 'scheduled', { leaseId: LEASE }),
  'callback.recalled': calls('queued', 'scheduled'),
  'callback.deferred': calls('scheduled', 'scheduled'),
  'callback.lease_lost': calls('in_progress', 'scheduled', { leaseId: LEASE }),
  'callback.parked': calls('queued', 'queued', { deliveryId: DELIVERY, code: 'no_skill' }),
  'callback.escalated': calls('scheduled', 'scheduled'),
  'callback.identified': calls('scheduled', 'scheduled', { contactId: CONTACT }),
  'callback.booked': { appointmentId: OTHER, start: NINE },
  'callback.attempted': calls('in_progress', 'completed', {
    outcome: 'answered',
    attempt: 1,
    number: 0,
    at: '2026-12-01T09:05:00.000Z',
    lateness: -1500,
    leaseId: LEASE,
  }),
  'callback.attempt_undone': calls('completed', 'scheduled', { outcome: 'answered' }),
  'callback.expired': calls('scheduled', 'expired'),
  'waiting.offered': { contactId: CONTACT, appointmentId: OTHER, holdId: id(11), start: NINE },
  'waiting.taken': { contactId: CONTACT, appointmentId: OTHER, start: NINE },
  'webhook.disabled': { webhookId: SUBJECT, failure: 'http_500' },
  'calendar.failing': { agentId: AGENT, failure: 'http_401' },
}

const STATUS: Partial<Record<EventType, string>> = {
  'appointment.refused': 'cancelled',
  'appointment.not_approved': 'cancelled',
  'appointment.cancelled': 'cancelled',
  'appointment.completed': 'completed',
  'appointment.no_show': 'no_show',
}

/** An example of a type: its subject, the stored data, and the object as it was after the event. */
export function exampleOf(type: EventType): { subjectId: string; data: Data; object: Data | null } {
  const data = DATA[type]
  const kind = objectOf(type)
  if (kind === null) return { subjectId: SUBJECT, data, object: null }
  const shown = kind === 'appointment' ? APPOINTMENT : CALLBACK
  const status = STATUS[type] ?? (typeof data.after === 'string' ? data.after : shown.status)
  return { subjectId: SUBJECT, data, object: { ...shown, status } }
}
