import type { Client } from '@temporalio/client';
import type { Database } from '../db/connect.js';
import type { Mailer } from '../delivery/index.js';
import type { RateSource } from '../rates/rateSource.js';
import type { RenderPool } from '../statements/index.js';

/** What activities work with; worker/deps.ts composes it. Each activity takes the part it needs. */
export interface ActivityDeps {
  db: Database;
  renderPool: RenderPool;
  mailer: Mailer;
  /** Address of the API as mails name it, without a slash at its end; null: they name paths alone. */
  publicUrl: string | null;
  rates: RateSource;
  temporal: Client;
  taskQueue: string;
}
