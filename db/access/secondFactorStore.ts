import { rows, type Trx } from '../connect.js';

/** A person's authenticator. */
export interface Totp {
  /** Encrypted. */
  sealedSecret: string;
  confirmed: boolean;
}

export async function findTotp(trx: Trx, personId: string): Promise<Totp | undefined> {
  const [totp] = await rows<Totp>(
    trx,
    'select sealed_secret as "sealedSecret", confirmed_at is not null as confirmed from person_totp where person_id = :personId',
    { personId },
  );
  return totp;
}

/** Keeps a secret that waits for its first code, in place of another such; false where one is confirmed already. */
export async function putTotp(trx: Trx, personId: string, sealedSecret: string, at: Date): Promise<boolean> {
  const made = await rows(
    trx,
    `insert into person_totp (person_id, sealed_secret, made_at) values (:personId, :sealedSecret, :at)
     on conflict (person_id) do update set sealed_secret = excluded.sealed_secret, made_at = excluded.made_at
       where person_totp.confirmed_at is null
     returning person_id`,
    { personId, sealedSecret, at },
  );
  return made.length > 0;
}

/**
 * Accepts a code's step once: false where one of this step or a later one was accepted before, also by another request at
 * the same time. The first one confirms the authenticator.
 */
export async function acceptStep(trx: Trx, personId: string, step: number, at: Date): Promise<boolean> {
  const accepted = await rows(
    trx,
    `update person_totp set last_step = :step, confirmed_at = coalesce(confirmed_at, :at)
     where person_id = :personId and (last_step is null or last_step < :step) returning person_id`,
    { personId, step, at },
  );
  return accepted.length > 0;
}

/** Removes the authenticator and its recovery codes; false where none was confirmed. */
export async function removeSecondFactor(trx: Trx, personId: string): Promise<boolean> {
  const removed = await rows<{ confirmed: boolean }>(
    trx,
    'delete from person_totp where person_id = :personId returning confirmed_at is not null as confirmed',
    { personId },
  );
  await rows(trx, 'delete from recovery_code where person_id = :personId', { personId });
  return removed.some(({ confirmed }) => confirmed);
}

/** Keeps new recovery codes, by their hashes; those before them are worth nothing from now on. */
export async function replaceRecoveryCodes(
  trx: Trx,
  personId: string,
  hashes: readonly Buffer[],
  at: Date,
): Promise<void> {
  await rows(trx, 'delete from recovery_code where person_id = :personId', { personId });
  await rows(
    trx,
    `insert into recovery_code (person_id, hash, made_at)
     select :personId, decode(h, 'hex'), :at from unnest(:hashes::text[]) as h`,
    { personId, hashes: hashes.map((hash) => hash.toString('hex')), at },
  );
}

/** Takes a recovery code; false where there is no such one, or it was used. */
export async function useRecoveryCode(trx: Trx, personId: string, hash: Buffer, at: Date): Promise<boolean> {
  const used = await rows(
    trx,
    `update recovery_code set used_at = :at where person_id = :personId and hash = :hash and used_at is null
     returning person_id`,
    { personId, hash, at },
  );
  return used.length > 0;
}

/** How many recovery codes are left. */
export async function recoveryCodesLeft(trx: Trx, personId: string): Promise<number> {
  const [row] = await rows<{ left: number }>(
    trx,
    'select count(*)::integer as left from recovery_code where person_id = :personId and used_at is null',
    { personId },
  );
  return row?.left ?? 0;
}
