// Sends spans to an OpenTelemetry collector (OTLP over HTTP, JSON). Loaded only if one is configured: the packages hold 8 MB.
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'

/** Spans wait at most this long (ms), and at most so many of them, beyond which they are dropped. */
const [DELAY, WAITING] = [1_000, 4_096]

type Tracing = { url: string; role: string; percent: number }

/** Starts sending. `percent`: share of traces that begin here; a caller that traces decides for its own. Returns how to stop. */
export function startTracing({ url, role, percent }: Tracing): () => Promise<void> {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'agenda', 'service.instance.role': role }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(percent / 100) }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }), {
        scheduledDelayMillis: DELAY,
        maxQueueSize: WAITING,
      }),
    ],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  return () => provider.shutdown().catch(() => undefined)
}
