import { KONTOR } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { programmeContact } from '../db/closing/programmeContact.js';
import { ALL, type Database } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { messageId } from '../domain/messageId.js';
import { dayOf } from '../domain/period.js';
import { runSubject, type RunInput } from '../domain/run.js';
import { localeOf } from '../locales/index.js';

export interface AnnounceNotOpenedInput extends RunInput {
  code: string;
  reason: string;
  /** ISO instant. */
  now: string;
}

/** Tells the partner team that a run could not be opened, and why. Idempotent by run, reason and day. */
export const announceNotOpened =
  ({ db }: { db: Database }) =>
  ({ programme, period, code, reason, now }: AnnounceNotOpenedInput): Promise<void> =>
    db.transaction(ALL, async (trx) => {
      const at = new Date(now);
      const to = await programmeContact(trx, { programme, period });
      if (to === undefined) return;
      await enqueueMails(
        trx,
        [
          {
            messageId: messageId('run-not-opened', programme, period, code, dayOf(at, to.zone)),
            kind: 'runNotOpened',
            locale: localeOf(to.locale),
            to: { address: to.recipient },
            params: { programmeName: to.programmeName, period, reason },
            programme,
            period,
            notBefore: at,
          },
        ],
        at,
      );
      appendAudit(trx, {
        at,
        actor: KONTOR,
        action: 'run.notOpened',
        subject: runSubject({ programme, period }),
        after: { code },
        reason,
      });
    });
