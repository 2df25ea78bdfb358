import type { Actor } from '../domain/access/actor.js';
import type { Database } from '../db/connect.js';
import type { MonthEnd } from '../db/readModels/monthEnds.js';
import type { Mailer } from '../delivery/index.js';
import type { RunInput } from '../domain/run.js';
import type { RateFeed } from '../rates/ecbFeed.js';
import type { RateSource } from '../rates/rateSource.js';
import type { RenderPool } from '../statements/index.js';
import type { RestoredWatch } from './mailing/restoredWatch.js';

/** What activities work with; worker/deps.ts composes it. Each activity takes the part it needs. */
export interface ActivityDeps {
  db: Database;
  renderPool: RenderPool;
  mailer: Mailer;
  /** Address of the API as mails name it, without a slash at its end; null: they name paths alone. */
  publicUrl: string | null;
  rates: RateSource;
  /** The central bank's own feed; null: this machine reaches none. */
  rateFeed: RateFeed | null;
  /** Starts the close of a month; false when it is going on or went well before. */
  closes: {
    start(
      input: RunInput & {
        openedBy: Actor;
        collectUntil: string | null;
        reviewUntil: string | null;
        skipReason: string | null;
      },
    ): Promise<boolean>;
  };
  /** Aborted as soon as this worker is to end: what goes on for minutes stops then, and is gone on with elsewhere. */
  stopping: AbortSignal;
  /** Notices that the database was restored from a backup before mails are sent again. */
  restores: RestoredWatch;
  /** Sets when the next month-end run of a programme opens. */
  monthEnds: { set(end: MonthEnd): Promise<void> };
  /** Where the latest execution of a shard stands. */
  shards: {
    outcome(
      of: RunInput & { shard: number },
    ): Promise<{ state: 'running' } | { state: 'completed'; mailed: number } | { state: 'ended'; reason: string }>;
  };
  /** Makes sure that somebody waits for the decisions on an MSP's statement. */
  settlements: {
    start(of: RunInput & { mspId: string }): Promise<void>;
    /** Has a parked one tried again, since what it waited for may be there. */
    tryAgain(of: RunInput & { mspId: string }): Promise<void>;
  };
}
