import { ALL } from '../../db/connect.js';
import { pruneNonces, useNonces } from '../../db/usage/nonceStore.js';
import { registerSigningKey } from '../../db/sites/signingKeyStore.js';
import { storeSiteMessages, type SignedMessage } from '../../db/usage/storeSiteMessages.js';
import { KontorError } from '../../domain/errors.js';
import type { CheckInMessage, SiteMessage, Stored, UsageReportMessage } from '../../domain/siteMessage.js';
import { createGroupQueue, SIGNATURE_WINDOW_SECONDS, signingKeyId } from '../../sites/index.js';
import type { ApiDeps } from '../deps.js';
import { toKontorError } from '../errors.js';
import { createCheckInPartitions } from './checkInPartitions.js';
import { createRefusals, type Refusals } from './refusals.js';
import { createVerifySender, type VerifiedSender, type VerifySender } from './verifySender.js';

/** Where sites knock: proves who speaks, stores what they say in shared transactions, records what is refused. */
export interface SiteDoor {
  refusals: Refusals;
  verify: VerifySender;
  /** Both resolve when the message is committed. Throw NONCE_REUSED, ID_REUSED_WITH_OTHER_CONTENT, RATE_LIMITED. */
  storeCheckIns(sender: VerifiedSender, message: CheckInMessage): Promise<{ accepted: number; repeated: number }>;
  storeReport(sender: VerifiedSender, message: UsageReportMessage): Promise<{ repeated: boolean; late: boolean }>;
  /** Registers a signing key beside the one that signs for it; the oldest of three is retired. Returns its id. */
  rotate(sender: VerifiedSender, publicKey: Uint8Array, at: Date): Promise<string>;
}

const PRUNE_EVERY_MS = 10 * 60_000;
// Twice the window: a signature may be ten minutes ahead of us when its nonce is used.
const NONCES_KEPT_MS = 2 * SIGNATURE_WINDOW_SECONDS * 1000 + 60_000;
const MAX_ATTEMPTS = 3;

function isDatabaseAway(error: unknown): boolean {
  return toKontorError(error).code === 'DATABASE_UNAVAILABLE';
}

/** Deadlock or serialization failure: another process stored something of the same sites; once more is enough. */
function mayTryAgain(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('40');
}

async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !mayTryAgain(error)) throw error;
    }
  }
}

function createSiteDoor({ db, log }: Pick<ApiDeps, 'db' | 'log'>): SiteDoor {
  const mayIsolate = (error: unknown) => !isDatabaseAway(error);
  const ensurePartitions = createCheckInPartitions(db);
  let prunedAt = 0;

  function pruneNow(at: Date): void {
    if (at.getTime() - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = at.getTime();
    db.transaction(ALL, (trx) => pruneNonces(trx, new Date(at.getTime() - NONCES_KEPT_MS))).catch((err: unknown) => {
      log.warn({ err }, 'old nonces are still kept');
    });
  }

  const messages = createGroupQueue<SignedMessage, Stored>({
    work: async (signed) => {
      const usedAt = new Date();
      pruneNow(usedAt);
      return withRetries(() => db.transaction(ALL, (trx) => storeSiteMessages(trx, signed, usedAt)));
    },
    keyOf: ({ message: { from } }) => `${from.siteId}/${from.installationId}`,
    largestGroup: 200,
    gatherMs: 3,
    capacity: 2_000,
    mayIsolate,
  });

  function submit({ claims }: VerifiedSender, message: SiteMessage): Promise<Stored> {
    return messages.submit({ signingKeyId: claims.kid, nonce: claims.nonce, message });
  }

  return {
    refusals: createRefusals({ db, log }),
    verify: createVerifySender(db, mayIsolate),
    storeCheckIns: async (sender, message) => {
      await ensurePartitions(message);
      const stored = await submit(sender, message);
      if (stored.kind === 'checkIns') return stored;
      throw new KontorError('INTERNAL', 'Check-ins were answered as something else.');
    },
    storeReport: async (sender, message) => {
      const stored = await submit(sender, message);
      if (stored.kind === 'usageReport') return stored;
      throw new KontorError('INTERNAL', 'A usage report was answered as something else.');
    },
    rotate: ({ key, claims }, publicKey, registeredAt) =>
      db.transaction(ALL, async (trx) => {
        const [fresh] = await useNonces(trx, [{ signingKeyId: claims.kid, nonce: claims.nonce }], registeredAt);
        if (fresh !== true) throw new KontorError('NONCE_REUSED', 'This very message was received before.');
        const { mspId, siteId, installationId } = key;
        const id = signingKeyId(siteId, installationId, publicKey);
        if (await registerSigningKey(trx, { id, mspId, siteId, installationId, publicKey, registeredAt })) return id;
        throw new KontorError('STATE_CONFLICT', 'That signing key was retired. Make a new key pair.');
      }),
  };
}

const doors = new WeakMap<ApiDeps, SiteDoor>();

/** The door of this process: one for all routes, so that their messages share transactions. */
export function siteDoorOf(deps: ApiDeps): SiteDoor {
  let door = doors.get(deps);
  if (door === undefined) {
    door = createSiteDoor(deps);
    doors.set(deps, door);
  }
  return door;
}
