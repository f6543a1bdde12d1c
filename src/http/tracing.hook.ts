// A span for each request, in the trace of the caller that sent `traceparent` (W3C Trace Context).
import { context, propagation, SpanKind, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'
import { tracer } from '../platform/tracing/tracing.ts'

declare module 'fastify' {
  interface FastifyRequest {
    traced: { span: Span; context: Context } | undefined
  }
}

/** Must be installed before all other hooks, so that what they do belongs to the span. Names the route, never the address. */
export function installTracing(app: FastifyInstance): void {
  app.decorateRequest('traced', undefined)
  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    const parent = propagation.extract(context.active(), request.headers)
    const span = tracer.startSpan(
      `${request.method} ${route}`,
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': request.method, 'http.route': route } },
      parent,
    )
    request.traced = { span, context: trace.setSpan(parent, span) }
    context.with(request.traced.context, done)
  })
  // The body arrives in events of the socket, which know nothing of the span.
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.traced) context.with(request.traced.context, done)
    else done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const span = request.traced?.span
    span?.setAttribute('http.response.status_code', reply.statusCode)
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
    span?.end()
    done()
  })
}
