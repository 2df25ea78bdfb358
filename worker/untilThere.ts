import { isGrpcServiceError } from '@temporalio/client';
import { required, type Env } from '../config/env.js';
import { connectTemporal } from '../config/temporalClient.js';
import { connect } from '../db/connect.js';
import { isTransient } from '../db/transient.js';
import { KontorError } from '../domain/errors.js';

/** What a worker waits for as it starts. */
export const SERVICES = ['database', 'temporal'] as const;
export type Service = (typeof SERVICES)[number];

/** A service that does not answer, and what it is said to have failed with. */
export interface Missing {
  service: Service;
  why: string;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** One that answers nothing is asked again. */
const ANSWER_MS = 5_000;
/** DEADLINE_EXCEEDED, UNAVAILABLE, and what a proxy or a server says that has just come up. */
const AWAY: readonly number[] = [4, 8, 14];

async function askDatabase(env: Env): Promise<void> {
  const db = connect(required(env, 'DATABASE_URL'), 1);
  try {
    await db.ping();
  } finally {
    await db.close();
  }
}

async function askTemporal(env: Env): Promise<void> {
  const temporal = await connectTemporal(env, { patienceMs: ANSWER_MS });
  await temporal.close();
}

/** A sentence each, for logs and probes. */
export function missingSentences(missing: readonly Missing[]): string[] {
  const names: Record<Service, string> = { database: 'The database', temporal: 'Temporal' };
  return missing.map(({ service, why }) => `${names[service]} does not answer: ${why.trim() || 'no reason is given'}.`);
}

/** Whether waiting may help: not where the configuration is wrong, or the server refuses who asks. */
function isAway(service: Service, error: unknown): boolean {
  if (error instanceof KontorError) return false;
  if (service === 'database') return isTransient(error);
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) ? AWAY.includes(cause.code) : true;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Returns once the database and Temporal answer, asked again after pauses of half a second to ten. `tell` is told which do not
 * answer, and why, whenever that changes; an empty list at the end. Throws what the last one failed with after START_PATIENCE_S,
 * and at once what waiting does not mend.
 */
export async function untilThere(env: Env, tell: (missing: readonly Missing[]) => void): Promise<void> {
  const deadline = Date.now() + env.START_PATIENCE_S * 1_000;
  let told = '';
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const asked = await Promise.allSettled([askDatabase(env), askTemporal(env)]);
    const failed = asked.flatMap((answer, index) => {
      const service = SERVICES[index];
      return answer.status === 'fulfilled' || service === undefined
        ? []
        : [{ service, reason: answer.reason as unknown }];
    });
    const hopeless = failed.find(({ service, reason }) => !isAway(service, reason));
    const names = failed.map(({ service }) => service).join();
    if (names !== told && hopeless === undefined) {
      tell(
        failed.map(({ service, reason }) => ({
          service,
          why: reason instanceof Error ? reason.message : String(reason),
        })),
      );
      told = names;
    }
    const last = hopeless ?? (Date.now() >= deadline ? failed[0] : undefined);
    if (last !== undefined) throw last.reason;
    if (failed.length === 0) return;
    await pause(Math.max(0, Math.min(pauseMs, deadline - Date.now())));
  }
}
