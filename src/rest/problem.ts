// Turns every failure into an RFC 9457 problem document in the caller's language. Never a stack trace, never a 500 for bad input.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorObject } from 'ajv'
import Type from 'typebox'
import { violationOf } from '../db/tx.ts'
import { isUnavailable } from '../db/unavailable.ts'
import { reportOf } from '../error-report.ts'
import { AppError, type FieldFault, type ProblemCode } from '../errors.ts'
import { faultWords, languageOf, problemWords } from '../locales/words.ts'
import { validationError } from './validation.ts'

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

/** Fastify's own refusals → our codes. */
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

/** Constraints whose break has a meaning of its own, wherever it happens. */
const CONSTRAINT_CODES: Record<string, ProblemCode> = {
  schedules_no_overlap: 'schedule_overlap',
  contacts_identity: 'contact_exists',
}

/** Constraints that no action translated itself: the general meaning of each kind. */
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
  // A client that breaks off its upload is a refused request of the network's making, not a database that is away.
  if (isUnavailable(error) && (error as { statusCode?: number }).statusCode === undefined)
    return new AppError('database_unavailable', {}, { cause: error })
  return null
}

/** The error as one of ours. */
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

/** Writes faults of our own to the log, and who was refused what. */
export function logProblem(request: FastifyRequest, problem: AppError): void {
  // Who tries doors that are closed to them, or too often, is of interest; which key or address it was, is not for the log.
  if ([401, 403, 429].includes(problem.status)) {
    const { principal } = request
    const by = principal && 'id' in principal ? `${principal.kind}:${principal.id}` : 'nobody'
    request.log.info({ code: problem.code, method: request.method, route: request.routeOptions.url, by }, 'refused')
  }
  if (problem.status < 500) return
  // The problem only wraps what was thrown: the cause says where and why.
  const { code, ...report } = reportOf(problem.cause ?? problem)
  request.log.error({ code: problem.code, sqlstate: code, ...report }, 'request failed')
}

/** What Node's parser refuses before there is a request (RFC 9112 §3): too large a head, or no HTTP at all. */
function malformed(error: { code?: string }): AppError {
  return new AppError(error.code === 'HPE_HEADER_OVERFLOW' ? 'head_too_large' : 'malformed_http')
}

/** Answers bytes that are no request with a problem document, and closes the connection. */
export function refuseSocket(error: Error & { code?: string }, socket: Socket): void {
  // Whoever has gone, or was answered already, hears nothing.
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  const { status, code } = malformed(error)
  const body = JSON.stringify({ type: `urn:agenda:problem:${code}`, ...problemWords('en', code, {}), status, code })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

/** Answers an address that cannot be decoded like one where there is nothing. */
export function refuseAddress(request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(new AppError('not_found', { what: 'page' }), request, reply)
}

/** Installs the handlers of errors and of unknown addresses. */
export function installProblems(
  app: FastifyInstance,
  bodyLimit: number,
  sendPageNotFound: (request: FastifyRequest, reply: FastifyReply) => boolean,
): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = asAppError(error, bodyLimit)
    logProblem(request, problem)
    return sendProblem(problem, request, reply)
  })
  const sendNotFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendPageNotFound(request, reply) ? reply : sendProblem(new AppError('not_found', { what: 'page' }), request, reply)
  app.setNotFoundHandler(sendNotFound)
  // Before the body is read: nobody reads one that was sent to an address where there is nothing.
  app.addHook('onRequest', async (request, reply) => (request.is404 ? sendNotFound(request, reply) : undefined))
}
