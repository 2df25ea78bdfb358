import { randomUUID } from 'node:crypto';
import { loadMonthInputs, plansFor } from '../db/closing/monthInputs.js';
import { skippedBefore } from '../db/closing/skippedBefore.js';
import { loadEarlierMonths } from '../db/closing/earlierMonths.js';
import {
  markIssued,
  parkParticipants,
  reopenParticipant,
  shardCounts,
  type Parking,
  type Selection,
} from '../db/closing/participants.js';
import { monthRules, type MonthRules } from '../db/closing/monthRules.js';
import type { ShardKey } from '../db/closing/openRun.js';
import { openMspCases } from '../db/closing/reconciliation.js';
import { isBeforeIssue, settlementOf } from '../db/closing/settlement.js';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { ratesOfRun } from '../db/prices/publishedRates.js';
import {
  issueStatements as freeze,
  type IssuedStatement,
  type StatementDraft,
} from '../db/statements/statementStore.js';
import { groupBy } from '../domain/groupBy.js';
import type { MonthInput, RunTerms } from '../domain/month/inputs.js';
import { judgeMonth, type Judgement } from '../domain/month/judgeMonth.js';
import { messageId } from '../domain/messageId.js';
import { minorToDecimalString } from '../domain/money.js';
import { lastDaysOf } from '../domain/period.js';
import type { EvidenceOf } from '../domain/reconcile/index.js';
import { runKeyOf, type RunInput, type RunKey } from '../domain/run.js';
import { isOfEarlier } from '../domain/statement.js';
import { narrowing, type InTransaction, type Stretch } from './closing/narrowing.js';
import { parkBroken } from './closing/parkBroken.js';
import { requireStage } from './closing/requireProgress.js';
import { reconcile } from './reconcileShard.js';

export interface IssueCounts {
  issued: number;
  parked: number;
}

/** MSPs of a stretch of a shard's positions, or one. */
export type IssueInputOf = RunInput & { now: string } & (({ shard: number } & Stretch) | { mspId: string });

async function termsOf(trx: Trx, key: RunKey, { settings, kinds }: MonthRules): Promise<RunTerms> {
  // Rule 10: a reference rate published in these days counts as the period's last one.
  const window = lastDaysOf(key.period, settings.exchangeRates.publishedWithinDays);
  return {
    period: key.period,
    skipped: await skippedBefore(trx, key),
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
        correctionLines: statement.lines.filter(isOfEarlier).length,
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

/** Told of each MSP's judgement; again where a stretch is judged anew in halves. */
type Judged = (input: MonthInput, judgement: Judgement) => void;

/**
 * Loads the selected MSPs' months, judges each, and keeps what came of it: statements, or why an MSP is parked. `judged` is
 * told of each.
 */
export async function issue(
  trx: Trx,
  selection: Selection,
  now: Date,
  judged: Judged = () => undefined,
): Promise<IssueCounts> {
  const { programme, period } = selection;
  const inputs = await loadMonthInputs(trx, selection);
  if (inputs.length === 0) return { issued: 0, parked: 0 };
  const rules = await monthRules(trx, selection);
  const terms = await termsOf(trx, selection, rules);
  const mspIds = inputs.map(({ mspId }) => mspId);
  const { months } = await loadEarlierMonths(trx, { programme, mspIds, before: period });
  const earlier = groupBy(months, ({ mspId }) => mspId);

  const drafts: StatementDraft[] = [];
  const moved: { mspId: string; evidence: EvidenceOf<'total_moved'> }[] = [];
  const parked: Parking[] = [];
  for (const input of inputs) {
    const { mspId, distributorId, distributorCode } = input;
    const judgement = judgeMonth(input, terms, earlier.get(mspId) ?? []);
    judged(input, judgement);
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

/** Issues a stretch of a shard; an MSP whose month breaks it is parked, with a reason of its own, and the others are issued. */
export function issueStretch(
  inTransaction: InTransaction,
  shard: ShardKey,
  stretch: Stretch,
  now: Date,
  judged?: Judged,
): Promise<void> {
  return narrowing(
    inTransaction,
    stretch,
    async (trx, part) => {
      await issue(trx, { ...shard, ...part }, now, judged);
    },
    (trx, position, error) => parkBroken(trx, shard, { position, error, code: 'ISSUE_FAILED', now }),
  );
}

/**
 * One MSP that was parked: reconciled first where that is what broke. While its shard has yet to issue, it is open again and
 * issued with the others: nobody's statement is issued before its day (rule 1), and people may decide what was found.
 */
async function issueParked(trx: Trx, key: RunKey & { mspId: string }, now: Date): Promise<IssueCounts> {
  const stands = await settlementOf(trx, key);
  const selection = { programme: key.programme, period: key.period, mspIds: [key.mspId] };
  if (stands?.state === 'parked' && stands.parkedCode === 'RECONCILE_FAILED') {
    await reconcile(trx, selection, now);
    if (await isBeforeIssue(trx, key, now)) {
      await reopenParticipant(trx, key);
      return { issued: 0, parked: 0 };
    }
  }
  return issue(trx, selection, now);
}

/**
 * Idempotent by MSP and run: an issued participant is not selected again, and the unique key on MSP, programme, period and
 * revision refuses a second statement. A stretch is one transaction, so an attempt that dies leaves no half of it and no
 * gap in the numbers. Returns what the whole shard has come to. Throws DATABASE_BEHIND for a shard whose review has not ended.
 */
export const issueStatements =
  ({ db }: { db: Database }) =>
  async (input: IssueInputOf): Promise<IssueCounts> => {
    const now = new Date(input.now);
    const key = runKeyOf(input);
    if ('mspId' in input) {
      return db.transaction(ALL, (trx) => issueParked(trx, { ...key, mspId: input.mspId }, now));
    }
    const shard = { ...key, shard: input.shard };
    await db.transaction(ALL, (trx) => requireStage(trx, shard, 'issue'));
    await issueStretch((work) => db.transaction(ALL, work), shard, { from: input.from, to: input.to }, now);
    return db.transaction(ALL, (trx) => shardCounts(trx, shard));
  };
