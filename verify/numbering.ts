import { creditNumberProblems } from './correctedByHand.js';
import { problemsOf, type Checker } from './context.js';
import { keptFrom } from './kept.js';

/** Of the years before only what is held is left (rule 15). */
const KEPT_YEAR = `s.year::text >= ${keptFrom('documents')}`;

const ONE_PER_REVISION = `
  select format('%s has %s statements of %s, revision %s: %s', m.name, count(*), s.period, s.revision,
    string_agg(s.number, ', ' order by s.number)) as problem
  from statement s join msp m on m.id = s.msp_id
  where s.programme_code = :programme and (:period::text is null or s.period = :period)
  group by s.msp_id, m.name, s.period, s.revision having count(*) > 1 order by 1`;

const REVISIONS = `
  select format('revision %s of %s for %s is not preceded by revision %s', s.revision, s.period, m.name, s.revision - 1)
    as problem
  from statement s join msp m on m.id = s.msp_id
  where s.programme_code = :programme and ${KEPT_YEAR} and s.revision > 1 and (:period::text is null or s.period = :period)
    and not exists (select from statement b where b.msp_id = s.msp_id and b.programme_code = s.programme_code
      and b.period = s.period and b.revision = s.revision - 1)
  order by 1`;

const GAPS = `
  select case when n.place = 1 then format('%s %s: the first number is %s', n.code, n.year, n.number)
    else format('%s %s: %s follows %s', n.code, n.year, n.number, n.before) end as problem
  from (
    select s.number, s.sequence, s.year, d.code,
      row_number() over counter as place, lag(s.number) over counter as before
    from statement s join distributor d on d.id = s.distributor_id
    where s.programme_code = :programme and ${KEPT_YEAR}
    window counter as (partition by s.distributor_id, s.year order by s.sequence, s.number)
  ) n
  where n.sequence <> n.place order by n.code, n.year, n.place`;

const NUMBERS = `
  with named as (
    select s.*, upper(s.programme_code || '-' || d.code || '-' || s.year || '-' || lpad(s.sequence::text, 6, '0')) as name
    from statement s join distributor d on d.id = s.distributor_id where s.programme_code = :programme
  )
  select format('statement %s should be called %s', number, name) as problem
  from named where number <> name or year <> extract(year from statement_date) order by 1`;

const COUNTERS = `
  select format('%s %s: the counter stands at %s, the last number is %s', d.code, coalesce(n.year, s.year),
    coalesce(n.last::text, 'nothing'), coalesce(s.last::text, 'none')) as problem
  from (select * from statement_number s where programme_code = :programme and ${KEPT_YEAR}) n
  full join (
    select distributor_id, year, max(sequence) as last from statement s where programme_code = :programme and ${KEPT_YEAR}
    group by 1, 2
  ) s on s.distributor_id = n.distributor_id and s.year = n.year
  join distributor d on d.id = coalesce(n.distributor_id, s.distributor_id)
  where n.last is distinct from s.last order by 1`;

/** I1 and rule 13: one statement per MSP, period and revision; numbers of a distributor and year that is kept are 1, 2, 3, … */
export const checkNumbering: Checker = async (context) => [
  ...(await problemsOf(context, [ONE_PER_REVISION, REVISIONS, GAPS, NUMBERS, COUNTERS])),
  ...(await creditNumberProblems(context)),
];
