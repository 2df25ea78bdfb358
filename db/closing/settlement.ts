import type { ParticipantState } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

interface Key {
  programme: string;
  period: string;
  mspId: string;
}

/** Where one MSP's statement stands. */
export interface Settlement {
  state: ParticipantState;
  openCases: number;
  deadline: Date;
  parkedReason: string | null;
  parkedCode: string | null;
  statementNumber: string | null;
}

/** Undefined where the MSP takes no part in the run. */
export async function settlementOf(trx: Trx, key: Key): Promise<Settlement | undefined> {
  const [found] = await rows<Settlement>(
    trx,
    `select p.state, p.parked_reason as "parkedReason", p.parked_code as "parkedCode",
       coalesce(p.parked_until, s.review_until) as deadline,
       (select count(*)::int from discrepancy d where d.programme_code = p.programme_code and d.period = p.period
         and d.msp_id = p.msp_id and d.state = 'open') as "openCases",
       (select number from statement t where t.msp_id = p.msp_id and t.programme_code = p.programme_code
         and t.period = p.period order by revision desc limit 1) as "statementNumber"
     from run_participant p
     join run_shard s on s.programme_code = p.programme_code and s.period = p.period and s.shard = p.shard
     where p.programme_code = :programme and p.period = :period and p.msp_id = :mspId`,
    { ...key },
  );
  return found;
}

/** Whether its shard has yet to issue an MSP: the review goes on, or the day of issue is to come (rule 1). */
export async function isBeforeIssue(trx: Trx, key: Key, now: Date): Promise<boolean> {
  const [found] = await rows<{ early: boolean }>(
    trx,
    `select s.stage not in ('issue', 'done') or s.issue_from > :now as early from run_participant p
     join run_shard s on s.programme_code = p.programme_code and s.period = p.period and s.shard = p.shard
     where p.programme_code = :programme and p.period = :period and p.msp_id = :mspId`,
    { ...key, now },
  );
  return found?.early ?? false;
}

/** A parked MSP as the reminder to the partner team needs it. */
export interface ParkedMsp {
  mspName: string;
  /** What parked it. */
  code: string | null;
  parkedUntil: Date;
  /** Of the programme. */
  zone: string;
  partnerTeamEmail: string;
  partnerTeamLocale: string;
}

/** Undefined where the MSP is not parked. */
export async function parkedMsp(trx: Trx, key: Key): Promise<ParkedMsp | undefined> {
  const [found] = await rows<ParkedMsp>(
    trx,
    `select m.name as "mspName", p.parked_code as code, p.parked_until as "parkedUntil", r.rules ->> 'zone' as zone,
       coalesce(r.rules -> 'settings' ->> 'partnerTeamEmail', g.vendor ->> 'email') as "partnerTeamEmail",
       coalesce(r.rules -> 'settings' ->> 'partnerTeamLocale', 'en') as "partnerTeamLocale"
     from run_participant p join msp m on m.id = p.msp_id join programme g on g.code = p.programme_code
     join billing_run r on r.programme_code = p.programme_code and r.period = p.period
     where p.programme_code = :programme and p.period = :period and p.msp_id = :mspId and p.state = 'parked'`,
    { ...key },
  );
  return found;
}
