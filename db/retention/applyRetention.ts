import type { Actor } from '../../domain/access/actor.js';
import type { RetentionClass } from '../../domain/retention.js';
import { appendAudit } from '../access/auditStore.js';
import { RETENTION, rows, type Database, type Trx } from '../connect.js';
import { classesKept, dueOf, type Due, type KeptFrom } from './dueNow.js';
import { REMOVALS } from './removals.js';

/** Rows, statements or applicants in one transaction: seconds at the most, whatever is in them. */
const BATCH = { documents: 200, runFacts: 200, applications: 200, other: 5_000 } as const;

function batchOf(name: RetentionClass): number {
  return name in BATCH ? BATCH[name as keyof typeof BATCH] : BATCH.other;
}

interface Removing {
  /** As of when. */
  now: Date;
  actor: Actor;
  /** Called after each batch. */
  onBatch?: (name: RetentionClass, removed: number) => void;
}

/** What went of a class, of a programme or of all. */
export type Removed = Due & { removed: number };

/** One transaction of the role that removes; no legal hold is set or lifted while it lasts. */
function removing<T>(db: Database, work: (trx: Trx) => Promise<T>): Promise<T> {
  return db.transaction(RETENTION, async (trx) => {
    await rows(trx, `select pg_advisory_xact_lock_shared(hashtext('kontor_legal_hold'))`);
    return work(trx);
  });
}

function tell(trx: Trx, { now, actor }: Removing, due: Due, removed: number): void {
  appendAudit(trx, {
    at: now,
    actor,
    action: 'retention.removed',
    subject: `retention:${due.class}`,
    after: { programme: due.programme, keptFrom: due.keptFrom, removed, held: due.held },
    reason: 'Rule 15',
  });
}

/** Says from where on the class is complete before anything of it goes: whoever checks a month looks here first. */
async function mark(trx: Trx, { class: name, programme, keptFrom }: Due, at: Date): Promise<void> {
  await rows(
    trx,
    `insert into retained_from (class, programme_code, kept_from, at) values (:name, :programme, :keptFrom, :at)
     on conflict (class, programme_code) do update
     set kept_from = greatest(retained_from.kept_from, excluded.kept_from), at = excluded.at`,
    { name, programme, keptFrom, at },
  );
}

/** Whole months of check-ins that every programme lets go and nobody holds: as partitions, at once. Returns how many went. */
async function dropMonths(trx: Trx, dues: readonly Due[], { now, actor }: Removing): Promise<number> {
  const [until] = dues.map(({ keptFrom }) => keptFrom).sort();
  const standing = await rows(trx, 'select id from legal_hold where lifted_at is null limit 1');
  if (until === undefined || standing.length > 0) return 0;
  const months = await rows<{ month: string }>(
    trx,
    `select m.month from pg_inherits i join pg_class c on c.oid = i.inhrelid
     cross join lateral (select replace(right(c.relname, 7), '_', '-') as month) m
     where i.inhparent = 'check_in'::regclass and m.month < least(:until, kontor_least_month(14)) order by 1`,
    { until },
  );
  let total = 0;
  for (const { month } of months) {
    const [row] = await rows<{ removed: number }>(
      trx,
      `select count(*)::int as removed from check_in where observed_at >= (:month || '-01')::timestamp at time zone 'UTC'
         and observed_at < ((:month || '-01')::timestamp + interval '1 month') at time zone 'UTC'`,
      { month },
    );
    const removed = row?.removed ?? 0;
    await rows(trx, `select kontor_drop_check_ins((:month || '-01')::date)`, { month });
    appendAudit(trx, {
      ...{ at: now, actor, action: 'retention.monthRemoved', subject: 'retention:checkIns' },
      ...{ after: { month, removed }, reason: 'Rule 15' },
    });
    total += removed;
  }
  return total;
}

/** Removes what is due of a class, batch by batch; how much went. */
async function removeAll(db: Database, due: Due, how: Removing): Promise<number> {
  const limit = batchOf(due.class);
  let total = 0;
  for (const remove of REMOVALS[due.class].remove) {
    let removed: number;
    do {
      removed = await removing(db, async (trx) => {
        const [row] = await rows<{ removed: number }>(trx, remove, {
          ...{ programme: due.programme, from: due.keptFrom, limit },
        });
        const gone = row?.removed ?? 0;
        if (gone > 0) tell(trx, how, due, gone);
        return gone;
      });
      total += removed;
      if (removed > 0) how.onBatch?.(due.class, removed);
    } while (removed === limit);
  }
  return total;
}

/** What is due of a class by now: the facts of a month are once its documents have gone. */
async function markedDue(db: Database, kept: KeptFrom, { now }: Removing): Promise<Due> {
  return removing(db, async (trx) => {
    const due = await dueOf(trx, kept);
    if (due.due > 0) await mark(trx, due, now);
    return due;
  });
}

/** Whole months of check-ins, marked before for each programme. */
async function removeMonths(db: Database, kept: readonly KeptFrom[], how: Removing): Promise<Removed[]> {
  const [first] = kept;
  const dues: Due[] = [];
  for (const each of kept) dues.push(await markedDue(db, each, how));
  if (first === undefined || !dues.some(({ due }) => due > 0)) return [];
  const months = await removing(db, (trx) => dropMonths(trx, dues, how));
  if (months === 0) return [];
  how.onBatch?.('checkIns', months);
  return [{ ...first, programme: null, due: months, held: 0, removed: months }];
}

/**
 * Rule 15: removes what is kept no longer as of `how.now`, class by class, each batch a transaction with an event of the audit
 * trail that says how much went. Doing it twice is safe: what has gone is not found again, and a run that broke off is gone on
 * with by the next one. Returns what went of each class; of check-ins whole months first, which belong to every programme.
 */
export async function applyRetention(db: Database, how: Removing): Promise<Removed[]> {
  const classes = await db.transaction(RETENTION, (trx) => classesKept(trx, how.now));
  const isCheckIns = (kept: KeptFrom) => kept.class === 'checkIns';
  const removed = await removeMonths(db, classes.filter(isCheckIns), how);
  for (const kept of classes) {
    const due = await markedDue(db, kept, how);
    removed.push({ ...due, removed: due.due === 0 ? 0 : await removeAll(db, due, how) });
  }
  return removed;
}
