// All pages of the workspace and of the administration, in one list.
import type { FastifyInstance } from 'fastify'
import { auditPages } from './admin/audit.page.ts'
import { collectionPages } from './admin/collection.page.ts'
import { dataPages } from './admin/data.page.ts'
import { keyPages } from './admin/key.page.ts'
import { messagePages } from './admin/message.page.ts'
import { peoplePages } from './admin/people.page.ts'
import { settingsPages } from './admin/settings.page.ts'
import { webhookPages } from './admin/webhook.page.ts'
import { explanationPages } from './admin/explanation.page.ts'
import { startPages } from './admin/setup-guide.page.ts'
import type { Authenticator } from '../http/authenticate.ts'
import type { Deps } from '../domain/deps.ts'
import { reportPages } from './reports/report.page.ts'
import { addWorkspacePage, type AddWorkspacePage } from './frame/workspace.ts'
import { appointmentPages } from './agenda/appointment.page.ts'
import { approvalPages } from './agenda/approvals.page.ts'
import { bookPages } from './agenda/book.page.ts'
import { calendarPages } from './agenda/calendar.page.ts'
import { callbackPages } from './callbacks/callbacks.page.ts'
import { contactPages } from './agenda/contacts.page.ts'
import { inboxPages } from './contact/inbox.page.ts'
import { readyPages } from './contact/ready.page.ts'
import { contactScreenPages } from './contact/screen.page.ts'
import { searchPages } from './contact/search.page.ts'
import { figuresPages } from './scripts/figures.page.ts'
import { previewPages } from './scripts/preview.page.ts'
import { scriptPages } from './scripts/scripts.page.ts'
import { versionPages } from './scripts/versions.page.ts'
import { hoursPages } from './team/hours.page.ts'
import { affectedPages } from './team/affected.page.ts'
import { teamPages } from './team/team.page.ts'
import { todayPages } from './agenda/today.page.ts'

export function agendaPages(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  const add: AddWorkspacePage = (route) => addWorkspacePage(app, deps, authenticator, route)
  todayPages(add)
  approvalPages(add)
  calendarPages(add)
  appointmentPages(add)
  bookPages(add)
  callbackPages(add)
  readyPages(add)
  contactScreenPages(add)
  searchPages(add)
  scriptPages(add)
  previewPages(add)
  versionPages(add)
  figuresPages(add)
  inboxPages(add)
  contactPages(add)
  hoursPages(add)
  teamPages(add)
  affectedPages(add)
  reportPages(add)
  settingsPages(add)
  explanationPages(add)
  startPages(add)
  peoplePages(add)
  keyPages(add)
  webhookPages(add)
  auditPages(add)
  messagePages(add)
  dataPages(add)
  collectionPages(add)
}
