import type { Actor } from '../../domain/access/actor.js';
import type { RunState } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

/** A run at a glance. */
export interface RunSummary {
  programme: string;
  period: string;
  state: RunState;
  openedAt: Date;
  openedBy: Actor;
  sealedAt: Date | null;
  participants: { open: number; parked: number; issued: number };
}

/** Holds for the runs `r` that concern the reader: for a distributor those in which it bills somebody. */
export const RUN_CONCERNS = `((select kontor_scope()) = 'all' or exists (select from run_participant p
  where p.programme_code = r.programme_code and p.period = r.period))`;

/**
 * Runs of a programme or of all, the latest period first, then by programme; those after the cursor. Whoever does not see all
 * gets those with MSPs that it sees, and counts of these alone.
 */
export async function runList(
  trx: Trx,
  filter: { programme?: string | undefined; limit: number; after?: [period: string, programme: string] | undefined },
): Promise<RunSummary[]> {
  const [afterPeriod, afterProgramme] = filter.after ?? [null, null];
  return rows<RunSummary>(
    trx,
    `select r.programme_code as programme, r.period, r.state, r.opened_at as "openedAt", r.opened_by as "openedBy", r.sealed_at as "sealedAt",
       (select jsonb_build_object('open', count(*) filter (where p.state = 'open'),
           'parked', count(*) filter (where p.state = 'parked'), 'issued', count(*) filter (where p.state = 'issued'))
         from run_participant p where p.programme_code = r.programme_code and p.period = r.period) as participants
     from billing_run r where ${RUN_CONCERNS} and (:programme::text is null or r.programme_code = :programme)
       and (:afterPeriod::text is null or r.period < :afterPeriod
         or (r.period = :afterPeriod and r.programme_code > :afterProgramme))
     order by r.period desc, r.programme_code limit :limit`,
    { programme: filter.programme ?? null, afterPeriod, afterProgramme, limit: filter.limit },
  );
}
