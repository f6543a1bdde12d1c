// Builds the HTTP application: first hooks for security, then one explicit line per feature.
import type { Api } from './http/api.ts'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import swagger from '@fastify/swagger'
import fastify, {
  type FastifyInstance,
  type FastifyRequest,
  type FastifyHttpOptions,
  type FastifyServerOptions,
  type RawServerDefault,
} from 'fastify'
import { appointmentActRoutes } from './api/appointment-acts.routes.ts'
import { appointmentRoutes } from './api/appointment.routes.ts'
import { undoMoveRoutes } from './api/undo-move.routes.ts'
import { installAudit } from './http/audit-log.ts'
import { accountPages } from './workspace/account/account.page.ts'
import { secondFactorPages } from './workspace/account/second-factor.page.ts'
import { firstRoutes } from './workspace/sign-in/setup.page.ts'
import { signInPagesWithoutTenant, signInRoutes } from './workspace/sign-in/sign-in.page.ts'
import { agendaPages } from './workspace/all-pages.ts'
import { installWorkspace } from './workspace/frame/workspace.ts'
import { createAuthenticator, type Authenticator } from './http/authenticate.ts'
import { auditRoutes } from './api/audit.routes.ts'
import { checkReach } from './http/reach.ts'
import { meRoutes } from './api/me.routes.ts'
import { userRoutes } from './api/user.routes.ts'
import { keyRoutes } from './api/api-key.routes.ts'
import { agentRoutes } from './api/agent.routes.ts'
import { availabilityRoutes } from './api/schedule.routes.ts'
import { slotRoutes } from './api/slots.routes.ts'
import { utilisationRoutes } from './api/utilisation.routes.ts'
import { reportRoutes } from './api/report.routes.ts'
import { rearrangeRoutes } from './api/rearrangement.routes.ts'
import { agendaFeedRoutes } from './api/agenda.routes.ts'
import { personRoutes } from './api/person.routes.ts'
import { privacyRoutes } from './api/privacy.routes.ts'
import { walletRoutes } from './api/wallet.routes.ts'
import { installFieldMasking } from './http/field-masking.hook.ts'
import { agentStateRoutes } from './api/agent-state.routes.ts'
import { searchRoutes } from './api/search.routes.ts'
import { screenPopRoutes } from './api/screen-pop.routes.ts'
import { inboxRoutes } from './api/inbox.routes.ts'
import { scriptRoutes } from './api/script.routes.ts'
import { scriptReportRoutes } from './api/script-report.routes.ts'
import { conversationRoutes } from './api/conversation.routes.ts'
import { configurationRoutes } from './api/configuration.routes.ts'
import { contactRoutes } from './api/contact.routes.ts'
import type { Deps } from './domain/deps.ts'
import { AppError } from './kernel/errors.ts'
import { locationRoutes } from './api/location.routes.ts'
import { installAccess } from './http/access.ts'
import { installIdempotency } from './http/idempotency.hook.ts'
import { installTracing } from './http/tracing.hook.ts'
import { installMetrics, operationRoutes } from './api/operations.routes.ts'
import { installProblems, ProblemSchema, refuseAddress, refuseSocket } from './http/problem.ts'
import { buildSerializer, findUnacceptable, validatorCompiler } from './platform/schema/validation.ts'
import { citizenCallbackRoutes } from './site/callback/callback.page.ts'
import { docsRoutes } from './api/docs.routes.ts'
import { doNotCallRoutes } from './api/do-not-call.routes.ts'
import { callbackRoutes } from './api/callback.routes.ts'
import { callbackWorkRoutes } from './api/callback-work.routes.ts'
import { callbackStatisticsRoutes } from './api/callback-statistics.routes.ts'
import { contactListRoutes } from './api/contact-list.routes.ts'
import { callbackIvrRoutes } from './api/callback-ivr.routes.ts'
import { leaseRoutes } from './api/lease.routes.ts'
import { dispatchRoutes } from './api/delivery.routes.ts'
import { campaignRoutes } from './api/campaign.routes.ts'
import { gatewayRoutes } from './api/text-gateway.routes.ts'
import { inboundRoutes } from './api/inbound.routes.ts'
import { templateRoutes } from './api/message-template.routes.ts'
import { ratingRoutes } from './api/rating.routes.ts'
import { waitingPages } from './site/appointment/waiting-list.page.ts'
import { waitingRoomRoutes } from './api/waiting-room.routes.ts'
import { waitingRoutes } from './api/waiting-list.routes.ts'
import { externalRoutes } from './api/external-calendar.routes.ts'
import { feedRoutes } from './api/calendar-feed.routes.ts'
import { jobRoutes } from './api/job.routes.ts'
import { eventRoutes } from './api/event.routes.ts'
import { webhookRoutes } from './api/webhook.routes.ts'
import { messageRoutes } from './api/message.routes.ts'
import { bookingRoutes } from './site/booking/booking.page.ts'
import { lineBefore, waitingRoomPages } from './site/waiting-room/waiting-room.page.ts'
import { stepRoutes } from './site/booking/steps.page.ts'
import { publicRoutes } from './site/public-api/public.routes.ts'
import { dayPages } from './site/appointment/day.page.ts'
import { minePages } from './site/mine/mine.page.ts'
import { wishPages } from './site/appointment/wish.page.ts'
import { ownRoutes } from './site/appointment/appointment.page.ts'
import { installAssets } from './site/asset-files.ts'
import { machineFiles } from './site/machine-files.ts'
import { accessOf, API_HEAD, describedApi } from './http/openapi/document.ts'
import { installPages, sendPageNotFound } from './site/pages.ts'
import { serviceRoutes } from './api/service.routes.ts'
import { callCounter } from './http/call-limit.ts'
import { installEdge } from './http/edge.hook.ts'
import { installVersions } from './http/api-version.ts'
import { tenantRoutes } from './api/tenant.routes.ts'
import { testModeRoutes } from './api/test-mode.routes.ts'
import { installTenantTime } from './http/tenant-time.hook.ts'
import { reportOf } from './platform/error-report.ts'
import { queuesFor } from './queues.ts'
import { scheduleQueue } from './schedule-loop.ts'
import { SCHEDULES } from './schedules.ts'

