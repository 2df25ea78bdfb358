import { ALL } from '../db/connect.js';
import { findCorrection } from '../db/corrections/correctionStore.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import type { CorrectionState } from '../domain/correction.js';
import { KontorError } from '../domain/errors.js';
import { correctionAskedMail } from './corrections/mails.js';
import type { ActivityDeps } from './deps.js';

export interface AnnounceCorrectionInput {
  correctionId: string;
  reminder: boolean;
  /** ISO instant. */
  at: string;
}

/**
 * Asks the partner team to confirm a correction, or reminds it; answers its state. Throws NOT_FOUND. Safe to repeat: one that
 * has ended asks for nothing, and a letter's identity is the correction's.
 */
export const announceCorrection =
  ({ db }: Pick<ActivityDeps, 'db'>) =>
  ({ correctionId, reminder, at }: AnnounceCorrectionInput): Promise<{ state: CorrectionState }> =>
    db.transaction(ALL, async (trx) => {
      const correction = await findCorrection(trx, correctionId);
      if (correction === undefined) throw new KontorError('NOT_FOUND', 'There is no such correction.');
      if (correction.state === 'asked') {
        const said = new Date(at);
        await enqueueMails(trx, await correctionAskedMail(trx, correction, { reminder, at: said }), said);
      }
      return { state: correction.state };
    });
