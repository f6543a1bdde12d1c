// The list of all queues of background jobs.
import { resetQueue } from '../auth/link.actions.ts'
import { offerQueue } from '../waiting/offer.actions.ts'
import type { Deps } from '../deps.ts'
import { caldavQueue, externalQueue } from '../calendar/external.actions.ts'
import { relayQueue } from '../event/relay.actions.ts'
import { mailQueue } from '../notify/mail.queue.ts'
import { textQueue } from '../notify/text.queue.ts'
import { reminderQueue, replanQueue } from '../reminder/reminder.actions.ts'
import { scheduleQueue } from './schedule.loop.ts'
import { webhookQueue } from '../webhook/webhook.actions.ts'
import type { Queue } from './queue.ts'

/** All queues to work on. Without a mail server, the mail queue is left out and mails wait in the outbox. */
export function queuesFor(deps: Deps, mailSlots: number): Queue<Deps>[] {
  const common = [
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
  ]
  return deps.mail ? [...common, mailQueue(mailSlots)] : common
}