type AppOptions = {
  logLevel: string
  /** Number of reverse proxies in front whose X-Forwarded-* headers are trusted. */
  trustProxy: number | false
  /** Metrics and documentation are served on a separate port. */
  hasOperationsPort?: boolean
  /** Makes a span of each request. */
  isTraced?: boolean
  /** Called before any route is added; tests check every answer against its schema. */
  observe?: (app: FastifyInstance) => void
  /** Destination of the log instead of standard output. */
  logTo?: { write: (line: string) => void }
}
const BODY_LIMIT = 256 * 1024

// fastify 5.12 exports it without a top-level type.
const { LogController } = fastify as unknown as {
  LogController: new (options: { disableRequestLogging: boolean }) => NonNullable<FastifyServerOptions['logController']>
}

/** Logs paths only: a query may contain personal data, and headers contain keys. */
const serializers = {
  req: (request: { method: string; url: string }) => ({ method: request.method, path: withoutSecrets(request.url) }),
}

/** Removes the query and the secret tokens at the end of personal links. */
const withoutSecrets = (url: string): string => (url.split('?')[0] ?? '').replace(/[\w-]{3,}\.[\w.-]{20,}/g, '…')

const serverOptions = (deps: Deps, options: AppOptions): FastifyHttpOptions<RawServerDefault> => ({
  logger:
    options.logLevel === 'silent'
      ? false
      : { level: options.logLevel, serializers, ...(options.logTo ? { stream: options.logTo } : {}) },
  // One log line per request costs a tenth of the throughput and is of little use: failures are logged, metrics count the rest.
  logController: new LogController({ disableRequestLogging: true }),
  // Hops count from our side: entries further left in X-Forwarded-For come from the client and are not trusted.
  trustProxy: (_address: string, hop: number) => hop < Number(options.trustProxy),
  bodyLimit: BODY_LIMIT,
  clientErrorHandler: refuseSocket,
  frameworkErrors: (_error, request, reply) => refuseAddress(request, reply),
  requestTimeout: 30_000,
  // Idle connections are closed after this time; streams and long polls send data more often.
  connectionTimeout: 120_000,
  // An id of the caller's goes through logs, problems and the answer, so that both sides find the same call.
  genReqId: ({ headers }) => {
    const given = headers['x-request-id']
    return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : deps.newId()
  },
  routerOptions: { maxParamLength: 20_000, ignoreTrailingSlash: false },
  forceCloseConnections: 'idle',
  schemaController: { compilersFactory: { buildSerializer } },
})

/** Refuses bodies and addresses with characters that the database cannot store, or that are nested too deeply. */
async function refuseUnacceptable(request: FastifyRequest): Promise<void> {
  // A POST without a body means the same as one with an empty object.
  if (request.body == null && request.method === 'POST') request.body = {}
  for (const [where, part] of [
    ['body', request.body],
    ['query', request.query],
    ['path', request.params],
  ] as const) {
    const fault = findUnacceptable(part)
    if (fault === null) continue
    const { pointer, code, limit } = fault
    throw new AppError('invalid_request', { count: 1 }, { fields: [{ in: where, pointer, code, params: { limit } }] })
  }
}

