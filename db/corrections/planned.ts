import {
  planCorrection,
  planReissue,
  type CorrectionPlan,
  type CorrectionWish,
  type PlannedCorrection,
} from '../../domain/correction.js';
import { KontorError } from '../../domain/errors.js';
import type { DueManualCorrection } from '../../domain/rating.js';
import { rows, type Trx } from '../connect.js';
import type { IssuedStatement } from '../statements/statementStore.js';
import { loadCorrectable } from './correctable.js';
import { partiesNow, partiesPrinted } from './revisionStore.js';

/** What a correction would come to, for a preview and for the row that is kept. */
export interface Planned {
  issued: IssuedStatement;
  plan: CorrectionPlan;
  /** Null: no amount changes. */
  money: PlannedCorrection | null;
}

/** Throws STATE_CONFLICT where no further statement of the MSP will be issued, so that a line would wait for ever. */
async function requireNextStatement(trx: Trx, { mspId, statementId }: IssuedStatement): Promise<void> {
  const [over] = await rows(
    trx,
    `select 1 from statement s join participation p on p.msp_id = s.msp_id and p.programme_code = s.programme_code
     join programme g on g.code = s.programme_code
     where s.id = :statementId and s.msp_id = :mspId and exists (
       select from statement l where l.msp_id = s.msp_id and l.programme_code = s.programme_code
         and l.period >= least(p.left_period, g.last_period))`,
    { mspId, statementId },
  );
  if (over === undefined) return;
  throw new KontorError(
    'STATE_CONFLICT',
    'The last statement of this MSP is issued. What is in its favour can be credited (booking "credit"); what it owes, the distributor invoices.',
    [{ field: '/correction/booking', code: 'STATE_CONFLICT', message: 'There is no next statement of this MSP.' }],
  );
}

/** Reckons a correction from what was billed so far; throws as `planCorrection` and `planReissue`, and NOT_FOUND. */
export async function plannedCorrection(
  trx: Trx,
  statementId: string,
  wish: CorrectionWish,
  { correctionId, reason }: Pick<DueManualCorrection, 'correctionId' | 'reason'>,
): Promise<Planned> {
  const found = await loadCorrectable(trx, statementId);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such statement.');
  const { issued, of } = found;
  if (wish.change === 'reissue') {
    const parties = planReissue(await partiesPrinted(trx, statementId), await partiesNow(trx, statementId));
    return { issued, plan: { line: null, parties }, money: null };
  }
  const money = planCorrection(of, wish);
  if (wish.booking === 'next_statement') await requireNextStatement(trx, issued);
  return { issued, plan: { line: { ...money.line, correctionId, reason }, parties: null }, money };
}

/** No statement of this MSP is issued meanwhile: what was billed stays as it was read, and what is confirmed comes next. */
export async function holdIssue(trx: Trx, { programme, mspId }: { programme: string; mspId: string }): Promise<void> {
  await rows(
    trx,
    `select 1 from run_participant where programme_code = :programme and msp_id = :mspId and state <> 'issued'
     order by period for update`,
    { programme, mspId },
  );
}
