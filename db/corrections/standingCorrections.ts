import type { StandingCorrections } from '../../domain/month/inputs.js';
import type { Period } from '../../domain/period.js';
import { usageKey } from '../../domain/usage.js';
import type { MeterCode } from '../../domain/catalog/index.js';
import { rows, type Trx } from '../connect.js';

export const NOTHING_STANDS: StandingCorrections = {
  whole: false,
  minimum: false,
  usage: new Set(),
  amounts: { usage: new Map(), minimum: 0n, all: 0n },
};

/**
 * SQL: what two people set or waived of one line of usage, which estimates of later months go by (rule 4). Of a statement that
 * was waived as a whole nobody said that its quantities were others.
 */
export const QUANTITY_BY_HAND = `
  select k.id, k.msp_id, k.programme_code, k.statement_id, k.period, k.line_no, k.change, k.decided_at,
    (k.plan #>> '{line,newQuantity}')::int as quantity
  from correction k join statement_line u on u.msp_id = k.msp_id and u.statement_id = k.statement_id and u.line_no = k.line_no
    and u.kind = 'usage'
  where k.state = 'confirmed' and k.change in ('quantity', 'waiver')`;

interface Row {
  mspId: string;
  period: Period;
  change: string;
  amountMinor: string;
  lineNo: number | null;
  kind: string | null;
  siteId: string | null;
  tenantRef: string | null;
  meter: MeterCode | null;
}

/** What was confirmed by hand of these MSPs' months, by `<msp> <period>`: it stands when a month is rated again. */
export async function standingCorrections(
  trx: Trx,
  { programme, mspIds }: { programme: string; mspIds: readonly string[] },
): Promise<Map<string, StandingCorrections>> {
  const found = await rows<Row>(
    trx,
    `select c.msp_id as "mspId", c.period, c.change, c.amount_minor as "amountMinor", c.line_no as "lineNo", l.kind,
       l.site_id as "siteId", l.tenant_ref as "tenantRef", l.meter
     from correction c
     left join statement_line l on l.msp_id = c.msp_id and l.statement_id = c.statement_id and l.line_no = c.line_no
     where c.programme_code = :programme and c.msp_id = any(:mspIds::uuid[]) and c.state = 'confirmed'
       and c.change <> 'reissue'`,
    { programme, mspIds: [...mspIds] },
  );
  const standing = new Map<string, StandingCorrections>();
  for (const { mspId, period, change, amountMinor: amount, lineNo, kind, siteId, tenantRef, meter } of found) {
    const key = `${mspId} ${period}`;
    const before = standing.get(key) ?? NOTHING_STANDS;
    const amountMinor = BigInt(amount);
    const line = siteId === null || meter === null || kind !== 'usage' ? null : usageKey({ siteId, tenantRef, meter });
    const stands = change !== 'amount';
    const { usage, minimum, all } = before.amounts;
    standing.set(key, {
      whole: before.whole || (stands && lineNo === null),
      minimum: before.minimum || (stands && kind === 'minimum'),
      usage: stands && line !== null ? new Set([...before.usage, line]) : before.usage,
      amounts: {
        usage: line === null ? usage : new Map([...usage, [line, (usage.get(line) ?? 0n) + amountMinor]]),
        minimum: kind === 'minimum' ? minimum + amountMinor : minimum,
        all: all + amountMinor,
      },
    });
  }
  return standing;
}
