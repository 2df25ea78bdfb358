import { loadEarlierMonths } from '../../db/closing/earlierMonths.js';
import { casesAfterLast, formerMspsReached, insertCaseAfterLast, type FormerMsp } from '../../db/closing/formerMsps.js';
import { ALL, type Database, type Trx } from '../../db/connect.js';
import { rateAgain } from '../../domain/corrections.js';
import { decimalStringToMinor, minorToDecimalString, sumMinor } from '../../domain/money.js';
import { addMonths } from '../../domain/period.js';
import { differenceOf } from '../../domain/statement.js';

async function openOf(trx: Trx, former: FormerMsp, at: Date): Promise<void> {
  const { programme, mspId, lastPeriod } = former;
  const { months } = await loadEarlierMonths(trx, { programme, mspIds: [mspId], before: addMonths(lastPeriod, 1) });
  const said = await casesAfterLast(trx, former);
  for (const month of months) {
    const { period: forPeriod, number, currency, standing } = month;
    const dueMinor = sumMinor(rateAgain(month).map(differenceOf));
    const amounts = said.get(forPeriod) ?? [];
    const newMinor = dueMinor - sumMinor(amounts.map((amount) => decimalStringToMinor(amount, currency)));
    // What people corrected by hand since then stands: the case that asked for it is not taken back by it.
    const isCorrected = amounts.length > 0 && (standing.whole || standing.minimum || standing.usage.size > 0);
    if (newMinor === 0n || (isCorrected && dueMinor === 0n)) continue;
    const amount = minorToDecimalString(newMinor, currency);
    const evidence = { forPeriod, number, amount, currency };
    await insertCaseAfterLast(trx, former, { place: amounts.length + 1, at, evidence });
  }
}

/**
 * Rules 7 and 20: what comes after an MSP's last statement is booked by none; what it would change of an issued month is a
 * case for the partner team. Idempotent: of each month a case says only what no case before it says.
 */
export async function openCasesAfterLast(db: Database, at: Date): Promise<void> {
  for (const former of await db.transaction(ALL, formerMspsReached)) {
    await db.transaction(ALL, (trx) => openOf(trx, former, at));
  }
}
