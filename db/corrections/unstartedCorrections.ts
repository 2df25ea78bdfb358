import { rows, type Trx } from '../connect.js';

/** A correction of which nobody knows yet that its workflow runs. */
export interface UnstartedCorrection {
  programme: string;
  mspId: string;
  correctionId: string;
  remindAt: Date;
  decideUntil: Date;
}

/** The oldest first. One that was decided meanwhile has had its workflow: the decision started it. */
export function unstartedCorrections(trx: Trx, limit: number): Promise<UnstartedCorrection[]> {
  return rows<UnstartedCorrection>(
    trx,
    `select programme_code as programme, msp_id as "mspId", id as "correctionId", remind_at as "remindAt",
       decide_until as "decideUntil"
     from correction where state = 'asked' and workflow_started_at is null order by asked_at limit :limit`,
    { limit },
  );
}

/** Keeps that the workflow of this correction runs, or ran. */
export async function markCorrectionStarted(
  trx: Trx,
  { correctionId, at }: Pick<UnstartedCorrection, 'correctionId'> & { at: Date },
): Promise<void> {
  await rows(trx, 'update correction set workflow_started_at = :at where id = :correctionId', { correctionId, at });
}
