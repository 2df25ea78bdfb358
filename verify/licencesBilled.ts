import { daysBetween, firstDayOf, monthLater, monthsBetween } from './evaluate/calendar.js';
import { divided, exact, inWords, rounded, times } from './evaluate/exact.js';
import { ask, type VerifyContext } from './context.js';
import type { StoredLine, StoredStatement } from './statementBatches.js';

/** Rule 22: the amount is what the line's own units, price, days and instalment come to, rounded once. */
export function checkTermLine(line: StoredLine, currency: string, say: (problem: string) => void): void {
  const { count, years, unitPrice, instalment, exchange, amountMinor } = line;
  const share = line.kind === 'term' ? exact(1) : divided(exact(line.daysLeft), exact(line.termDays));
  const whole = times(exact(count), exact(unitPrice), exact(years), share, exact(exchange?.rate ?? 1));
  const until = (no: number) => rounded(divided(times(whole, exact(no)), exact(instalment.of)), currency);
  const due = until(instalment.no) - until(instalment.no - 1);
  if (due === BigInt(amountMinor)) return;
  say(
    `line ${line.lineNo}: its licence comes to ${inWords(due, currency)}, billed are ${inWords(BigInt(amountMinor), currency)}`,
  );
}

interface Licence {
  mspId: string;
  id: string;
  count: number;
  startsOn: string;
  endsOn: string;
  agreedUntil: string;
  termStartsOn: string;
  isExtension: boolean;
  years: number;
  unitPrice: string;
  priceCurrency: string;
  instalments: number;
}

/** Which instalment falls into a month: the first with the licence's own first month, none once it has ended. */
function dueIn(period: string, { startsOn, endsOn, instalments }: Licence): number | null {
  const no = monthsBetween(startsOn, period) + 1;
  if (no < 1 || no > instalments || endsOn <= startsOn) return null;
  return no > 1 && endsOn <= firstDayOf(period) ? null : no;
}

function checkAgreed(line: StoredLine, licence: Licence, say: (problem: string) => void): void {
  const agreed = [licence.count, licence.years, licence.priceCurrency];
  const printed = [line.count, line.years, line.priceCurrency];
  const [price, printedPrice] = [exact(licence.unitPrice), exact(line.unitPrice)];
  const samePrice = price.over * printedPrice.under === printedPrice.over * price.under;
  if (agreed.join() !== printed.join() || !samePrice) say(`line ${line.lineNo}: its licence was agreed otherwise`);
  if (!licence.isExtension) return;
  const days = [
    daysBetween(licence.startsOn, licence.agreedUntil),
    daysBetween(licence.termStartsOn, licence.agreedUntil),
  ];
  if (days.join() !== [line.daysLeft, line.termDays].join()) {
    say(
      `line ${line.lineNo}: its licence has ${days.join(' of ')} days, billed are ${line.daysLeft} of ${line.termDays}`,
    );
  }
}

/** Rules 21 and 22: each licence that an approved order made is billed with its instalment of the month, once, and no other is. */
export async function licenceProblems(context: VerifyContext, batch: readonly StoredStatement[]): Promise<string[]> {
  const licences = await ask<Licence>(
    context,
    `select l.msp_id as "mspId", l.id, l.count, l.starts_on as "startsOn", l.ends_on as "endsOn",
       l.agreed_until as "agreedUntil", l.term_starts_on as "termStartsOn", l.extends is not null as "isExtension", l.years,
       l.unit_price::text as "unitPrice", l.price_currency as "priceCurrency", l.instalments
     from term_licence l join site s on s.msp_id = l.msp_id and s.id = l.site_id and s.programme_code = :programme
     where l.msp_id = any(:msps::uuid[])`,
    { msps: batch.map(({ mspId }) => mspId) },
  );
  const left = await ask<{ period: string }>(
    context,
    `select period from billing_run where programme_code = :programme and state = 'skipped'`,
  );
  const skipped = new Set(left.map(({ period }) => period));
  const problems: string[] = [];
  for (const { mspId, head, lines } of batch) {
    const say = (problem: string) => problems.push(`${head.number}: ${problem}`);
    const billed = lines.filter(({ kind }) => kind === 'term' || kind === 'extension');
    // What was to be billed in months that were left out for good is billed in the next one.
    const months = [head.period];
    for (let one = monthLater(head.period, -1); skipped.has(one); one = monthLater(one, -1)) months.push(one);
    const held = licences.filter((one) => one.mspId === mspId);
    const due = held.flatMap((licence) =>
      months.flatMap((period) => {
        const no = dueIn(period, licence);
        return no === null ? [] : [{ licence, no }];
      }),
    );
    for (const { licence, no } of due) {
      const its = billed.filter(({ licenceId, instalment }) => licenceId === licence.id && instalment.no === no);
      if (its.length !== 1) say(`licence ${licence.id} ${no}/${licence.instalments} is billed ${its.length} times`);
      for (const line of its) checkAgreed(line, licence, say);
    }
    for (const { licenceId, instalment } of billed) {
      const licence = held.find(({ id }) => id === licenceId);
      if (
        licence === undefined ||
        !due.some((one) => one.licence === licence && one.no === instalment.no) ||
        licence.instalments !== instalment.of
      ) {
        say(`licence ${licenceId} ${instalment.no}/${instalment.of} is billed and not due`);
      }
    }
  }
  return problems;
}
