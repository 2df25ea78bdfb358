import { readFacts } from '../../domain/frozenFacts.js';
import { groupBy } from '../../domain/groupBy.js';
import type { Period } from '../../domain/period.js';
import type { PricePlan } from '../../domain/pricing/pricePlan.js';
import type { MonthInput } from '../../domain/month/inputs.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import { unbookedCorrections } from '../corrections/unbookedCorrections.js';
import { storedVendor } from '../parties/storedParty.js';
import { storedPrices, storedTermPrices } from '../prices/storedPrices.js';
import { casesOf } from './casesOf.js';
import { licencesBilledIn } from './licencesBilled.js';
import { selected, type Selection } from './participants.js';

type ParticipantRow = Omit<
  MonthInput,
  'sites' | 'cases' | 'tenantNames' | 'licences' | 'manual' | 'history' | 'lastTermsMinor' | 'vendor'
> & { vendor: unknown };

/** Earlier statements that the chart shows; the last of them is what the total is compared with, however old. */
const HISTORY_STATEMENTS = 5;

const groupByMsp = <T extends { mspId: string }>(items: readonly T[]) => groupBy(items, ({ mspId }) => mspId);

/** Locks the participants that are not issued yet, so that two closes cannot issue the same MSP (I1), and loads them. */
export async function loadMonthInputs(trx: Trx, selection: Selection): Promise<MonthInput[]> {
  const { sql, bindings } = selected(selection);
  const participants = await rows<ParticipantRow>(
    trx,
    `select p.msp_id as "mspId", p.distributor_id as "distributorId", d.code as "distributorCode", m.locale, p.zone,
       d.currency, s.statement_date as "statementDate", g.vendor,
       jsonb_build_object('name', m.name, 'registrationNumber', m.registration_number, 'address', m.address,
         'country', m.country, 'email', m.email) as msp,
       jsonb_build_object('name', d.name, 'registrationNumber', d.registration_number, 'address', d.address,
         'country', d.country, 'email', d.email) as distributor
     from run_participant p
     join run_shard s on s.programme_code = p.programme_code and s.period = p.period and s.shard = p.shard
     join msp m on m.id = p.msp_id
     join distributor d on d.id = p.distributor_id
     join programme g on g.code = p.programme_code
     where ${sql} and p.state <> 'issued' ${'mspIds' in selection ? '' : `and p.state = 'open'`}
     order by p.position for update of p`,
    bindings,
  );
  if (participants.length === 0) return [];
  const { programme, period } = selection;
  const msps = { ids: participants.map(({ mspId }) => mspId), programme, period };

  const facts = groupByMsp(
    await rows<{ mspId: string; facts: unknown }>(
      trx,
      `select msp_id as "mspId", facts from reconciled_site
       where programme_code = :programme and period = :period and msp_id = any(:ids)`,
      msps,
    ),
  );
  const cases = await casesOf(trx, { programme, period, mspIds: msps.ids });
  const tenants = groupByMsp(
    await rows<{ mspId: string; id: string; name: string }>(
      trx,
      `select msp_id as "mspId", id, name from tenant where msp_id = any(:ids)`,
      { ids: msps.ids },
    ),
  );
  const history = groupByMsp(
    await rows<{ mspId: string; period: Period; totalMinor: string; termsMinor: string }>(
      trx,
      `select "mspId", period, "totalMinor", "termsMinor" from (
         select s.msp_id as "mspId", s.period, s.total_minor as "totalMinor",
           (select coalesce(sum(l.amount_minor), 0)::text from statement_line l where l.msp_id = s.msp_id
             and l.statement_id = s.id and l.kind in ('term', 'extension', 'manual_correction')) as "termsMinor",
           row_number() over (partition by s.msp_id order by s.period desc) as nth
         from statement s
         join run_participant p on p.programme_code = s.programme_code and p.period = :period and p.msp_id = s.msp_id
         join distributor d on d.id = p.distributor_id and d.currency = s.currency
         where s.programme_code = :programme and s.msp_id = any(:ids) and s.period < :period
           and not exists (select from statement n where n.programme_code = s.programme_code and n.msp_id = s.msp_id
             and n.period = s.period and n.revision > s.revision)
       ) earlier
       where nth <= :statements order by "mspId", period`,
      { ...msps, statements: HISTORY_STATEMENTS },
    ),
  );
  const licences = groupByMsp(await licencesBilledIn(trx, msps));
  const manual = groupByMsp(await unbookedCorrections(trx, msps));
  return participants.map((participant) => ({
    ...participant,
    manual: (manual.get(participant.mspId) ?? []).map(({ due }) => due),
    vendor: storedVendor(participant.vendor, programme),
    sites: (facts.get(participant.mspId) ?? []).map(({ facts: site }) => readFacts(site)),
    cases: cases.get(participant.mspId) ?? [],
    tenantNames: new Map((tenants.get(participant.mspId) ?? []).map(({ id, name }) => [id, name])),
    licences: licences.get(participant.mspId) ?? [],
    lastTermsMinor: BigInt(history.get(participant.mspId)?.at(-1)?.termsMinor ?? 0),
    history: (history.get(participant.mspId) ?? []).map(({ period, totalMinor }) => ({
      period,
      totalMinor: BigInt(totalMinor),
    })),
  }));
}

/** A programme's plans for a period: distributors' own first, and of several the one that began last. */
export async function plansFor(trx: Trx, { programme, period }: RunKey): Promise<PricePlan[]> {
  const found = await rows<
    Omit<PricePlan, 'monthlyMinimumMinor' | 'prices' | 'termPrices'> & {
      monthlyMinimumMinor: string | null;
      prices: unknown;
      termPrices: unknown;
    }
  >(
    trx,
    `select id, programme_code as programme, name, distributor_id as "distributorId", currency,
       from_period as "fromPeriod", until_period as "untilPeriod", monthly_minimum_minor as "monthlyMinimumMinor",
       first_month as "firstMonth", prices, term_prices as "termPrices"
     from price_plan where programme_code = :programme and from_period <= :period
       and (until_period is null or until_period >= :period)
     order by distributor_id nulls last, from_period desc, created_at desc`,
    { programme, period },
  );
  return found.map((plan) => ({
    ...plan,
    prices: storedPrices(plan.prices, `price plan ${plan.id}`),
    termPrices: storedTermPrices(plan.termPrices, `price plan ${plan.id}`),
    monthlyMinimumMinor: plan.monthlyMinimumMinor === null ? null : BigInt(plan.monthlyMinimumMinor),
  }));
}
