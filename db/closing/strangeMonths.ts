import { knowsFactsVersion } from '../../domain/frozenFacts.js';
import { ALL_KINDS } from '../../domain/reconcile/index.js';
import type { Period } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import { monthRules } from './monthRules.js';
import { runRules } from './openRun.js';

/** A run that is open, with its shards. */
export interface OpenMonth extends RunKey {
  shards: readonly number[];
}

/** Every run that has not been sealed. */
export async function openMonths(trx: Trx): Promise<OpenMonth[]> {
  return rows<{ programme: string; period: Period; shards: number[] }>(
    trx,
    `select r.programme_code as programme, r.period, array_remove(array_agg(s.shard order by s.shard), null) as shards
     from billing_run r
     left join run_shard s on s.programme_code = r.programme_code and s.period = r.period
     where r.state = 'open' group by r.programme_code, r.period order by r.programme_code, r.period`,
    {},
  );
}

/** Versions of the facts that are frozen in a month; null where one says none. */
async function factsVersions(trx: Trx, { programme, period }: RunKey): Promise<(number | null)[]> {
  const found = await rows<{ version: number | null }>(
    trx,
    `select distinct case jsonb_typeof(facts -> 'version') when 'number' then (facts ->> 'version')::float8 end as version
     from reconciled_site where programme_code = :programme and period = :period order by 1`,
    { programme, period },
  );
  return found.map(({ version }) => version);
}

/**
 * Why this version of Kontor cannot go on with an open month, a phrase each; none: it can. Of a month that another version
 * opened or reconciled: rules, kinds of discrepancies or facts that are in no shape known here.
 */
export async function strangeIn(trx: Trx, key: RunKey): Promise<string[]> {
  const strange: string[] = [];
  const kinds: readonly string[] = ALL_KINDS;
  try {
    const frozen = await runRules(trx, key);
    const unknown = (frozen?.kinds ?? []).filter((kind) => !kinds.includes(kind));
    if (unknown.length > 0) strange.push(`it has discrepancies of kinds unknown here (${unknown.join(', ')})`);
    await monthRules(trx, key);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    strange.push(`its rules cannot be read here (${why})`);
  }
  const versions = (await factsVersions(trx, key)).filter((version) => !knowsFactsVersion(version));
  if (versions.length > 0) {
    strange.push(
      `its frozen facts are of a version unknown here (${versions.map((each) => each ?? 'none').join(', ')})`,
    );
  }
  return strange;
}
