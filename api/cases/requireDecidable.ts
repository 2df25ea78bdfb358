import type { CaseView } from '../../db/readModels/caseList.js';
import { KontorError } from '../../domain/errors.js';
import { isOfIssued } from '../../domain/reconcile/index.js';

/** Throws ALREADY_DECIDED where the statement is issued, unless the case is about issued ones. */
export function requireDecidable({ participantState, kind, state }: CaseView): void {
  if (participantState !== 'issued' || (isOfIssued(kind) && state === 'open')) return;
  throw new KontorError('ALREADY_DECIDED', 'The statement is issued; an issued month is changed by a correction.');
}

/** Whose month the case is of; DECISION_NOT_ALLOWED for what was refused before an MSP could be told. */
export function requireMspOf({ mspId }: CaseView): string {
  if (mspId !== null) return mspId;
  throw new KontorError('DECISION_NOT_ALLOWED', 'It was refused when it came in: there is nothing to decide.');
}
