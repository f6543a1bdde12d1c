// Reads external calendars of agents periodically, and writes appointments into those set up for it. A calendar that cannot be
// read keeps its last busy time and records since when it fails; its owner is told after a day.
import { findAppointment, type Appointment } from '../../domain/appointment/appointment.sql.ts'
import { calendarView } from '../../domain/appointment/appointment-view.ts'
import type { TenantConfig } from '../../domain/catalogue/tenant-config.ts'
import { transaction, type Tx } from '../../platform/database/tx.ts'
import type { Deps } from '../../domain/deps.ts'
import { AppError } from '../../kernel/errors.ts'
import { writeEvent } from '../../platform/events/events.ts'
import type { Job } from '../../platform/jobs/job.sql.ts'
import { DONE, type Ended, type Queue } from '../../platform/jobs/queue.ts'
import { enqueue } from '../../platform/jobs/jobs.ts'
import { compose, post, speakerOf } from '../messaging/compose.ts'
import { momentOf } from '../messaging/wording.ts'
import { failure, failureOf, headerOf } from '../../platform/http-client/failure.ts'
import { findRow } from '../../domain/catalogue/records/resource.sql.ts'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'
import { parseInWorker } from './parse-in-worker.ts'
import { readObjects, writeObject } from './caldav.ts'
import {
  dropExternal,
  findExternal,
  insertExternal,
  listExternal,
  lockExternal,
  noteRead,
  replaceBusy,
  type External,
  type ExternalAccess,
  type ExternalDocument,
} from './external.sql.ts'
import { calendarObject } from './ics-event.ts'
import { touchConfig } from '../../domain/tenant/tenant.sql.ts'

const [READ, WRITE] = ['calendars', 'caldav']
/** How often a calendar is read, how far ahead, and after how long its owner is told of a failure; ms. */
const [EVERY, AHEAD, WARN] = [10 * MINUTE, 190 * DAY, DAY]
const [TIMEOUT, MOST] = [20_000, 5_000_000]

/** Calendars added before access data was sealed have it in plain text in the document. */
type Stored = Partial<ExternalDocument> & Partial<ExternalAccess>
const storedOf = (e: External): Stored => e.document

export const isWritten = (e: External): boolean => storedOf(e).isWritten ?? false

/** The host of its URL; the rest of the URL may be a secret. */
export function hostOf(e: External): string {
  const { host, url } = storedOf(e)
  return host ?? new URL(url!).host
}

const sealContext = (id: string): string => `calendar ${id}`

async function accessOf(deps: Deps, e: External): Promise<ExternalAccess> {
  const { sealed, ...plain } = storedOf(e)
  if (sealed === undefined) return plain as ExternalAccess
  // Restored from a dump without secrets.
  if (sealed === '') throw failure('access_missing')
  return JSON.parse(await deps.vault.open(e.tenant_id, sealContext(e.id), sealed)) as ExternalAccess
}

const readJob = (deps: Deps, e: Pick<External, 'tenant_id' | 'id'>, due: number) => ({
  ...{ tenantId: e.tenant_id, id: deps.newId(), queue: READ, key: e.id, payload: { calendarId: e.id } },
  ...{ due: new Date(due), now: new Date(deps.now()) },
})

type NewExternal = {
  tenantId: string
  agentId: string
  kind: External['kind']
  given: ExternalAccess & { isWritten?: boolean }
}

/** Adds a calendar and schedules its first read at once. */
export async function addExternal(deps: Deps, { tenantId, agentId, kind, given }: NewExternal): Promise<External> {
  const now = new Date(deps.now())
  const id = deps.newId()
  const { isWritten, ...access } = given
  const document = {
    host: new URL(access.url).host,
    sealed: await deps.vault.seal(tenantId, sealContext(id), JSON.stringify(access)),
    ...(isWritten === undefined ? {} : { isWritten }),
  }
  return transaction(deps.db, async (tx) => {
    const e = await insertExternal(tx, { tenantId, id, agentId, kind, document, now })
    await enqueue(deps, tx, [readJob(deps, e, now.getTime())])
    return e
  })
}

