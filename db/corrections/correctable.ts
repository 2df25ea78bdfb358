import type { BilledItem, CorrectableStatement, CountedUsage } from '../../domain/correction.js';
import { sumMinor } from '../../domain/money.js';
import {
  differenceOf,
  type CorrectionLine,
  type MinimumCorrectionLine,
  type StatementLine,
} from '../../domain/statement.js';
import { usageKey } from '../../domain/usage.js';
import { rows, type Trx } from '../connect.js';
import { lineFromJson } from '../statements/statementCodec.js';
import { loadStatements, type IssuedStatement } from '../statements/statementStore.js';
import { planFromJson } from './correctionStore.js';

type Automatic = CorrectionLine | MinimumCorrectionLine;

interface ByHand {
  lineNo: number | null;
  change: string;
  amountMinor: bigint;
  newQuantity: number | null;
}

/** What later statements corrected of this month by the rules, oldest first. */
async function automaticOf(trx: Trx, { statementId }: IssuedStatement): Promise<Automatic[]> {
  const found = await rows<{ number: string; content: unknown }>(
    trx,
    `select b.number, l.content from statement s
     join statement_line l on l.msp_id = s.msp_id and l.programme_code = s.programme_code and l.for_period = s.period
       and l.kind in ('correction', 'minimum_correction')
     join statement b on b.msp_id = l.msp_id and b.id = l.statement_id
     where s.id = :statementId order by b.period, l.line_no`,
    { statementId },
  );
  return found.flatMap(({ number, content }) => {
    const line = lineFromJson(content, number);
    return line.kind === 'correction' || line.kind === 'minimum_correction' ? [line] : [];
  });
}

/** What two people changed of it, in the order in which it was confirmed. */
async function byHandOf(trx: Trx, { statementId }: IssuedStatement): Promise<ByHand[]> {
  const found = await rows<{ id: string; lineNo: number | null; change: string; amountMinor: string; plan: unknown }>(
    trx,
    `select id, line_no as "lineNo", change, amount_minor as "amountMinor", plan from correction
     where statement_id = :statementId and state = 'confirmed' and change <> 'reissue' order by decided_at, id`,
    { statementId },
  );
  return found.map(({ id, amountMinor, plan, ...row }) => ({
    ...row,
    amountMinor: BigInt(amountMinor),
    newQuantity: planFromJson(plan, id).line?.newQuantity ?? null,
  }));
}

function isAbout(line: BilledItem['line'], correction: Automatic): boolean {
  if (line.kind === 'minimum') return correction.kind === 'minimum_correction';
  return line.kind === 'usage' && correction.kind === 'correction' && usageKey(line) === usageKey(correction);
}

function itemOf(line: BilledItem['line'], automatic: readonly Automatic[], byHand: readonly ByHand[]): BilledItem {
  const corrections = automatic.filter((one) => isAbout(line, one));
  const hands = byHand.filter(({ lineNo }) => lineNo === line.lineNo);
  const last = corrections.at(-1);
  const byRules = line.kind === 'usage' ? (last?.kind === 'correction' ? last.newQuantity : line.quantity) : null;
  const amount = (some: readonly ByHand[]) => sumMinor(some.map(({ amountMinor }) => amountMinor));
  return {
    line,
    quantity: hands.findLast(({ newQuantity }) => newQuantity !== null)?.newQuantity ?? byRules,
    billedMinor: line.amountMinor + sumMinor(corrections.map(differenceOf)),
    manualMinor: amount(hands),
    manualQuantityMinor: amount(hands.filter(({ change }) => change === 'quantity')),
    waived: hands.some(({ change }) => change === 'waiver'),
  };
}

/** Of each site, tenant and meter what the latest of the rules' corrections says, else the line itself. */
function countedBy(lines: readonly StatementLine[], automatic: readonly Automatic[]): CountedUsage[] {
  const counted = new Map<string, CountedUsage>();
  for (const line of [...lines.filter((one) => one.kind === 'usage'), ...automatic]) {
    if (line.kind === 'minimum_correction') continue;
    const { siteId, siteName, tenantName, tenantRef, meter } = line;
    const quantity = line.kind === 'usage' ? line.quantity : line.newQuantity;
    counted.set(usageKey(line), {
      ...{ siteId, siteName, tenantName, tenantRef, meter },
      quantity: line.firstMonthFree ? 0 : quantity,
    });
  }
  return [...counted.values()];
}

function isOwn(line: StatementLine): line is BilledItem['line'] {
  return line.kind === 'usage' || line.kind === 'minimum' || line.kind === 'term' || line.kind === 'extension';
}

/** An issued statement, with what was billed for each of its lines so far; undefined where there is none. */
export async function loadCorrectable(
  trx: Trx,
  statementId: string,
): Promise<{ issued: IssuedStatement; of: CorrectableStatement } | undefined> {
  const [issued] = await loadStatements(trx, [statementId]);
  if (issued === undefined) return undefined;
  const automatic = await automaticOf(trx, issued);
  const byHand = await byHandOf(trx, issued);
  const own = issued.statement.lines.filter(isOwn);
  return {
    issued,
    of: {
      statement: issued.statement,
      items: own.map((line) => itemOf(line, automatic, byHand)),
      usage: countedBy(own, automatic),
      billedMinor: sumMinor([...own.map(({ amountMinor }) => amountMinor), ...automatic.map(differenceOf)]),
      manualMinor: sumMinor(byHand.map(({ amountMinor }) => amountMinor)),
      waived: byHand.some(({ lineNo, change }) => lineNo === null && change === 'waiver'),
    },
  };
}
