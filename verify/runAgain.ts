import { reconcileSite } from '../domain/reconcile/index.js';
import type { SiteFacts } from '../domain/usage.js';
import { ask, problemsOf, type Checker, type VerifyContext } from './context.js';

const SEALED = `r.state = 'sealed' and (:period::text is null or r.period = :period)`;

/** What the activities of a second run would select: each query is one step of the close. */
const OPEN_PARTICIPANTS = `
  select format('%s: %s would be issued now', r.period, m.name) as problem
  from billing_run r join run_participant p on p.period = r.period and p.state = 'open' join msp m on m.id = p.msp_id
  where ${SEALED} order by 1`;

const UNFINISHED_SHARDS = `
  select format('%s: shard %s is in stage %s', r.period, s.shard, s.stage) as problem
  from billing_run r join run_shard s on s.period = r.period and s.stage <> 'done' where ${SEALED} order by 1`;

const OPEN_CASES = `
  select format('%s: a case of kind %s of %s would be settled by default', r.period, d.kind, m.name) as problem
  from billing_run r join discrepancy d on d.period = r.period and d.state = 'open' and d.handling = 'review'
  join msp m on m.id = d.msp_id where ${SEALED} order by 1`;

const UNRENDERED = `
  select format('%s would be rendered now', s.number) as problem
  from billing_run r join statement s on s.period = r.period
  where ${SEALED} and not exists (
    select from statement_document d where d.msp_id = s.msp_id and d.statement_id = s.id) order by 1`;

const UNPACKED = `
  select format('%s would go into a billing pack now', s.number) as problem
  from billing_run r join statement s on s.period = r.period
  where ${SEALED} and not exists (
    select from billing_pack_statement b where b.msp_id = s.msp_id and b.statement_id = s.id) order by 1`;

const UNSENT = `
  select format('%s would be sent now', o.message_id) as problem
  from billing_run r join outbox o on o.period = r.period and o.state = 'pending' and o.not_before <= :now::timestamptz
  where ${SEALED} order by o.id`;

interface SiteRow {
  period: string;
  siteName: string;
  facts: Omit<SiteFacts, 'revokedAt'> & { revokedAt: string | null };
  known: string[];
}

const SITES_AT_ONCE = 1_000;

/** Reconciling the frozen facts again finds the cases that are there, no others. */
async function otherFindings(context: VerifyContext): Promise<string[]> {
  const problems: string[] = [];
  let after = { period: '', msp: '00000000-0000-0000-0000-000000000000', site: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const sites = await ask<SiteRow & typeof after & { mspId: string; siteId: string }>(
      context,
      `select f.period, f.msp_id as "mspId", f.site_id as "siteId", f.facts, f.facts ->> 'siteName' as "siteName",
         array(select concat_ws(' ', d.kind, coalesce(d.tenant_ref, '-'), coalesce(d.meter, '-')) from discrepancy d
           where d.period = f.period and d.msp_id = f.msp_id and d.site_id = f.site_id) as known
       from reconciled_site f join billing_run r on r.period = f.period
       where ${SEALED} and (f.period, f.msp_id, f.site_id) > (:afterPeriod, :afterMsp::uuid, :afterSite::uuid)
       order by f.period, f.msp_id, f.site_id limit :limit`,
      { afterPeriod: after.period, afterMsp: after.msp, afterSite: after.site, limit: SITES_AT_ONCE },
    );
    for (const { period, siteName, facts, known } of sites) {
      const site = { ...facts, revokedAt: facts.revokedAt === null ? null : new Date(facts.revokedAt) };
      const found = reconcileSite(site).map(({ kind, usage }) =>
        [kind, usage?.tenantRef ?? '-', usage?.meter ?? '-'].join(' '),
      );
      for (const key of new Set([...found, ...known])) {
        if (found.includes(key) && known.includes(key)) continue;
        problems.push(`${period}: site "${siteName}": ${key} ${known.includes(key) ? 'is no finding' : 'is no case'}`);
      }
    }
    const last = sites.at(-1);
    if (last === undefined || sites.length < SITES_AT_ONCE) return problems;
    after = { period: last.period, msp: last.mspId, site: last.siteId };
  }
}

/** I8: of every sealed run, each step of the close would find nothing to do. */
export const checkRunAgain: Checker = async (context) => {
  const sealed = await ask(context, `select 1 from billing_run r where ${SEALED} limit 1`);
  if (sealed.length === 0) return 'not checked';
  const problems: string[] = [];
  for (const query of [OPEN_PARTICIPANTS, UNFINISHED_SHARDS, OPEN_CASES, UNRENDERED, UNPACKED]) {
    problems.push(...(await problemsOf(context, query)));
  }
  const unsent = await ask<{ problem: string }>(context, UNSENT, { now: context.now });
  return [...problems, ...unsent.map(({ problem }) => problem), ...(await otherFindings(context))];
};
