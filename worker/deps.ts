import { availableParallelism } from 'node:os';
import type { ActivityDeps } from '../activities/deps.js';
import { restoredWatch } from '../activities/mailing/restoredWatch.js';
import { required, type Env } from '../config/env.js';
import { connectTemporal } from '../config/temporalClient.js';
import type { Tracing } from '../config/tracing.js';
import { isThisMachine } from '../config/thisMachine.js';
import { connect } from '../db/connect.js';
import { traced } from '../db/traced.js';
import { createMailer } from '../delivery/index.js';
import { KONTOR } from '../domain/access/actor.js';
import { ecbFeed } from '../rates/ecbFeed.js';
import { ecbFile } from '../rates/ecbFile.js';
import { startClose } from '../starts/closePeriod.js';
import { shardOutcome } from '../starts/closeShard.js';
import { createMailStarts } from '../starts/deliverMail.js';
import { readLastBatch, tellLastBatch } from '../starts/lastBatch.js';
import { restartClose } from '../starts/restoredClose.js';
import { ensureMonthEnd } from '../starts/schedules.js';
import { startSettlement, tellRateLoaded } from '../starts/settleStatement.js';
import type { Starter } from '../starts/starter.js';
import { createRenderPool } from '../statements/index.js';

const MAX_RENDER_THREADS = 4;

/** Mail leaves this machine over TLS, unless somebody says that it need not. */
function requiresTls(setting: Env['SMTP_TLS'], smtpUrl: string): boolean {
  if (setting !== undefined) return setting === 'required';
  return !isThisMachine(new URL(smtpUrl).hostname);
}

/** The composition root: everything activities work with, from the configuration. `close` in reverse order. */
export async function createDeps(
  env: Env,
  tracing: Tracing | null,
  stopping: AbortSignal,
): Promise<ActivityDeps & Starter & { close(): Promise<void> }> {
  const db = traced(connect(required(env, 'DATABASE_URL'), env.DATABASE_POOL), tracing);
  const temporal = await connectTemporal(env, { tracing });
  const starter: Starter = { temporal: temporal.client, taskQueue: env.TEMPORAL_TASK_QUEUE };
  const renderPool = createRenderPool({
    threads: env.RENDER_THREADS ?? Math.min(availableParallelism(), MAX_RENDER_THREADS),
  });
  const smtpUrl = required(env, 'SMTP_URL');
  const mailer = createMailer({ smtpUrl, from: env.MAIL_FROM, requireTls: requiresTls(env.SMTP_TLS, smtpUrl) });
  return {
    db,
    renderPool,
    mailer,
    publicUrl: env.PUBLIC_URL?.replace(/\/$/, '') ?? null,
    stopping,
    rates: ecbFile(),
    rateFeed: env.RATES_URL === undefined ? null : ecbFeed(env.RATES_URL),
    closes: { start: (input) => startClose(starter, input) },
    restores: restoredWatch({
      db,
      lastBatch: {
        tell: (database, told) => tellLastBatch(starter, database, told),
        read: (database) => readLastBatch(starter, database),
      },
      restartClose: (run, shards) => restartClose(starter, run, { openedBy: KONTOR, shards }),
      mails: createMailStarts({
        ...starter,
        log: {
          warn: (_details, message) => {
            console.error(message);
          },
        },
      }),
    }),
    monthEnds: { set: (end) => ensureMonthEnd(starter, end) },
    shards: { outcome: (of) => shardOutcome(starter, of) },
    settlements: { start: (of) => startSettlement(starter, of), tryAgain: (of) => tellRateLoaded(starter, of) },
    ...starter,
    close: async () => {
      await mailer.close();
      await renderPool.close();
      await temporal.close();
      await db.close();
    },
  };
}
