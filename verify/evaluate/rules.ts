import { ask, type VerifyContext } from '../context.js';

/** Rules 3, 4 and 7 as a run froze them; what it did not is as product.md says. */
export interface Rules {
  /** Kinds of discrepancies that judge the month. */
  kinds: readonly string[];
  tolerance: { units: number; percent: number };
  jump: { units: number; percent: number };
  clockOffHours: number;
  firstMonthUnits: number;
  /** What is done where nobody decides, by kind. */
  defaults: Readonly<Record<string, string>>;
  /** Rule 10: how many days at a month's end have its reference rate. */
  publishedWithinDays: number | null;
}

interface StoredRules {
  kinds?: string[];
  settings?: {
    discrepancies?: Partial<Pick<Rules, 'tolerance' | 'jump' | 'clockOffHours' | 'firstMonthUnits'>> & {
      kinds?: Record<string, { default?: string | null }>;
    };
    exchangeRates?: { publishedWithinDays?: number };
  };
}

const SHIPPED: Readonly<Record<string, string>> = {
  clock_off: 'time_of_receipt',
  missing_report: 'estimated',
  usage_after_revocation: 'up_to_revocation',
  report_mismatch: 'greater',
  two_installations: 'summed',
  unassigned_tenant: 'billed',
  usage_jump: 'accepted',
  first_month_large: 'accepted',
  licence_exceeded: 'excess_metered',
};

export function rulesOf({ kinds = [], settings = {} }: StoredRules): Rules {
  const { discrepancies = {}, exchangeRates = {} } = settings;
  const set = Object.entries(discrepancies.kinds ?? {}).flatMap(([kind, { default: chosen }]) =>
    typeof chosen === 'string' ? [[kind, chosen] as const] : [],
  );
  return {
    kinds,
    tolerance: { units: 1, percent: 2, ...discrepancies.tolerance },
    jump: { units: 10, percent: 50, ...discrepancies.jump },
    clockOffHours: discrepancies.clockOffHours ?? 24,
    firstMonthUnits: discrepancies.firstMonthUnits ?? 1_000,
    defaults: { ...SHIPPED, ...Object.fromEntries<string>(set) },
    publishedWithinDays: exchangeRates.publishedWithinDays ?? null,
  };
}

const NO_RULES = rulesOf({});

/** Rule 23: by what each month of the programme was closed. */
export async function rulesByPeriod(context: VerifyContext): Promise<(period: string) => Rules> {
  const runs = await ask<{ period: string; rules: StoredRules }>(
    context,
    `select period, rules from billing_run where programme_code = :programme and state <> 'skipped'`,
  );
  const byPeriod = new Map(runs.map(({ period, rules }) => [period, rulesOf(rules)]));
  return (period) => byPeriod.get(period) ?? NO_RULES;
}
