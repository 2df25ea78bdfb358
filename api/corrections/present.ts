import type { z } from 'zod';
import type { Planned } from '../../db/corrections/planned.js';
import type { Correction, Left } from '../../domain/correction.js';
import type { DueManualCorrection } from '../../domain/rating.js';
import type { correction, correctionPreview } from '../schemas/corrections.js';
import { toAmount } from '../schemas/statements.js';

function plannedLine<T extends Omit<DueManualCorrection, 'correctionId' | 'reason'>>(line: T) {
  const { ratedMinor, billedMinor, currency, ...rest } = line;
  return {
    ...rest,
    rated: toAmount(ratedMinor, currency),
    billed: toAmount(billedMinor, currency),
    amount: toAmount(ratedMinor - billedMinor, currency),
  };
}

/** A correction in the form of the API. */
export function correctionJson({
  wish: _wish,
  plan,
  currency,
  amountMinor,
  ...rest
}: Correction): z.input<typeof correction> {
  return {
    ...rest,
    amount: toAmount(amountMinor, currency),
    line: plan.line === null ? null : plannedLine(plan.line),
    parties: plan.parties,
  };
}

/** What a correction would say, likewise. */
export function previewJson({ issued, plan, money }: Planned): z.input<typeof correctionPreview> {
  const { statementId, statement } = issued;
  const { number, currency } = statement;
  const left = ({ billedMinor, beforeMinor, afterMinor }: Left) => ({
    billed: toAmount(billedMinor, currency),
    before: toAmount(beforeMinor, currency),
    after: toAmount(afterMinor, currency),
  });
  return {
    statementId,
    number,
    line: money === null ? null : plannedLine(money.line),
    ofLine: money === null || money.ofLine === null ? null : left(money.ofLine),
    ofStatement: money === null ? null : left(money.ofStatement),
    parties: plan.parties,
  };
}
