import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';

/** Lets new installations enrol without a key. Its text is shown once and stored as its SHA-256. */
export interface EnrolmentToken {
  mspId: string;
  id: string;
  programme: string;
  product: string;
  /** Its sites serve this tenant; null: those that are added serve none yet. */
  tenantId: string | null;
  /** How many installations may enrol with it, and how many have. */
  uses: number;
  used: number;
  madeAt: Date;
  madeBy: Actor;
  expiresAt: Date;
  revokedAt: Date | null;
}

const SELECTED = `msp_id as "mspId", id, programme_code as programme, product, tenant_id as "tenantId", uses, used,
  made_at as "madeAt", made_by as "madeBy", expires_at as "expiresAt", revoked_at as "revokedAt"`;

/** Keeps a new token; false where there is one of its id: the same request has made it. */
export async function insertEnrolmentToken(
  trx: Trx,
  token: Omit<EnrolmentToken, 'used' | 'revokedAt'> & { tokenHash: Buffer },
): Promise<boolean> {
  const made = await rows(
    trx,
    `insert into enrolment_token (msp_id, id, programme_code, product, tenant_id, token_hash, uses, made_at, made_by,
       expires_at)
     values (:mspId, :id, :programme, :product, :tenantId, :tokenHash, :uses, :madeAt, :madeBy, :expiresAt)
     on conflict (msp_id, id) do nothing returning id`,
    { ...token, madeBy: JSON.stringify(token.madeBy) },
  );
  return made.length > 0;
}

/** Of an MSP, as far as the reader sees them, in the order of their making; those after the cursor. */
export async function listEnrolmentTokens(
  trx: Trx,
  filter: { mspId: string; id?: string; limit: number; after?: [madeAt: Date, id: string] | undefined },
): Promise<EnrolmentToken[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  return rows<EnrolmentToken>(
    trx,
    `select ${SELECTED} from enrolment_token
     where msp_id = :mspId and (:id::uuid is null or id = :id::uuid)
       and (:afterId::uuid is null or (made_at, id) > (:afterAt::timestamptz, :afterId::uuid))
     order by made_at, id limit :limit`,
    { mspId: filter.mspId, id: filter.id ?? null, limit: filter.limit, afterAt, afterId },
  );
}

/** Ends a token; one that was revoked keeps that instant. Returns whether this ended it. */
export async function revokeEnrolmentToken(trx: Trx, token: { mspId: string; id: string; at: Date }): Promise<boolean> {
  const revoked = await rows(
    trx,
    `update enrolment_token set revoked_at = :at where msp_id = :mspId and id = :id and revoked_at is null returning id`,
    { ...token },
  );
  return revoked.length > 0;
}

/** The MSP's token with that SHA-256, locked until the transaction ends: of two who use it at once, one waits. */
export async function lockEnrolmentToken(
  trx: Trx,
  shown: { mspId: string; tokenHash: Buffer },
): Promise<EnrolmentToken | undefined> {
  const [token] = await rows<EnrolmentToken>(
    trx,
    `select ${SELECTED} from enrolment_token where token_hash = :tokenHash and msp_id = :mspId for update`,
    { ...shown },
  );
  return token;
}

/** That an installation used a token. */
export interface EnrolmentUse {
  mspId: string;
  tokenId: string;
  installationId: string;
  siteId: string;
  /** Of all that it said. */
  askedHash: Buffer;
  at: Date;
}

/** Whether, and as what, the installation has used the token. Lock the token before. */
export async function findEnrolment(
  trx: Trx,
  use: Pick<EnrolmentUse, 'mspId' | 'tokenId' | 'installationId'>,
): Promise<Pick<EnrolmentUse, 'siteId' | 'askedHash'> | undefined> {
  const [found] = await rows<{ siteId: string; askedHash: Buffer }>(
    trx,
    `select site_id as "siteId", asked_hash as "askedHash" from enrolment
     where msp_id = :mspId and token_id = :tokenId and installation_id = :installationId`,
    { ...use },
  );
  return found;
}

/** Uses the token up by one; the database refuses more uses than it has. */
export async function insertEnrolment(trx: Trx, use: EnrolmentUse): Promise<void> {
  await rows(
    trx,
    `with used as (update enrolment_token set used = used + 1 where msp_id = :mspId and id = :tokenId)
     insert into enrolment (msp_id, token_id, installation_id, site_id, asked_hash, enrolled_at)
     values (:mspId, :tokenId, :installationId, :siteId, :askedHash, :at)`,
    { ...use },
  );
}
