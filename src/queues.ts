// The list of all queues of background jobs.
import { citizenCodeQueue } from './application/citizen-access/access.ts'
import { resetQueue } from './application/identity/one-time-links.ts'
import { offerQueue } from './application/waiting-list/offers.ts'
import type { Deps } from './domain/deps.ts'
import { caldavQueue, externalQueue } from './application/calendars/external-calendars.ts'
import { relayQueue } from './application/relay.ts'
import { mailQueue } from './application/messaging/mail.queue.ts'
import { textQueue } from './application/messaging/text.queue.ts'
import { reminderQueue, replanQueue } from './application/reminders/reminders.ts'
import { scheduleQueue } from './schedule-loop.ts'
import { webhookQueue } from './application/webhooks/webhooks.ts'
import type { Queue } from './platform/jobs/queue.ts'

/** All queues to work on. */
export function queuesFor(mailSlots: number): Queue<Deps>[] {
  return [
    relayQueue,
    offerQueue,
    textQueue,
    reminderQueue,
    replanQueue,
    webhookQueue,
    externalQueue,
    caldavQueue,
    scheduleQueue,
    resetQueue,
    citizenCodeQueue,
    mailQueue(mailSlots),
  ]
}
