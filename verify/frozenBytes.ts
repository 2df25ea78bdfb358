import { documentProblems } from './documents.js';
import { canonical } from './evaluate/canonical.js';
import { sha256 } from './evaluate/sha256.js';
import { frozenByHandProblems } from './correctedByHand.js';
import { ask, problemsOf, type Checker, type VerifyContext } from './context.js';
import { packProblems } from './frozenPacks.js';
import { keptFrom } from './kept.js';
import { statementBatches } from './statementBatches.js';

/** The hash that the chain covers: the whole statement, its lines included. */
async function contentProblems(context: VerifyContext): Promise<string[]> {
  const problems: string[] = [];
  for await (const batch of statementBatches(context)) {
    const stored = await ask<{ id: string; hash: string }>(
      context,
      `select id, encode(content_hash, 'hex') as hash from statement where id = any(:ids::uuid[])`,
      { ids: batch.map(({ id }) => id) },
    );
    const hashes = new Map(stored.map(({ id, hash }) => [id, hash]));
    for (const { id, head, lines } of batch) {
      if (sha256(canonical({ ...head, lines })).toString('hex') === hashes.get(id)) continue;
      problems.push(`${head.number}: its content was changed`);
    }
  }
  return problems;
}

/** Columns that repeat the frozen content, for queries. They must not say anything else. */
const HEAD_COLUMNS = `
  select format('%s: its columns say something else than its content', number) as problem from statement
  where programme_code = :programme and (:period::text is null or period = :period) and (
    content ->> 'number' <> number or content ->> 'period' <> period or (content ->> 'revision')::int <> revision
    or content ->> 'statementDate' <> statement_date::text or content ->> 'currency' <> currency
    or (content ->> 'totalMinor')::bigint <> total_minor or (content ->> 'templateVersion')::int <> template_version
    or line_count <> (select count(*) from statement_line l where l.msp_id = statement.msp_id
      and l.statement_id = statement.id))
  order by 1`;

const LINE_COLUMNS = `
  select format('%s: the columns of line %s say something else than its content', s.number, l.line_no) as problem
  from statement_line l join statement s on s.msp_id = l.msp_id and s.id = l.statement_id
  where s.programme_code = :programme and (:period::text is null or l.period = :period) and (
    l.programme_code <> s.programme_code or l.period <> s.period or (l.content ->> 'lineNo')::int <> l.line_no or l.content ->> 'kind' <> l.kind
    or (l.content ->> 'amountMinor')::bigint <> l.amount_minor
    or (l.content ->> 'siteId')::uuid is distinct from l.site_id or (l.content ->> 'meter') is distinct from l.meter
    or (l.content ->> 'tenantRef') is distinct from l.tenant_ref or (l.content ->> 'basis') is distinct from l.basis
    or (l.content ->> 'peak')::int is distinct from l.peak
    or (l.content ->> 'forPeriod') is distinct from l.for_period
    or l.kind = 'usage' and (l.content ->> 'quantity')::int is distinct from l.quantity)
  order by 1`;

/** Where the trail begins: after the last event that rule 15 removed, whose hash the first that is left follows. */
const TRAIL = `trail as (
    select coalesce(max(event_id), 0) as last_id, coalesce(max(event_hash), '\\x'::bytea) as last_hash
    from retained_from where class = 'auditTrail')`;

/** The audit trail as its trigger chains it (db/schema/migrations/0007). */
const AUDIT_CHAIN = `
  with ${TRAIL}
  select case when a.id <> a.place then format('audit event %s: events before it are missing', a.id)
    else format('audit event %s: it was changed', a.id) end as problem
  from (select e.*, t.last_id + row_number() over (order by id) as place,
      coalesce(lag(hash) over (order by id), t.last_hash) as hash_before
    from audit_event e cross join trail t) a
  where a.id <> a.place or a.previous_hash <> a.hash_before
    or a.hash <> sha256(a.previous_hash || convert_to(jsonb_build_array(a.id, extract(epoch from a.at), a.actor, a.action,
      a.subject, a.msp_id, a.before, a.after, a.reason)::text, 'UTF8'))
  order by a.id`;

