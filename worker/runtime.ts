import { DefaultLogger, Runtime, type RuntimeOptions } from '@temporalio/worker';
import type { Env } from '../config/env.js';
import { freePort } from '../embedded/ports.js';

/** What Temporal's SDK has measured, in Prometheus' text form; empty where nobody asks for it. */
export type SdkMetrics = () => Promise<string>;

const LOOPBACK = '127.0.0.1';
const ANSWER_MS = 2_000;
/** Another process may take a free port before the SDK does. */
const TRIES = 5;

function install(LOG_LEVEL: Env['LOG_LEVEL'], telemetry: Pick<RuntimeOptions, 'telemetryOptions'>): void {
  Runtime.install({ logger: new DefaultLogger(LOG_LEVEL === 'debug' ? 'INFO' : 'WARN'), ...telemetry });
}

/** The SDK listens by itself, for this machine alone; our page shows what it answers there. */
async function installMeasured(LOG_LEVEL: Env['LOG_LEVEL'], tries: number): Promise<string> {
  const bindAddress = `${LOOPBACK}:${await freePort()}`;
  // Base units in names and values, as Prometheus has it and as our own metrics are.
  const prometheus = { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };
  try {
    install(LOG_LEVEL, { telemetryOptions: { metrics: { prometheus } } });
    return bindAddress;
  } catch (error) {
    if (tries <= 1) throw error;
    return installMeasured(LOG_LEVEL, tries - 1);
  }
}

/** Sets the process-wide part of Temporal's SDK: what it logs and, where METRICS_PORT is set, what it measures. Once a process. */
export async function installRuntime({ LOG_LEVEL, METRICS_PORT }: Env): Promise<SdkMetrics> {
  if (METRICS_PORT === 0) {
    install(LOG_LEVEL, {});
    return () => Promise.resolve('');
  }
  const bindAddress = await installMeasured(LOG_LEVEL, TRIES);
  return async () => {
    try {
      const answer = await fetch(`http://${bindAddress}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
      return answer.ok ? await answer.text() : '';
    } catch {
      // What Kontor measures is shown all the same.
      return '';
    }
  };
}
