// PURE. Which reminders an appointment has, and when; what is too late to be sent.
import type { ReminderRule } from '../notify/settings.ts'
import { DAY, MINUTE } from '../time/interval.ts'

export type Reminded = {
  id: string
  status: string
  serviceIds: readonly string[]
  /** Epoch ms. */
  start: number
  end: number
  bookedAt: number
}
export type Planned = { key: string; rule: ReminderRule; at: number }

/** How long after the visit a message about it still makes sense. */
const AFTER = 7 * DAY

/** When a rule's message is due (epoch ms), whether or not it applies. */
export const dueAt = (rule: ReminderRule, a: Reminded): number =>
  rule.when === 'before' ? a.start - rule.minutes * MINUTE : a.end + rule.minutes * MINUTE

/** Whether the rule speaks of this appointment as it is. */
export function applies(rule: ReminderRule, a: Reminded): boolean {
  if (rule.serviceIds && !a.serviceIds.some((id) => rule.serviceIds!.includes(id))) return false
  if (rule.ifBookedBefore !== undefined && a.start - a.bookedAt < rule.ifBookedBefore * MINUTE) return false
  return rule.when === 'before' ? a.status === 'confirmed' : ['confirmed', 'completed'].includes(a.status)
}

export const reminderKey = (appointmentId: string, ruleId: string): string => `${appointmentId} ${ruleId}`

/**
 * The messages that wait for their time. One whose time was over when the appointment was made or moved is not among them: it was
 * never promised. What follows the visit is not lost when the outcome is recorded late; `isAnew`: nothing was recorded, the rules
 * were changed, and who came days ago is not written to now.
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

/** Whether a message that was planned for `at` comes too late at `now`: the visit has begun, or a good part of the notice is over. */
export function isTooLate(rule: ReminderRule, a: Reminded, at: number, now: number): boolean {
  if (rule.when === 'after') return now > at + AFTER
  return now >= a.start || now > at + Math.max(15, rule.minutes / 4) * MINUTE
}