/** All routes of the API. */
async function apiRoutes(api: Api, deps: Deps, authenticator: Authenticator): Promise<void> {
  tenantRoutes(api, deps)
  testModeRoutes(api, deps, {
    queues: queuesFor(1).filter(({ name }) => name !== scheduleQueue.name),
    periodic: SCHEDULES,
    onError: (error) => api.log.warn(reportOf(error), 'work of a test tenant failed'),
  })
  keyRoutes(api, deps, authenticator)
  userRoutes(api, deps, authenticator)
  meRoutes(api, deps)
  auditRoutes(api, deps)
  locationRoutes(api, deps)
  serviceRoutes(api, deps)
  agentRoutes(api, deps)
  availabilityRoutes(api, deps)
  configurationRoutes(api, deps)
  contactRoutes(api, deps)
  personRoutes(api, deps)
  privacyRoutes(api, deps)
  walletRoutes(api, deps)
  agendaFeedRoutes(api, deps)
  rearrangeRoutes(api, deps)
  utilisationRoutes(api, deps)
  reportRoutes(api, deps)
  slotRoutes(api, deps)
  appointmentRoutes(api, deps)
  appointmentActRoutes(api, deps)
  undoMoveRoutes(api, deps)
  messageRoutes(api, deps)
  templateRoutes(api, deps)
  gatewayRoutes(api, deps)
  inboundRoutes(api, deps)
  webhookRoutes(api, deps)
  eventRoutes(api, deps)
  feedRoutes(api, deps)
  jobRoutes(api, deps)
  externalRoutes(api, deps)
  waitingRoutes(api, deps)
  waitingRoomRoutes(api, deps)
  ratingRoutes(api, deps)
  campaignRoutes(api, deps)
  callbackRoutes(api, deps)
  callbackWorkRoutes(api, deps)
  doNotCallRoutes(api, deps)
  leaseRoutes(api, deps)
  callbackStatisticsRoutes(api, deps)
  callbackIvrRoutes(api, deps)
  contactListRoutes(api, deps)
  dispatchRoutes(api, deps)
  scriptRoutes(api, deps)
  scriptReportRoutes(api, deps)
  conversationRoutes(api, deps)
  agentStateRoutes(api, deps)
  screenPopRoutes(api, deps)
  inboxRoutes(api, deps)
  searchRoutes(api, deps)
  await publicRoutes(api, deps)
  operationRoutes(api, deps)
}

/** The application, ready for `listen` or `inject` after `ready()`. */
export async function buildApp(deps: Deps, options: AppOptions): Promise<FastifyInstance> {
  const app = fastify(serverOptions(deps, options))
  // A limit below the process's file descriptors: excess connections are refused before the descriptors run out.
  app.server.maxConnections = 10_000
  options.observe?.(app)
  if (options.isTraced) installTracing(app)
  app.setValidatorCompiler(validatorCompiler)
  app.addSchema(ProblemSchema)
  installProblems(app, BODY_LIMIT, sendPageNotFound)
  await installEdge(app, options.hasOperationsPort ?? false)
  installVersions(app)
  await app.register(swagger, {
    openapi: API_HEAD as never,
    // The scope that a route needs stands at its operation.
    transform: ({ schema, url, route }) => ({
      schema: {
        ...schema,
        ...accessOf(route.config?.access),
        ...(route.config?.deprecated ? { deprecated: true } : {}),
      },
      url,
    }),
    transformObject: (described) =>
      describedApi(('openapiObject' in described ? described.openapiObject : {}) as object) as never,
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, i) => (typeof $id === 'string' ? $id : `def-${i}`),
    },
  })
  const authenticator = createAuthenticator(deps)
  installAccess(app, authenticator, {
    checkReach: (request, person, access) => checkReach(deps, request, person, access.reach),
    countCall: callCounter(deps),
  })
  installTenantTime(app, deps)
  installAudit(app, deps)
  installFieldMasking(app, deps)
  installIdempotency(app, deps)
  installMetrics(app)
  app.addHook('preValidation', refuseUnacceptable)
  await app.register((plain) => apiRoutes(plain.withTypeProvider<TypeBoxTypeProvider>(), deps, authenticator))
  await installAssets(app, deps)
  machineFiles(app, deps)
  await installPages(app, deps, BODY_LIMIT, (pages) => {
    const line = lineBefore(deps)
    bookingRoutes(pages, deps, line)
    waitingRoomPages(pages, deps)
    stepRoutes(pages, deps, line)
    ownRoutes(pages, deps)
    minePages(pages, deps)
    dayPages(pages, deps)
    waitingPages(pages, deps)
    wishPages(pages, deps)
    signInRoutes(pages, deps)
    firstRoutes(pages, deps)
    citizenCallbackRoutes(pages, deps)
  })
  await signInPagesWithoutTenant(app, deps, authenticator, BODY_LIMIT)
  await installWorkspace(app, deps, BODY_LIMIT, (pages) => {
    accountPages(pages, deps, authenticator)
    secondFactorPages(pages, deps, authenticator)
    agendaPages(pages, deps, authenticator)
  })
  await docsRoutes(app)
  return app
}
