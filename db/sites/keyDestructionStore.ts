import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';
import type { KeyOwner } from './meteredKeyStore.js';

/** That a key is to be destroyed, as somebody asked. */
export interface KeyDestruction {
  id: string;
  keyId: string;
  reason: string;
  askedAt: Date;
}

const OWNED = `msp_id = :mspId and (site_id = :siteId::uuid or tenant_id = :tenantId::uuid)`;

/** Keeps the request; returns how many installations use the key, neither replaced nor retired. Repeatable under its id. */
export async function insertKeyDestruction(
  trx: Trx,
  owner: KeyOwner,
  asked: KeyDestruction & { askedBy: Actor },
): Promise<number> {
  const [row] = await rows<{ installations: number }>(
    trx,
    `with asked as (
       insert into key_destruction (msp_id, id, metered_key_id, site_id, tenant_id, reason, asked_at, asked_by)
       values (:mspId, :id, :keyId, :siteId, :tenantId, :reason, :askedAt, :askedBy) on conflict do nothing)
     select count(*)::int as installations from installation
     where msp_id = :mspId and metered_key_id = :keyId and replaced_by is null and retired_at is null`,
    { siteId: null, tenantId: null, ...owner, ...asked, askedBy: JSON.stringify(asked.askedBy) },
  );
  return row?.installations ?? 0;
}

/** The request of that id for that key of the owner; undefined: there is none. */
export async function findKeyDestruction(
  trx: Trx,
  owner: KeyOwner,
  { keyId, id }: { keyId: string; id: string },
): Promise<KeyDestruction | undefined> {
  const [found] = await rows<KeyDestruction>(
    trx,
    `select id, metered_key_id as "keyId", reason, asked_at as "askedAt" from key_destruction
     where ${OWNED} and metered_key_id = :keyId and id = :id`,
    { siteId: null, tenantId: null, ...owner, keyId, id },
  );
  return found;
}
