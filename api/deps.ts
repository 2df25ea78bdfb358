import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.js';

/** What routes work with; api/main.ts composes it. */
export interface ApiDeps {
  db: Database;
  temporal: Client;
  taskQueue: string;
  /** Address of the API as other parties reach it, without a slash at its end. */
  publicUrl: string;
  log: Logger;
}
