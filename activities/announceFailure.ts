import { KONTOR } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { programmeContact } from '../db/closing/programmeContact.js';
import { keepFailure } from '../db/closing/runFailure.js';
import { ALL, type Database } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { messageId } from '../domain/messageId.js';
import { runKeyOf, runSubject, type RunInput } from '../domain/run.js';

export interface AnnounceFailureInput extends RunInput {
  /** Which shards, and why: for people. */
  reason: string;
  /** ISO instant. */
  now: string;
}

/**
 * Keeps that the close failed, for whoever asks where the run stands, and tells the partner team. Idempotent by run and
 * instant: each failed close is one mail.
 */
export const announceFailure =
  ({ db }: { db: Database }) =>
  ({ reason, now, ...run }: AnnounceFailureInput): Promise<void> =>
    db.transaction(ALL, async (trx) => {
      const key = runKeyOf(run);
      const at = new Date(now);
      const to = await programmeContact(trx, key);
      if (to === undefined || !(await keepFailure(trx, key, { at, reason }))) return;
      await enqueueMails(
        trx,
        [
          {
            messageId: messageId('run-failed', key.programme, key.period, at.getTime()),
            kind: 'runFailed',
            locale: 'en',
            to: { address: to.recipient },
            params: { programmeName: to.programmeName, period: key.period, reason },
            ...key,
            notBefore: at,
          },
        ],
        at,
      );
      appendAudit(trx, { at, actor: KONTOR, action: 'run.failed', subject: runSubject(key), reason });
    });
