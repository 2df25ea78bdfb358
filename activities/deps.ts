import type { Client } from '@temporalio/client';
import type { Database } from '../db/connect.js';
import type { Mailer } from '../delivery/index.js';
import type { RenderPool } from '../statements/index.js';

/** What activities work with; worker/deps.ts composes it. Each activity takes the part it needs. */
export interface ActivityDeps {
  db: Database;
  renderPool: RenderPool;
  mailer: Mailer;
  temporal: Client;
  taskQueue: string;
}
