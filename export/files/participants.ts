import { cursorRows } from '../../db/cursorRows.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  mspId: string;
  msp: string;
  registrationNumber: string;
  distributor: string;
  zone: string;
  shard: number;
  statementDate: string;
  state: string;
  parkedReason: string | null;
  parkedCode: string | null;
  parkedUntil: Date | null;
  joinedPeriod: string;
  leftPeriod: string | null;
}

/**
 * Every MSP that takes part in the run, with the distributor and zone it was opened with and whether it is issued or
 * parked. `left_period` stands where the MSP's last period is this one: a later leaving says nothing about this month.
 */
export const participants = tableOf<Row>(
  'participants.csv',
  {
    msp_id: (row) => plain(row.mspId),
    msp: (row) => text(row.msp),
    msp_registration_number: (row) => text(row.registrationNumber),
    distributor: (row) => plain(row.distributor),
    zone: (row) => plain(row.zone),
    shard: (row) => plain(row.shard),
    statement_date: (row) => plain(row.statementDate),
    state: (row) => plain(row.state),
    parked_reason: (row) => text(row.parkedReason),
    parked_code: (row) => plain(row.parkedCode),
    parked_until: (row) => plain(row.parkedUntil),
    joined_period: (row) => plain(row.joinedPeriod),
    left_period: (row) => plain(row.leftPeriod),
  },
  (trx, { programme, period }) =>
    cursorRows<Row>(
      trx,
      `select p.msp_id as "mspId", m.name as msp, m.registration_number as "registrationNumber", d.code as distributor,
         p.zone, p.shard, s.statement_date as "statementDate", p.state, p.parked_reason as "parkedReason",
         p.parked_code as "parkedCode", p.parked_until as "parkedUntil", a.joined_period as "joinedPeriod",
         case when a.left_period <= p.period then a.left_period end as "leftPeriod"
       from run_participant p
       join run_shard s on s.programme_code = p.programme_code and s.period = p.period and s.shard = p.shard
       join msp m on m.id = p.msp_id
       join distributor d on d.id = p.distributor_id
       join participation a on a.msp_id = p.msp_id and a.programme_code = p.programme_code
       where p.programme_code = :programme and p.period = :period order by p.shard, p.position`,
      { programme, period },
    ),
);
