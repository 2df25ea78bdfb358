import type { Probes } from '../config/probes.js';
import type { ApiDeps } from './deps.js';
import type { Metrics } from './http/metrics.js';

const PROBE_TIMEOUT_MS = 2_000;

async function answers(probe: Promise<unknown>): Promise<'ok' | 'down'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer in time'));
    }, PROBE_TIMEOUT_MS);
  });
  try {
    await Promise.race([probe, timeout]);
    return 'ok';
  } catch {
    return 'down';
  } finally {
    clearTimeout(timer);
  }
}

/** What probes ask the API: whether the database and Temporal answer, and what it measured. */
export function apiProbes({ db, temporal }: Pick<ApiDeps, 'db' | 'temporal'>, { expose }: Metrics): Probes {
  return {
    ready: async () => {
      const { connection } = temporal;
      const [database, service] = await Promise.all([
        answers(db.ping()),
        answers(
          connection.withDeadline(Date.now() + PROBE_TIMEOUT_MS, () => connection.workflowService.getSystemInfo({})),
        ),
      ]);
      return { database, temporal: service };
    },
    metrics: expose,
  };
}
