import type { Logger } from 'pino';
import { ALL, type Database } from '../../db/connect.js';
import { countRefusedClaims, type RefusedClaims } from '../../db/usage/refusedClaimStore.js';
import { insertRefusedMessages, type RefusedMessage } from '../../db/usage/refusedMessageStore.js';
import type { KontorError } from '../../domain/errors.js';
import { addMonths, parsePeriod, periodOf, type Period } from '../../domain/period.js';
import { shortened } from '../../domain/shortened.js';
import { OLDEST_CHECK_IN_DAYS } from '../../domain/siteMessage.js';
import { createGroupQueue } from '../../sites/index.js';
import { toKontorError } from '../errors.js';

/** What a message claims about itself, as far as it was read before it was refused. With `mspId` its sender is proven. */
export type Claims = Partial<Pick<RefusedMessage, 'claimedPeriod' | 'claimedSite' | 'keyFingerprint' | 'mspId'>>;

export interface Refusals {
  /** Runs `work`; what it refuses for good is recorded, without any other effect, before the refusal is thrown. */
  recording<T>(receivedAt: Date, work: (claims: Claims) => Promise<T>): Promise<T>;
}

const HOUR_MS = 3_600_000;
const LONGEST_DETAIL = 500;
/** Sites that are named between two writes of the counters; beyond them nobody is told which. */
const MOST_SITES_NAMED = 2_000;
const OLDEST_PERIOD_MONTHS = Math.ceil(OLDEST_CHECK_IN_DAYS / 28);

/** A month that may be reported; claims of others are counted without theirs. */
function reportable(period: string | null | undefined, receivedAt: Date): Period | null {
  if (period == null) return null;
  const now = periodOf(receivedAt, 'UTC');
  const isNear = period >= addMonths(now, -OLDEST_PERIOD_MONTHS) && period <= addMonths(now, 1);
  return isNear ? parsePeriod(period) : null;
}

/** Counters of what nobody proved, written together: however much is sent, it is a few rows. */
function createClaimCounter(db: Database): (claim: RefusedClaims) => Promise<void> {
  const counted = new Map<string, RefusedClaims>();
  const writes = createGroupQueue<null, true>({
    work: async (items) => {
      const claims = [...counted.values()];
      counted.clear();
      if (claims.length > 0) await db.transaction(ALL, (trx) => countRefusedClaims(trx, claims));
      return items.map(() => true as const);
    },
    largestGroup: 1_000,
    gatherMs: 2,
    capacity: 100_000,
    mayIsolate: () => false,
  });
  return async (claim) => {
    const claimedSite = counted.size < MOST_SITES_NAMED ? claim.claimedSite : null;
    const key = [claim.lastAt.toISOString().slice(0, 10), claim.code, claim.claimedPeriod, claimedSite].join();
    const attempts = (counted.get(key)?.attempts ?? 0) + claim.attempts;
    counted.set(key, { ...claim, claimedSite, attempts });
    await writes.submit(null);
  };
}

/** How many refusals of one site are still written down within the hour. */
function createQuota(perHour: number): (siteId: string, at: Date) => boolean {
  let hour = 0;
  const written = new Map<string, number>();
  return (siteId, at) => {
    const now = Math.floor(at.getTime() / HOUR_MS);
    if (now !== hour) written.clear();
    hour = now;
    const before = written.get(siteId) ?? 0;
    written.set(siteId, before + 1);
    return before < perHour;
  };
}

/**
 * What is refused is shown to the partner team. Of a sender that was proven, by a signature or a metered key, each message,
 * up to `perSitePerHour`. What anybody can send, under made-up signatures and keys, is counted by day, reason, programme and
 * period, so that no number of it hides what a site was refused.
 */
export function createRefusals(
  { db, log }: { db: Database; log: Logger },
  { perSitePerHour }: { perSitePerHour: number },
): Refusals {
  const mayWrite = createQuota(perSitePerHour);
  const count = createClaimCounter(db);
  const messages = createGroupQueue<RefusedMessage, true>({
    work: async (group) => {
      await db.transaction(ALL, (trx) => insertRefusedMessages(trx, group));
      return group.map(() => true as const);
    },
    largestGroup: 200,
    gatherMs: 2,
    capacity: 2_000,
    mayIsolate: () => false,
  });

  async function record(error: KontorError, claims: Claims, receivedAt: Date): Promise<void> {
    const { code, message } = error;
    const { mspId, claimedPeriod = null, claimedSite = null, keyFingerprint = null } = claims;
    // Whoever captured a message can send it again: that proves nothing.
    const isProven = mspId !== undefined && code !== 'NONCE_REUSED';
    if (!isProven || !mayWrite(claimedSite ?? mspId, receivedAt)) {
      const period = reportable(claimedPeriod, receivedAt);
      const last = { lastAt: receivedAt, lastFingerprint: keyFingerprint };
      return count({ code, claimedPeriod: period, claimedSite, attempts: 1, ...last });
    }
    const where = error.fields.map(({ field }) => field).join(' ');
    const detail = shortened(`${message} ${where}`.trim(), LONGEST_DETAIL);
    await messages.submit({ receivedAt, code, detail, claimedPeriod, claimedSite, keyFingerprint, mspId });
  }

  return {
    recording: async (receivedAt, work) => {
      const claims: Claims = {};
      try {
        return await work(claims);
      } catch (thrown) {
        const error = toKontorError(thrown);
        // Without a signature or key nobody spoke; what may succeed later is not refused.
        if (error.retryable || error.code === 'UNAUTHENTICATED') throw error;
        await record(error, claims, receivedAt).catch((cause: unknown) => {
          log.error({ err: cause, code: error.code }, 'a refusal could not be recorded');
        });
        throw error;
      }
    },
  };
}
