import { countAsked } from '../../db/access/linkStore.js';
import type { Trx } from '../../db/connect.js';
import { fieldError } from '../../domain/errors.js';
import { addDays } from '../../domain/instant.js';

/** Case 41: an address that somebody writes into forms gets so many mails a day, whoever does so. */
const ASKED_A_DAY = 3;

/** Throws RATE_LIMITED on `field` where an address was asked too often within a day; else nobody else asks it meanwhile. */
export async function requireFewAsked(
  trx: Trx,
  email: string,
  { at, field }: { at: Date; field: string },
): Promise<void> {
  if ((await countAsked(trx, email, addDays(at, -1))) < ASKED_A_DAY) return;
  const message = `This address was sent ${ASKED_A_DAY} links within a day: use the last one, or try tomorrow.`;
  throw fieldError('RATE_LIMITED', field, message);
}
