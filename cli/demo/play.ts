import { previousPeriod } from '../../domain/period.js';
import { previewClose } from '../closing/previewClose.js';
import {
  closeAfterReview,
  closeAtOnce,
  closeUntilReview,
  parkedIds,
  untilMailRests,
  untilSettled,
} from './closeMonth.js';
import type { Scene } from './scene.js';
import { simulate } from './simulate.js';
import type { Stopwatch } from './stopwatch.js';
import { watchWorker, type WorkerLoad } from './workerLoad.js';

/**
 * Plays the month: what people and sites do goes over the public API, the closes are the real ones. Returns what the
 * worker did and held in the two stretches of the close; each step's time is on the stopwatch.
 */
export async function playMonth(scene: Scene, { timed }: Stopwatch): Promise<WorkerLoad> {
  const { terminal, world, services } = scene;
  const { period } = world;
  const before = previousPeriod(period);
  const step = <T>(name: string, title: string, work: () => Promise<T>): Promise<T> => {
    terminal.say(title);
    return timed(name, work);
  };

  await step('setup', 'MSPs sign up, create tenants and sites, install them', () =>
    simulate(scene, { phase: 'setup' }),
  );
  await step('previousUsage', `Sites report ${before}`, () => simulate(scene, { phase: 'usage', of: before }));
  await step('previousClose', `${before} is closed without waiting`, () => closeAtOnce(scene, before));
  await step('usage', `Sites report ${period}`, () => simulate(scene, { phase: 'usage', of: period }));
  await step('dryRun', `What a close of ${period} would come to`, () => previewClose(scene, period));
  const first = await watchWorker(services.worker, () =>
    step('closeUntilReview', `${period} is being closed: reports against check-ins`, () =>
      closeUntilReview(scene, period),
    ),
  );
  await step('decisions', 'The partner team decides cases', () => simulate(scene, { phase: 'decide' }));
  const second = await watchWorker(services.worker, () =>
    step('closeAfterReview', 'The review ends: statements are issued and mailed', () =>
      closeAfterReview(scene, period),
    ),
  );
  const parked = await parkedIds(scene, period);
  await step('confirmations', `${parked.length} parked MSPs: a second person confirms all but one`, async () => {
    await simulate(scene, { phase: 'confirm' });
    await untilSettled(scene, period, parked);
  });
  await step('late', 'Late reports arrive, for the next close', () => simulate(scene, { phase: 'late' }));
  await step('rest', 'Waiting for the outbox to rest', () => untilMailRests(scene));
  return {
    sqlStatements: first.load.sqlStatements + second.load.sqlStatements,
    peakRssBytes: Math.max(first.load.peakRssBytes, second.load.peakRssBytes),
  };
}
