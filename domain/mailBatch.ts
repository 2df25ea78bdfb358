/** One batch of mails that somebody took in hand. Numbers grow in the order of commits; the token is random. */
export interface MailBatch {
  number: number;
  token: string;
}

/** A batch that is about to be sent, and the last one before it of which its database knew; null: none that was told. */
export interface ToldBatch {
  batch: MailBatch;
  after: MailBatch | null;
}

/** The same number may have been given twice: before and after a database was restored. */
export function isSameBatch(one: MailBatch | null, other: MailBatch | null): boolean {
  return one?.number === other?.number && one?.token === other?.token;
}

/**
 * The last batch, once one more is told: that one, where it follows what is kept, or nothing is; else what is kept, which whoever
 * tells looks up in its own database.
 */
export function lastBatchAfter(last: MailBatch | null, { batch, after }: ToldBatch): MailBatch {
  return last === null || isSameBatch(last, after) ? batch : last;
}
