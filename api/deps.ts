import type { Logger } from 'pino';
import type { Database } from '../db/connect.js';
import type { Starter } from '../starts/starter.js';

/** What routes work with; api/main.ts composes it. */
export interface ApiDeps extends Starter {
  db: Database;
  /** Address of the API as other parties reach it, without a slash at its end. */
  publicUrl: string;
  log: Logger;
}
