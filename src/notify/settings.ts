// PURE. What a tenant decides about messages, with every default filled in.

/** A reminder or a message after the visit, counted in minutes from the start (before) or the end (after). */
export type ReminderRule = {
  id: string
  when: 'before' | 'after'
  minutes: number
  /** `best`: e-mail where there is an address, else the first text channel. */
  channel: string
  /** Only appointments that were made at least so many minutes before their start. */
  ifBookedBefore?: number | undefined
  /** Only visits with one of these services. */
  serviceIds?: readonly string[] | undefined
  /** What is sent; a reminder, unless it asks how it was. */
  kind?: 'reminder' | 'survey' | undefined
}
export type Notifications = {
  /** false: nobody is written to by the service; integrators tell people themselves. */
  enabled: boolean
  /** Where answers to messages go, calendars' answers too. */
  replyTo?: string | undefined
  reminders: readonly ReminderRule[]
  /** Text messages wait from `from` to `to` on the tenant's clock; equal = never. */
  quietHours: { from: string; to: string }
  /** When agents are sent their day, on the tenant's clock. */
  digestAt?: string | undefined
  /** Who hears of what the service cannot mend itself. */
  operatorEmail?: string | undefined
  /** Days after which the content of messages is erased; the receipt stays. */
  retentionDays: number
}
export type WaitingList = {
  enabled: boolean
  /** How long an earlier time is kept for one person. */
  offerMinutes: number
  /** Nothing is offered that begins sooner. */
  leadMinutes: number
  /** Offers to one person in 24 hours. */
  maxOffersADay: number
}
export type FollowUp = {
  /** Where callbacks to unhappy citizens go; absent = nowhere. */
  campaignId?: string | undefined
  /** So many stars or fewer, and so low a recommendation (0 to 10), ask for one. */
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
