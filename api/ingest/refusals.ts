import type { Logger } from 'pino';
import { ALL, type Database } from '../../db/connect.js';
import { insertRefusedMessages, type RefusedMessage } from '../../db/usage/refusedMessageStore.js';
import { createGroupQueue } from '../../sites/index.js';
import { toKontorError } from '../errors.js';

/** What a message claims about itself, filled in as far as it was read before it was refused. */
export type Claims = Partial<Pick<RefusedMessage, 'claimedPeriod' | 'claimedSite' | 'keyFingerprint' | 'mspId'>>;

export interface Refusals {
  /** Runs `work`; what it refuses for good is recorded, without any other effect, before the refusal is thrown. */
  recording<T>(receivedAt: Date, work: (claims: Claims) => Promise<T>): Promise<T>;
}

/** Anybody can send nonsense: beyond this many a minute it is refused but no longer written down. */
const RECORDED_PER_MINUTE = 1_200;
const MINUTE_MS = 60_000;
const LONGEST_DETAIL = 500;

export function createRefusals({ db, log }: { db: Database; log: Logger }): Refusals {
  let minute = 0;
  let recorded = 0;
  const queue = createGroupQueue<RefusedMessage, true>({
    work: async (messages) => {
      await db.transaction(ALL, (trx) => insertRefusedMessages(trx, messages));
      return messages.map(() => true as const);
    },
    largestGroup: 200,
    gatherMs: 2,
    capacity: 2_000,
    mayIsolate: () => false,
  });

  function mayRecord(at: Date): boolean {
    const now = Math.floor(at.getTime() / MINUTE_MS);
    if (now !== minute) {
      if (recorded > RECORDED_PER_MINUTE) log.warn({ refused: recorded }, 'more messages refused than recorded');
      [minute, recorded] = [now, 0];
    }
    recorded += 1;
    return recorded <= RECORDED_PER_MINUTE;
  }

  return {
    recording: async (receivedAt, work) => {
      const claims: Claims = {};
      try {
        return await work(claims);
      } catch (thrown) {
        const error = toKontorError(thrown);
        // Without a signature or key nobody spoke; what may succeed later is not refused.
        if (error.retryable || error.code === 'UNAUTHENTICATED' || !mayRecord(receivedAt)) throw error;
        const where = error.fields.map(({ field }) => field).join(' ');
        const message: RefusedMessage = {
          receivedAt,
          code: error.code,
          detail: `${error.message} ${where}`.trim().slice(0, LONGEST_DETAIL),
          claimedPeriod: claims.claimedPeriod ?? null,
          claimedSite: claims.claimedSite ?? null,
          keyFingerprint: claims.keyFingerprint ?? null,
          mspId: claims.mspId ?? null,
        };
        await queue.submit(message).catch((cause: unknown) => {
          log.error({ err: cause, code: error.code }, 'a refused message could not be recorded');
        });
        throw error;
      }
    },
  };
}
