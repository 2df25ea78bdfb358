import { ALL, rows, type Database } from '../db/connect.js';
import { KontorError } from '../domain/errors.js';

/** Where one MSP's statement stands. `deadline` is an ISO instant. */
export interface Settlement {
  state: 'open' | 'parked' | 'issued';
  openCases: number;
  deadline: string;
  parkedReason: string | null;
  statementNumber: string | null;
}

interface SettlementRow extends Omit<Settlement, 'deadline'> {
  deadline: Date;
}

/** Reads only. */
export const loadSettlement =
  ({ db }: { db: Database }) =>
  ({ period, mspId }: { period: string; mspId: string }): Promise<Settlement> =>
    db.transaction(ALL, async (trx) => {
      const [found] = await rows<SettlementRow>(
        trx,
        `select p.state, p.parked_reason as "parkedReason",
           coalesce(p.parked_until, s.review_until) as deadline,
           (select count(*)::int from discrepancy d
             where d.period = p.period and d.msp_id = p.msp_id and d.state = 'open') as "openCases",
           (select number from statement t where t.msp_id = p.msp_id and t.period = p.period
             order by revision desc limit 1) as "statementNumber"
         from run_participant p join run_shard s on s.period = p.period and s.shard = p.shard
         where p.period = :period and p.msp_id = :mspId`,
        { period, mspId },
      );
      if (found === undefined)
        throw new KontorError('NOT_FOUND', `MSP ${mspId} takes no part in the run of ${period}.`);
      return { ...found, deadline: found.deadline.toISOString() };
    });
