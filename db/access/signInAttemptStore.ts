import { rows, type Trx } from '../connect.js';

/** A sign-in that a browser has begun at a provider. */
export interface SignInAttempt {
  /** SHA-256 of the state and of the secret in the browser's cookie. */
  stateHash: Buffer;
  browserHash: Buffer;
  providerId: string;
  /** A path of ours. */
  returnTo: string;
  expiresAt: Date;
}

export async function insertSignInAttempt(trx: Trx, attempt: SignInAttempt): Promise<void> {
  await rows(
    trx,
    `insert into sign_in_attempt (state_hash, browser_hash, identity_provider_id, return_to, expires_at)
     values (:stateHash, :browserHash, :providerId, :returnTo, :expiresAt)`,
    { ...attempt },
  );
}

/** Uses up the attempt of that state in that browser; undefined: there is none, or not any more. */
export async function takeSignInAttempt(
  trx: Trx,
  attempt: Pick<SignInAttempt, 'stateHash' | 'browserHash'>,
  at: Date,
): Promise<Pick<SignInAttempt, 'providerId' | 'returnTo'> | undefined> {
  const [taken] = await rows<Pick<SignInAttempt, 'providerId' | 'returnTo'>>(
    trx,
    `delete from sign_in_attempt
     where state_hash = :stateHash and browser_hash = :browserHash and expires_at > :at
     returning identity_provider_id as "providerId", return_to as "returnTo"`,
    { ...attempt, at },
  );
  return taken;
}

/** Forgets attempts that expired before `before`. */
export async function forgetSignInAttempts(trx: Trx, before: Date): Promise<void> {
  await rows(trx, 'delete from sign_in_attempt where expires_at < :before returning state_hash', { before });
}
