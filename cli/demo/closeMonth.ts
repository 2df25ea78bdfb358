import { setTimeout as sleep } from 'node:timers/promises';
import { ALL } from '../../db/connect.js';
import { mailsDue } from '../../db/readModels/mailsDue.js';
import { parkedMsps } from '../../db/readModels/parkedMsps.js';
import { runStatus, type RunStatus } from '../../db/readModels/runStatus.js';
import { KontorError } from '../../domain/errors.js';
import type { RunInput } from '../../domain/run.js';
import { closeResult } from '../../starts/closePeriod.js';
import { settlementEnded } from '../../starts/settleStatement.js';
import { followClose } from '../closing/followClose.js';
import type { Progress } from '../terminal.js';
import { callApi } from './callApi.js';
import type { Scene } from './scene.js';

const LOOK_EVERY_MS = 100;
/** Ends by the demo itself when the decisions are taken; the time is for somebody who watches and wants to try it. */
const REVIEW_MS = 15 * 60_000;
const REST_TIMEOUT_MS = 120_000;
const PARKED = 1_000;

const runsPath = ({ programme }: RunInput) => `/v1/programmes/${programme}/runs`;

/** Closes a month without waiting for anybody, until it is sealed. */
export async function closeAtOnce(scene: Scene, run: RunInput, progress: Pick<Progress, 'set'>): Promise<void> {
  const now = new Date().toISOString();
  await callApi(scene, runsPath(run), { period: run.period, collectUntil: now, reviewUntil: now });
  await untilSealed(scene, run, progress);
}

/** Starts the close of the month and returns once every shard waits for people. */
export async function closeUntilReview(scene: Scene, run: RunInput): Promise<void> {
  const now = Date.now();
  await callApi(scene, runsPath(run), {
    period: run.period,
    collectUntil: new Date(now).toISOString(),
    reviewUntil: new Date(now + REVIEW_MS).toISOString(),
  });
  const failed = closeResult({ temporal: scene.client }, run).then(() => undefined);
  const inReview = (status: RunStatus | undefined) =>
    status !== undefined && status.shards.every(({ stage }) => stage !== 'collect' && stage !== 'reconcile');
  await Promise.race([until(async () => inReview(await statusOf(scene, run))), failed]);
}

/** Ends the review and returns once the run is sealed, its last mail accepted. */
export async function closeAfterReview(scene: Scene, run: RunInput, progress: Pick<Progress, 'set'>): Promise<void> {
  await callApi(scene, `${runsPath(run)}/${run.period}/end-review`);
  await untilSealed(scene, run, progress);
}

/** Ids of the MSPs of the run that wait for a person. */
export async function parkedIds({ db }: Scene, run: RunInput): Promise<string[]> {
  const parked = await db.transaction(ALL, (trx) => parkedMsps(trx, { ...run, limit: PARKED }));
  return parked.map(({ mspId }) => mspId);
}

/** Returns once the statements of those that were parked `before` and are no longer have been mailed. */
export async function untilSettled(scene: Scene, run: RunInput, before: readonly string[]): Promise<void> {
  const after = new Set(await parkedIds(scene, run));
  for (const mspId of before.filter((id) => !after.has(id))) {
    await settlementEnded({ temporal: scene.client }, { ...run, mspId });
  }
}

/** Returns once no mail is under way; one that waits for its next try is at rest too. */
export async function untilMailRests({ db }: Scene): Promise<void> {
  const end = Date.now() + REST_TIMEOUT_MS;
  await until(async () => {
    if (Date.now() > end) throw new KontorError('MAIL_DEFERRED', 'Mails are still due; see GET /v1/outbox.');
    return (await db.transaction(ALL, (trx) => mailsDue(trx))) === 0;
  });
}

export function statusOf({ db }: Scene, run: RunInput): Promise<RunStatus | undefined> {
  return db.transaction(ALL, (trx) => runStatus(trx, run));
}

async function untilSealed(scene: Scene, run: RunInput, progress: Pick<Progress, 'set'>): Promise<void> {
  await followClose({ db: scene.db, run, progress }, closeResult({ temporal: scene.client }, run));
  if ((await statusOf(scene, run)) === undefined) {
    throw new KontorError(
      'STATE_CONFLICT',
      `Temporal has a close of ${run.period} that belongs to another database: set TEMPORAL_NAMESPACE to an empty namespace.`,
    );
  }
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await sleep(LOOK_EVERY_MS);
}
