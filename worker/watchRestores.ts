import type { RestoredWatch } from '../activities/mailing/restoredWatch.js';
import { ALL, type Database } from '../db/connect.js';
import { doubtedSinceRestore, restoreWarnings } from '../db/outbox/restored.js';

/** Mails are looked at in any case before they are sent; this is for closes, and for people to know. */
const LOOK_MS = 60_000;

/** Whether the database was restored, as probes are told. */
export interface WatchedRestores {
  /** Mails that are uncertain since, when it was looked last. */
  doubted(): number;
  warnings(): readonly string[];
  stop(): void;
}

/** Looks now, and every minute from then on, whether the database was restored; says so in the log. */
export async function watchRestores({
  db,
  restores,
}: {
  db: Database;
  restores: RestoredWatch;
}): Promise<WatchedRestores> {
  let doubted = 0;
  const look = async () => {
    const isNew = await restores.look();
    doubted = await db.transaction(ALL, doubtedSinceRestore);
    if (isNew) console.error(`The database was restored from a backup. ${restoreWarnings(doubted).join('')}`);
  };
  await look();
  const timer = setInterval(() => {
    // The database or Temporal are away: mails ask by themselves.
    look().catch(() => undefined);
  }, LOOK_MS);
  return {
    doubted: () => doubted,
    warnings: () => restoreWarnings(doubted),
    stop: () => {
      clearInterval(timer);
    },
  };
}
