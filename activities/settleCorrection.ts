import { requireDecision } from '../db/access/decisionStore.js';
import { ALL } from '../db/connect.js';
import type { CorrectionState } from '../domain/correction.js';
import { settle } from './corrections/settle.js';
import type { ActivityDeps } from './deps.js';

export interface SettleCorrectionByPersonInput {
  correctionId: string;
  decisionId: string;
  /** ISO instant: chosen by the workflow, the same for every attempt. */
  at: string;
}

export interface SettleCorrectionResult {
  correctionId: string;
  state: CorrectionState;
  decidedAt: string;
}

/** Records a person's stored decision on a correction, or its withdrawal. Throws as `settle`, and is as safe to repeat. */
export const settleCorrection =
  ({ db }: Pick<ActivityDeps, 'db'>) =>
  async ({ correctionId, decisionId, at }: SettleCorrectionByPersonInput): Promise<SettleCorrectionResult> => {
    const { state } = await db.transaction(ALL, async (trx) => {
      const subject = `correction:${correctionId}`;
      const { content, actor } = await requireDecision(trx, decisionId, { kind: 'correction', subject });
      return settle(trx, { correctionId, ...content, actor, at });
    });
    return { correctionId, state, decidedAt: at };
  };
