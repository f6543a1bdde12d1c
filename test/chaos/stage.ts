// Creates by REST what the clients work on, before the first fault: a tenant, an office with agents who always work, contacts, campaigns
// that push and one that is leased.
import { askOnce } from './http.ts'

const AGENTS = 12
export const SLOT_MINUTES = 10
const CONTACTS = 200
/** So many of them have an e-mail address and are written to. */
const WITH_EMAIL = 40
const PUSHED = 3
const ALWAYS = [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '24:00' }]
/** Time-out of a push, in seconds: with five more seconds it is how long a campaign stays with a process that died. */
const PUSH_SECONDS = 5

export type Stage = {
  key: string
  tenantId: string
  serviceId: string
  agentIds: string[]
  contactIds: string[]
  pushed: string[]
  pulled: string
}

/** Creates everything through one process; `platformKey` is the operator's key. */
export async function makeStage(
  base: string,
  platformKey: string,
  receiverUrl: string,
  webhookUrl: string,
): Promise<Stage> {
  async function make(path: string, body: object, key: string): Promise<any> {
    const reply = await askOnce(base, key, { method: 'POST', path: `/v1/${path}`, body })
    if (reply.kind === 'lost' || reply.status !== 201) throw new Error(`${path}: ${JSON.stringify(reply)}`)
    return reply.body
  }
  const tenant = { slug: 'scompiglio', name: 'Scompiglio', timeZone: 'UTC', locale: 'it', country: 'IT' }
  const { apiKey: key, tenant: made } = await make('tenants', tenant, platformKey)
  await make('locations', { name: 'Sede' }, key)
  const service = { name: 'Servizio', durationMinutes: SLOT_MINUTES, horizon: { days: 400 } }
  const serviceId = (await make('services', service, key)).id as string
  const agentIds: string[] = []
  for (let i = 0; i < AGENTS; i += 1) {
    const agent = await make('agents', { name: `Operatore ${i + 1}`, serviceIds: [serviceId] }, key)
    const rules = [{ rrule: 'FREQ=DAILY', windows: [{ from: '00:00', to: '24:00' }] }]
    await make('schedules', { ownerKind: 'agent', ownerId: agent.id, validFrom: '2026-01-01', rules }, key)
    agentIds.push(agent.id)
  }
  const contactIds: string[] = []
  for (let i = 0; i < CONTACTS; i += 1)
    contactIds.push(
      (
        await make(
          'contacts',
          {
            ...{ firstName: 'Ada', lastName: `Neri ${i + 1}` },
            ...(i < WITH_EMAIL ? { email: `ada${i + 1}@posta.example` } : {}),
          },
          key,
        )
      ).id,
    )
  await make('webhooks', { url: webhookUrl, types: ['appointment.booked'] }, key)
  const campaign = async (name: string, connector: object): Promise<string> => {
    const hours = { hours: ALWAYS, citizenHours: ALWAYS, capacity: { kind: 'fixed', perBucket: 100_000 } }
    const retries = { maxAttempts: 3, retries: { busy: { afterMinutes: [0] } } }
    return (await make('campaigns', { name, ...hours, ...retries, connector }, key)).id
  }
  const pushed: string[] = []
  const push = { kind: 'http', url: receiverUrl, batchSize: 10, timeoutSeconds: PUSH_SECONDS }
  for (let i = 0; i < PUSHED; i += 1) pushed.push(await campaign(`Spinta ${i + 1}`, push))
  const pulled = await campaign('Ritiro', { kind: 'pull' })
  return { key, tenantId: made.id, serviceId, agentIds, contactIds, pushed, pulled }
}
