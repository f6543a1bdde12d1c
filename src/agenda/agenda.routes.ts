// All pages of the workspace and of the administration, in one list.
import type { FastifyInstance } from 'fastify'
import { auditPages } from '../admin/audit.routes.ts'
import { collectionPages } from '../admin/collection.routes.ts'
import { dataPages } from '../admin/data.routes.ts'
import { keyPages } from '../admin/key.routes.ts'
import { messagePages } from '../admin/message.routes.ts'
import { peoplePages } from '../admin/people.routes.ts'
import { settingsPages } from '../admin/settings.routes.ts'
import { webhookPages } from '../admin/webhook.routes.ts'
import { explanationPages } from '../admin/explanation.routes.ts'
import { startPages } from '../admin/start.routes.ts'
import type { Authenticator } from '../auth/authenticate.actions.ts'
import type { Deps } from '../deps.ts'
import { reportPages } from '../report/report.page.routes.ts'
import { addWorkspacePage, type AddWorkspacePage } from '../web/workspace.ts'
import { appointmentPages } from './appointment.routes.ts'
import { approvalPages } from './approvals.routes.ts'
import { bookPages } from './book.routes.ts'
import { calendarPages } from './calendar.routes.ts'
import { callbackPages } from './callbacks.routes.ts'
import { contactPages } from './contacts.routes.ts'
import { hoursPages } from './hours.routes.ts'
import { affectedPages } from './affected.routes.ts'
import { teamPages } from './team.routes.ts'
import { todayPages } from './today.routes.ts'

export function agendaPages(app: FastifyInstance, deps: Deps, authenticator: Authenticator): void {
  const add: AddWorkspacePage = (route) => addWorkspacePage(app, deps, authenticator, route)
  todayPages(add)
  approvalPages(add)
  calendarPages(add)
  appointmentPages(add)
  bookPages(add)
  callbackPages(add)
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
