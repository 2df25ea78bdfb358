import { problemsOf, type Checker } from './context.js';

/** Months before the given one say what comes next, so the order is told over all of them. */
const RUNS = `
  run as (
    select r.*, lag(r.period) over (order by r.period) as before, lag(r.state) over (order by r.period) as state_before,
      p.first_period
    from billing_run r join programme p on p.code = r.programme_code where r.programme_code = :programme
  )`;

const NOT_IN_ORDER = `with ${RUNS}
  select case when before is null then format('%s: it is the first run, and months are closed from %s on', period, first_period)
    else format('%s: it was opened after %s, months between them are missing', period, before) end as problem
  from run
  where (:period::text is null or period = :period)
    and period <> coalesce(to_char((before || '-01')::date + interval '1 month', 'YYYY-MM'), first_period)
  order by 1`;

const OPENED_TOO_EARLY = `with ${RUNS}
  select format('%s: it was opened while %s was open', period, before) as problem
  from run where (:period::text is null or period = :period) and state_before = 'open' order by 1`;

const SKIPPED_WITHOUT_REASON = `
  select format('%s: it was skipped and nobody said why', period) as problem from billing_run
  where programme_code = :programme and state = 'skipped' and coalesce(reason, '') = ''
    and (:period::text is null or period = :period)
  order by 1`;

const OF_SKIPPED = ['run_participant', 'statement', 'billing_pack', 'discrepancy', 'outbox'].map(
  (table) => `
  select format('%s: it was skipped and has rows in ${table}', r.period) as problem from billing_run r
  where r.programme_code = :programme and r.state = 'skipped' and (:period::text is null or r.period = :period)
    and exists (select from ${table} t where t.programme_code = r.programme_code and t.period = r.period)
  order by 1`,
);

const NO_MEMBER = `
  select format('%s: %s has statement %s and belongs to the programme from %s to %s', s.period, m.name, s.number,
    coalesce(a.joined_period, 'never'), coalesce(a.left_period, 'now')) as problem
  from statement s join msp m on m.id = s.msp_id
  left join participation a on a.msp_id = s.msp_id and a.programme_code = s.programme_code
  where s.programme_code = :programme and (:period::text is null or s.period = :period)
    and (a.joined_period is null or s.period < a.joined_period or s.period > a.left_period)
  order by 1`;

const NO_PARTICIPANT = `
  select format('%s: %s has statement %s and takes no part in the run', s.period, m.name, s.number) as problem
  from statement s join msp m on m.id = s.msp_id
  where s.programme_code = :programme and (:period::text is null or s.period = :period)
    and not exists (select from run_participant p where p.programme_code = s.programme_code and p.period = s.period
      and p.msp_id = s.msp_id)
  order by 1`;

/** What stands on paper is what the run was opened with. */
const OTHER_TERMS = `
  select format('%s: it says %s and zone %s, the run was opened with %s and %s', s.number, d.code, s.content ->> 'zone',
    e.code, p.zone) as problem
  from statement s
  join run_participant p on p.programme_code = s.programme_code and p.period = s.period and p.msp_id = s.msp_id
  join distributor d on d.id = s.distributor_id join distributor e on e.id = p.distributor_id
  where s.programme_code = :programme and (:period::text is null or s.period = :period)
    and (s.distributor_id <> p.distributor_id or s.content ->> 'zone' is distinct from p.zone)
  order by 1`;

/** Rule 19: what holds for a month that was opened is never set anew. */
const SET_ANEW = `
  select format('%s: %s was opened with %s and %s, for which %s and %s are set now', p.period, m.name, d.code, p.zone,
    coalesce(e.code, 'nobody'), coalesce(kontor_zone(p.msp_id, p.period), 'no zone')) as problem
  from run_participant p join msp m on m.id = p.msp_id join distributor d on d.id = p.distributor_id
  left join distributor e on e.id = kontor_distributor_of(p.msp_id, p.programme_code, p.period)
  where p.programme_code = :programme and (:period::text is null or p.period = :period)
    and (p.distributor_id is distinct from e.id or p.zone is distinct from kontor_zone(p.msp_id, p.period))
  order by 1`;

/**
 * I11, rules 19 and 20: a programme's months follow each other from its first; of a skipped one there is nothing;
 * statements are of members, of participants, and carry the distributor and zone their run was opened with.
 */
export const checkMonthsAndMembers: Checker = (context) =>
  problemsOf(context, [
    NOT_IN_ORDER,
    OPENED_TOO_EARLY,
    SKIPPED_WITHOUT_REASON,
    ...OF_SKIPPED,
    NO_MEMBER,
    NO_PARTICIPANT,
    OTHER_TERMS,
    SET_ANEW,
  ]);
