import { unprepared, type Bindings, type Trx } from './connect.js';

/** Rows fetched at once: a few megabytes at most. */
const FETCHED = 2_000;
let cursors = 0;

/** The rows of a query one after the other, without ever holding all of them. Lives as long as the transaction. */
export async function* cursorRows<Row>(trx: Trx, sql: string, bindings: Bindings = {}): AsyncGenerator<Row> {
  cursors += 1;
  const name = `rows_${cursors}`;
  await unprepared(trx, `declare ${name} no scroll cursor for ${sql}`, bindings);
  for (;;) {
    const fetched = await unprepared<Row>(trx, `fetch ${FETCHED} from ${name}`);
    yield* fetched;
    if (fetched.length < FETCHED) break;
  }
  await unprepared(trx, `close ${name}`);
}
