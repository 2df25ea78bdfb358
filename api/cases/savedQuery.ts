import { z } from 'zod';
import { savedFilters, type FilterReader } from '../../db/access/savedFilterStore.js';
import type { Sender } from '../../db/access/senderStore.js';
import { ALL, type Database } from '../../db/connect.js';
import { fieldError } from '../../domain/errors.js';
import { readStored } from '../../domain/readStored.js';
import { sideOf } from '../../domain/serviceDesk.js';

export function filterReader(sender: Sender): FilterReader {
  return { companyId: sender.companyId, side: sideOf(sender), personId: sender.id };
}

/** What a saved filter of the sender, or one that is shared with her, says of a list; nothing without one. NOT_FOUND. */
export async function savedQuery<S extends z.ZodRawShape>(
  db: Database,
  sender: Sender,
  id: string | undefined,
  shape: S,
): Promise<Partial<z.output<z.ZodObject<S>>>> {
  if (id === undefined) return {};
  const reader = filterReader(sender);
  const [found] = await db.transaction(ALL, (trx) => savedFilters(trx, { reader, id, limit: 1 }));
  if (found === undefined) throw fieldError('NOT_FOUND', 'filter', 'There is no such saved filter.');
  return readStored(z.strictObject(shape), found.query, `Saved filter "${found.name}"`);
}
