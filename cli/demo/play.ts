import { previousPeriod } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import { previewClose } from '../closing/previewClose.js';
import { closeAfterReview, closeAtOnce, closeUntilReview, parkedIds, untilSettled } from './closeMonth.js';
import { runsOf, type Scene } from './scene.js';
import { sideBySide } from './sideBySide.js';
import type { Stopwatch } from './stopwatch.js';
import { watchWorker, type WorkerLoad } from './workerLoad.js';

/**
 * Plays the month: what people and sites do goes over the public API, the closes are the real ones. Returns what the
 * worker did and held in the two stretches of the close; each step's time is on the stopwatch.
 */
export async function playMonth(scene: Scene, { timed }: Stopwatch): Promise<WorkerLoad> {
  const { terminal, world, services, simulator } = scene;
  const { period } = world;
  const before = previousPeriod(period);
  const runs = runsOf(period);
  const forEach = async (work: (run: RunKey) => Promise<unknown>): Promise<void> => {
    for (const run of runs) await work(run);
  };
  const step = <T>(name: string, title: string, work: () => Promise<T>): Promise<T> => {
    terminal.say(title);
    return timed(name, work);
  };

  await step('setup', 'MSPs sign up, create tenants and sites, install them', () => simulator.play({ phase: 'setup' }));
  await step('previousUsage', `Sites report ${before}`, () => simulator.play({ phase: 'usage', of: before }));
  await step('previousClose', `${before} is closed without waiting`, () =>
    sideBySide(scene, runsOf(before), (run, progress) => closeAtOnce(scene, run, progress)),
  );
  await step('usage', `Sites report ${period}`, () => simulator.play({ phase: 'usage', of: period }));
  await step('dryRun', `What a close of ${period} would come to`, () =>
    Promise.all(runs.map((run) => previewClose(scene, run))),
  );
  const first = await watchWorker(services.worker, () =>
    step('closeUntilReview', `${period} is being closed: reports against check-ins`, () =>
      sideBySide(scene, runs, (run) => closeUntilReview(scene, run)),
    ),
  );
  await step('decisions', 'The partner team decides cases', () => simulator.play({ phase: 'decide' }));
  const second = await watchWorker(services.worker, () =>
    step('closeAfterReview', 'The review ends: statements are issued and mailed', () =>
      sideBySide(scene, runs, (run, progress) => closeAfterReview(scene, run, progress)),
    ),
  );
  const parked = new Map<RunKey, string[]>();
  await forEach(async (run) => parked.set(run, await parkedIds(scene, run)));
  const parkedCount = [...parked.values()].flat().length;
  await step('confirmations', `${parkedCount} parked MSPs: a second person confirms all but one`, async () => {
    await simulator.play({ phase: 'confirm' });
    await forEach((run) => untilSettled(scene, run, parked.get(run) ?? []));
  });
  await step('late', 'Late reports arrive, for the next close', () => simulator.play({ phase: 'late' }));
  return {
    sqlStatements: first.load.sqlStatements + second.load.sqlStatements,
    peakRssBytes: Math.max(first.load.peakRssBytes, second.load.peakRssBytes),
  };
}
