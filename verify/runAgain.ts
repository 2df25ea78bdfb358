import { frozenSite, type StoredFacts } from './evaluate/known.js';
import { rulesByPeriod } from './evaluate/rules.js';
import { findings, isKnownKind } from './evaluate/settle.js';
import { UNRENDERED_CORRECTIONS } from './correctedByHand.js';
import { ask, problemsOf, type Checker, type VerifyContext } from './context.js';

const SEALED = `r.programme_code = :programme and r.state = 'sealed' and (:period::text is null or r.period = :period)`;
const ofRun = (alias: string) => `${alias}.programme_code = r.programme_code and ${alias}.period = r.period`;

/** What the activities of a second run would select: each query is one step of the close. */
const OPEN_PARTICIPANTS = `
  select format('%s: %s would be issued now', r.period, m.name) as problem
  from billing_run r join run_participant p on ${ofRun('p')} and p.state = 'open' join msp m on m.id = p.msp_id
  where ${SEALED} order by 1`;

const UNFINISHED_SHARDS = `
  select format('%s: shard %s is in stage %s', r.period, s.shard, s.stage) as problem
  from billing_run r join run_shard s on ${ofRun('s')} and s.stage <> 'done' where ${SEALED} order by 1`;

const OPEN_CASES = `
  select format('%s: a case of kind %s of %s would be settled by default', r.period, d.kind, m.name) as problem
  from billing_run r join discrepancy d on ${ofRun('d')} and d.state = 'open' and d.handling = 'review'
  join msp m on m.id = d.msp_id where ${SEALED} order by 1`;

const UNRENDERED = `
  select format('%s would be rendered now', s.number) as problem
  from billing_run r join statement s on ${ofRun('s')}
  where ${SEALED} and not exists (
    select from statement_document d where d.msp_id = s.msp_id and d.statement_id = s.id) order by 1`;

const UNPACKED = `
  select format('%s would go into a billing pack now', s.number) as problem
  from billing_run r join statement s on ${ofRun('s')}
  where ${SEALED} and not exists (
    select from billing_pack_statement b where b.msp_id = s.msp_id and b.statement_id = s.id) order by 1`;

const UNSENT = `
  select format('%s would be sent now', o.message_id) as problem
  from billing_run r join outbox o on ${ofRun('o')} and o.state = 'pending' and o.not_before <= :now::timestamptz
  where ${SEALED} order by o.id`;

interface SiteRow {
  period: string;
  mspId: string;
  siteId: string;
  siteName: string;
  facts: StoredFacts;
  /** Kind, tenant and meter of each. */
  cases: string[];
}

const SITES_AT_ONCE = 1_000;
const NIL = '00000000-0000-0000-0000-000000000000';

/** Reconciling the frozen facts again, by the settings and kinds of their month, finds the cases that are there, no others. */
async function otherFindings(context: VerifyContext): Promise<string[]> {
  const problems: string[] = [];
  const rulesOf = await rulesByPeriod(context);
  let after = { period: '', msp: NIL, site: NIL };
  for (;;) {
    const sites = await ask<SiteRow>(
      context,
      `select f.period, f.msp_id as "mspId", f.site_id as "siteId", f.facts, f.facts ->> 'siteName' as "siteName",
         array(select concat_ws(' ', d.kind, coalesce(d.tenant_ref, '-'), coalesce(d.meter, '-')) from discrepancy d
           where d.programme_code = f.programme_code and d.period = f.period and d.msp_id = f.msp_id and d.site_id = f.site_id) as cases
       from reconciled_site f join billing_run r on ${ofRun('f')}
       where ${SEALED} and (f.period, f.msp_id, f.site_id) > (:afterPeriod, :afterMsp::uuid, :afterSite::uuid)
       order by f.period, f.msp_id, f.site_id limit :limit`,
      { afterPeriod: after.period, afterMsp: after.msp, afterSite: after.site, limit: SITES_AT_ONCE },
    );
    for (const { period, siteName, facts, cases } of sites) {
      const known = cases.filter((key) => isKnownKind(key.split(' ')[0] ?? ''));
      const found = findings(frozenSite(facts), rulesOf(period)).map(({ kind, tenantRef, meter }) =>
        [kind, tenantRef ?? '-', meter ?? '-'].join(' '),
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
  const steps = [
    OPEN_PARTICIPANTS,
    UNFINISHED_SHARDS,
    OPEN_CASES,
    UNRENDERED,
    UNPACKED,
    UNSENT,
    UNRENDERED_CORRECTIONS,
  ];
  return [...(await problemsOf(context, steps, { now: context.now })), ...(await otherFindings(context))];
};
