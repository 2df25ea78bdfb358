import { Router } from 'express';
import type { ApiDeps } from './deps.js';

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

/** `/healthz`: the process lives. `/readyz`: what it needs answers, the database and Temporal told apart. */
export function health({ db, temporal }: Pick<ApiDeps, 'db' | 'temporal'>): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const { connection } = temporal;
    const [database, service] = await Promise.all([
      answers(db.ping()),
      answers(
        connection.withDeadline(Date.now() + PROBE_TIMEOUT_MS, () => connection.workflowService.getSystemInfo({})),
      ),
    ]);
    res.status(database === 'ok' && service === 'ok' ? 200 : 503).json({ database, temporal: service });
  });
  return router;
}
