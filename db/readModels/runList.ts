import { rows, type Trx } from '../connect.js';

/** A run at a glance. */
export interface RunSummary {
  period: string;
  state: 'open' | 'sealed';
  openedAt: Date;
  openedBy: string;
  sealedAt: Date | null;
  participants: { open: number; parked: number; issued: number };
}

/** Runs, the latest period first; those after the cursor. */
export async function runList(
  trx: Trx,
  page: { limit: number; after?: [period: string] | undefined },
): Promise<RunSummary[]> {
  return rows<RunSummary>(
    trx,
    `select r.period, r.state, r.opened_at as "openedAt", r.opened_by as "openedBy", r.sealed_at as "sealedAt",
       (select jsonb_build_object('open', count(*) filter (where p.state = 'open'),
           'parked', count(*) filter (where p.state = 'parked'), 'issued', count(*) filter (where p.state = 'issued'))
         from run_participant p where p.period = r.period) as participants
     from billing_run r where :after::text is null or r.period < :after
     order by r.period desc limit :limit`,
    { after: page.after?.[0] ?? null, limit: page.limit },
  );
}
