// PURE. Parses replies to invitations: REPLY objects (RFC 5546 §3.2.3).
import { createRequire } from 'node:module'
import type Ical from 'ical.js'
import { idOfUid } from './ics-event.ts'

const require = createRequire(import.meta.url)
export const ical = (): typeof Ical => {
  const loaded = require('ical.js') as { default?: typeof Ical } & typeof Ical
  return loaded.default ?? loaded
}

export type Reply = {
  appointmentId: string
  /** Version of the appointment that the reply refers to: SEQUENCE + 1. */
  version: number
  partstat: 'ACCEPTED' | 'DECLINED' | 'TENTATIVE'
  /** E-mail address of the person who replies, in lower case. */
  attendee: string
}

/** Replies about our appointments in an iCalendar object; empty if it is no REPLY. Throws on text that is not iCalendar. */
export function repliesIn(text: string): Reply[] {
  const { parse, Component } = ical()
  const calendar = new Component(parse(text) as unknown[])
  if (String(calendar.getFirstPropertyValue('method')).toUpperCase() !== 'REPLY') return []
  return calendar.getAllSubcomponents('vevent').flatMap((event): Reply[] => {
    const appointmentId = idOfUid(String(event.getFirstPropertyValue('uid')))
    const [attendee] = event.getAllProperties('attendee')
    const partstat = String(attendee?.getFirstParameter('partstat')).toUpperCase()
    if (appointmentId === null || !attendee || !['ACCEPTED', 'DECLINED', 'TENTATIVE'].includes(partstat)) return []
    const address = String(attendee.getFirstValue()).replace(/^mailto:/i, '')
    const sequence = Number(event.getFirstPropertyValue('sequence') ?? 0)
    if (!Number.isSafeInteger(sequence)) return []
    return [
      {
        appointmentId,
        version: sequence + 1,
        partstat: partstat as Reply['partstat'],
        attendee: address.trim().toLowerCase(),
      },
    ]
  })
}
