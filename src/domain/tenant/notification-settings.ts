// PURE. A tenant's settings for messages, waiting list and follow-up, with all defaults.

/** A reminder before, or a message after the visit, in minutes before the start or after the end. */
export type ReminderRule = {
  id: string
  when: 'before' | 'after'
  minutes: number
  /** `best`: e-mail when there is an address, else the first text channel. */
  channel: string
  /** Only for appointments made at least this many minutes before their start. */
  ifBookedBefore?: number | undefined
  /** Only for visits with one of these services. */
  serviceIds?: readonly string[] | undefined
  /** What is sent; by default a reminder, or a survey after the visit. */
  kind?: 'reminder' | 'survey' | undefined
}
export type Notifications = {
  /** false: the service sends people no messages; integrators inform them. */
  enabled: boolean
  /** Address for replies to messages, including replies of calendars. */
  replyTo?: string | undefined
  reminders: readonly ReminderRule[]
  /** Text messages wait from `from` to `to` in the tenant's time zone; equal = never. */
  quietHours: { from: string; to: string }
  /** When agents receive their appointments of the day, in the tenant's time zone. */
  digestAt?: string | undefined
  /** Address that is told of problems which need a person. */
  operatorEmail?: string | undefined
  /** Days after which the content of messages is erased; the record of sending stays. */
  retentionDays: number
}
export type WaitingList = {
  enabled: boolean
  /** How long an earlier time is held for one citizen. */
  offerMinutes: number
  /** Times that begin sooner than this (minutes) are not offered. */
  leadMinutes: number
  /** Most offers to one citizen in 24 hours. */
  maxOffersADay: number
}
export type FollowUp = {
  /** Campaign for callbacks to dissatisfied citizens; absent = none. */
  campaignId?: string | undefined
  /** A rating of this many stars or fewer, or a recommendation (0 to 10) this low or lower, requests a callback. */
  stars: number
  recommendation: number
}

export const DEFAULT_NOTIFICATIONS: Notifications = {
  enabled: true,
  reminders: [{ id: 'day-before', when: 'before', minutes: 1440, channel: 'best', ifBookedBefore: 2880 }],
  quietHours: { from: '21:00', to: '08:00' },
  retentionDays: 365,
}
export const DEFAULT_WAITING_LIST: WaitingList = { enabled: true, offerMinutes: 60, leadMinutes: 240, maxOffersADay: 3 }
export const DEFAULT_FOLLOW_UP: FollowUp = { stars: 2, recommendation: 4 }
