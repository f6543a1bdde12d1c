// Reads the database by SQL after all work has settled and passes the rows to judge.ts. Reads only, and does not use the service.
import type { Eye } from './eye.ts'
import type { Outside } from './outside.ts'
import {
  countedTwice,
  judgeDials,
  lostCallbacks,
  lostChanges,
  sentTwice,
  twice,
  unsent,
  untold,
  type AppointmentRow,
  type CallbackRow,
  type Dials,
  type Finding,
} from './judge.ts'
import type { Ledger } from './ledger.ts'

const APPOINTMENTS = `
  select id::text, version, status, (extract(epoch from starts_at) * 1000)::float8 as start, agent_id::text as "agentId",
         document->>'notes' as key from appointments`
const CALLBACKS = `
  select id::text, status, attempts, number, external_id as "externalId", document->'data'->>'chaos' as key,
         campaign_id::text as "campaignId" from callbacks`
/** Finds overlaps without the index of the exclusion constraint: compares each period with the latest earlier end of the same agent. */
const overlapping = (from: string, low: string, high: string): string => `
  select id::text from (
    select id, ${low} as low, max(${high}) over (
      partition by tenant_id, agent_id order by ${low}, id rows between unbounded preceding and 1 preceding) as before
      from ${from}) p
   where low < before`
const OVERLAPS: Record<string, string> = {
  appointment: overlapping(
    `(select * from appointments where status in ('held', 'pending', 'confirmed')) a`,
    'starts_at',
    'ends_at',
  ),
  reservation: overlapping('reservations', 'lower(period)', 'upper(period)'),
}
const UNKEPT = `
  select a.id::text from appointments a
    left join reservations r on r.tenant_id = a.tenant_id and r.id = a.reservation_id
   where a.status in ('pending', 'confirmed')
     and (r.id is null or r.agent_id <> a.agent_id or not r.period @> tstzrange(a.starts_at, a.ends_at))`
const FOR_NOBODY = `
  select r.id::text from reservations r where r.kind = 'appointment' and not exists (
    select 1 from appointments a where a.tenant_id = r.tenant_id and a.reservation_id = r.id
       and a.status in ('pending', 'confirmed', 'completed', 'no_show'))`
const PARKED = `
  select 'job of ' || queue as what, id::text, coalesce(failure, '') as why from jobs where parked_at is not null
  union all select 'delivery', id::text, failure from deliveries where status = 'parked'`
/** What must still be done now, by workers or by diallers. */
const WAITING = `
  select 'callback ' || status as what, count(*)::int as n from callbacks
   where status in ('queued', 'in_progress') or (status = 'scheduled' and due_at <= now()) group by status
  union all select 'delivery', count(*)::int from deliveries where status = 'pending' having count(*) > 0
  union all select 'job of ' || queue, count(*)::int from jobs
   where parked_at is null and (due_at <= now() or attempts > 0) group by queue`

export type Waiting = { what: string; n: number }[]

/** Work that waits for a worker or a dialler now; null while the server does not answer. */
export const waitingNow = (eye: Eye): Promise<Waiting | null> => eye.look(WAITING) as Promise<Waiting | null>

export type Verdict = {
  lost: Finding[]
  overlaps: Finding[]
  doubledKeys: Finding[]
  unkept: Finding[]
  dials: Dials
  countedTwice: Finding[]
  sentTwice: Finding[]
  untold: Finding[]
  parked: Finding[]
  rows: { appointments: number; callbacks: number }
}

async function findings(eye: Eye, what: string, why: string, sql: string): Promise<Finding[]> {
  return (await eye.read(sql)).map(({ id }) => ({ what, id, why }))
}

const SENT = "select id::text from messages where status = 'sent'"

export async function check(eye: Eye, ledger: Ledger, mail: Outside, webhooks: Outside): Promise<Verdict> {
  const appointments = (await eye.read(APPOINTMENTS)) as AppointmentRow[]
  const callbacks = (await eye.read(CALLBACKS)) as CallbackRow[]
  const overlaps: Finding[] = []
  for (const [what, sql] of Object.entries(OVERLAPS))
    overlaps.push(...(await findings(eye, what, 'overlaps the one before it', sql)))
  const doubled = (what: string, values: (string | null)[]): Finding[] =>
    twice(values).map((id) => ({ what, id, why: 'is there twice' }))
  return {
    lost: [...lostChanges(ledger.changes, appointments), ...lostCallbacks(ledger.promises, ledger.results, callbacks)],
    overlaps,
    doubledKeys: [
      ...doubled(
        'booking of the key',
        appointments.map((a) => a.key),
      ),
      ...doubled(
        'callback of the key',
        callbacks.map((c) => c.key),
      ),
      ...doubled(
        'callback of the external id',
        callbacks.map((c) => c.externalId),
      ),
    ],
    unkept: [
      ...(await findings(eye, 'appointment', 'has no time kept for it', UNKEPT)),
      ...(await findings(eye, 'reservation', 'is kept for nobody', FOR_NOBODY)),
    ],
    dials: judgeDials(ledger.dials),
    countedTwice: countedTwice(ledger.dials, callbacks),
    sentTwice: [...sentTwice('e-mail', mail.taken), ...sentTwice('webhook', webhooks.taken)],
    untold: [
      ...untold(ledger.changes, webhooks.taken),
      ...unsent(
        (await eye.read(SENT)).map(({ id }) => id as string),
        mail.taken,
      ),
    ],
    parked: (await eye.read(PARKED)) as Finding[],
    rows: { appointments: appointments.length, callbacks: callbacks.length },
  }
}
