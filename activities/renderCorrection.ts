import { ALL } from '../db/connect.js';
import { correctionPdf, insertCorrectionDocument } from '../db/corrections/correctionDocumentStore.js';
import { findCorrection } from '../db/corrections/correctionStore.js';
import { creditOf } from '../db/corrections/creditStore.js';
import { revisionOf } from '../db/corrections/revisionStore.js';
import { KontorError } from '../domain/errors.js';
import type { ActivityDeps } from './deps.js';
import { packCreditsAfterLastRun } from './makeBillingPacks.js';

export interface RenderCorrectionInput {
  correctionId: string;
  /** ISO instant. */
  now: string;
}

/**
 * Renders the credit or the revision that a confirmed correction led to; false where it led to neither. A credit comes in the next
 * billing pack of its distributor; where none follows, it makes one. Safe to repeat: equal rows give equal bytes, a document
 * that is there stays, and a credit is in one pack.
 */
export const renderCorrection =
  ({ db, renderPool }: Pick<ActivityDeps, 'db' | 'renderPool'>) =>
  async ({ correctionId, now }: RenderCorrectionInput): Promise<{ rendered: boolean }> => {
    const { mspId, credit, revision, isThere } = await db.transaction(ALL, async (trx) => {
      const correction = await findCorrection(trx, correctionId);
      if (correction === undefined) throw new KontorError('NOT_FOUND', 'There is no such correction.');
      return {
        mspId: correction.mspId,
        credit: await creditOf(trx, correctionId),
        revision: await revisionOf(trx, correctionId),
        isThere: (await correctionPdf(trx, correctionId)) !== undefined,
      };
    });
    if (!isThere) {
      const document =
        credit === undefined
          ? revision && (await renderPool.renderStatement(revision))
          : await renderPool.renderCredit(credit.credit);
      if (document === undefined) return { rendered: false };
      const { bytes, pages, sha256 } = document;
      await db.transaction(ALL, (trx) =>
        insertCorrectionDocument(trx, { mspId, correctionId, sha256, pages, bytes }, new Date(now)),
      );
    }
    if (credit !== undefined) await packCreditsAfterLastRun({ db, renderPool }, { ...credit, now });
    return { rendered: true };
  };
