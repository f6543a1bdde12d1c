// @agenda/client: typed calls of the Agenda API, with paging, safe retries, and notices of webhooks. It needs only `fetch` and Web Crypto,
// which Node, Deno, Bun and browsers have.
export { createAgenda, ifMatch, type Agenda, type AgendaOptions } from './agenda.ts'
export { AgendaError } from './agenda-error.ts'
export { readNotice, WebhookError, type Notice, type NoticeType } from './webhook.ts'
export type {
  Agent,
  Appointment,
  BookedAppointment,
  Callback,
  CallbackLease,
  Campaign,
  components,
  Contact,
  Event,
  Location,
  operations,
  paths,
  Problem,
  Schedule,
  Service,
  Slots,
  Webhook,
} from './api.d.ts'
