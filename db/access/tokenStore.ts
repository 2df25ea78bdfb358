import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { appendAudit } from './auditStore.js';
import { rows, type Trx } from '../connect.js';

export const ROLES = ['partner_team', 'msp', 'distributor'] as const;
export type Role = (typeof ROLES)[number];

/** Who may call the API, as kept: the token itself is shown once and stored as its SHA-256. */
export interface ApiToken {
  id: string;
  name: string;
  role: Role;
  /** Set for role `msp` alone. */
  mspId: string | null;
  /** Set for role `distributor` alone. */
  distributorId: string | null;
  createdAt: Date;
  revokedAt: Date | null;
}

export interface NewToken {
  /** Given where the same request may come twice; a second one with this id is refused by the primary key. */
  id?: string;
  name: string;
  role: Role;
  mspId?: string | null;
  distributorId?: string | null;
  at: Date;
  /** Who issues it, for the audit trail. */
  actor: string;
}

interface TokenRow {
  id: string;
  name: string;
  role: Role;
  msp_id: string | null;
  distributor_id: string | null;
  created_at: Date;
  revoked_at: Date | null;
}

const COLUMNS = 'id, name, role, msp_id, distributor_id, created_at, revoked_at';
const TOKEN = /^kontor_(partner_team|msp|distributor)_[A-Za-z0-9_-]{43}$/;

function toToken(row: TokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    mspId: row.msp_id,
    distributorId: row.distributor_id,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}

/** What is kept of a token: SHA-256, which suffices for 256 random bits. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Makes a token of 256 random bits, keeps its hash and writes the audit trail. `token` can be shown only now. */
export async function issueToken(trx: Trx, input: NewToken): Promise<{ id: string; token: string }> {
  const id = input.id ?? randomUUID();
  const token = `kontor_${input.role}_${randomBytes(32).toString('base64url')}`;
  const { name, role, at } = input;
  const [mspId, distributorId] = [input.mspId ?? null, input.distributorId ?? null];
  await rows(
    trx,
    `insert into api_token (id, name, role, msp_id, distributor_id, token_hash, created_at)
     values (:id, :name, :role, :mspId, :distributorId, :hash, :at)`,
    { id, name, role, mspId, distributorId, hash: tokenHash(token), at },
  );
  await appendAudit(trx, {
    at,
    actor: input.actor,
    action: 'token.issued',
    subject: `token:${id}`,
    mspId,
    after: { name, role, mspId, distributorId },
  });
  return { id, token };
}

/** The live token of that text; undefined when it is unknown, revoked, or no token at all. */
export async function findToken(trx: Trx, token: string): Promise<ApiToken | undefined> {
  if (!TOKEN.test(token)) return undefined;
  const [row] = await rows<TokenRow>(
    trx,
    `select ${COLUMNS} from api_token where token_hash = :hash and revoked_at is null`,
    { hash: tokenHash(token) },
  );
  return row && toToken(row);
}

export async function findTokenById(trx: Trx, id: string): Promise<ApiToken | undefined> {
  const [row] = await rows<TokenRow>(trx, `select ${COLUMNS} from api_token where id = :id`, { id });
  return row && toToken(row);
}

/** In the order of their making, revoked ones included; those after the cursor. */
export async function listTokens(
  trx: Trx,
  page: { limit: number; after?: [Date, string] | undefined },
): Promise<ApiToken[]> {
  const [at, id] = page.after ?? [null, null];
  const found = await rows<TokenRow>(
    trx,
    `select ${COLUMNS} from api_token
     where :id::uuid is null or (created_at, id) > (:at::timestamptz, :id::uuid)
     order by created_at, id limit :limit`,
    { at, id, limit: page.limit },
  );
  return found.map(toToken);
}

/** Ends a token; idempotent. False when there is none of that id. */
export async function revokeToken(trx: Trx, id: string, at: Date, actor: string): Promise<boolean> {
  const revoked = await rows<TokenRow>(
    trx,
    `update api_token set revoked_at = :at where id = :id and revoked_at is null returning ${COLUMNS}`,
    { id, at },
  );
  if (revoked[0] !== undefined) {
    await appendAudit(trx, { at, actor, action: 'token.revoked', subject: `token:${id}`, mspId: revoked[0].msp_id });
    return true;
  }
  return (await rows(trx, 'select 1 from api_token where id = :id', { id })).length > 0;
}
