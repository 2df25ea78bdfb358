import { ALL, type Database, type Trx } from '../../db/connect.js';
import { adoptBatch, databaseToken, knowsBatch } from '../../db/outbox/mailBatchStore.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { doubtedSinceRestore, markRestored } from '../../db/outbox/restored.js';
import { partnerTeams } from '../../db/programmes/partnerTeams.js';
import { KONTOR } from '../../domain/access/actor.js';
import { isSameBatch, type MailBatch, type ToldBatch } from '../../domain/mailBatch.js';
import { messageId } from '../../domain/messageId.js';
import type { RunInput } from '../../domain/run.js';

/** Notices that the database is an older one than the one that has sent mails (docs/decisions/2026-11-27-a-restore-notices-itself.md). */
export interface RestoredWatch {
  /**
   * Call it once a batch is committed and before any of it is handed over: tells Temporal of it, or, where the one before was told
   * within the last second, has it told within the next. False: the database was restored;
   * what may have been sent is uncertain now, and the batch with it.
   */
  mayBeSent(batch: MailBatch): Promise<boolean>;
  /** Looks without a batch. True: it was restored, and is seen to now. */
  look(): Promise<boolean>;
}

interface Deps {
  db: Database;
  /** What Temporal keeps of the batches of mails of a database, which its batch 0 names. */
  lastBatch: {
    /** Tells of one that is about to be sent; returns the last one that is kept then. */
    tell(database: string, told: ToldBatch): Promise<MailBatch>;
    /** The last one; null: none. */
    read(database: string): Promise<MailBatch | null>;
  };
  /** Ends what Temporal knows of a run's close, and begins it anew from what the database holds. */
  restartClose: (run: RunInput, shards: readonly number[]) => Promise<void>;
  /** Has what is due sent soon. */
  mails: { soon(messageId: string): void };
}

/** Batches that follow one told so lately are told together, the last of them for all: each telling is a turn of a workflow. */
const TOGETHER_MS = 1_000;

const REASON = 'Temporal knows of mails that were sent later than anything in this database.';

/** Returns the Message-IDs. */
async function tellTeams(trx: Trx, runs: number, batch: MailBatch, at: Date): Promise<string[]> {
  const uncertain = await doubtedSinceRestore(trx);
  const mails = (await partnerTeams(trx)).map(({ email, locale }, nth) => ({
    messageId: messageId('database-restored', batch.number, batch.token.slice(0, 8), nth),
    kind: 'databaseRestored' as const,
    locale,
    to: { address: email },
    params: { uncertain, runs },
    notBefore: at,
  }));
  await enqueueMails(trx, mails, at);
  return mails.map((mail) => mail.messageId);
}

/**
 * What `kontor restored` does, and then this database knows the batch. Doing it twice, or at once in two places, is safe: until the
 * batch is known nothing is handed over, marking is absolute, and closes that begin again end the same.
 */
async function seeTo({ db, restartClose, mails }: Deps, unknown: MailBatch): Promise<void> {
  const at = new Date();
  const { runs } = await db.transaction(ALL, (trx) => markRestored(trx, { at, actor: KONTOR, reason: REASON }));
  for (const { shards, ...run } of runs) await restartClose(run, shards);
  const told = await db.transaction(ALL, async (trx) =>
    (await adoptBatch(trx, unknown)) ? tellTeams(trx, runs.length, unknown, at) : [],
  );
  for (const mail of told) mails.soon(mail);
}

/** One for a process. */
export function restoredWatch(deps: Deps): RestoredWatch {
  const { db, lastBatch } = deps;
  /** Told last, or seen last; this database knew it then. */
  let after: MailBatch | null = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  /** The last of those that are told together, once the timer is up. */
  let untold: MailBatch | null = null;
  let timer: NodeJS.Timeout | undefined;
  let seeing: Promise<void> | undefined;

  const isKnown = async (batch: MailBatch): Promise<boolean> => {
    if (await db.transaction(ALL, (trx) => knowsBatch(trx, batch))) return true;
    seeing ??= seeTo(deps, batch).finally(() => (seeing = undefined));
    await seeing;
    return false;
  };
  /** What was known before may be forgotten by now: then another database has begun this batch. */
  const place = async () => {
    const known = after;
    return db.transaction(ALL, async (trx) => ({
      database: await databaseToken(trx),
      follows: known !== null && (await knowsBatch(trx, known)) ? known : null,
    }));
  };
  const tell = async (database: string, batch: MailBatch, known: MailBatch | null): Promise<boolean> => {
    let follows = known;
    for (;;) {
      const last = await lastBatch.tell(database, { batch, after: follows });
      if (isSameBatch(last, batch)) break;
      if (!(await isKnown(last))) return false;
      follows = last;
      // Begun later, and this database knows it: so whoever knows that one knows this one.
      if (last.number >= batch.number) break;
    }
    after = follows !== null && follows.number > batch.number ? follows : batch;
    toldAt = performance.now();
    return true;
  };
  const tellTogether = (batch: MailBatch) => {
    if (untold === null || untold.number < batch.number) untold = batch;
    timer ??= setTimeout(() => {
      const last = untold;
      timer = undefined;
      untold = null;
      if (last === null) return;
      place()
        .then(({ database, follows }) => tell(database, last, follows))
        // Temporal or the database are away: the next batch is told before it is sent.
        .catch(() => undefined);
    }, TOGETHER_MS).unref();
  };
  return {
    mayBeSent: async (batch) => {
      const { database, follows } = await place();
      // A database that knows what was told a moment ago is that old at most.
      if (follows === null || performance.now() - toldAt >= TOGETHER_MS) return tell(database, batch, follows);
      tellTogether(batch);
      return true;
    },
    look: async () => {
      const database = await db.transaction(ALL, databaseToken);
      const last = await lastBatch.read(database);
      return last !== null && !(await isKnown(last));
    },
  };
}
