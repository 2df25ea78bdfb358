import { addMonths } from '../../domain/period.js';
import type { MonthOfLines } from '../../domain/reconcile/index.js';
import { groupBy } from '../../domain/groupBy.js';
import { rows, type Trx } from '../connect.js';
import { selected, type Selection } from './participants.js';

/**
 * Of the selected MSPs' statements of the months directly before, the latest first: usage lines and how many of them are
 * estimates. A month without a statement ends the list. `months` counts this month too.
 */
export async function estimatedLines(
  trx: Trx,
  selection: Selection,
  months: number,
): Promise<Map<string, MonthOfLines[]>> {
  const { sql, bindings } = selected(selection);
  const found = await rows<MonthOfLines & { mspId: string; period: string }>(
    trx,
    `select p.msp_id as "mspId", s.period, count(l.line_no)::int as lines,
       count(*) filter (where l.basis = 'estimated')::int as estimated
     from run_participant p
     join statement s on s.msp_id = p.msp_id and s.programme_code = p.programme_code and s.period >= :earliest
       and s.period < p.period
     left join statement_line l on l.msp_id = s.msp_id and l.statement_id = s.id and l.kind = 'usage'
     where ${sql} group by 1, 2, s.revision order by 1, 2 desc, s.revision desc`,
    { ...bindings, earliest: addMonths(selection.period, 1 - months) },
  );
  return new Map(
    [...groupBy(found, ({ mspId }) => mspId)].map(([mspId, statements]) => [
      mspId,
      statements.filter(({ period }, index) => period === addMonths(selection.period, -1 - index)),
    ]),
  );
}
