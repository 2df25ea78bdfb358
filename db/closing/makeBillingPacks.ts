import type { Day } from '../../domain/period.js';
import type { Party } from '../../domain/statement.js';
import type { Locale, ParkedBy } from '../../locales/index.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import { storedVendor } from '../parties/storedParty.js';

/** Which packs to look after: every distributor's of a run, or that of one MSP settled later. */
export interface PackSelection extends RunKey {
  mspId?: string | null;
}

/** Credits that are in no pack yet and have their document, of the programme. */
const UNPACKED_CREDITS = `select c.id, c.number, c.credit_date, c.distributor_id from credit c
  join correction_document e on e.msp_id = c.msp_id and e.correction_id = c.correction_id
  where c.programme_code = :programme and not exists (select from billing_pack_credit b where b.credit_id = c.id)`;

/**
 * Distributors with MSPs in the run, by code, and, while it is open, those with a credit that is in no pack yet: it is of the
 * distributor printed on it, which may bill nobody any more. Of a whole run those alone of whose MSPs none is still to be
 * issued, nor its document to be rendered: where a shard failed, they get one pack once it has been mended.
 */
export async function distributorsOfRun(
  trx: Trx,
  { programme, period, mspId = null }: PackSelection,
): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `select d.id from distributor d where (exists (
       select from run_participant p where p.programme_code = :programme and p.period = :period
         and p.distributor_id = d.id and (:mspId::uuid is null or p.msp_id = :mspId)
     ) or :mspId::uuid is null and exists (select from (${UNPACKED_CREDITS}) c where c.distributor_id = d.id)
       and exists (select from billing_run r where r.programme_code = :programme and r.period = :period and r.state = 'open')
     ) and (:mspId::uuid is not null or not exists (
       select from run_participant p
       left join statement s on s.msp_id = p.msp_id and s.programme_code = p.programme_code and s.period = p.period
         and s.distributor_id = p.distributor_id
       left join statement_document sd on sd.msp_id = s.msp_id and sd.statement_id = s.id
       where p.programme_code = :programme and p.period = :period and p.distributor_id = d.id
         and (p.state = 'open' or (s.id is not null and sd.statement_id is null))
     )) order by d.code`,
    { programme, period, mspId },
  );
  return found.map(({ id }) => id);
}

/**
 * The last run of a programme of which no month is left to close, where that run has made the distributor's pack or is over;
 * undefined: a pack of this distributor is still to come.
 */
export async function lastRunWithoutNext(
  trx: Trx,
  programme: string,
  distributorId: string,
): Promise<RunKey | undefined> {
  const [run] = await rows<RunKey>(
    trx,
    `select r.programme_code as programme, r.period from billing_run r join programme g on g.code = r.programme_code
     where r.programme_code = :programme and r.state <> 'skipped'
       and exists (select from billing_run l where l.programme_code = g.code and l.period >= g.last_period)
       and (r.state = 'sealed' or exists (select from billing_pack b where b.programme_code = r.programme_code
         and b.period = r.period and b.distributor_id = :distributorId))
       and not exists (select from billing_run n where n.programme_code = r.programme_code and n.period > r.period
         and n.state <> 'skipped')`,
    { programme, distributorId },
  );
  return run;
}

/** What the next pack of a distributor is made of. */
export interface PackContents {
  /** Of the next pack: 0 when there is none yet. */
  supplement: number;
  distributor: Party;
  distributorCode: string;
  locale: Locale;
  vendor: Party;
  /** Issued and rendered statements that are in no pack yet, by number. */
  statementIds: string[];
  /** Credits that are in no pack yet, by number. */
  creditIds: string[];
  /** The latest date of those statements and credits; of the run's statements of this distributor when there are none. */
  date: Day;
  /** MSPs that wait for a person, by name. */
  parked: ParkedBy[];
}

interface Row extends Omit<PackContents, 'statementIds' | 'creditIds' | 'parked' | 'vendor'> {
  vendor: unknown;
  statementIds: string[] | null;
  creditIds: string[] | null;
  parked: ParkedBy[] | null;
}

export async function packContents(
  trx: Trx,
  { programme, period }: RunKey,
  distributorId: string,
): Promise<PackContents> {
  const [row] = await rows<Row>(
    trx,
    `with participant as (
       select p.state, p.parked_code, m.name, s.statement_date
       from run_participant p join msp m on m.id = p.msp_id
       join run_shard s on s.programme_code = p.programme_code and s.period = p.period and s.shard = p.shard
       where p.programme_code = :programme and p.period = :period and p.distributor_id = :distributorId
     ), unpacked as (
       select s.id, s.number, s.statement_date from statement s
       join statement_document sd on sd.msp_id = s.msp_id and sd.statement_id = s.id
       where s.programme_code = :programme and s.period = :period and s.distributor_id = :distributorId and not exists (
         select from billing_pack_statement b where b.msp_id = s.msp_id and b.statement_id = s.id)
     ), credited as (select * from (${UNPACKED_CREDITS}) c where c.distributor_id = :distributorId)
     select d.code as "distributorCode", d.locale,
       jsonb_build_object('name', d.name, 'registrationNumber', d.registration_number, 'address', d.address,
         'country', d.country, 'email', d.email) as distributor,
       (select g.vendor from programme g where g.code = :programme) as vendor,
       (select coalesce(max(b.supplement) + 1, 0) from billing_pack b
         where b.programme_code = :programme and b.period = :period and b.distributor_id = d.id)::int as supplement,
       (select jsonb_agg(id order by number) from unpacked) as "statementIds",
       (select jsonb_agg(id order by number) from credited) as "creditIds",
       coalesce(greatest((select max(statement_date) from unpacked), (select max(credit_date) from credited)),
         (select max(statement_date) from participant)) as date,
       (select jsonb_agg(jsonb_build_object('mspName', name, 'code', parked_code) order by name collate "C")
         from participant where state = 'parked') as parked
     from distributor d where d.id = :distributorId`,
    { programme, period, distributorId },
  );
  if (row === undefined) throw new Error(`There is no distributor ${distributorId}`);
  return {
    ...row,
    vendor: storedVendor(row.vendor, programme),
    statementIds: row.statementIds ?? [],
    creditIds: row.creditIds ?? [],
    parked: row.parked ?? [],
  };
}
