import { randomUUID } from 'node:crypto';
import { heartbeat } from '@temporalio/activity';
import { loadMonthInputs, plansFor } from '../db/closing/monthInputs.js';
import { loadLateUsage } from '../db/closing/lateUsage.js';
import {
  markIssued,
  parkParticipants,
  shardCounts,
  shardSize,
  type Parking,
  type Selection,
} from '../db/closing/participants.js';
import { monthRules, type MonthRules } from '../db/closing/monthRules.js';
import { openMspCases } from '../db/closing/reconciliation.js';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { ratesOfRun } from '../db/prices/publishedRates.js';
import {
  issueStatements as freeze,
  type IssuedStatement,
  type StatementDraft,
} from '../db/statements/statementStore.js';
import { groupBy } from '../domain/groupBy.js';
import type { RunTerms } from '../domain/month/inputs.js';
import { judgeMonth } from '../domain/month/judgeMonth.js';
import { messageId } from '../domain/messageId.js';
import { minorToDecimalString } from '../domain/money.js';
import { addMonths, lastDaysOf } from '../domain/period.js';
import type { EvidenceOf } from '../domain/reconcile/index.js';
import { runKeyOf, type RunInput, type RunKey } from '../domain/run.js';
import { periodsInReach } from '../domain/settings/lateUsage.js';

export interface IssueCounts {
  issued: number;
  parked: number;
}

export type IssueInputOf = RunInput & { now: string } & ({ shard: number } | { mspId: string });

/** MSPs numbered and frozen in one transaction. */
export const ISSUE_CHUNK = 100;

async function termsOf(trx: Trx, key: RunKey, { settings, kinds }: MonthRules): Promise<RunTerms> {
  // Rule 10: a reference rate published in these days counts as the period's last one.
  const window = lastDaysOf(key.period, settings.exchangeRates.publishedWithinDays);
  return {
    period: key.period,
    plans: await plansFor(trx, key),
    rates: await ratesOfRun(trx, key, window),
    settings: settings.discrepancies,
    kinds,
  };
}

async function enqueueStatementMails(trx: Trx, programme: string, issued: readonly IssuedStatement[], now: Date) {
  await enqueueMails(
    trx,
    issued.map(({ statementId, mspId, statement }) => ({
      messageId: messageId('statement', statement.number, statement.revision),
      kind: 'statementIssued',
      locale: statement.locale,
      to: { companyId: mspId, purpose: 'statements' as const },
      params: {
        vendorName: statement.vendor.name,
        distributorName: statement.distributor.name,
        mspName: statement.msp.name,
        number: statement.number,
        period: statement.period,
        total: {
          amount: minorToDecimalString(statement.totalMinor, statement.currency),
          currency: statement.currency,
        },
        estimatedLines: statement.lines.filter((line) => line.kind === 'usage' && line.basis === 'estimated').length,
        correctionLines: statement.lines.filter(({ kind }) => kind === 'correction').length,
      },
      programme,
      period: statement.period,
      mspId,
      statementId,
      notBefore: now,
    })),
    now,
  );
}

/** Loads the selected MSPs' months, judges each, and keeps what came of it: statements, or why an MSP is parked. */
export async function issue(trx: Trx, selection: Selection, now: Date): Promise<IssueCounts> {
  const { programme, period } = selection;
  const inputs = await loadMonthInputs(trx, selection);
  if (inputs.length === 0) return { issued: 0, parked: 0 };
  const rules = await monthRules(trx, selection);
  const terms = await termsOf(trx, selection, rules);
  const reach = periodsInReach(rules.settings.lateUsage);
  const mspIds = inputs.map(({ mspId }) => mspId);
  const late = groupBy(
    await loadLateUsage(trx, { programme, mspIds, earliest: addMonths(period, -reach), before: period }),
    ({ mspId }) => mspId,
  );

  const drafts: StatementDraft[] = [];
  const moved: { mspId: string; evidence: EvidenceOf<'total_moved'> }[] = [];
  const parked: Parking[] = [];
  for (const input of inputs) {
    const { mspId, distributorId, distributorCode } = input;
    const judgement = judgeMonth(input, terms, late.get(mspId) ?? []);
    if (judgement.outcome === 'issue') {
      const { statement } = judgement;
      drafts.push({ statementId: randomUUID(), programme, mspId, distributorId, distributorCode, statement });
    } else {
      parked.push({ mspId, code: judgement.code, reason: judgement.reason });
      if (judgement.totalMoved !== null) moved.push({ mspId, evidence: judgement.totalMoved });
    }
  }
  const issued = await freeze(trx, drafts, now);
  await enqueueStatementMails(trx, programme, issued, now);
  await openMspCases(trx, selection, 'total_moved', moved, terms.settings, now);
  await parkParticipants(trx, selection, parked);
  await markIssued(
    trx,
    selection,
    issued.map(({ mspId }) => mspId),
  );
  return { issued: issued.length, parked: parked.length };
}

/**
 * Idempotent by MSP and run: an issued participant is not selected again, and the unique key on MSP, programme, period and
 * revision refuses a second statement. A chunk is one transaction, so an attempt that dies leaves no half of it and no
 * gap in the numbers.
 */
export const issueStatements =
  ({ db }: { db: Database }) =>
  async (input: IssueInputOf): Promise<IssueCounts> => {
    const now = new Date(input.now);
    const key = runKeyOf(input);
    if ('mspId' in input) {
      return db.transaction(ALL, (trx) => issue(trx, { ...key, mspId: input.mspId }, now));
    }
    const { shard } = input;
    const size = await db.transaction(ALL, (trx) => shardSize(trx, { ...key, shard }));
    for (let from = 0; from < size; from += ISSUE_CHUNK) {
      await db.transaction(ALL, (trx) => issue(trx, { ...key, shard, from, to: from + ISSUE_CHUNK }, now));
      heartbeat(from + ISSUE_CHUNK);
    }
    return db.transaction(ALL, (trx) => shardCounts(trx, { ...key, shard }));
  };
