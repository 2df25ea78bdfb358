import { randomUUID } from 'node:crypto';
import { ALL, type Trx } from '../../db/connect.js';
import { takeOverMails } from '../../db/outbox/takeOverMails.js';
import { nextMailDueMs } from '../../db/outbox/nextDue.js';
import { keepClaims, recordMails, releaseMails } from '../../db/outbox/recordOutcome.js';
import { KontorError } from '../../domain/errors.js';
import type { MailBatch } from '../../domain/mailBatch.js';
import type { ActivityDeps } from '../deps.js';
import { claimBatch, type Batch } from './claimBatch.js';
import { handOverAsker } from './handOver.js';
import { sendBatch, type MailOutcome } from './sendBatch.js';

export interface DrainOutboxInput {
  /** Mails of this run alone; none: every mail. */
  programme?: string;
  period?: string;
  /** Stop after so many mails. */
  limit?: number;
  /** Wait for retries that fall due, until nothing that has its document is pending. Else only what is due now. */
  untilEmpty?: boolean;
}

/** How many mails became what; `deferred` counts tries, every other number mails. */
export interface MailCounts {
  sent: number;
  deferred: number;
  bounced: number;
  uncertain: number;
  parked: number;
}

export interface DrainOutboxResult extends MailCounts {
  /**
   * Of a run: in how many milliseconds its mails are to be looked at again, since some are due later, or being sent by
   * somebody else. Null: all of them have ended.
   */
  nextDueMs: number | null;
}

/** What a drain is told by its surroundings. */
export interface DrainPlace {
  /** The same for every attempt of one activity. */
  claimant: string;
  /** Counts of earlier attempts. */
  before: MailCounts;
  signal: AbortSignal;
  heartbeat: (counts: MailCounts) => void;
}

/** No mail of a batch is begun later than this after its claim: the others wait no longer for a slow relay. */
const BEGIN_WITHIN_MS = 15 * 60_000;
const HEARTBEAT_MS = 3_000;
/** Whoever is sending says so this often, in the database. */
const KEEP_CLAIMS_MS = 10_000;
/** Who has not said so for this long is gone: its mails are taken over. */
const GONE_MS = 45_000;
/** Waiting for retries, the outbox is looked at again this often: a person may resend a mail. */
const LOOK_AGAIN_MS = 5_000;
/** Outcomes in hand are worth waiting for a database that is away: lost, each of those mails would be in doubt. */
const RECORD_TRIES = 30;
const RECORD_PAUSE_MS = 1_000;
/** Each may take ten seconds. Afterwards the activity is tried again. */
const TELL_TRIES = 6;

/** Resolves after `ms`, or as soon as `signal` says so. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** What `work` comes to; rejects with the signal's reason once it is aborted, whatever becomes of the work. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Claims, sends and records, batch by batch; one transaction records a batch and claims the next. Rejects with
 * MAIL_DEFERRED while the relay is down, and with the signal's reason once it is aborted; nothing claimed is left then.
 */
export async function drain(
  { db, mailer, publicUrl, restores }: Pick<ActivityDeps, 'db' | 'mailer' | 'publicUrl' | 'restores'>,
  { programme, period, limit = Number.MAX_SAFE_INTEGER, untilEmpty = false }: DrainOutboxInput,
  { claimant, before, signal, heartbeat }: DrainPlace,
): Promise<DrainOutboxResult> {
  const counts = { ...before };
  const run = programme === undefined || period === undefined ? null : { programme, period };
  const claimedBy = `${claimant}#${randomUUID()}`;
  let outcomes: MailOutcome[] = [];
  let left = limit;

  const recordAndClaim = async (trx: Trx, again: boolean): Promise<Batch | undefined> => {
    await recordMails(
      trx,
      claimedBy,
      outcomes.map(({ record }) => record),
    );
    // The claim of a transaction whose answer was lost: nothing of it was sent.
    if (again) await releaseMails(trx, claimedBy);
    if (signal.aborted || left === 0 || relayDown(outcomes) !== undefined) return undefined;
    return claimBatch(trx, { claimedBy, run }, left);
  };
  const next = async (): Promise<Batch | undefined> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await db.transaction(ALL, (trx) => recordAndClaim(trx, tries > 1));
      } catch (error) {
        if (tries === RECORD_TRIES) throw error;
        await pause(RECORD_PAUSE_MS);
      }
    }
  };

  /** Asks again for a while: Temporal may be away, or its workers, and the mails are in hand. */
  const mayBeSent = async (batch: MailBatch): Promise<boolean> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await unlessAborted(signal, restores.mayBeSent(batch));
      } catch (error) {
        if (!signal.aborted && tries < TELL_TRIES) {
          await pause(RECORD_PAUSE_MS, signal);
          continue;
        }
        await db.transaction(ALL, (trx) => releaseMails(trx, claimedBy));
        throw error;
      }
    }
  };

  const heartbeats = setInterval(() => {
    heartbeat(counts);
  }, HEARTBEAT_MS);
  const mayHandOver = handOverAsker(db, claimedBy);
  const keeping = setInterval(() => {
    // Where it cannot be said, somebody takes them over: whoever hands over asks first.
    db.transaction(ALL, (trx) => keepClaims(trx, claimedBy)).catch(() => undefined);
  }, KEEP_CLAIMS_MS);
  try {
    await db.transaction(ALL, (trx) => takeOverMails(trx, { claimant: `${claimant}#`, silentMs: GONE_MS }));
    for (;;) {
      const batch = await next();
      const down = relayDown(outcomes);
      if (down !== undefined) throw new KontorError('MAIL_DEFERRED', `The relay is down: ${down}`);
      signal.throwIfAborted();
      outcomes = [];
      if (batch?.batch != null) {
        if (!(await mayBeSent(batch.batch))) continue;
        const date = new Date();
        const mayContinue = () => !signal.aborted && Date.now() - date.getTime() < BEGIN_WITHIN_MS;
        const context = { files: batch.files, date, publicUrl };
        outcomes = await sendBatch(mailer, batch.mails, context, { mayContinue, mayHandOver });
        count(counts, outcomes);
        left -= outcomes.filter(({ outcome }) => outcome !== 'released').length;
        heartbeat(counts);
      } else {
        const asked = run !== null || untilEmpty;
        const nextDueMs = asked ? await db.transaction(ALL, (trx) => nextMailDueMs(trx, run)) : null;
        if (nextDueMs === null || !untilEmpty || left === 0) return { ...counts, nextDueMs };
        await pause(Math.max(100, Math.min(LOOK_AGAIN_MS, nextDueMs)), signal);
      }
    }
  } finally {
    clearInterval(heartbeats);
    clearInterval(keeping);
  }
}

/** What the relay said, or did not say, when no mail of the batch passed because of it. */
function relayDown(outcomes: readonly MailOutcome[]): string | undefined {
  const tried = outcomes.filter(({ outcome }) => outcome !== 'released');
  if (tried.length === 0 || tried.some(({ outcome }) => outcome === 'tried')) return undefined;
  return tried[0]?.record.response ?? '';
}

function count(counts: MailCounts, outcomes: readonly MailOutcome[]): void {
  for (const { record, outcome } of outcomes) {
    if (outcome === 'released') continue;
    counts[record.state === 'pending' ? 'deferred' : record.state] += 1;
  }
}
