import { countAdministrators } from '../db/access/memberStore.js';
import type { Trx } from '../db/connect.js';
import { KontorError } from '../domain/errors.js';

/** A company that has an administrator keeps one: throws STATE_CONFLICT where `work` removed the last. */
export async function keepingAdministrators<T>(
  trx: Trx,
  companyIds: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const before = new Map<string, number>();
  for (const id of companyIds) before.set(id, await countAdministrators(trx, id));
  const done = await work();
  for (const [id, count] of before) {
    if (count > 0 && (await countAdministrators(trx, id)) === 0) {
      throw new KontorError(
        'STATE_CONFLICT',
        'This is the last administrator of a company: let there be another first.',
      );
    }
  }
  return done;
}
