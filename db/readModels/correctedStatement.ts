import type { LineOfEarlier, Party } from '../../domain/statement.js';
import { rows, type Trx } from '../connect.js';

interface Booked {
  /** Of the statement that books it, as `currency` and the amount in its minor units. */
  number: string;
  period: string;
  lineNo: number;
  kind: LineOfEarlier['kind'];
  currency: string;
  amountMinor: bigint;
}

interface CreditOf {
  id: string;
  number: string;
  creditDate: string;
  currency: string;
  totalMinor: bigint;
}

interface Revision {
  revision: number;
  issuedAt: Date;
  msp: Party;
  distributor: Party;
}

/** What came of an issued statement since, as far as the sender sees it; undefined: the sender sees no such statement. */
export async function correctedStatement(
  trx: Trx,
  statementId: string,
): Promise<{ booked: Booked[]; credits: CreditOf[]; revisions: Revision[] } | undefined> {
  const [known] = await rows(trx, 'select 1 from statement where id = :statementId', { statementId });
  if (known === undefined) return undefined;
  const booked = await rows<Omit<Booked, 'amountMinor'> & { amountMinor: string }>(
    trx,
    `select b.number, b.period, l.line_no as "lineNo", l.kind, b.currency, l.amount_minor as "amountMinor"
     from statement s
     join statement_line l on l.msp_id = s.msp_id and l.programme_code = s.programme_code and l.for_period = s.period
     join statement b on b.msp_id = l.msp_id and b.id = l.statement_id
     where s.id = :statementId order by b.period, l.line_no`,
    { statementId },
  );
  const credits = await rows<Omit<CreditOf, 'totalMinor'> & { totalMinor: string }>(
    trx,
    `select c.id, c.number, c.credit_date as "creditDate", c.currency, c.total_minor as "totalMinor"
     from statement s join credit c on c.msp_id = s.msp_id and c.statement_id = s.id
     where s.id = :statementId order by c.credit_date, c.number`,
    { statementId },
  );
  const revisions = await rows<Revision>(
    trx,
    `select r.revision, r.issued_at as "issuedAt", r.content -> 'msp' as msp, r.content -> 'distributor' as distributor
     from statement s join statement_revision r on r.msp_id = s.msp_id and r.statement_id = s.id
     where s.id = :statementId order by r.revision`,
    { statementId },
  );
  return {
    booked: booked.map((row) => ({ ...row, amountMinor: BigInt(row.amountMinor) })),
    credits: credits.map((row) => ({ ...row, totalMinor: BigInt(row.totalMinor) })),
    revisions,
  };
}

/** The number of a statement's revision with the correction that made it; undefined: the sender sees none. */
export async function revisionNumber(
  trx: Trx,
  { statementId, revision }: { statementId: string; revision: number },
): Promise<{ number: string; correctionId: string } | undefined> {
  const [row] = await rows<{ number: string; correctionId: string }>(
    trx,
    `select s.number, r.correction_id as "correctionId" from statement_revision r
     join statement s on s.msp_id = r.msp_id and s.id = r.statement_id
     where r.statement_id = :statementId and r.revision = :revision`,
    { statementId, revision },
  );
  return row;
}
