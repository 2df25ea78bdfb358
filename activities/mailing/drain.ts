import { randomUUID } from 'node:crypto';
import { ALL, type Trx } from '../../db/connect.js';
import { parkAbandonedMails } from '../../db/outbox/abandonedMails.js';
import { nextMailDue } from '../../db/outbox/nextDue.js';
import { heldMails, recordMails, releaseMails } from '../../db/outbox/recordOutcome.js';
import { KontorError } from '../../domain/errors.js';
import type { ActivityDeps } from '../deps.js';
import { claimBatch, type Batch } from './claimBatch.js';
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
export interface DrainOutboxResult {
  sent: number;
  deferred: number;
  bounced: number;
  uncertain: number;
  parked: number;
}

/** What a drain is told by its surroundings. */
export interface DrainPlace {
  /** The same for every attempt of one activity. */
  claimant: string;
  /** Counts of earlier attempts. */
  before: DrainOutboxResult;
  signal: AbortSignal;
  heartbeat: (counts: DrainOutboxResult) => void;
}

/** No mail of a batch is begun later than this after its claim: a relay may be slow with each one before it. */
const BEGIN_WITHIN_MS = 15 * 60_000;
/** A claim this old is of a worker that is gone: the last mail it began is over, five minutes of silence included. */
const LEASE_MS = 2 * BEGIN_WITHIN_MS;
const HEARTBEAT_MS = 3_000;
/** A claim is believed for this long; a process that was stopped meanwhile asks again before it hands anything over. */
const BELIEVED_MS = 5_000;
/** Waiting for retries, the outbox is looked at again this often: a person may resend a mail. */
const LOOK_AGAIN_MS = 5_000;
/** Outcomes in hand are worth waiting for a database that is away: lost, each of those mails would be in doubt. */
const RECORD_TRIES = 30;
const RECORD_PAUSE_MS = 1_000;

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

/**
 * Claims, sends and records, batch by batch; one transaction records a batch and claims the next. Rejects with
 * MAIL_DEFERRED while the relay is down, and with the signal's reason once it is aborted; nothing claimed is left then.
 */
export async function drain(
  { db, mailer, publicUrl }: Pick<ActivityDeps, 'db' | 'mailer' | 'publicUrl'>,
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
    return claimBatch(trx, { claimedBy, now: new Date(), run }, left);
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

  const heartbeats = setInterval(() => {
    heartbeat(counts);
  }, HEARTBEAT_MS);
  try {
    await db.transaction(ALL, (trx) =>
      parkAbandonedMails(trx, { claimant: `${claimant}#`, leaseEnd: new Date(Date.now() - LEASE_MS) }),
    );
    for (;;) {
      const batch = await next();
      const down = relayDown(outcomes);
      if (down !== undefined) throw new KontorError('MAIL_DEFERRED', `The relay is down: ${down}`);
      signal.throwIfAborted();
      outcomes = [];
      if (batch !== undefined && batch.mails.length > 0) {
        const date = new Date();
        const mayContinue = () => !signal.aborted && Date.now() - date.getTime() < BEGIN_WITHIN_MS;
        let askedAt = date.getTime();
        let mine: Set<string> | undefined;
        const held = async ({ id }: { id: string }) => {
          if (Date.now() - askedAt >= BELIEVED_MS) {
            mine = await db.transaction(ALL, (trx) => heldMails(trx, claimedBy));
            askedAt = Date.now();
          }
          return mine?.has(id) ?? true;
        };
        outcomes = await sendBatch(mailer, batch.mails, { files: batch.files, date, publicUrl }, mayContinue, held);
        count(counts, outcomes);
        left -= outcomes.filter(({ outcome }) => outcome !== 'released').length;
        heartbeat(counts);
      } else {
        const due = untilEmpty && left > 0 ? await db.transaction(ALL, (trx) => nextMailDue(trx, run)) : null;
        if (due === null) return counts;
        await pause(Math.max(100, Math.min(LOOK_AGAIN_MS, due.getTime() - Date.now())), signal);
      }
    }
  } finally {
    clearInterval(heartbeats);
  }
}

/** What the relay said when no mail of the batch passed because of it. */
function relayDown(outcomes: readonly MailOutcome[]): string | undefined {
  const tried = outcomes.filter(({ outcome }) => outcome !== 'released');
  if (tried.length === 0 || tried.some(({ outcome }) => outcome === 'tried')) return undefined;
  return tried[0]?.record.response ?? '';
}

function count(counts: DrainOutboxResult, outcomes: readonly MailOutcome[]): void {
  for (const { record, outcome } of outcomes) {
    if (outcome === 'released') continue;
    counts[record.state === 'pending' ? 'deferred' : record.state] += 1;
  }
}
