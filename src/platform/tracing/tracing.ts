// Spans of OpenTelemetry. Without an exporter (AGENDA_OTLP_URL) its interface does nothing.
import { SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api'
import type { LogEvent } from 'kysely'

export const tracer = trace.getTracer('agenda')

type SpanOptions = { attributes?: Attributes; kind?: SpanKind; root?: boolean }

/** Runs `work` in a span. A failure is told by the error's code alone: a message may hold what somebody typed. */
export function inSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work()
    } catch (error) {
      const code = (error as { code?: unknown } | null)?.code
      span.setStatus({ code: SpanStatusCode.ERROR, message: typeof code === 'string' ? code : 'failed' })
      throw error
    } finally {
      span.end()
    }
  })
}

const VERB = /^\s*(?:with\s.*?\b)?(select|insert|update|delete)\b/is
const TABLE = /\b(?:from|into|update)\s+"?(\w+)"?/i

/** A span for a statement that Kysely ran; its text has placeholders and no values. */
export function statementSpan(event: LogEvent): void {
  const { sql } = event.query
  const [verb, table] = [VERB.exec(sql)?.[1]?.toLowerCase() ?? 'sql', TABLE.exec(sql)?.[1] ?? '']
  const ended = performance.timeOrigin + performance.now()
  const span = tracer.startSpan(`${verb} ${table}`.trim(), {
    kind: SpanKind.CLIENT,
    startTime: ended - event.queryDurationMillis,
    attributes: { 'db.system.name': 'postgresql', 'db.query.text': sql },
  })
  if (event.level === 'error') span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(ended)
}
