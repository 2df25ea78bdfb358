import type { MailBatch } from '../../domain/mailBatch.js';
import { rows, type Trx } from '../connect.js';

/** What names this database and its copies, whoever restores them; made by the first who asks. */
export async function databaseToken(trx: Trx): Promise<string> {
  const find = () => rows<{ token: string }>(trx, 'select token from mail_batch where number = 0', {});
  const [found] = await find();
  if (found !== undefined) return found.token;
  await rows(trx, `select pg_advisory_xact_lock(hashtext('kontor_mail_batch'))::text`, {});
  await rows(
    trx,
    'insert into mail_batch (number) select 0 where not exists (select from mail_batch where number = 0)',
    {},
  );
  const [made] = await find();
  if (made === undefined) throw new Error('Batch 0 was made and is not there.');
  return made.token;
}

/** One more batch of mails. Holds others up until the transaction ends: call it last. */
export async function beginBatch(trx: Trx): Promise<MailBatch> {
  const [batch] = await rows<MailBatch>(
    trx,
    'select number::float8 as number, token from kontor_begin_mail_batch()',
    {},
  );
  if (batch === undefined) throw new Error('A batch was begun and is not there.');
  return batch;
}

/** Whether this database knows that batch: one that does not is older than the one in which it was begun. */
export async function knowsBatch(trx: Trx, { number, token }: MailBatch): Promise<boolean> {
  const known = await rows(trx, 'select 1 as one from mail_batch where number = :number and token = :token', {
    number,
    token,
  });
  return known.length > 0;
}

/** A batch of the time that a restored database has lost is known from now on. False: it was already. */
export async function adoptBatch(trx: Trx, { number, token }: MailBatch): Promise<boolean> {
  await rows(trx, `select pg_advisory_xact_lock(hashtext('kontor_mail_batch'))::text`, {});
  const adopted = await rows(
    trx,
    'insert into mail_batch (number, token) values (:number, :token) on conflict do nothing returning number',
    { number, token },
  );
  return adopted.length > 0;
}