/** What runs were sealed over: an end that was cut off is missed by the seals that knew it. */
const AUDIT_ANCHORS = `
  with ${TRAIL}
  select format('audit event %s: the run %s %s was sealed over it, and it is gone', r.audit_head ->> 'id', r.programme_code,
    r.period) as problem
  from billing_run r left join audit_event a
    on a.id = (r.audit_head ->> 'id')::bigint and encode(a.hash, 'hex') = r.audit_head ->> 'hash'
  where r.audit_head is not null and a.id is null and (r.audit_head ->> 'id')::bigint > (select last_id from trail) order by 1`;

/** The chain of each distributor and year of the programme, from its first statement to the counter. */
async function chainProblems(context: VerifyContext): Promise<string[]> {
  const links = await ask<{
    counter: string;
    number: string;
    content: Buffer;
    previous: Buffer;
    chain: Buffer;
    end: Buffer | null;
  }>(
    context,
    `select d.code || ' ' || s.year as counter, s.number, s.content_hash as content, s.previous_hash as previous,
       s.chain_hash as chain, n.chain_hash as "end"
     from statement s join distributor d on d.id = s.distributor_id
     left join statement_number n on n.programme_code = s.programme_code and n.distributor_id = s.distributor_id
       and n.year = s.year
     where s.programme_code = :programme and s.year::text >= ${keptFrom('documents')}
     order by d.code, s.year, s.sequence`,
  );
  const problems: string[] = [];
  let previous: Buffer = Buffer.alloc(0);
  for (const [index, link] of links.entries()) {
    if (links[index - 1]?.counter !== link.counter) previous = Buffer.alloc(0);
    if (!link.previous.equals(previous)) problems.push(`${link.number}: the chain of hashes is broken before it`);
    if (!link.chain.equals(sha256(link.previous, link.content)))
      problems.push(`${link.number}: its chain hash is wrong`);
    if (links[index + 1]?.counter !== link.counter && link.end?.equals(link.chain) !== true) {
      problems.push(`${link.counter}: the chain does not end where the counter says`);
    }
    previous = link.chain;
  }
  return problems;
}

/** The seal of a run, where every participant had its statement when it was sealed. */
async function sealProblems(context: VerifyContext): Promise<string[]> {
  const runs = await ask<{ period: string; seal: string; totals: { parked: number }; heads: unknown; audit: unknown }>(
    context,
    `select r.period, encode(r.seal, 'hex') as seal, r.control_totals as totals,
       r.audit_head as audit,
       (select coalesce(jsonb_agg(jsonb_build_object('number', s.number, 'chain', encode(s.chain_hash, 'hex'))
          order by s.number), '[]') from statement s
        where s.programme_code = r.programme_code and s.period = r.period) as heads
     from billing_run r where r.programme_code = :programme and r.state = 'sealed' and r.period >= ${keptFrom('documents')}
       and (:period::text is null or r.period = :period) order by 1`,
  );
  return runs
    .filter(({ totals }) => totals.parked === 0)
    .filter(({ period, seal, totals, heads, audit }) => {
      const { programme } = context;
      return sha256(canonical({ programme, period, heads, totals, audit })).toString('hex') !== seal;
    })
    .map(({ period }) => `${period}: what the run was sealed over was changed`);
}

/**
 * I5: hashes over content and lines, the chain of every distributor and year, the seal; stored documents against their
 * hashes, and against a fresh render, all or a sample of them, where the context has a render pool.
 */
export const checkFrozenBytes: Checker = async (context) => {
  // Side by side: packs are read while statements are rendered, and the render threads are never without work.
  const problems = await Promise.all([
    contentProblems(context),
    documentProblems(context),
    chainProblems(context),
    sealProblems(context),
    packProblems(context),
    frozenByHandProblems(context),
    problemsOf(context, [HEAD_COLUMNS, LINE_COLUMNS]),
  ]);
  return problems.flat();
};

/** I5 of the audit trail, which all programmes share. */
export const checkAuditTrail: Checker = (context) => problemsOf(context, [AUDIT_CHAIN, AUDIT_ANCHORS]);
