import type { Logger } from 'pino';
import { ALL, type Database, type Trx } from '../../db/connect.js';
import { withRetries } from '../../db/withRetries.js';
import { pruneNonces, useNonces } from '../../db/usage/nonceStore.js';
import { registerSigningKey, type SigningKey } from '../../db/sites/signingKeyStore.js';
import { addDays } from '../../domain/instant.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import type { SiteMessage, Stored } from '../../domain/siteMessage.js';
import {
  createGroupQueue,
  SIGNATURE_WINDOW_SECONDS,
  signingKeyId,
  REQUEST_DAYS,
  type Activation,
  type ActivationRequest,
  type Enrolment,
} from '../../sites/index.js';
import { toKontorError } from '../errors.js';
import type { Limits } from '../http/limits.js';
import type { Actor } from '../../domain/access/actor.js';
import { hashKey } from '../../db/sites/meteredKeyStore.js';
import { parseMeteredKey } from '../../domain/key.js';
import { activateSite } from './activateSite.js';
import { createCheckInPartitions } from './checkInPartitions.js';
import { enrolSite } from './enrolSite.js';
import type { Activated } from './install.js';
import { createRefusals } from './refusals.js';
import { requirePeriod } from './requirePeriod.js';
import { storePushed, type PushedMessage } from './storePushed.js';
import { storeUsageFile, type CarriedOutcome, type UsageFile } from './storeUsageFile.js';
import { createVerifySender, type SignedRequest, type VerifiedSender } from './verifySender.js';

/**
 * Takes what sites say: proves who speaks, reads the message, stores it in a transaction shared with others, and records
 * what is refused. One per process, so that the messages of all routes share transactions.
 */
export interface Ingest {
  /** See activateSite. `read` gives the activation, which may be refused as well. */
  activate(receivedAt: Date, read: () => Activation): Promise<Activated>;
  /** The same from a file that somebody carried; `mayCarry` looks whether the key is one that it may be carried for. */
  activateCarried(
    carried: { receivedAt: Date; actor: Actor; mayCarry: (keyHash: Buffer) => Promise<boolean> },
    request: ActivationRequest,
  ): Promise<Activated>;
  /** The same without a key. See enrolSite. */
  enrol(receivedAt: Date, read: () => Enrolment): Promise<Activated>;
  /**
   * Takes a signed message, which `read` understands once its sender is proven. Resolves when it is committed. Throws
   * what verifying and reading throw, SIGNATURE_INVALID where it was signed for another period, NONCE_REUSED,
   * ID_REUSED_WITH_OTHER_CONTENT, RATE_LIMITED.
   */
  push<M extends SiteMessage>(
    request: SignedRequest,
    read: (sender: VerifiedSender) => M,
  ): Promise<{ sender: VerifiedSender; message: M; stored: Stored }>;
  /** Takes a file of signed messages of one MSP's sites, all or none. See storeUsageFile. */
  carry(file: UsageFile): Promise<CarriedOutcome[]>;
  /**
   * Registers a signing key beside the one that signs for it; the oldest of three is retired. Returns its id. Throws KEY_REVOKED
   * under a destroyed metered key.
   */
  addSigningKey(request: SignedRequest, read: () => Uint8Array): Promise<string>;
}

const PRUNE_EVERY_MS = 10 * 60_000;
// Twice the window: a signature may be ten minutes ahead of us when its nonce is used.
const NONCES_KEPT_MS = 2 * SIGNATURE_WINDOW_SECONDS * 1000 + 60_000;

function isDatabaseAway(error: unknown): boolean {
  return toKontorError(error).code === 'DATABASE_UNAVAILABLE';
}

/**
 * An installation whose key was revoked or destroyed may still speak: what it says is evidence, and what it used is a case.
 * Under a destroyed one it gets nothing new any more.
 */
function requireNotDestroyed({ keyState }: SigningKey): void {
  if (keyState !== 'destroyed') return;
  throw new KontorError('KEY_REVOKED', 'The metered key of this installation was destroyed.');
}

