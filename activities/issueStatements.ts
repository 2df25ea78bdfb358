import { randomUUID } from 'node:crypto';
import { heartbeat } from '@temporalio/activity';
import { loadIssueInputs, plansValidOn, type IssueInput } from '../db/closing/issueInputs.js';
import { loadLateUsage, type LateUsage } from '../db/closing/lateUsage.js';
import { parkParticipants, shardSize, type Parking, type Selection } from '../db/closing/participants.js';
import { lastPublishedRates } from '../db/prices/publishedRates.js';
import { openTotalMoved } from '../db/closing/reconciliation.js';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import {
  issueStatements as freeze,
  type IssuedStatement,
  type StatementDraft,
} from '../db/statements/statementStore.js';
import { KontorError } from '../domain/errors.js';
import { groupBy } from '../domain/groupBy.js';
import { messageId } from '../domain/messageId.js';
import { minorToDecimalString } from '../domain/money.js';
import { addMonths, parsePeriod, periodDays, type Day, type Period } from '../domain/period.js';
import { DEFAULT_SETTINGS, detectTotalMoved, type Evidence } from '../domain/reconcile/index.js';
import { draftStatement } from './closing/draftStatement.js';

export interface IssueCounts {
  issued: number;
  parked: number;
}

export type IssueInputOf = { now: string } & ({ period: string; shard: number } | { period: string; mspId: string });

/** MSPs numbered and frozen in one transaction. */
export const ISSUE_CHUNK = 100;
/** Rule 7: a late report is booked up to 90 days back. */
const LATE_PERIODS = 3;
/** A reference rate counts as the period's last one when it was published in its last days: markets close on holidays. */
const RATE_WINDOW_DAYS = 7;

function rateWindow(period: Period): { first: Day; last: Day } {
  const { last } = periodDays(period);
  return { first: `${last.slice(0, 8)}${String(Number(last.slice(8)) - RATE_WINDOW_DAYS + 1).padStart(2, '0')}`, last };
}

type Drafted = { draft: StatementDraft; evidence: null } | { draft: null; evidence: Evidence; mspId: string };

/** Drafts one MSP; a total that moved and that nobody has confirmed is evidence instead. */
function draftOne(
  period: Period,
  input: IssueInput,
  prices: Parameters<typeof draftStatement>[2],
  late: readonly LateUsage[],
): Drafted {
  const statement = draftStatement(period, input, prices, late);
  const confirmed = input.cases.some(({ kind, resolution }) => kind === 'total_moved' && resolution !== null);
  const last = input.history.find((entry) => entry.period === addMonths(period, -1));
  const evidence = confirmed
    ? null
    : detectTotalMoved(statement.totalMinor, last?.totalMinor ?? null, DEFAULT_SETTINGS);
  return evidence === null
    ? {
        draft: {
          statementId: randomUUID(),
          mspId: input.mspId,
          distributorId: input.distributorId,
          distributorCode: input.distributorCode,
          statement,
        },
        evidence,
      }
    : { draft: null, evidence, mspId: input.mspId };
}

async function enqueueStatementMails(trx: Trx, issued: readonly IssuedStatement[], now: Date): Promise<void> {
  await enqueueMails(
    trx,
    issued.map(({ statementId, mspId, statement }) => ({
      messageId: messageId('statement', statement.number, statement.revision),
      kind: 'statementIssued',
      locale: statement.locale,
      recipient: statement.msp.email,
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
      period: statement.period,
      mspId,
      statementId,
      notBefore: now,
    })),
    now,
  );
}

/** Rates, numbers and freezes the selected MSPs in `trx`; whoever cannot be issued is parked, the others go on. */
export async function issue(trx: Trx, selection: Selection, now: Date): Promise<IssueCounts> {
  const period = parsePeriod(selection.period);
  const inputs = await loadIssueInputs(trx, selection);
  if (inputs.length === 0) return { issued: 0, parked: 0 };
  const window = rateWindow(period);
  const prices = {
    plans: await plansValidOn(trx, periodDays(period).first),
    rates: await lastPublishedRates(trx, window.first, window.last),
  };
  const mspIds = inputs.map(({ mspId }) => mspId);
  const late = groupBy(
    await loadLateUsage(trx, mspIds, addMonths(period, -LATE_PERIODS), period),
    ({ mspId }) => mspId,
  );

  const drafts: StatementDraft[] = [];
  const moved: { mspId: string; evidence: Evidence }[] = [];
  const parked: Parking[] = [];
  for (const input of inputs) {
    try {
      const drafted = draftOne(period, input, prices, late.get(input.mspId) ?? []);
      if (drafted.draft !== null) {
        drafts.push(drafted.draft);
      } else {
        moved.push({ mspId: drafted.mspId, evidence: drafted.evidence });
        parked.push({
          mspId: drafted.mspId,
          code: 'total_moved',
          reason: 'The total moved by more than 25 % against the last statement: a second person confirms.',
        });
      }
    } catch (error) {
      // One poisoned MSP parks, the batch goes on: what Kontor names is the MSP's, anything else is ours and retried.
      if (!(error instanceof KontorError)) throw error;
      parked.push({ mspId: input.mspId, code: error.code, reason: error.message });
    }
  }
  const issued = await freeze(trx, drafts, now);
  await enqueueStatementMails(trx, issued, now);
  await openTotalMoved(trx, period, moved, now);
  await parkParticipants(trx, period, parked);
  await trx.raw(
    `update run_participant set state = 'issued', parked_reason = null, parked_code = null, parked_until = null
     where period = :period and msp_id = any(:mspIds)`,
    { period, mspIds: issued.map(({ mspId }) => mspId) },
  );
  return { issued: issued.length, parked: parked.length };
}

/**
 * Twice is once: an issued participant is not selected again, and the unique key on MSP, period and revision refuses a
 * second statement. A chunk is one transaction, so an attempt that dies leaves no half of it and no gap in the numbers.
 */
export const issueStatements =
  ({ db }: { db: Database }) =>
  async (input: IssueInputOf): Promise<IssueCounts> => {
    const now = new Date(input.now);
    if ('mspId' in input) {
      return db.transaction(ALL, (trx) => issue(trx, { period: input.period, mspId: input.mspId }, now));
    }
    const { period, shard } = input;
    const size = await db.transaction(ALL, (trx) => shardSize(trx, period, shard));
    for (let from = 0; from < size; from += ISSUE_CHUNK) {
      await db.transaction(ALL, (trx) => issue(trx, { period, shard, from, to: from + ISSUE_CHUNK }, now));
      heartbeat(from + ISSUE_CHUNK);
    }
    return db.transaction(ALL, (trx) => shardCounts(trx, period, shard));
  };

/** Counted, not added up, so that a retried batch reports the whole shard. */
async function shardCounts(trx: Trx, period: string, shard: number): Promise<IssueCounts> {
  const result = (await trx.raw(
    `select count(*) filter (where state = 'issued')::int as issued, count(*) filter (where state = 'parked')::int as parked
     from run_participant where period = :period and shard = :shard`,
    { period, shard },
  )) as unknown as { rows: IssueCounts[] };
  return result.rows[0] ?? { issued: 0, parked: 0 };
}
