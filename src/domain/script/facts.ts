// What a conversation knows: about the person, the callback or appointment, the campaign, the agent, and what was answered.
import type { Db } from '../../platform/database/tx.ts'
import type { TenantConfig } from '../catalogue/tenant-config.ts'
import { findAppointment } from '../appointment/appointment.sql.ts'
import { documentOf } from '../callback/callback-document.ts'
import { findCallback } from '../callback/callback.sql.ts'
import { findAttributes, findContact } from '../contact/contact.sql.ts'
import type { Run } from './run.sql.ts'
import type { Answer } from './script.ts'
import type { Facts } from './script-variables.ts'

/** The parts of a run that a conversation adds. */
export type RunDocument = {
  language: 'it' | 'en'
  agentName: string
  /** Outcomes that the script has set, by the position from which it went on. */
  outcomes?: Record<string, string>
  /** Notes already written, as `script step`. */
  notes?: string[]
}

export const documentOfRun = (run: Pick<Run, 'document'>): RunDocument => run.document as unknown as RunDocument

type Scalar = string | number | boolean

const scalar = (value: unknown): Scalar | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined

const prefixed = (prefix: string, values: Record<string, unknown>): Record<string, Scalar | undefined> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, scalar(value)]))

async function aboutContact(
  db: Db,
  tenantId: string,
  contactId: string | null,
): Promise<Record<string, Scalar | undefined>> {
  if (contactId === null) return {}
  const [contact, attributes] = await Promise.all([
    findContact(db, tenantId, contactId),
    findAttributes(db, tenantId, contactId),
  ])
  if (!contact) return {}
  return {
    ...prefixed('contact.attributes', attributes),
    'contact.firstName': contact.first_name,
    'contact.lastName': contact.last_name,
    'contact.name': `${contact.first_name} ${contact.last_name}`.trim(),
    'contact.phone': contact.phone ?? undefined,
    'contact.email': contact.email ?? undefined,
    'contact.language': contact.locale ?? undefined,
  }
}

async function aboutCallback(db: Db, tenantId: string, id: string | null): Promise<Record<string, Scalar | undefined>> {
  const c = id === null ? undefined : await findCallback(db, tenantId, id)
  if (!c) return {}
  const { data, reason } = documentOf(c)
  return {
    ...prefixed('callback.data', data),
    'callback.reason': reason,
    'callback.number': c.number ?? undefined,
    'callback.attempts': c.attempts,
  }
}

async function aboutAppointment(
  db: Db,
  config: TenantConfig,
  id: string | null,
): Promise<Record<string, Scalar | undefined>> {
  const a = id === null ? undefined : await findAppointment(db, config.tenantId, id)
  if (!a) return {}
  return {
    'appointment.service': a.service_ids.map((one) => config.services.get(one)?.name ?? '').join(' + '),
    'appointment.when': a.starts_at.toISOString(),
  }
}

/** The values of all variables of a conversation; `appointment.when` is an RFC 3339 instant. */
export async function factsOf(
  db: Db,
  config: TenantConfig,
  run: Pick<Run, 'contact_id' | 'callback_id' | 'appointment_id' | 'campaign_id' | 'document'>,
  answers: Readonly<Record<string, Answer>>,
): Promise<Facts> {
  const { agentName, outcomes = {} } = documentOfRun(run)
  const [contact, callback, appointment] = await Promise.all([
    aboutContact(db, config.tenantId, run.contact_id),
    aboutCallback(db, config.tenantId, run.callback_id),
    aboutAppointment(db, config, run.appointment_id),
  ])
  const said = Object.entries(answers).map(([stepId, answer]) => [
    `answers.${stepId}`,
    typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : answer,
  ])
  return {
    ...contact,
    ...callback,
    ...appointment,
    'campaign.name': config.campaigns.get(run.campaign_id ?? '')?.name,
    'agent.name': agentName,
    'office.name': config.name,
    'office.phone': config.settings.booking.supportPhone,
    outcome: Object.values(outcomes).at(-1),
    ...(Object.fromEntries(said) as Facts),
  }
}
