import { exact, rounded, times } from './evaluate/exact.js';
import { keyOf } from './evaluate/known.js';
import { amountOf, productsOf } from './evaluate/price.js';
import { inPrintedOrder, type Placed } from './evaluate/printedOrder.js';
import { ask, type VerifyContext } from './context.js';
import type { Head } from './statementBatches.js';

interface Counted extends Placed {
  quantity: number;
  firstMonthFree: boolean;
}

/** A confirmed correction of a quantity, with what the rules counted of its meter by then. */
interface ByHand {
  id: string;
  head: Head;
  lineNo: number;
  newQuantity: number;
  ratedMinor: string;
  usage: (Counted & { lineNo: number })[];
  /** Oldest first. `surely`: it was issued by then; else within the minute in which either may have come first. */
  corrected: { line: Omit<Counted, 'quantity'> & { newQuantity: number }; surely: boolean }[];
}

/** `meeting`: the interval within which a statement and a decision may each have come first. */
const QUANTITIES = (meeting: string) => `
  select c.id, s.content as head, c.line_no as "lineNo", (c.plan -> 'line' ->> 'newQuantity')::int as "newQuantity",
    c.plan -> 'line' ->> 'ratedMinor' as "ratedMinor",
    (select jsonb_agg(l.content order by l.line_no) from statement_line l
      where l.msp_id = c.msp_id and l.statement_id = c.statement_id and l.kind = 'usage' and l.meter = o.meter) as usage,
    (select coalesce(jsonb_agg(jsonb_build_object('line', l.content, 'surely', n.issued_at <= c.decided_at - ${meeting})
        order by n.period, l.line_no), '[]')
      from statement_line l join statement n on n.msp_id = l.msp_id and n.id = l.statement_id
      where l.msp_id = c.msp_id and l.programme_code = c.programme_code and l.for_period = c.period
        and l.kind = 'correction' and l.meter = o.meter and n.issued_at <= c.decided_at + ${meeting}) as corrected
  from correction c join statement s on s.msp_id = c.msp_id and s.id = c.statement_id
  join statement_line o on o.msp_id = c.msp_id and o.statement_id = c.statement_id and o.line_no = c.line_no
    and o.kind = 'usage'
  where c.programme_code = :programme and (:period::text is null or c.period = :period) and c.state = 'confirmed'
    and c.change = 'quantity'
  order by s.number, c.line_no, c.decided_at`;

/** What the new quantity comes to among the lines of its meter, as these corrections left them; undefined: nobody can tell. */
function priceOf({ head, lineNo, newQuantity, usage }: ByHand, corrected: ByHand['corrected']): bigint | undefined {
  const own = usage.find((line) => line.lineNo === lineNo);
  const price = own && head.pricePlan.prices[own.meter];
  if (own === undefined || price === undefined) return undefined;
  const key = ({ siteId, tenantRef, meter }: Placed) => keyOf(siteId, tenantRef, meter);
  const counted = new Map(usage.map((line): [string, Counted] => [key(line), line]));
  for (const { line } of corrected) {
    counted.set(key(line), { ...line, quantity: line.newQuantity });
  }
  counted.delete(key(own));
  const units = (some: readonly Counted[]) =>
    some.reduce((sum, { firstMonthFree, quantity }) => sum + (firstMonthFree ? 0 : quantity), 0);
  const others = [...counted.values()];
  const before = units(others.filter((line) => inPrintedOrder(line, own) < 0));
  const products = productsOf(price, { before, units: newQuantity, total: units(others) + newQuantity });
  return products && rounded(times(amountOf(products), exact(head.exchange?.rate ?? 1)), head.currency);
}

/** I2 of quantities by hand: priced by the statement's own list and rate, among what the rules counted when it was decided. */
export async function quantityProblems(context: VerifyContext, meeting: string): Promise<string[]> {
  const corrections = await ask<ByHand>(context, QUANTITIES(meeting));
  return corrections.flatMap((one) => {
    const { id, head, newQuantity, ratedMinor, corrected } = one;
    const surely = priceOf(
      one,
      corrected.filter((each) => each.surely),
    );
    if (surely === undefined || [surely, priceOf(one, corrected)].includes(BigInt(ratedMinor))) return [];
    const what = `correction ${id} of ${head.number} prices ${newQuantity} units at ${ratedMinor} minor units`;
    return [`${what}; by the price list they come to ${surely}`];
  });
}
