import type { Actor } from '../../domain/access/actor.js';
import type { RunInput, RunState, ShardStage } from '../../domain/run.js';
import { HAS_RECIPIENT } from '../outbox/claimMails.js';
import { rows, type Trx } from '../connect.js';
import { RUN_CONCERNS } from './runList.js';

/** Where a run stands. Totals are integer minor units as text. */
export interface RunStatus {
  programme: string;
  period: string;
  state: RunState;
  openedAt: Date;
  openedBy: Actor;
  sealedAt: Date | null;
  /** Why it was skipped; null for a run. */
  reason: string | null;
  /** Who let it go on with too many silent sites (rule 4), and why; null: nobody had to. */
  released: { at: string; by: Actor; reason: string } | null;
  /** That its last close failed, and why; null: it did not, or was started again. */
  failure: { at: string; reason: string } | null;
  /** SHA-256 in hex over the chain heads and control totals; null until the run is sealed. */
  seal: string | null;
  shards: {
    shard: number;
    /** That of the first of its MSPs that the reader sees. */
    zone: string;
    stage: ShardStage;
    msps: number;
    collectUntil: Date;
    reviewUntil: Date;
    issueFrom: Date;
    mailedBy: Date;
    statementDate: string;
  }[];
  participants: { open: number; parked: number; issued: number };
  discrepancies: Record<string, number>;
  /** Cases a person may still decide. */
  openCases: number;
  /** By state; `unaddressed`: those that wait until their company has a confirmed contact. */
  mails: Record<string, number>;
  totals: Record<string, string>;
}

type Row = Omit<RunStatus, 'shards'> & {
  shards: (Omit<RunStatus['shards'][number], 'collectUntil' | 'reviewUntil' | 'issueFrom' | 'mailedBy'> & {
    collectUntil: string;
    reviewUntil: string;
    issueFrom: string;
    mailedBy: string;
  })[];
};

/**
 * Of the deadlines that had passed as the run opened a shard has the latest of its MSPs: whoever does not see all of these is told
 * that it was over as the run opened. Those that were to come are the same for all (planShards).
 */
const over = (deadline: string) =>
  `case when (select kontor_scope()) = 'all' then s.${deadline} else greatest(s.${deadline}, r.opened_at) end`;

/**
 * A programme's run of a period; undefined before it is opened. Whoever does not see all gets the parts, counts and totals of the
 * MSPs that it sees, and undefined where there are none.
 */
export async function runStatus(trx: Trx, { programme, period }: RunInput): Promise<RunStatus | undefined> {
  const [row] = await rows<Row>(
    trx,
    `select r.programme_code as programme, r.period, r.state, r.opened_at as "openedAt", r.opened_by as "openedBy",
       r.sealed_at as "sealedAt", r.reason, case when r.released_at is not null then jsonb_build_object(
         'at', r.released_at, 'by', r.released_by, 'reason', r.release_reason) end as released,
       case when r.failed_at is not null then jsonb_build_object('at', r.failed_at, 'reason', r.failure) end as failure,
       encode(r.seal, 'hex') as seal,
       coalesce((select jsonb_agg(jsonb_build_object('shard', s.shard, 'stage', s.stage, 'zone', (select p.zone from run_participant p
             where p.programme_code = s.programme_code and p.period = s.period and p.shard = s.shard order by p.position limit 1),
           'msps', (select count(*) from run_participant p where p.programme_code = s.programme_code
             and p.period = s.period and p.shard = s.shard),
           'collectUntil', ${over('collect_until')}, 'reviewUntil', ${over('review_until')},
           'issueFrom', ${over('issue_from')}, 'mailedBy', ${over('mailed_by')},
           'statementDate', s.statement_date) order by s.shard)
         from run_shard s where s.programme_code = r.programme_code and s.period = r.period
           and ((select kontor_scope()) = 'all' or exists (select from run_participant p where p.programme_code = s.programme_code
             and p.period = s.period and p.shard = s.shard))), '[]') as shards,
       (select jsonb_build_object('open', count(*) filter (where p.state = 'open'),
           'parked', count(*) filter (where p.state = 'parked'), 'issued', count(*) filter (where p.state = 'issued'))
         from run_participant p where p.programme_code = r.programme_code and p.period = r.period) as participants,
       coalesce((select jsonb_object_agg(x.kind, x.n) from (select kind, count(*) as n from discrepancy
         where programme_code = r.programme_code and period = r.period group by kind) x), '{}') as discrepancies,
       (select count(*)::int from discrepancy d
         where d.programme_code = r.programme_code and d.period = r.period and d.state = 'open') as "openCases",
       coalesce((select jsonb_object_agg(x.state, x.n) from (
         select case when o.state = 'pending' and not ${HAS_RECIPIENT} then 'unaddressed' else o.state end as state,
           count(*) as n
         from outbox o where o.programme_code = r.programme_code and o.period = r.period group by 1) x), '{}') as mails,
       coalesce((select jsonb_object_agg(x.currency, x.total) from (select currency, sum(total_minor)::text as total
         from statement where programme_code = r.programme_code and period = r.period group by currency) x), '{}') as totals
     from billing_run r where r.programme_code = :programme and r.period = :period and ${RUN_CONCERNS}`,
    { programme, period },
  );
  if (row === undefined) return undefined;
  return {
    ...row,
    shards: row.shards.map((shard) => ({
      ...shard,
      collectUntil: new Date(shard.collectUntil),
      reviewUntil: new Date(shard.reviewUntil),
      issueFrom: new Date(shard.issueFrom),
      mailedBy: new Date(shard.mailedBy),
    })),
  };
}
