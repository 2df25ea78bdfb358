import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { InjectedSinks, WorkerInterceptors } from '@temporalio/worker';
import type { Sinks } from '@temporalio/workflow';
import type { Env } from './env.js';

/** Spans over requests, transactions, workflows and activities, sent to a collector. */
export interface Tracing {
  /** Runs `work` within a span of that name, a child of the one it is called in. */
  inSpan<T>(name: string, work: (span: OpenSpan) => Promise<T>): Promise<T>;
  /** Begins the span of a request, whatever trace its sender says it belongs to; `run` runs what answers it within. */
  request(): RequestSpan;
  /** Whether this is called within a span. */
  isInSpan(): boolean;
  /** Passes a trace on to the workflows that a client starts, signals and asks. */
  client: WorkflowClientInterceptor;
  worker: {
    /** Takes a trace on from a workflow. */
    activity: NonNullable<WorkerInterceptors['activity']>[number];
    /** Made part of the workflows' bundle. */
    workflowModule: string;
    sinks: InjectedSinks<Sinks>;
  };
  /** Sends what is left; at most for some seconds. */
  close(): Promise<void>;
}

export interface OpenSpan {
  set(key: 'kontor.statements', value: number): void;
}

export interface RequestSpan {
  run(answer: () => void): void;
  end(of: { method: string; route: string; status: number }): void;
}

/** Traces where OTEL_EXPORTER_OTLP_ENDPOINT is set; else null, and nothing of it is loaded. `service`: as collectors show it. */
export async function loadTracing(
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Env,
  service: 'kontor-api' | 'kontor-worker',
): Promise<Tracing | null> {
  if (endpoint === undefined) return null;
  const { createTracing } = await import('./openTelemetry.js');
  return createTracing(endpoint, service);
}
