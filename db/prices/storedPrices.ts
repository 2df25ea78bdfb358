import { termPrices, type TermPrices } from '../../domain/licences/termPrice.js';
import { pricesByMeter, type PricesByMeter } from '../../domain/pricing/pricePlan.js';
import { readStored } from '../../domain/readStored.js';

/** A stored price list, read by the price models' own schemas. `where` names the row in the error, STORED_DATA_UNREADABLE. */
export function storedPrices(stored: unknown, where: string): PricesByMeter {
  return readStored(pricesByMeter, stored, `The price list stored in ${where}`);
}

/** The term prices stored in a price plan, the same way. */
export function storedTermPrices(stored: unknown, where: string): TermPrices {
  return readStored(termPrices, stored, `The term prices stored in ${where}`);
}
