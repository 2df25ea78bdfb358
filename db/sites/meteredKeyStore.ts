import { createHash } from 'node:crypto';
import { keyStatesBefore, type KeyState } from '../../domain/key.js';
import { rows, type Trx } from '../connect.js';

/** Licence key of one site, as kept: the key itself is shown once and never stored. */
export interface MeteredKey {
  id: string;
  siteId: string;
  state: KeyState;
  issuedAt: Date;
  /** When it was disabled for silence, revoked or destroyed. */
  endedAt: Date | null;
  reason: string | null;
}

interface KeyRow {
  id: string;
  site_id: string;
  state: KeyState;
  issued_at: Date;
  ended_at: Date | null;
  reason: string | null;
}

const COLUMNS = 'id, site_id, state, issued_at, ended_at, reason';

function toKey(row: KeyRow): MeteredKey {
  return {
    id: row.id,
    siteId: row.site_id,
    state: row.state,
    issuedAt: row.issued_at,
    endedAt: row.ended_at,
    reason: row.reason,
  };
}

/** What is kept of a key: SHA-256 of its 256 random bits. Nothing slower is needed where nothing can be guessed. */
export function hashKey(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Keys of a site, newest first. */
export async function listKeys(trx: Trx, mspId: string, siteId: string): Promise<MeteredKey[]> {
  const found = await rows<KeyRow>(
    trx,
    `select ${COLUMNS} from metered_key where msp_id = :mspId and site_id = :siteId order by issued_at desc, id`,
    { mspId, siteId },
  );
  return found.map(toKey);
}

export interface KeyEnd {
  mspId: string;
  siteId: string;
  keyId: string;
  to: 'revoked' | 'destroyed';
  at: Date;
  reason: string;
}

/**
 * Ends a key for good. Undefined where the state table does not allow it, and then nothing changed. A key that was
 * revoked keeps that instant and reason when it is destroyed: usage after it is measured against it.
 */
export async function endKey(trx: Trx, end: KeyEnd): Promise<MeteredKey | undefined> {
  const [row] = await rows<KeyRow>(
    trx,
    `update metered_key set state = :to,
       ended_at = case when state = 'revoked' then ended_at else :at end,
       reason = case when state = 'revoked' then reason else :reason end
     where msp_id = :mspId and site_id = :siteId and id = :keyId and state = any(:from) returning ${COLUMNS}`,
    { ...end, from: keyStatesBefore(end.to) },
  );
  return row && toKey(row);
}

export interface NewKey {
  mspId: string;
  siteId: string;
  keyId: string;
  keyHash: Buffer;
  state: 'issued' | 'active';
  at: Date;
}

export async function insertKey(trx: Trx, key: NewKey): Promise<void> {
  await rows(
    trx,
    `insert into metered_key (msp_id, id, site_id, key_hash, state, issued_at)
     values (:mspId, :keyId, :siteId, :keyHash, :state, :at)`,
    { ...key },
  );
}

/** Installations that activated with `fromKeyId` go on under `toKeyId`; returns how many. */
export async function moveInstallations(
  trx: Trx,
  move: { mspId: string; siteId: string; fromKeyId: string; toKeyId: string },
): Promise<number> {
  const moved = await rows<{ id: string }>(
    trx,
    `update installation set metered_key_id = :toKeyId
     where msp_id = :mspId and site_id = :siteId and metered_key_id = :fromKeyId returning id`,
    { ...move },
  );
  return moved.length;
}
