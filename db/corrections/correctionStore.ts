import { z } from 'zod';
import {
  CORRECTION_BOOKINGS,
  type Correction,
  type CorrectionPlan,
  type CorrectionState,
  type CorrectionWish,
} from '../../domain/correction.js';
import { readStored } from '../../domain/readStored.js';
import { rows, type Trx } from '../connect.js';
import { party } from '../parties/storedParty.js';
import { dueManualCorrection, minor, toJson } from '../statements/statementCodec.js';

type CorrectionRow = Omit<Correction, 'wish' | 'plan' | 'amountMinor'> & {
  wish: unknown;
  plan: unknown;
  amountMinor: string;
};

const money = { lineNo: z.int().nullable(), booking: z.enum(CORRECTION_BOOKINGS).exclude(['revision']) };
const wish: z.ZodType<CorrectionWish> = z.discriminatedUnion('change', [
  z.object({ change: z.literal('amount'), ...money, amountMinor: minor }),
  z.object({ change: z.literal('quantity'), ...money, lineNo: z.int(), quantity: z.int() }),
  z.object({ change: z.literal('waiver'), ...money }),
  z.object({ change: z.literal('reissue') }),
]);
const plan: z.ZodType<CorrectionPlan> = z.union([
  z.object({ line: dueManualCorrection, parties: z.null() }),
  z.object({ line: z.null(), parties: z.object({ msp: party, distributor: party, vendor: party }) }),
]);

/** Reads `correction.plan` back; STORED_DATA_UNREADABLE names the row. */
export function planFromJson(stored: unknown, id: string): CorrectionPlan {
  return readStored(plan, stored, `The plan of correction ${id}`);
}

const SELECTED = `c.id, c.programme_code as programme, c.msp_id as "mspId", c.statement_id as "statementId", s.number,
  c.distributor_id as "distributorId", c.period, c.change, c.booking, c.wish, c.plan, c.currency,
  c.amount_minor as "amountMinor", c.reason, c.state, c.asked_at as "askedAt", c.asked_by as "askedBy",
  c.remind_at as "remindAt", c.decide_until as "decideUntil", c.decided_at as "decidedAt", c.decided_by as "decidedBy",
  c.decision_reason as "decisionReason"`;
const FROM = 'correction c join statement s on s.msp_id = c.msp_id and s.id = c.statement_id';

function toCorrection(row: CorrectionRow): Correction {
  return {
    ...row,
    wish: readStored(wish, row.wish, `The wish of correction ${row.id}`),
    plan: planFromJson(row.plan, row.id),
    amountMinor: BigInt(row.amountMinor),
  };
}

/** Keeps a new correction; false where another one of its statement waits, or it is kept already. */
export async function insertCorrection(trx: Trx, correction: Correction): Promise<boolean> {
  const lineNo = 'lineNo' in correction.wish ? correction.wish.lineNo : null;
  const inserted = await rows(
    trx,
    `insert into correction (id, programme_code, msp_id, statement_id, distributor_id, period, change, booking, line_no, wish,
       plan, currency, amount_minor, reason, state, asked_at, asked_by, remind_at, decide_until)
     values (:id, :programme, :mspId, :statementId, :distributorId, :period, :change, :booking, :lineNo, :wish, :plan, :currency,
       :amountMinor, :reason, 'asked', :askedAt, :askedBy, :remindAt, :decideUntil)
     on conflict do nothing returning id`,
    {
      id: correction.id,
      programme: correction.programme,
      mspId: correction.mspId,
      statementId: correction.statementId,
      distributorId: correction.distributorId,
      period: correction.period,
      change: correction.change,
      booking: correction.booking,
      lineNo,
      wish: toJson(correction.wish),
      plan: toJson(correction.plan),
      currency: correction.currency,
      amountMinor: correction.amountMinor.toString(),
      reason: correction.reason,
      askedAt: correction.askedAt,
      askedBy: JSON.stringify(correction.askedBy),
      remindAt: correction.remindAt,
      decideUntil: correction.decideUntil,
    },
  );
  return inserted.length > 0;
}

export async function findCorrection(trx: Trx, id: string): Promise<Correction | undefined> {
  const [row] = await rows<CorrectionRow>(trx, `select ${SELECTED} from ${FROM} where c.id = :id`, { id });
  return row && toCorrection(row);
}

/** The same, locked until the transaction ends. */
export async function lockCorrection(trx: Trx, id: string): Promise<Correction | undefined> {
  const [row] = await rows<CorrectionRow>(trx, `select ${SELECTED} from ${FROM} where c.id = :id for update of c`, {
    id,
  });
  return row && toCorrection(row);
}

export interface CorrectionFilter {
  programme?: string | undefined;
  mspId?: string | undefined;
  statementId?: string | undefined;
  state?: CorrectionState | undefined;
  limit: number;
  after?: [askedAt: string, id: string] | undefined;
}

/** Corrections, the latest first, by any of the filters; those after the cursor. */
export async function listCorrections(trx: Trx, filter: CorrectionFilter): Promise<Correction[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  const found = await rows<CorrectionRow>(
    trx,
    `select ${SELECTED} from ${FROM}
     where (:programme::text is null or c.programme_code = :programme) and (:mspId::uuid is null or c.msp_id = :mspId)
       and (:statementId::uuid is null or c.statement_id = :statementId) and (:state::text is null or c.state = :state)
       and (:afterId::uuid is null or (c.asked_at, c.id) < (:afterAt::timestamptz, :afterId::uuid))
     order by c.asked_at desc, c.id desc limit :limit`,
    {
      programme: filter.programme ?? null,
      mspId: filter.mspId ?? null,
      statementId: filter.statementId ?? null,
      state: filter.state ?? null,
      afterAt,
      afterId,
      limit: filter.limit,
    },
  );
  return found.map(toCorrection);
}

/** Ends a correction that is locked and still waits. */
export async function endCorrection(
  trx: Trx,
  { id }: Pick<Correction, 'id'>,
  end: Pick<Correction, 'state' | 'decidedAt' | 'decidedBy' | 'decisionReason'>,
): Promise<void> {
  await rows(
    trx,
    `update correction set state = :state, decided_at = :decidedAt, decided_by = :decidedBy, decision_reason = :decisionReason
     where id = :id and state = 'asked'`,
    { id, ...end, decidedBy: JSON.stringify(end.decidedBy) },
  );
}