/** Removes a calendar; its busy time is free again. */
export async function removeExternal(deps: Deps, e: External): Promise<void> {
  await transaction(deps.db, async (tx) => {
    await dropExternal(tx, e)
    await touchConfig(tx, e.tenant_id, new Date(deps.now()))
  })
}

/** Schedules a read of a calendar now. */
export const readNow = (deps: Deps, e: External): Promise<void> =>
  transaction(deps.db, (tx) => enqueue(deps, tx, [readJob(deps, e, deps.now())]))

type Got = { texts: string[]; etag: string | null; lastModified: string | null } | 'unchanged'

async function fetchIcs(deps: Deps, e: External): Promise<Got> {
  // Read in full once a week: busy time was read only so far ahead, even if the calendar has not changed since.
  const isStale = deps.now() - e.updated_at.getTime() > 7 * DAY
  const headers = {
    accept: 'text/calendar',
    ...(isStale || e.etag === null ? {} : { 'if-none-match': e.etag }),
    ...(isStale || e.last_modified === null ? {} : { 'if-modified-since': e.last_modified }),
  }
  const { url } = await accessOf(deps, e)
  const answer = await deps.request(url, { method: 'GET', headers, timeoutMs: TIMEOUT, most: MOST })
  if (answer.status === 304) return 'unchanged'
  if (answer.status !== 200) throw failure(`http_${answer.status}`)
  return {
    texts: [answer.body],
    etag: headerOf(answer, 'etag')?.slice(0, 200) ?? null,
    lastModified: headerOf(answer, 'last-modified')?.slice(0, 100) ?? null,
  }
}

async function fetchCaldav(deps: Deps, e: External, from: number, to: number): Promise<Got> {
  return { texts: await readObjects(deps.request, await accessOf(deps, e), from, to), etag: null, lastModified: null }
}

/** Returns writes that tell the agent that their calendar cannot be read; once, until it can be read again. */
async function warn(deps: Deps, config: TenantConfig, e: External, code: string): Promise<(tx: Tx) => Promise<void>> {
  const agent = await findRow(deps.db.kysely, 'agents', e.tenant_id, e.agent_id)
  const { email } = (agent?.document ?? {}) as { email?: string }
  const language = config.settings.locale
  const since = momentOf({ language }, config.timeZone, e.failing_since!.getTime())
  const person = { contactId: null, firstName: agent?.name as string, lastName: '', email: email ?? null, phone: null }
  const message = await compose(deps, config, person, {
    ...{ kind: 'calendar_failing', language, subjectId: e.id, facts: [], channel: 'email' },
    variables: { since, link: hostOf(e) },
  })
  return async (tx) => {
    const now = new Date(deps.now())
    await noteRead(tx, e.tenant_id, e.id, { warned_at: now })
    await post(deps, tx, message)
    await writeEvent(deps, tx, {
      ...{ tenantId: e.tenant_id, subjectId: e.id, id: deps.newId(), type: 'calendar.failing', at: now },
      ...{ actor: 'calendars', data: { agentId: e.agent_id, failure: code } },
    })
  }
}

/** The time zone of an agent: that of the first location where they work. */
function zoneOf(config: TenantConfig, agentId: string): string {
  const [first] = config.agents.get(agentId)?.locationIds ?? []
  return config.locations.get(first ?? '')?.timeZone ?? config.timeZone
}

const codeOf = (error: unknown): string => {
  const { failure: known, code } = error as { failure?: string; code?: string }
  return (known ?? code) === undefined ? 'unreadable' : failureOf(error)
}

