// PURE. Which reminders an appointment gets and when, and which are too late to send.
import type { ReminderRule } from '../../domain/tenant/notification-settings.ts'
import type { ReminderWish } from '../../domain/contact/contact.ts'
import { DAY, MINUTE } from '../../kernel/time/interval.ts'

export type Reminded = {
  id: string
  status: string
  serviceIds: readonly string[]
  /** Epoch ms. */
  start: number
  end: number
  bookedAt: number
}
type Planned = { key: string; rule: ReminderRule; at: number }

/** How long after the visit a message about it still makes sense, in ms. */
const AFTER = 7 * DAY

/** When the message of a rule is due (epoch ms), whether or not the rule applies. */
export const dueAt = (rule: ReminderRule, a: Reminded): number =>
  rule.when === 'before' ? a.start - rule.minutes * MINUTE : a.end + rule.minutes * MINUTE

/** Whether the rule applies to the appointment in its current state. */
export function applies(rule: ReminderRule, a: Reminded): boolean {
  if (rule.serviceIds && !a.serviceIds.some((id) => rule.serviceIds!.includes(id))) return false
  if (rule.ifBookedBefore !== undefined && a.start - a.bookedAt < rule.ifBookedBefore * MINUTE) return false
  return rule.when === 'before' ? a.status === 'confirmed' : ['confirmed', 'completed'].includes(a.status)
}

const OWN_RULES: Record<'day' | 'twoHours', ReminderRule> = {
  day: { id: 'own-day', when: 'before', minutes: 24 * 60, channel: 'best' },
  twoHours: { id: 'own-two-hours', when: 'before', minutes: 120, channel: 'best' },
}

/** The rules for one person: messages after the visit stay, reminders before it follow their wish. */
export function rulesFor(rules: readonly ReminderRule[], wish: ReminderWish | undefined): readonly ReminderRule[] {
  if (!wish) return rules
  const { when = 'office', channel = 'best' } = wish
  const own =
    when === 'office'
      ? rules.filter((rule) => rule.when === 'before')
      : when === 'none'
        ? []
        : [...(when === 'twoHours' ? [] : [OWN_RULES.day]), ...(when === 'day' ? [] : [OWN_RULES.twoHours])]
  const reached = channel === 'best' ? own : own.map((rule) => ({ ...rule, channel }))
  return [...reached, ...rules.filter((rule) => rule.when === 'after')]
}

export const reminderKey = (appointmentId: string, ruleId: string): string => `${appointmentId} ${ruleId}`

/**
 * The messages still to be sent; `now`: epoch ms. Leaves out those already due when the appointment was made or moved. Messages
 * after the visit are kept when the outcome is recorded late, but not when `isAnew`: then the rules were changed and no outcome was
 * recorded, and people who came days ago get no message.
 */
export function planReminders(rules: readonly ReminderRule[], a: Reminded, now: number, isAnew = false): Planned[] {
  return rules.flatMap((rule): Planned[] => {
    if (!applies(rule, a)) return []
    const at = dueAt(rule, a)
    const planned = { key: reminderKey(a.id, rule.id), rule }
    if (at > now) return [{ ...planned, at }]
    return !isAnew && rule.when === 'after' && a.status === 'completed' && at > now - AFTER
      ? [{ ...planned, at: now }]
      : []
  })
}

/** Whether a message planned for `at` is too late at `now`: the visit has begun, or a quarter of the notice (at least 15 min) is over. */
export function isTooLate(rule: ReminderRule, a: Reminded, at: number, now: number): boolean {
  if (rule.when === 'after') return now > at + AFTER
  return now >= a.start || now > at + Math.max(15, rule.minutes / 4) * MINUTE
}
