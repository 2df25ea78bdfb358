import { Context } from '@temporalio/activity';
import { KONTOR } from '../domain/access/actor.js';
import { applyRetention as removeDue } from '../db/retention/applyRetention.js';
import type { ActivityDeps } from './deps.js';

/**
 * Removes what is kept no longer as of `now` (ISO), rule 15. Doing it twice is safe: each batch is a transaction with its event
 * in the audit trail, and what has gone is not found again.
 */
export const applyRetention =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: { now: string }): Promise<{ removed: Record<string, number>; held: number }> => {
    const found = await removeDue(deps.db, {
      now: new Date(input.now),
      actor: KONTOR,
      onBatch: (name, removed) => {
        Context.current().heartbeat({ name, removed });
      },
    });
    const removed: Record<string, number> = {};
    for (const { class: name, removed: gone } of found) {
      if (gone > 0) removed[name] = (removed[name] ?? 0) + gone;
    }
    return { removed, held: found.reduce((sum, { held }) => sum + held, 0) };
  };
