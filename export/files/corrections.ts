import type { Actor } from '../../domain/access/actor.js';
import { cursorRows } from '../../db/cursorRows.js';
import { canonicalJson } from '../../domain/canonicalJson.js';
import { minorToDecimalString } from '../../domain/money.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  id: string;
  number: string;
  lineNo: number | null;
  change: string;
  booking: string;
  currency: string;
  amountMinor: string;
  reason: string;
  state: string;
  askedAt: Date;
  askedBy: Actor;
  decidedAt: Date | null;
  decidedBy: Actor | null;
  decisionReason: string | null;
  bookedBy: string | null;
  plan: unknown;
}

/** What people corrected, or asked to correct, of the period's statements: who asked, who decided, and what booked it. */
export const corrections = tableOf<Row>(
  'corrections.csv',
  {
    correction_id: (row) => plain(row.id),
    statement_number: (row) => plain(row.number),
    line_no: (row) => plain(row.lineNo),
    change: (row) => plain(row.change),
    booking: (row) => plain(row.booking),
    amount: (row) => plain(minorToDecimalString(BigInt(row.amountMinor), row.currency)),
    currency: (row) => plain(row.currency),
    reason: (row) => text(row.reason),
    state: (row) => plain(row.state),
    asked_at: (row) => plain(row.askedAt),
    asked_by_id: (row) => plain(row.askedBy.id),
    asked_by: (row) => text(row.askedBy.name),
    decided_at: (row) => plain(row.decidedAt),
    decided_by_id: (row) => plain(row.decidedBy?.id ?? null),
    decided_by: (row) => text(row.decidedBy?.name ?? null),
    decision_reason: (row) => text(row.decisionReason),
    // Number of the statement or credit, or of the statement with its revision; empty: not yet, or nothing.
    booked_by: (row) => plain(row.bookedBy),
    // What it comes to, as it is stored.
    content: (row) => text(canonicalJson(row.plan)),
  },
  (trx, { programme, period }) =>
    cursorRows<Row>(
      trx,
      `select c.id, s.number, c.line_no as "lineNo", c.change, c.booking, c.currency, c.amount_minor as "amountMinor", c.reason,
         c.state, c.asked_at as "askedAt", c.asked_by as "askedBy", c.decided_at as "decidedAt", c.decided_by as "decidedBy",
         c.decision_reason as "decisionReason", c.plan,
         coalesce(r.number, (select s.number || '-' || v.revision from statement_revision v where v.correction_id = c.id),
           (select b.number from statement_line l join statement b on b.id = l.statement_id where l.correction_id = c.id))
           as "bookedBy"
       from correction c join statement s on s.id = c.statement_id left join credit r on r.correction_id = c.id
       where c.programme_code = :programme and c.period = :period order by s.number collate "C", c.asked_at, c.id`,
      { programme, period },
    ),
);
