// PURE. An appointment as the API shows it.
import { documentOf } from './appointment-document.ts'
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import { formatInstant } from '../../kernel/time/zone.ts'
import type { Appointment, AppointmentDocument, NewAppointment } from './appointment.sql.ts'

type AppointmentJson = Record<string, unknown>

/** Link that joins a video visit; undefined when the channel has no link template. */
export function joinLinkOf(
  config: TenantConfig | null,
  serviceIds: readonly string[],
  channel: string,
  code: string,
): string | undefined {
  const service = config?.services.get(serviceIds[0] ?? '')
  const template = service?.channels.find((c) => c.type === channel)?.linkTemplate
  return template?.replaceAll('{code}', encodeURIComponent(code))
}

function linkOf(
  config: TenantConfig | null,
  serviceIds: readonly string[],
  channel: string,
  code: string,
): AppointmentJson {
  const joinLink = joinLinkOf(config, serviceIds, channel, code)
  return joinLink === undefined ? {} : { joinLink }
}

type Common = {
  id: string
  code: string
  status: string
  serviceIds: readonly string[]
  locationId: string
  agentId: string
  start: number
  end: number
  zone: string
  channel: string
  places: number
  contactId: string | null
  externalId: string | null
  holdExpiresAt: Date | null
  document: AppointmentDocument
  version: number
  createdAt: Date
  updatedAt: Date
}

function show(a: Common, config: TenantConfig | null, forCitizen: boolean): AppointmentJson {
  const {
    notes,
    callbackId,
    assignment,
    override,
    answers,
    cancellation,
    outcome,
    rating,
    minutes,
    audience,
    arrivedAt,
    attendees,
    needs,
    interpreterLanguage,
    metadata,
  } = a.document
  const staffOnly = forCitizen
    ? {}
    : {
        ...(notes === undefined ? {} : { notes }),
        ...(callbackId === undefined ? {} : { callbackId }),
        ...(metadata ? { metadata } : {}),
        ...(assignment ? { assignment } : {}),
        ...(override ? { override } : {}),
        ...(outcome ? { outcome } : {}),
        ...(arrivedAt === undefined ? {} : { arrivedAt }),
        ...(rating ? { rating } : {}),
        audience,
      }
  return {
    id: a.id,
    code: a.code,
    status: a.status,
    serviceIds: a.serviceIds,
    locationId: a.locationId,
    agentId: a.agentId,
    start: formatInstant(a.zone, a.start),
    end: formatInstant(a.zone, a.end),
    timeZone: a.zone,
    durationMinutes: minutes,
    channel: a.channel,
    places: a.places,
    contactId: a.contactId,
    ...(a.externalId === null ? {} : { externalId: a.externalId }),
    ...linkOf(config, a.serviceIds, a.channel, a.code),
    answers: answers ?? {},
    ...(attendees ? { attendees } : {}),
    ...(needs ? { needs } : {}),
    ...(interpreterLanguage === undefined ? {} : { interpreterLanguage }),
    ...(cancellation ? { cancellation } : {}),
    ...staffOnly,
    holdExpiresAt: a.holdExpiresAt?.toISOString() ?? null,
    version: a.version,
    createdAt: a.createdAt.toISOString(),
    updatedAt: a.updatedAt.toISOString(),
  }
}

/** A stored appointment as JSON; for citizens without notes, assignment and overrides. */
export function presentAppointment(a: Appointment, config: TenantConfig | null, forCitizen = false): AppointmentJson {
  const common = {
    id: a.id,
    code: a.code,
    status: a.status,
    serviceIds: a.service_ids,
    locationId: a.location_id,
    agentId: a.agent_id,
    start: a.starts_at.getTime(),
    end: a.ends_at.getTime(),
    zone: a.time_zone,
    channel: a.channel,
    places: a.seats,
    contactId: a.contact_id,
    externalId: a.external_id,
    holdExpiresAt: a.hold_expires_at,
    document: documentOf(a),
    version: a.version,
    createdAt: a.created_at,
    updatedAt: a.updated_at,
  }
  return show(common, config, forCitizen)
}

/** An appointment that is about to be stored, as JSON: the answer is written in the same transaction. */
export function presentNew(a: NewAppointment, config: TenantConfig): AppointmentJson {
  const common = {
    ...a,
    start: a.startsAt.getTime(),
    end: a.endsAt.getTime(),
    zone: a.timeZone,
    places: a.seats,
    version: 1,
    createdAt: a.now,
    updatedAt: a.now,
  }
  return show(common, config, false)
}