async function read(deps: Deps, job: Job): Promise<Ended> {
  const { calendarId } = job.payload as { calendarId: string }
  const db = deps.db.kysely
  const e = await findExternal(db, job.tenant_id, calendarId)
  const config = await deps.snapshots.config(job.tenant_id)
  if (!e || !config) return DONE
  const now = deps.now()
  const next = readJob(deps, e, now + EVERY)
  // Whole days, so that the range, and with it the busy time, changes only once a day.
  const today = Math.floor(now / DAY) * DAY
  const [from, to] = [today - DAY, today + AHEAD]
  try {
    const got = await (e.kind === 'ics' ? fetchIcs(deps, e) : fetchCaldav(deps, e, from, to))
    const well = { read_at: new Date(now), failing_since: null, failure: null, warned_at: null }
    const whole = { kind: 'busy' as const, zone: zoneOf(config, e.agent_id), from, to }
    const spans = got === 'unchanged' ? null : await parseInWorker({ ...whole, texts: got.texts })
    const tags =
      got === 'unchanged' ? {} : { etag: got.etag, last_modified: got.lastModified, updated_at: new Date(now) }
    return {
      kind: 'done',
      also: async (tx) => {
        // The calendar was removed while it was read.
        if (!(await lockExternal(tx, e.tenant_id, e.id))) return
        await noteRead(tx, e.tenant_id, e.id, { ...well, ...tags })
        if (spans && (await replaceBusy(tx, e, spans))) await touchConfig(tx, e.tenant_id, new Date(now))
        await enqueue(deps, tx, [next])
      },
    }
  } catch (error) {
    const code = codeOf(error)
    const failing = { ...e, failing_since: e.failing_since ?? new Date(now) }
    const isDue = e.warned_at === null && now - failing.failing_since.getTime() >= WARN
    const warning = isDue ? await warn(deps, config, failing, code) : null
    return {
      kind: 'done',
      also: async (tx) => {
        if (!(await lockExternal(tx, e.tenant_id, e.id))) return
        await noteRead(tx, e.tenant_id, e.id, { failing_since: failing.failing_since, failure: code })
        await warning?.(tx)
        await enqueue(deps, tx, [next])
      },
    }
  }
}

export const externalQueue: Queue<Deps> = { name: READ, slots: 4, attempts: 20, run: read }

/** Jobs that write an appointment into external calendars of its agents after an event. */
export async function writesFor(
  deps: Deps,
  a: Appointment,
  before: { agentId?: string } | undefined,
): Promise<((tx: Tx) => Promise<void>)[]> {
  const agents = [...new Set([a.agent_id, ...(before?.agentId === undefined ? [] : [before.agentId])])]
  const lists = await Promise.all(agents.map((id) => listExternal(deps.db.kysely, a.tenant_id, id)))
  const written = lists.flat().filter((e) => e.kind === 'caldav' && isWritten(e))
  if (written.length === 0) return []
  const now = new Date(deps.now())
  const jobs = written.map((e) => ({
    ...{ tenantId: a.tenant_id, id: deps.newId(), queue: WRITE, key: `${e.id} ${a.id}`, due: now, now },
    payload: { calendarId: e.id, appointmentId: a.id },
  }))
  return [(tx) => enqueue(deps, tx, jobs)]
}

async function write(deps: Deps, job: Job): Promise<Ended> {
  const { calendarId, appointmentId } = job.payload as { calendarId: string; appointmentId: string }
  const e = await findExternal(deps.db.kysely, job.tenant_id, calendarId)
  const a = await findAppointment(deps.db.kysely, job.tenant_id, appointmentId)
  const config = await deps.snapshots.config(job.tenant_id)
  if (!e || !a || !config) return DONE
  // Write the current state, whatever happened in between: the last write is always complete.
  const isThere = a.agent_id === e.agent_id && ['pending', 'confirmed', 'completed'].includes(a.status)
  const speaker = speakerOf(config, config.settings.locale)
  const content = isThere ? calendarObject(speaker, calendarView(a), { method: 'PUBLISH' }) : null
  await writeObject(
    deps.request,
    await accessOf(deps, e),
    a.id,
    content && content.replace(/^METHOD:.*\r?\n/m, ''),
  ).catch((error: unknown) => {
    throw Object.assign(new AppError('unreadable_calendar', { reason: codeOf(error) }), { code: codeOf(error) })
  })
  return DONE
}

export const caldavQueue: Queue<Deps> = { name: WRITE, slots: 4, attempts: 30, run: write }
