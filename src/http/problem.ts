// Turns every error into an RFC 9457 problem document in the caller's language. Never sends a stack trace, nor a 500 for bad input.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorObject } from 'ajv'
import Type from 'typebox'
import { isLocked, violationOf } from '../platform/database/tx.ts'
import { isUnavailable } from '../platform/database/unavailable.ts'
import { reportOf } from '../platform/error-report.ts'
import { AppError, type FieldFault, type ProblemCode } from '../kernel/errors.ts'
import { faultWords, languageOf, problemWords } from '../locales/words.ts'
import { validationError } from '../platform/schema/validation.ts'

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:agenda:problem:<code>' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'Stable; the words around it may change.' }),
    instance: Type.String({ description: 'The request id, to quote when asking for help.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          in: Type.String(),
          pointer: Type.String({ description: 'JSON pointer (RFC 6901) into the body, or the parameter’s name.' }),
          code: Type.String(),
          detail: Type.String(),
        }),
      ),
    ),
  },
  { $id: 'Problem', additionalProperties: true, description: 'RFC 9457 problem details.' },
)

/** Error codes of Fastify mapped to ours. */
const FASTIFY_CODES: Record<string, ProblemCode> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_BAD_URL: 'not_found',
}

type AnyError = FastifyError & { validation?: ErrorObject[]; validationContext?: string }

function fromFastify(error: AnyError, bodyLimit: number): AppError | null {
  if (error.validation) {
    const context = error.validationContext ?? 'body'
    const places: Record<string, FieldFault['in']> = { querystring: 'query', params: 'path', headers: 'header' }
    return validationError(error.validation, places[context] ?? 'body')
  }
  const code = FASTIFY_CODES[error.code]
  if (code) return new AppError(code, { limit: bodyLimit, what: 'page' })
  if (
    error instanceof SyntaxError ||
    (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
  ) {
    return new AppError('invalid_request', { count: 1 })
  }
  return null
}

/** Constraints whose violation has its own code, wherever it occurs. */
const CONSTRAINT_CODES: Record<string, ProblemCode> = {
  schedules_no_overlap: 'schedule_overlap',
  contacts_identity: 'contact_exists',
}

/** Maps constraint violations that no action handled to the general code of their kind. */
function fromDatabase(error: unknown): AppError | null {
  const violation = violationOf(error)
  if (violation) {
    if (/_external_id$/.test(violation.constraint))
      return new AppError(
        'external_id_taken',
        {},
        { fields: [{ in: 'body', pointer: '/externalId', code: 'external_id_taken' }] },
      )
    return new AppError(CONSTRAINT_CODES[violation.constraint] ?? 'conflict', {}, { cause: error })
  }
  if (isLocked(error)) return new AppError('too_many_rivals', {}, { cause: error })
  // An upload broken off by the client also looks like a lost connection, but carries a status: it is no database failure.
  if (isUnavailable(error) && (error as { statusCode?: number }).statusCode === undefined)
    return new AppError('database_unavailable', {}, { cause: error })
  return null
}

/** Converts any error to an AppError. */
export function asAppError(error: unknown, bodyLimit: number): AppError {
  if (error instanceof AppError) return error
  return (
    fromDatabase(error) ??
    fromFastify(error as AnyError, bodyLimit) ??
    new AppError('internal_error', {}, { cause: error })
  )
}

function sendProblem(error: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = languageOf(request.headers['accept-language'])
  const errors = error.fields.map((field) => ({
    in: field.in,
    pointer: field.pointer,
    code: field.code,
    detail: field.detail ?? faultWords(language, field.code, field.params ?? {}),
  }))
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="agenda"')
  if (error.status === 503) reply.header('retry-after', '2')
  return reply
    .code(error.status)
    .header('content-language', language)
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send({
      type: `urn:agenda:problem:${error.code}`,
      ...problemWords(language, error.code, error.params),
      status: error.status,
      code: error.code,
      instance: request.id,
      ...(errors.length > 0 ? { errors } : {}),
      ...error.extra,
    })
}

/** Logs server errors, and refusals of access with their caller. */
export function logProblem(request: FastifyRequest, problem: AppError): void {
  // Repeated refusals are worth a log entry; secrets and addresses of the caller are not logged.
  if ([401, 403, 429].includes(problem.status)) {
    const { principal } = request
    const by = principal && 'id' in principal ? `${principal.kind}:${principal.id}` : 'nobody'
    request.log.info({ code: problem.code, method: request.method, route: request.routeOptions.url, by }, 'refused')
  }
  if (problem.status < 500) return
  // Log the cause: the problem only wraps it.
  const { code, ...report } = reportOf(problem.cause ?? problem)
  request.log.error({ code: problem.code, sqlstate: code, ...report }, 'request failed')
}

/** Maps errors of Node's HTTP parser, which occur before there is a request (RFC 9112 §3): header too large, or invalid HTTP. */
function malformed(error: { code?: string }): AppError {
  return new AppError(error.code === 'HPE_HEADER_OVERFLOW' ? 'head_too_large' : 'malformed_http')
}

/** Answers invalid HTTP with a problem document and closes the connection. */
export function refuseSocket(error: Error & { code?: string }, socket: Socket): void {
  // The connection is closed, or has been answered already.
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  const { status, code } = malformed(error)
  const body = JSON.stringify({ type: `urn:agenda:problem:${code}`, ...problemWords('en', code, {}), status, code })
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

/** Answers 404 for a URL that cannot be decoded. */
export function refuseAddress(request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(new AppError('not_found', { what: 'page' }), request, reply)
}

/** Installs the handlers for errors and unknown URLs. */
export function installProblems(
  app: FastifyInstance,
  bodyLimit: number,
  sendPageNotFound: (request: FastifyRequest, reply: FastifyReply) => boolean,
): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = asAppError(error, request.routeOptions.bodyLimit ?? bodyLimit)
    logProblem(request, problem)
    return sendProblem(problem, request, reply)
  })
  const sendNotFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendPageNotFound(request, reply) ? reply : sendProblem(new AppError('not_found', { what: 'page' }), request, reply)
  app.setNotFoundHandler(sendNotFound)
  // Answer 404 before the body is read.
  app.addHook('onRequest', async (request, reply) => (request.is404 ? sendNotFound(request, reply) : undefined))
}
