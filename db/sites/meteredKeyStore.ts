import { createHash } from 'node:crypto';
import { keyStatesBefore, type KeyEnding, type KeyKind, type KeyState } from '../../domain/key.js';
import { rows, type Trx } from '../connect.js';

/** Whose key it is: one site's, or a tenant's for a product, with which any site that serves the tenant activates. */
export type KeyOwner = { mspId: string; siteId: string } | { mspId: string; tenantId: string };

/** A licence key without a quantity, as kept: the key itself is shown once and never stored. */
export interface MeteredKey {
  id: string;
  kind: KeyKind;
  /** Null, as `tenantId`, where the owner is the other. */
  siteId: string | null;
  tenantId: string | null;
  /** Of a tenant's key; a site's key is for the site's product. */
  product: string | null;
  state: KeyState;
  issuedAt: Date;
  /** Since when what ended it first counts, and what that was. */
  endedAt: Date | null;
  endedHow: KeyEnding | null;
  reason: string | null;
}

interface KeyRow {
  id: string;
  kind: KeyKind;
  site_id: string | null;
  tenant_id: string | null;
  product: string | null;
  state: KeyState;
  issued_at: Date;
  ended_at: Date | null;
  ended_how: KeyEnding | null;
  reason: string | null;
}

const COLUMNS = 'id, kind, site_id, tenant_id, product, state, issued_at, ended_at, ended_how, reason';
const OWNED = `msp_id = :mspId and (site_id = :siteId::uuid or tenant_id = :tenantId::uuid)`;

function ownerOf(owner: KeyOwner) {
  return { siteId: null, tenantId: null, ...owner };
}

function toKey(row: KeyRow): MeteredKey {
  return {
    id: row.id,
    kind: row.kind,
    siteId: row.site_id,
    tenantId: row.tenant_id,
    product: row.product,
    state: row.state,
    issuedAt: row.issued_at,
    endedAt: row.ended_at,
    endedHow: row.ended_how,
    reason: row.reason,
  };
}

/** What is kept of a key: SHA-256 of its 256 random bits. Nothing slower is needed where nothing can be guessed. */
export function hashKey(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Keys of a site or tenant, newest first. */
export async function listKeys(trx: Trx, owner: KeyOwner): Promise<MeteredKey[]> {
  const found = await rows<KeyRow>(
    trx,
    `select ${COLUMNS} from metered_key where ${OWNED} order by issued_at desc, id`,
    ownerOf(owner),
  );
  return found.map(toKey);
}

export interface KeyEnd {
  keyId: string;
  how: 'revoked' | 'destroyed' | 'rotated';
  /** Of a rotation: null. */
  by: 'msp' | 'vendor' | null;
  /** Since when it counts. */
  at: Date;
  /** When that is said; left out: at that instant. */
  notedAt?: Date;
  reason: string;
}

/** A revocation outlives that the key is destroyed. */
const STAYS = `(state = 'revoked' and :how <> 'revoked')`;

/**
 * Ends a key for good. Undefined where the state table does not allow it, and then nothing changed. A key that was
 * revoked stays ended by that, as of that instant, when it is destroyed: usage after it is measured against it. One that has
 * ended, by a rotation too, may be revoked as of an earlier instant: what ended it until then is kept.
 */
export async function endKey(trx: Trx, owner: KeyOwner, end: KeyEnd): Promise<MeteredKey | undefined> {
  const to = end.how === 'revoked' ? 'revoked' : 'destroyed';
  const [row] = await rows<KeyRow>(
    trx,
    `with earlier as (
       select msp_id, id, ended_how, ended_at, ended_by, coalesce(end_noted_at, ended_at) as noted_at from metered_key
       where ${OWNED} and id = :keyId and :how = 'revoked' and state in ('revoked', 'destroyed') and :at < ended_at
       for no key update
     ), kept as (
       insert into former_end (msp_id, metered_key_id, ended_how, ended_at, ended_by, noted_at, replaced_at)
       select msp_id, id, ended_how, ended_at, ended_by, noted_at, coalesce(:notedAt::timestamptz, :at) from earlier
     )
     update metered_key set state = case when state = 'destroyed' then state else :to end,
       ended_how = case when ${STAYS} then ended_how else :how end,
       ended_at = case when ${STAYS} then ended_at else :at end,
       end_noted_at = case when ${STAYS} then end_noted_at when :notedAt::timestamptz > :at then :notedAt end,
       ended_by = case when ${STAYS} then ended_by else :by end,
       reason = case when ${STAYS} then reason else :reason end
     where ${OWNED} and id = :keyId and (state = any(:from) or id in (select id from earlier)) returning ${COLUMNS}`,
    { ...ownerOf(owner), notedAt: null, ...end, to, from: keyStatesBefore(to) },
  );
  return row && toKey(row);
}

export interface NewKey {
  keyId: string;
  kind: KeyKind;
  keyHash: Buffer;
  state: 'issued' | 'active';
  at: Date;
  /** Of a tenant's key. */
  programme?: string;
  product?: string;
}

/** Keeps new keys, in one statement. */
export async function insertKeys(trx: Trx, keys: readonly (KeyOwner & NewKey)[]): Promise<void> {
  await rows(
    trx,
    `insert into metered_key (msp_id, id, kind, site_id, tenant_id, programme_code, product, key_hash, state, issued_at)
     select k."mspId", k."keyId", k.kind, k."siteId", k."tenantId", k.programme, k.product, decode(k."keyHash", 'hex'), k.state,
       k.at
     from jsonb_to_recordset(:keys::jsonb) as k("mspId" uuid, "keyId" uuid, kind text, "siteId" uuid, "tenantId" uuid,
       programme text, product text, "keyHash" text, state text, at timestamptz)`,
    { keys: JSON.stringify(keys.map((key) => ({ ...key, keyHash: key.keyHash.toString('hex') }))) },
  );
}

export function insertKey(trx: Trx, owner: KeyOwner, key: NewKey): Promise<void> {
  return insertKeys(trx, [{ ...owner, ...key }]);
}

/** Installations that use `fromKeyId` go on under `toKeyId`, as after a rotation; returns how many. */
export async function moveInstallations(
  trx: Trx,
  move: { mspId: string; fromKeyId: string; toKeyId: string; at: Date },
): Promise<number> {
  const moved = await rows<{ id: string }>(
    trx,
    `with moved as (
       update installation set metered_key_id = :toKeyId where msp_id = :mspId and metered_key_id = :fromKeyId
       returning msp_id, site_id, id)
     insert into former_key (msp_id, site_id, installation_id, metered_key_id, until_at)
     select msp_id, site_id, id, :fromKeyId, :at from moved
     on conflict (msp_id, site_id, installation_id, metered_key_id) do update set until_at = excluded.until_at
     returning installation_id as id`,
    { ...move },
  );
  return moved.length;
}
