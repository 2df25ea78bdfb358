import type { Database } from '../db/connect.js';
import type { Principal } from './principal.js';

/** Until a token revoked in another process is refused here too. */
const TTL_MS = 5_000;
/** More senders than that within seconds start afresh: a bound on memory, not on senders. */
const MAX_ENTRIES = 10_000;

interface Entry {
  principal: Principal;
  until: number;
}

const caches = new WeakMap<Database, Map<string, Entry>>();

function cacheOf(db: Database): Map<string, Entry> {
  let cache = caches.get(db);
  if (cache === undefined) {
    cache = new Map();
    caches.set(db, cache);
  }
  return cache;
}

/**
 * The principal of a token that was found within the last seconds, or what `find` finds: a client that creates a
 * thousand sites would else cost a transaction more for each. Keyed by the token's hash; unknown tokens are not kept.
 */
export async function cachedPrincipal(
  db: Database,
  hash: string,
  now: number,
  find: () => Promise<Principal | undefined>,
): Promise<Principal | undefined> {
  const cache = cacheOf(db);
  const known = cache.get(hash);
  if (known !== undefined && known.until > now) return known.principal;
  const principal = await find();
  if (principal === undefined) {
    cache.delete(hash);
    return undefined;
  }
  if (cache.size >= MAX_ENTRIES) cache.clear();
  cache.set(hash, { principal, until: now + TTL_MS });
  return principal;
}

/** After a revocation: this process asks the database again for every token. */
export function forgetPrincipals(db: Database): void {
  cacheOf(db).clear();
}
