import { ask, type VerifyContext } from './context.js';
import { keyOf } from './evaluate/known.js';

/** A workflow chooses the instant of what it does before it does it: of two that meet, each may have seen the other. */
const MEETING_MS = 60_000;

/** What two people changed of one month, by line. */
export interface ByHand {
  /** The whole was waived: nothing of the month is rated again. */
  whole: boolean;
  /** Lines (`keyOf`, or `minimum`) that were waived or whose quantity was set: they are rated no more. */
  stands: ReadonlySet<string>;
  /** Minor units, by the same keys. */
  amounts: ReadonlyMap<string, bigint>;
  /** Of all lines, and of the statement as a whole. */
  allMinor: bigint;
}

export const MINIMUM = 'minimum';

interface Row {
  mspId: string;
  period: string;
  change: string;
  amountMinor: string;
  decidedAt: Date;
  lineNo: number | null;
  kind: string | null;
  siteId: string | null;
  tenantRef: string | null;
  meter: string | null;
}

const CONFIRMED = `
  select c.msp_id as "mspId", c.period, c.change, c.amount_minor as "amountMinor", c.decided_at as "decidedAt",
    c.line_no as "lineNo", o.kind, o.site_id as "siteId", o.tenant_ref as "tenantRef", o.meter
  from correction c
  left join statement_line o on o.msp_id = c.msp_id and o.statement_id = c.statement_id and o.line_no = c.line_no
  where c.programme_code = :programme and c.msp_id = any(:msps::uuid[]) and c.state = 'confirmed' and c.change <> 'reissue'`;

const LICENCES = `
  select l.msp_id as "mspId", l.period, sum(l.amount_minor)::text as minor from statement_line l
  where l.programme_code = :programme and l.msp_id = any(:msps::uuid[]) and l.kind in ('term', 'extension') group by 1, 2`;

function lineOf({ kind, siteId, tenantRef, meter }: Row): string | null {
  if (kind === 'minimum') return MINIMUM;
  return kind === 'usage' && siteId !== null && meter !== null ? keyOf(siteId, tenantRef, meter) : null;
}

function added(changes: readonly Row[]): ByHand {
  const stands = new Set<string>();
  const amounts = new Map<string, bigint>();
  let allMinor = 0n;
  for (const change of changes) {
    const amountMinor = BigInt(change.amountMinor);
    const line = lineOf(change);
    allMinor += amountMinor;
    if (line === null) continue;
    amounts.set(line, (amounts.get(line) ?? 0n) + amountMinor);
    if (change.change !== 'amount') stands.add(line);
  }
  const whole = changes.some(({ change, lineNo }) => change === 'waiver' && lineNo === null);
  return { whole, stands, amounts, allMinor };
}

export interface CorrectedBetween {
  /** What was confirmed of a month before an instant; two answers where something was confirmed while it passed. */
  byHand(mspId: string, period: string, before: Date): ByHand[];
  /** What the licences of that statement come to, in minor units. */
  licencesMinor(mspId: string, period: string): bigint;
}

/** What people corrected of these MSPs' months by hand, and the licences that are no part of what is rated again. */
export async function correctedBetween(context: VerifyContext, msps: readonly string[]): Promise<CorrectedBetween> {
  const of = { msps: [...msps] };
  const confirmed = await ask<Row>(context, CONFIRMED, of);
  const licences = await ask<{ mspId: string; period: string; minor: string }>(context, LICENCES, of);
  return {
    byHand: (mspId, period, before) => {
      const its = confirmed.filter((one) => one.mspId === mspId && one.period === period);
      const until = (ms: number) => its.filter(({ decidedAt }) => decidedAt.getTime() <= before.getTime() + ms);
      const [surely, perhaps] = [until(-MEETING_MS), until(MEETING_MS)];
      return surely.length === perhaps.length ? [added(surely)] : [added(surely), added(perhaps)];
    },
    licencesMinor: (mspId, period) =>
      BigInt(licences.find((one) => one.mspId === mspId && one.period === period)?.minor ?? 0),
  };
}
