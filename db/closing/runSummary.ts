import type { RunKey } from '../../domain/run.js';
import type { ParkedBy } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';

/** What the summary of a run says besides its control totals. */
export interface RunSummaryFacts {
  recipient: string;
  locale: string;
  programmeName: string;
  parked: ParkedBy[];
  mailed: number;
  mailProblems: number;
}

/** Undefined before the run is opened. */
export async function runSummaryFacts(trx: Trx, { programme, period }: RunKey): Promise<RunSummaryFacts | undefined> {
  const [found] = await rows<RunSummaryFacts>(
    trx,
    `select coalesce(r.rules -> 'settings' ->> 'partnerTeamEmail', g.vendor ->> 'email') as recipient,
       coalesce(r.rules -> 'settings' ->> 'partnerTeamLocale', 'en') as locale, g.name as "programmeName",
       coalesce((select jsonb_agg(jsonb_build_object('mspName', m.name, 'code', p.parked_code)
           order by m.name collate "C")
         from run_participant p join msp m on m.id = p.msp_id
         where p.programme_code = r.programme_code and p.period = r.period and p.state = 'parked'), '[]') as parked,
       (select count(*)::int from outbox o where o.programme_code = r.programme_code and o.period = r.period
         and o.state = 'sent') as mailed,
       (select count(*)::int from outbox o where o.programme_code = r.programme_code and o.period = r.period
         and (o.state in ('bounced', 'uncertain', 'parked') or (o.state = 'pending' and o.recipient is null))) as "mailProblems"
     from billing_run r join programme g on g.code = r.programme_code
     where r.programme_code = :programme and r.period = :period`,
    { programme, period },
  );
  return found;
}
