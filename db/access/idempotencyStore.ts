import { rows, type Trx } from '../connect.js';
import { isPresent } from '../presence.js';

/** One request made under an Idempotency-Key. */
export interface KeyedRequest {
  principal: string;
  key: string;
  requestHash: Buffer;
}

/**
 * What became of a key: ours to work on (`again`: an earlier attempt had no final answer), answered before, being answered now, or
 * given to another request.
 */
export type Claim =
  | { kind: 'claimed'; again: boolean }
  | { kind: 'busy' | 'other' }
  | { kind: 'answered'; status: number; body: unknown };

/** A claim without an answer after that long was given up, even where its process lives. */
const ABANDONED_AFTER_MS = 60_000;
const IN_PROGRESS = 0;
/** No process's number (db/presence.ts). */
const NOBODY = 0;

/**
 * Takes the key for this request, or tells what it was used for. `workedOnBy` is this process's presence; a claim without an
 * answer whose process is gone is taken over at once: the request finds what was made before.
 */
export async function claimKey(trx: Trx, request: KeyedRequest, workedOnBy: number, now: Date): Promise<Claim> {
  const { principal, key, requestHash } = request;
  const [claimed] = await rows<{ again: boolean }>(
    trx,
    `insert into idempotency_key (principal, key, request_hash, status, body, worked_on_by, created_at)
     values (:principal, :key, :requestHash, :inProgress, '{}', :workedOnBy, :now)
     on conflict (principal, key) do update set created_at = excluded.created_at, worked_on_by = excluded.worked_on_by
       where idempotency_key.status = :inProgress
         and (idempotency_key.created_at < :abandoned or not ${isPresent('idempotency_key.worked_on_by')})
         and idempotency_key.request_hash = excluded.request_hash
     returning xmax <> 0 as again`,
    {
      principal,
      key,
      requestHash,
      workedOnBy,
      now,
      inProgress: IN_PROGRESS,
      abandoned: new Date(now.getTime() - ABANDONED_AFTER_MS),
    },
  );
  if (claimed !== undefined) return { kind: 'claimed', again: claimed.again };
  const [row] = await rows<{ request_hash: Buffer; status: number; body: unknown }>(
    trx,
    'select request_hash, status, body from idempotency_key where principal = :principal and key = :key',
    { principal, key },
  );
  if (row === undefined) return { kind: 'busy' };
  if (!row.request_hash.equals(requestHash)) return { kind: 'other' };
  return row.status === IN_PROGRESS ? { kind: 'busy' } : { kind: 'answered', status: row.status, body: row.body };
}

/** Keeps the answer for repeats. */
export async function keepAnswer(trx: Trx, request: KeyedRequest, status: number, body: unknown): Promise<void> {
  await rows(
    trx,
    'update idempotency_key set status = :status, body = :body where principal = :principal and key = :key',
    { principal: request.principal, key: request.key, status, body: JSON.stringify(body) },
  );
}

/** Gives the key back after a failure: the same request may be tried again. */
export async function releaseKey(trx: Trx, request: KeyedRequest): Promise<void> {
  await rows(trx, 'delete from idempotency_key where principal = :principal and key = :key and status = :inProgress', {
    principal: request.principal,
    key: request.key,
    inProgress: IN_PROGRESS,
  });
}

/** Keeps that the key is this request's, whose answer is still to come: it alone may ask again under it. */
export async function keepUnanswered(trx: Trx, request: KeyedRequest): Promise<void> {
  await rows(
    trx,
    'update idempotency_key set worked_on_by = :nobody where principal = :principal and key = :key and status = :inProgress',
    { principal: request.principal, key: request.key, nobody: NOBODY, inProgress: IN_PROGRESS },
  );
}

/** Forgets answers given before `before`. Returns how many. */
export async function forgetAnswers(trx: Trx, before: Date): Promise<number> {
  const gone = await rows(trx, 'delete from idempotency_key where created_at < :before returning key', { before });
  return gone.length;
}
