// PURE. Formats a feed as an iCalendar object (RFC 5545), and busy time as VFREEBUSY.
import { createRequire } from 'node:module'
import type * as Ics from 'ics'
import type { Speaker } from '../messaging/wording.ts'
import { utcParts, utcText } from './ics-date.ts'
import { folded } from './content-lines.ts'
import { entryOf } from './ics-event.ts'
import type { FeedEntry } from './feed.sql.ts'

const require = createRequire(import.meta.url)

const escaped = (text: string): string => text.replace(/([\\;,])/g, '\\$1').replace(/\r?\n/g, '\\n')

type FeedOptions = {
  name: string
  showsNames: boolean
  /** UID of an appointment in feeds; not the UID of invitations, which only the citizen knows. */
  uidOf: (id: string) => string
}

/** Entries per step; other work may run between steps. */
const CHUNK = 50

/** All appointments of a feed, in UTC; includes names only if the feed was set up with them. */
export async function feedObject(s: Speaker, entries: readonly FeedEntry[], options: FeedOptions): Promise<string> {
  const parts: string[] = []
  for (let i = 0; i < Math.max(1, entries.length); i += CHUNK) {
    if (i > 0) await new Promise((resolve) => setImmediate(resolve))
    parts.push(feedPart(s, entries.slice(i, i + CHUNK), options))
  }
  const [first = ''] = parts
  const end = first.lastIndexOf('END:VCALENDAR')
  const more = parts.slice(1).map((part) => part.slice(part.indexOf('BEGIN:VEVENT'), part.lastIndexOf('END:VCALENDAR')))
  return `${first.slice(0, end)}${more.join('')}${first.slice(end)}`
}

function feedPart(s: Speaker, entries: readonly FeedEntry[], { name, showsNames, uidOf }: FeedOptions): string {
  const { createEvents } = require('ics') as typeof Ics
  const events = entries.map((a): Ics.EventAttributes => {
    const { title, place } = entryOf(s, {
      ...{ serviceIds: a.service_ids, locationId: a.location_id, channel: a.channel },
      ...{ start: a.starts_at.getTime(), end: a.ends_at.getTime() },
    })
    const agent = s.config.agents.get(a.agent_id)?.name
    const who = showsNames && a.first_name !== null ? `${a.first_name} ${a.last_name}` : null
    const details = [agent, ...(who === null ? [] : [who, a.phone])].filter(Boolean).join('\n')
    return {
      uid: uidOf(a.id),
      sequence: a.version - 1,
      title: who === null ? title : `${title.split(' – ')[0]}: ${who}`,
      location: place,
      ...(details === '' ? {} : { description: details }),
      start: utcParts(a.starts_at.getTime()),
      end: utcParts(a.ends_at.getTime()),
      startInputType: 'utc',
      startOutputType: 'utc',
      endInputType: 'utc',
      endOutputType: 'utc',
      status: a.status === 'pending' ? 'TENTATIVE' : 'CONFIRMED',
      created: a.created_at.getTime(),
      lastModified: a.updated_at.getTime(),
    }
  })
  const header = { productId: 'agenda', calName: name, method: 'PUBLISH' }
  const { error, value } = createEvents(events, header)
  if (value == null) throw error ?? new Error('no calendar object')
  const refresh = 'REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\nX-PUBLISHED-TTL:PT15M\r\n'
  return value.replace(/^METHOD:PUBLISH\r\n/m, `METHOD:PUBLISH\r\n${refresh}`)
}

type FreeBusy = {
  id: string
  range: { from: number; to: number }
  taken: { busy: readonly number[]; away: readonly number[] }
  stamp: number
}

/**
 * An agent's time as VFREEBUSY (RFC 5545 §3.6.4): booked time, and time off (BUSY-UNAVAILABLE); spans in epoch ms.
 * `stamp`: creation time, epoch ms.
 */
export function freeBusyObject(name: string, { id, range, taken, stamp }: FreeBusy): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:agenda', 'METHOD:PUBLISH', 'BEGIN:VFREEBUSY']
  lines.push(
    `UID:${id}@agenda`,
    `DTSTAMP:${utcText(stamp)}`,
    `ORGANIZER;CN="${escaped(name).replace(/"/g, '')}":urn:uuid:${id}`,
  )
  lines.push(`DTSTART:${utcText(range.from)}`, `DTEND:${utcText(range.to)}`)
  const periods = (type: string, spans: readonly number[]): void => {
    for (let i = 0; i < spans.length; i += 2)
      lines.push(`FREEBUSY${type}:${utcText(spans[i]!)}/${utcText(spans[i + 1]!)}`)
  }
  periods('', taken.busy)
  periods(';FBTYPE=BUSY-UNAVAILABLE', taken.away)
  lines.push('END:VFREEBUSY', 'END:VCALENDAR', '')
  return lines.map(folded).join('\r\n')
}
