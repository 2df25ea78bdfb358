import { setTimeout as sleep } from 'node:timers/promises';
import { ALL, type Database } from '../../db/connect.js';
import { runStatus, type RunStatus } from '../../db/readModels/runStatus.js';
import type { RunInput } from '../../domain/run.js';
import type { Progress } from '../terminal.js';

const LOOK_EVERY_MS = 400;

/**
 * Shows the run as it moves until `over` settles, and returns what `over` came to. Reads the database alone,
 * so it shows the same whoever started the run and wherever its workers are.
 */
export async function followClose<T>(
  { db, run, progress }: { db: Database; run: RunInput; progress: Pick<Progress, 'set'> },
  over: Promise<T>,
): Promise<T> {
  const ended = over.then(
    () => true,
    () => true,
  );
  for (;;) {
    const done = await Promise.race([ended, sleep(LOOK_EVERY_MS, false)]);
    const status = await db.transaction(ALL, (trx) => runStatus(trx, run));
    if (status !== undefined) show(status, progress);
    if (done) return await over;
  }
}

function show(status: RunStatus, progress: Pick<Progress, 'set'>): void {
  const { open, parked, issued } = status.participants;
  const mails = Object.values(status.mails).reduce((sum, count) => sum + count, 0);
  progress.set('statements', issued, open + parked + issued, [stageNote(status), parkedNote(parked)].join(''));
  progress.set('mails', status.mails['sent'] ?? 0, mails);
}

function parkedNote(parked: number): string {
  return parked === 0 ? '' : `, ${parked} parked`;
}

/** Shards per stage, and until when the next wait lasts. */
function stageNote({ state, shards }: RunStatus): string {
  if (state === 'sealed') return 'sealed';
  const counts = new Map<string, number>();
  for (const { stage } of shards) counts.set(stage, (counts.get(stage) ?? 0) + 1);
  const stages = [...counts].map(([stage, count]) => `${count} ${count === 1 ? 'shard' : 'shards'} in ${stage}`);
  const waits = shards
    .flatMap(({ stage, collectUntil, reviewUntil, issueFrom }) => {
      if (stage === 'collect') return [collectUntil];
      if (stage === 'review') return [reviewUntil];
      return stage === 'issue' && issueFrom > new Date() ? [issueFrom] : [];
    })
    .map((until) => until.toISOString())
    .sort();
  return [...stages, ...waits.slice(0, 1).map((until) => `waiting until ${until}`)].join(', ');
}
