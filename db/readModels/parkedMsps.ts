import type { RunInput } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

/** An MSP that waits for a person, with the reason and until when somebody should act. */
export interface ParkedMsp {
  mspId: string;
  mspName: string;
  distributorCode: string;
  shard: number;
  position: number;
  reason: string | null;
  code: string | null;
  until: Date | null;
  openCases: number;
}

/** The parked MSPs of a run, of one code or all, in the order of their statements; those after the cursor. */
export async function parkedMsps(
  trx: Trx,
  filter: RunInput & {
    code?: string | undefined;
    limit: number;
    after?: [shard: number, position: number] | undefined;
  },
): Promise<ParkedMsp[]> {
  const [afterShard, afterPosition] = filter.after ?? [null, null];
  return rows<ParkedMsp>(
    trx,
    `select p.msp_id as "mspId", m.name as "mspName", d.code as "distributorCode", p.shard, p.position,
       p.parked_reason as reason, p.parked_code as code, p.parked_until as until,
       (select count(*)::int from discrepancy c
         where c.programme_code = p.programme_code and c.period = p.period and c.msp_id = p.msp_id and c.state = 'open') as "openCases"
     from run_participant p join msp m on m.id = p.msp_id join distributor d on d.id = p.distributor_id
     where p.programme_code = :programme and p.period = :period and p.state = 'parked'
       and (:code::text is null or p.parked_code = :code)
       and (:afterShard::int is null or (p.shard, p.position) > (:afterShard::int, :afterPosition::int))
     order by p.shard, p.position limit :limit`,
    {
      programme: filter.programme,
      period: filter.period,
      code: filter.code ?? null,
      afterShard,
      afterPosition,
      limit: filter.limit,
    },
  );
}
