import type { Parts } from '../cli/services/parts.js';
import type { BenchDatabase } from './databases.js';
import type { Sink } from './sink.js';

/** What an arm works with: a database of its own, and what both share. */
export interface Setting {
  database: BenchDatabase;
  sink: Sink;
  /** The server's main process; null: nobody says. */
  postgresPid: number | null;
  /** For logs and for servers of the arm's own. */
  dataDir: string;
  /** Stopped when the command ends, however it ends. */
  alongside: Parts;
  say: (line: string) => void;
}
