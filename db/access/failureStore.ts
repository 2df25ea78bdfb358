import { createHash } from 'node:crypto';
import type { LockOut } from '../../domain/access/lockOut.js';
import { rows, type Trx } from '../connect.js';

/** What tries are counted for; kept as a hash, so that nobody reads from it which addresses were tried. */
export type FailureSubject = { email: string } | { host: string };

function hashOf(subject: FailureSubject): Buffer {
  const text = 'email' in subject ? `email:${subject.email.toLowerCase()}` : `host:${subject.host}`;
  return createHash('sha256').update(text).digest();
}

/** Failures this old are forgotten with the next try. */
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;

/**
 * Counts a try before it is looked at, so that many at once get no more than one after the other: it is a failure until
 * `forgive` says otherwise. Returns its number among the failures, or until when one has to wait.
 */
export async function countTry(
  trx: Trx,
  subject: FailureSubject,
  { free, firstWaitSeconds, longestWaitSeconds }: LockOut,
  at: Date,
): Promise<{ failures: number } | { waitUntil: Date }> {
  const bindings = { hash: hashOf(subject), at, free, firstWaitSeconds, longestWaitSeconds };
  const [counted] = await rows<{ failures: number }>(
    trx,
    `insert into sign_in_failure as f (subject, failures, last_at) values (:hash, 1, :at)
     on conflict (subject) do update set last_at = excluded.last_at,
       failures = case when f.last_at < :forgotten then 1 else f.failures + 1 end,
       wait_until = case when f.last_at >= :forgotten and f.failures + 1 >= :free
         then excluded.last_at + make_interval(secs => least(:longestWaitSeconds::float8,
           :firstWaitSeconds * power(2, least(f.failures + 1 - :free, 20)))) end
       where f.wait_until is null or f.wait_until <= :at
     returning failures`,
    { ...bindings, forgotten: new Date(at.getTime() - FORGOTTEN_AFTER_MS) },
  );
  if (counted !== undefined) return counted;
  const [waiting] = await rows<{ waitUntil: Date | null }>(
    trx,
    'select wait_until as "waitUntil" from sign_in_failure where subject = :hash',
    { hash: bindings.hash },
  );
  return { waitUntil: waiting?.waitUntil ?? at };
}

/** That try was none that failed: it is not counted. */
export async function forgiveTry(trx: Trx, subject: FailureSubject): Promise<void> {
  await rows(
    trx,
    `update sign_in_failure set failures = greatest(0, failures - 1), wait_until = null where subject = :hash`,
    { hash: hashOf(subject) },
  );
}

/** No failures any more; false: there were none. */
export async function forgetFailures(trx: Trx, subject: FailureSubject): Promise<boolean> {
  const gone = await rows(trx, 'delete from sign_in_failure where subject = :hash returning subject', {
    hash: hashOf(subject),
  });
  return gone.length > 0;
}

/** Forgets what was counted before `before`. */
export async function forgetOldFailures(trx: Trx, before: Date): Promise<void> {
  await rows(trx, 'delete from sign_in_failure where last_at < :before returning subject', { before });
}
