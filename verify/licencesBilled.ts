import { licencesBilledIn } from '../db/closing/licencesBilled.js';
import { ALL } from '../db/connect.js';
import type { IssuedStatement } from '../db/statements/statementStore.js';
import { groupBy } from '../domain/groupBy.js';
import { instalmentIn, instalmentMinor } from '../domain/licences/termPrice.js';
import { minorToDecimalString } from '../domain/money.js';
import { termUnitsOf, type ExtensionLine, type TermLine } from '../domain/statement.js';
import type { VerifyContext } from './context.js';

/** Rule 22: the amount is what the line's own units, price, days and instalment come to, rounded once. */
export function checkTermLine(line: TermLine | ExtensionLine, currency: string, say: (problem: string) => void): void {
  const rated = instalmentMinor(termUnitsOf(line), line.instalment, line.exchange?.rate ?? null, currency);
  if (rated === line.amountMinor) return;
  const [printed, billed] = [rated, line.amountMinor].map((minor) => minorToDecimalString(minor, currency));
  say(`line ${line.lineNo}: its licence comes to ${printed ?? ''} ${currency}, billed are ${billed ?? ''}`);
}

const keyOf = (licenceId: string, { no, of }: { no: number; of: number }) => `${licenceId} ${no}/${of}`;

/** Rules 21 and 22: each licence that an approved order made is billed with its instalment of the month, once, and no other is. */
export async function licenceProblems(context: VerifyContext, batch: readonly IssuedStatement[]): Promise<string[]> {
  const { programme } = context;
  if (programme === null) return [];
  const problems: string[] = [];
  for (const [period, ofPeriod] of groupBy(batch, ({ statement }) => statement.period)) {
    const ids = ofPeriod.map(({ mspId }) => mspId);
    const licences = await context.db.transaction(ALL, (trx) => licencesBilledIn(trx, { programme, period, ids }));
    for (const { mspId, statement } of ofPeriod) {
      const due = licences.flatMap((licence) => {
        const instalment = licence.mspId === mspId ? instalmentIn(period, licence) : null;
        return instalment === null ? [] : [keyOf(licence.licenceId, instalment)];
      });
      const billed = statement.lines.flatMap((line) =>
        'licenceId' in line ? [keyOf(line.licenceId, line.instalment)] : [],
      );
      for (const key of due) {
        const times = billed.filter((one) => one === key).length;
        if (times !== 1) problems.push(`${statement.number}: licence ${key} is billed ${times} times`);
      }
      for (const key of billed) {
        if (!due.includes(key)) problems.push(`${statement.number}: licence ${key} is billed and not due`);
      }
    }
  }
  return problems;
}