/** A request is not kept for years to be answered by whoever finds it. */
function requireMadeLately({ madeAt }: ActivationRequest, receivedAt: Date): void {
  const made = new Date(madeAt);
  if (made >= addDays(receivedAt, -REQUEST_DAYS.behind) && made <= addDays(receivedAt, REQUEST_DAYS.ahead)) return;
  throw fieldError(
    'VALIDATION_FAILED',
    '/madeAt',
    `A request is answered up to ${REQUEST_DAYS.behind} days after it was made, and a clock may be ${REQUEST_DAYS.ahead} days ahead; it is ` +
      `${receivedAt.toISOString()} here. Make the request anew.`,
  );
}

export function createIngest(
  { db, log }: { db: Database; log: Logger },
  { refusalsPerSitePerHour }: Pick<Limits, 'refusalsPerSitePerHour'>,
): Ingest {
  const mayIsolate = (error: unknown) => !isDatabaseAway(error);
  const ensurePartitions = createCheckInPartitions(db);
  const refusals = createRefusals({ db, log }, { perSitePerHour: refusalsPerSitePerHour });
  const verify = createVerifySender(db, mayIsolate);
  let prunedAt = 0;

  function pruneNow(at: Date): void {
    if (at.getTime() - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = at.getTime();
    db.transaction(ALL, (trx) => pruneNonces(trx, new Date(at.getTime() - NONCES_KEPT_MS))).catch((err: unknown) => {
      log.warn({ err }, 'old nonces are still kept');
    });
  }

  const messages = createGroupQueue<PushedMessage, Stored>({
    work: async (pushed) => {
      const usedAt = new Date();
      pruneNow(usedAt);
      return withRetries(() => db.transaction(ALL, (trx) => storePushed(trx, pushed, usedAt)));
    },
    keyOf: ({ message: { from } }) => `${from.siteId}/${from.installationId}`,
    largestGroup: 200,
    gatherMs: 3,
    capacity: 2_000,
    mayIsolate,
  });

  return {
    activate: (receivedAt, read) =>
      refusals.recording(receivedAt, (claims) => activateSite(db, read(), receivedAt, claims)),

    activateCarried: ({ receivedAt, actor, mayCarry }, request) =>
      refusals.recording(receivedAt, async (claims) => {
        requireMadeLately(request, receivedAt);
        if (!(await mayCarry(hashKey(parseMeteredKey(request.key))))) {
          throw new KontorError('UNKNOWN_KEY', 'This MSP has no such metered key that you see.');
        }
        return activateSite(db, request, receivedAt, claims, actor);
      }),

    enrol: (receivedAt, read) => refusals.recording(receivedAt, (claims) => enrolSite(db, read(), receivedAt, claims)),

    push: (request, read) =>
      refusals.recording(request.receivedAt, async (claims) => {
        const sender = await verify(request, claims);
        const message = read(sender);
        requirePeriod(sender.claims, message);
        if (message.kind === 'checkIns') await ensurePartitions(message);
        const { kid: signingKeyId, nonce } = sender.claims;
        return { sender, message, stored: await messages.submit({ signingKeyId, nonce, message }) };
      }),

    carry: (file) => storeUsageFile({ db, verify, refusals, ensurePartitions }, file),

    addSigningKey: (request, read) =>
      refusals.recording(request.receivedAt, async (told) => {
        const { key, claims } = await verify(request, told);
        requireNotDestroyed(key);
        const publicKey = read();
        const { mspId, siteId, installationId } = key;
        const id = signingKeyId(siteId, installationId, publicKey);
        const registeredAt = request.receivedAt;
        const register = async (trx: Trx) => {
          const [fresh] = await useNonces(trx, [{ signingKeyId: claims.kid, nonce: claims.nonce }], registeredAt);
          if (fresh !== true) throw new KontorError('NONCE_REUSED', 'This very message was received before.');
          if (await registerSigningKey(trx, { id, mspId, siteId, installationId, publicKey, registeredAt })) return id;
          throw new KontorError('STATE_CONFLICT', 'That signing key was retired. Make a new key pair.');
        };
        return withRetries(() => db.transaction(ALL, register));
      }),
  };
}
