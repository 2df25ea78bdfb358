import { appendAudit } from '../db/access/auditStore.js';
import { requireDecision } from '../db/access/decisionStore.js';
import { extendCollection, isReleased, releaseRun } from '../db/closing/gate.js';
import { ALL, type Database } from '../db/connect.js';
import { fieldError, KontorError } from '../domain/errors.js';
import { runKeyOf, runSubject, type RunInput } from '../domain/run.js';

/** A slip of the year would hold up this month and all after it. */
const LONGEST_EXTENSION_MS = 31 * 86_400_000;

export interface DecideCompletenessInput extends RunInput {
  decisionId: string;
  /** ISO instant. */
  now: string;
}

/**
 * Records the stored decision of a person about silent sites (rule 4): to collect on until an instant, or to go on with estimates.
 * Throws NOT_FOUND, VALIDATION_FAILED for an instant that is over, STATE_CONFLICT where no shard collects any more. Idempotent: the
 * instant is absolute, and a run is released once.
 */
export const decideCompleteness =
  ({ db }: { db: Database }) =>
  (input: DecideCompletenessInput): Promise<{ extendedShards: number; released: boolean }> =>
    db.transaction(ALL, async (trx) => {
      const key = runKeyOf(input);
      const subject = runSubject(key);
      const { content, actor } = await requireDecision(trx, input.decisionId, { kind: 'completeness', subject });
      const { decision, reason } = content;
      const at = new Date(input.now);
      const audit = (after: object) => {
        const action = decision === 'extend' ? 'run.collectionExtended' : 'run.released';
        appendAudit(trx, { at, actor, action, subject, after, reason });
      };
      if (decision === 'go') {
        if (await releaseRun(trx, { ...key, at, by: actor, reason })) audit({});
        else if (!(await isReleased(trx, key))) throw new KontorError('STATE_CONFLICT', 'This run is not open.');
        return { extendedShards: 0, released: true };
      }
      const until = new Date(content.until ?? Number.NaN);
      if (!(until > at)) {
        throw fieldError(
          'VALIDATION_FAILED',
          '/until',
          'To extend the collection, name an instant that is yet to come.',
        );
      }
      if (until.getTime() > at.getTime() + LONGEST_EXTENSION_MS) {
        throw fieldError(
          'VALIDATION_FAILED',
          '/until',
          'The collection is extended by 31 days at most: name an earlier instant.',
        );
      }
      const extendedShards = await extendCollection(trx, { ...key, until });
      if (extendedShards === 0) {
        throw new KontorError('STATE_CONFLICT', 'No part of this run collects any more, or it collects for longer.');
      }
      audit({ until: until.toISOString(), shards: extendedShards });
      return { extendedShards, released: false };
    });
