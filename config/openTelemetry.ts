/** Loaded by config/tracing.ts alone, and only where traces are wanted. */
import { createRequire } from 'node:module';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import type { Tracing } from './tracing.js';

/** A collector that says nothing holds up the end of a process no longer. */
const EXPORT_MS = 5_000;

/** What leaves this process: names of routes, activities and workflows, ids and numbers. Never what somebody has written. */
const KEPT = new Set([
  ...['http.request.method', 'http.route', 'http.response.status_code', 'kontor.statements'],
  ...['temporalWorkflowId', 'run_id', 'temporalActivityId', 'exception.type'],
]);

function kept(attributes: Attributes = {}): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => KEPT.has(key)));
}

/** A span without messages and stacks of errors, which may hold names: a collector is another house's, and is not encrypted. */
function bare(span: ReadableSpan): ReadableSpan {
  const { name, kind, parentSpanId, startTime, endTime, duration, ended, resource, links } = span;
  const { instrumentationLibrary, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  return {
    ...{ name, kind, startTime, endTime, duration, ended, resource, links, instrumentationLibrary },
    ...{ droppedAttributesCount, droppedEventsCount, droppedLinksCount },
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    spanContext: () => span.spanContext(),
    status: { code: span.status.code },
    attributes: kept(span.attributes),
    events: span.events.map((event) => ({ ...event, attributes: kept(event.attributes) })),
  };
}

function withoutWords(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => {
      exporter.export(spans.map(bare), done);
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush === undefined ? {} : { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  };
}

/** Sends traces to `<endpoint>/v1/traces` by OTLP over HTTP, in the background: a collector that is away is nobody's error. */
export function createTracing(endpoint: string, service: string): Tracing {
  const resource = new Resource({ 'service.name': service });
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const processor = new BatchSpanProcessor(withoutWords(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS })), {
    exportTimeoutMillis: EXPORT_MS,
  });
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register();
  const tracer = provider.getTracer('kontor');
  return {
    inSpan: (name, work) =>
      tracer.startActiveSpan(name, async (span) => {
        try {
          return await work({ set: (key, value) => span.setAttribute(key, value) });
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      }),
    request: () => {
      // A stranger's header would join requests to traces as the stranger likes.
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER }, ROOT_CONTEXT);
      return {
        run: (answer) => {
          context.with(trace.setSpan(ROOT_CONTEXT, span), answer);
        },
        end: ({ method, route, status }) => {
          span.updateName(`${method} ${route}`);
          span.setAttributes({
            'http.request.method': method,
            'http.route': route,
            'http.response.status_code': status,
          });
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    isInSpan: () => trace.getActiveSpan() !== undefined,
    client: new OpenTelemetryWorkflowClientInterceptor(),
    worker: {
      activity: (activity) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(activity) }),
      workflowModule: createRequire(import.meta.url).resolve(
        '@temporalio/interceptors-opentelemetry/lib/workflow-interceptors',
      ),
      sinks: { exporter: makeWorkflowExporter(processor, resource) },
    },
    close: () => provider.shutdown().catch(() => undefined),
  };
}
