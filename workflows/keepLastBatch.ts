/**
 * Keeps, outside the database, which batch of mails was taken in hand last: a database that does not know it is older than the one
 * that sent it (docs/decisions/2026-11-27-a-restore-notices-itself.md). One of each database, for ever. What is kept stands in the
 * memo, where it is read without any worker.
 */
import {
  allHandlersFinished,
  condition,
  defineUpdate,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { lastBatchAfter, type MailBatch, type ToldBatch } from '../domain/mailBatch.js';

export interface KeepLastBatchInput {
  last: MailBatch | null;
}

/** Under this name the last batch stands in the memo. */
export const LAST_BATCH = 'lastBatch';

/** Tells of a batch; returns the one that is the last now: another one, where this one does not follow it. */
export const tellBatch = defineUpdate<MailBatch, [ToldBatch]>('tellBatch');

/** `database`: the token of its batch 0, which every copy of it has. */
export function keepLastBatchId(database: string): string {
  return `last-mail-batch:${database}`;
}

export async function keepLastBatch(input: KeepLastBatchInput): Promise<void> {
  let { last } = input;
  setHandler(tellBatch, (told) => {
    last = lastBatchAfter(last, told);
    upsertMemo({ [LAST_BATCH]: last });
    return last;
  });
  setCurrentDetails(
    'Keeps which batch of mails was sent last, so that a database that was restored from a backup is noticed. ' +
      'Do not end it: until the next batch of mails nobody would notice.',
  );
  await condition(() => workflowInfo().continueAsNewSuggested);
  await condition(allHandlersFinished);
  await makeContinueAsNewFunc<typeof keepLastBatch>({ memo: { [LAST_BATCH]: last } })({ last });
}
