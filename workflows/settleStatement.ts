/**
 * One MSP's statement while people decide on it: started by a person's first decision on one of its cases, or by the run
 * when the MSP is parked. Decisions come as Updates: the caller gets the outcome, a refused one changes nothing.
 *
 * During the review it only records decisions; the shard issues. Once the MSP is parked it stays until every case is
 * decided (a total that moved needs a second person), then issues, renders and mails by the same batch activities, and a
 * supplement of the billing pack follows. It never expires: at the deadline, and daily after it, the partner team is
 * reminded.
 */
import type { MadeDecision } from '../domain/decision.js';
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { batch, local, mailing, msUntil, quick, rendering } from './policies.js';
import { BILLING_PERIOD, CASE_STATE, MSP_ID, PROGRAMME, stage } from './searchAttributes.js';

export interface SettleStatementInput {
  programme: string;
  period: string;
  mspId: string;
}

export interface CaseDecision extends MadeDecision {
  caseId: string;
}

export interface CaseOutcome {
  caseId: string;
  state: string;
  /** Set when the decision led to the statement being issued. */
  statementNumber: string | null;
}

export const decideCase = defineUpdate<CaseOutcome, [CaseDecision]>('decideCase');
/** Tries a parked MSP again, after a missing rate or price was added. */
export const retryIssue = defineUpdate<{ statementNumber: string | null; parkedReason: string | null }>('retryIssue');

/** A rate of exchange was loaded: a parked MSP may go on by itself (rule 24). */
export const rateLoaded = defineSignal('rateLoaded');

export function settleStatementId({ programme, period, mspId }: SettleStatementInput): string {
  return `msp-statement:${programme}:${period}:${mspId}`;
}

const REMIND_EVERY_MS = 86_400_000;

export async function settleStatement(input: SettleStatementInput): Promise<{ statementNumber: string | null }> {
  const { programme, period, mspId } = input;
  const key = { programme, period, mspId };
  let changes = 1;
  let attempts = 0;
  let number: string | null = null;
  let parkedReason: string | null = null;
  let current = 'review';
  const settled = async (): Promise<void> => {
    changes += 1;
    const seen = changes;
    // Once it is issued nothing is tried again: who asks while it is rendered and mailed is told so at once.
    await condition(() => attempts >= seen || current === 'issued');
  };
  // The row says whether it can still be decided: of an issued month, what came after the last statement can.
  setHandler(decideCase, async (decision) => {
    const outcome = await local.decideCase.executeWithOptions({ summary: `decision on case ${decision.caseId}` }, [
      { ...key, ...decision, now: new Date().toISOString() },
    ]);
    await settled();
    return { ...outcome, statementNumber: number };
  });
  setHandler(rateLoaded, () => void (changes += 1));
  setHandler(retryIssue, async () => {
    await settled();
    return { statementNumber: number, parkedReason };
  });
  const enter = (name: string, details: string) => {
    current = name;
    upsertSearchAttributes([
      stage(name),
      { key: CASE_STATE, value: name },
      { key: PROGRAMME, value: programme },
      { key: MSP_ID, value: mspId },
      { key: BILLING_PERIOD, value: period },
    ]);
    setCurrentDetails(`**Statement of ${period}**, programme \`${programme}\`, MSP \`${mspId}\`\n\n${details}`);
  };

  for (;;) {
    const seen = changes;
    let status = await local.loadSettlement.executeWithOptions({ summary: 'open cases of the MSP' }, [key]);
    if (status.state === 'parked' && status.openCases === 0) {
      enter('issue', 'Every case is decided: issuing.');
      await batch.issueStatements.executeWithOptions({ summary: 'rate, number, freeze' }, [
        { ...key, now: new Date().toISOString() },
      ]);
      status = await local.loadSettlement.executeWithOptions({ summary: 'issued, or parked again' }, [key]);
    }
    number = status.statementNumber;
    parkedReason = status.parkedReason;
    attempts = seen;
    if (status.state === 'issued') {
      enter('issued', `Statement ${number ?? ''} is issued.`);
      break;
    }
    if (status.state === 'open') {
      // The shard issues it when the review ends; a later decision starts this workflow again.
      enter('review', `${status.openCases} cases left, until ${status.deadline}.`);
      await condition(() => changes !== seen || allHandlersFinished());
      if (changes === seen) return { statementNumber: null };
      continue;
    }
    enter('parked', `${status.parkedReason ?? 'Parked.'}\n\nTo do: ${status.toDo}. Due ${status.deadline}.`);
    // It may wait for months and be tried again each day.
    if (workflowInfo().continueAsNewSuggested) {
      await condition(() => allHandlersFinished() || changes !== seen);
      if (changes === seen) await continueAsNew<typeof settleStatement>(input);
      continue;
    }
    const decided = await condition(() => changes !== seen, msUntil(status.deadline, Date.now()) || REMIND_EVERY_MS, {
      summary: `a person's decision, due ${status.deadline}`,
    });
    if (!decided) {
      await quick.remindParked.executeWithOptions({ summary: 'remind the partner team' }, [
        { ...key, now: new Date().toISOString() },
      ]);
      await mailing.drainOutbox.executeWithOptions({ summary: 'mail the reminder' }, [{ programme, period }]);
    }
  }

  await rendering.renderStatements.executeWithOptions({ summary: 'PDF' }, [{ ...key, now: new Date().toISOString() }]);
  await rendering.makeBillingPacks.executeWithOptions({ summary: 'supplement for the distributor' }, [
    { ...key, now: new Date().toISOString() },
  ]);
  await mailing.drainOutbox.executeWithOptions({ summary: 'mail it' }, [{ programme, period }]);
  await condition(allHandlersFinished);
  return { statementNumber: number };
}
