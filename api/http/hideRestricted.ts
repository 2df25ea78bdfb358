import { restrictedOf } from '../../db/access/restrictionStore.js';
import { ALL, type Database } from '../../db/connect.js';
import { namedIn, withoutRestricted } from '../../domain/restricted.js';

type Json = Parameters<typeof withoutRestricted>[0];

/**
 * What is answered, as JSON text, without those who are restricted: here, once, for every route, so that what is kept with their
 * names in it (the audit trail, decisions, answers to repeats) shows them nowhere. Asks the database only where somebody may be
 * named.
 */
export async function hideRestricted(db: Database, body: unknown): Promise<string | undefined> {
  const text = JSON.stringify(body) as string | undefined;
  if (text === undefined || !(text.includes('@') || text.includes('"person"') || text.includes('"personId"')))
    return text;
  const value = JSON.parse(text) as Json;
  const named = namedIn(value);
  if (named.addresses.size + named.personIds.size === 0) return text;
  const restricted = await db.transaction(ALL, (trx) => restrictedOf(trx, named));
  if (restricted.addresses.size + restricted.personIds.size === 0) return text;
  return JSON.stringify(withoutRestricted(value, restricted));
}
