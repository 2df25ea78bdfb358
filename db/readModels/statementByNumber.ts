import { rows, type Trx } from '../connect.js';

/** Id and currency of the statement of that number; undefined: the sender sees none. */
export async function statementByNumber(
  trx: Trx,
  number: string,
): Promise<{ id: string; currency: string } | undefined> {
  const [row] = await rows<{ id: string; currency: string }>(
    trx,
    'select id, currency from statement where number = :number',
    { number },
  );
  return row;
}
