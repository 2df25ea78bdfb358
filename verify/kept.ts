/** Rule 15 removes what is old: the checks look at what is complete, and say of the rest that it is no longer kept. */
import type { RetentionClass } from '../domain/retention.js';
import { ask, type VerifyContext } from './context.js';

/** SQL: from where on a class is complete, a month or a year; empty where nothing of it ever went. Binds `:programme`. */
export const keptFrom = (name: RetentionClass): string =>
  `coalesce((select max(k.kept_from) from retained_from k where k.class = '${name}'
     and (k.programme_code is null or k.programme_code = :programme)), '')`;

/** The same, asked. */
export async function firstKept(context: VerifyContext, name: RetentionClass): Promise<string> {
  const [row] = await ask<{ from: string }>(context, `select ${keptFrom(name)} as "from"`);
  return row?.from ?? '';
}

/** SQL: whether all that sites sent for the month of the run `row` is still there; some of it came as the month before, in UTC. */
export const usageKept = (row: string): string => `not exists (select from retained_from k
  where k.programme_code = ${row}.programme_code and (k.class = 'checkIns' and ${row}.period <= k.kept_from
    or k.class = 'usageReports' and ${row}.period < k.kept_from))`;
