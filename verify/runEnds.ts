import { ask, problemsOf, type Checker } from './context.js';

const PARKED_UNSEEN = `
  select format('%s: %s is parked without %s', p.period, m.name, case when p.parked_reason is null then 'a reason'
    when p.parked_code is null then 'a code' else 'a deadline' end) as problem
  from run_participant p join msp m on m.id = p.msp_id
  where p.programme_code = :programme and p.state = 'parked' and (:period::text is null or p.period = :period)
    and (p.parked_reason is null or p.parked_code is null or p.parked_until is null)
  order by 1`;

/** The total was confirmed, nothing else is open, and it is still parked: nobody works on it. */
const STUCK = `
  select format('%s: %s is parked although its total was confirmed', p.period, m.name) as problem
  from run_participant p join msp m on m.id = p.msp_id
  where p.programme_code = :programme and p.state = 'parked' and p.parked_code = 'total_moved'
    and (:period::text is null or p.period = :period)
    and not exists (select from discrepancy d where d.programme_code = p.programme_code and d.period = p.period
      and d.msp_id = p.msp_id and d.state = 'open')
  order by 1`;

const OVERDUE = `
  select format('%s: the run is open and everything was to be mailed by %s', r.period, max(s.mailed_by)) as problem
  from billing_run r join run_shard s on s.programme_code = r.programme_code and s.period = r.period
  where r.programme_code = :programme and r.state = 'open' and (:period::text is null or r.period = :period)
  group by r.period having max(s.mailed_by) < :now::timestamptz order by 1`;

/** I9: no run is open past rule 1's last deadline; whoever is parked is parked visibly, and waits for something. */
export const checkRunEnds: Checker = async (context) => {
  const runs = await ask(
    context,
    `select 1 from billing_run
     where programme_code = :programme and state <> 'skipped' and (:period::text is null or period = :period) limit 1`,
  );
  if (runs.length === 0) return 'not checked';
  return problemsOf(context, [OVERDUE, PARKED_UNSEEN, STUCK], { now: context.now });
};
