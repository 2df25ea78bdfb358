import { KONTOR } from '../domain/access/actor.js';
import { ALL } from '../db/connect.js';
import { findCorrection } from '../db/corrections/correctionStore.js';
import type { CorrectionState } from '../domain/correction.js';
import { KontorError } from '../domain/errors.js';
import { settle } from './corrections/settle.js';
import type { ActivityDeps } from './deps.js';

export interface ExpireCorrectionInput {
  correctionId: string;
  /** ISO instant at which the time to decide ended. */
  at: string;
}

/** Expires a correction that nobody decided; answers the state it is in afterwards. Idempotent by state: only one that waits moves. */
export const expireCorrection =
  ({ db }: Pick<ActivityDeps, 'db'>) =>
  ({ correctionId, at }: ExpireCorrectionInput): Promise<{ state: CorrectionState }> =>
    db.transaction(ALL, async (trx) => {
      const correction = await findCorrection(trx, correctionId);
      if (correction === undefined) throw new KontorError('NOT_FOUND', 'There is no such correction.');
      if (correction.state !== 'asked') return { state: correction.state };
      const { state } = await settle(trx, { correctionId, end: 'expire', reason: null, actor: KONTOR, at });
      return { state };
    });
