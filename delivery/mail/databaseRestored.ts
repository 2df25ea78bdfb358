import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count } from './fields.js';

/** To the partner teams: the database was restored from a backup, and what may have been sent since waits for a person. */
export const databaseRestored = defineMail('databaseRestored', 'none', z.object({ uncertain: count, runs: count }));
