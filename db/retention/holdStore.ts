import type { Actor } from '../../domain/access/actor.js';
import { rows, type Trx } from '../connect.js';
import { PARTNER_TEAM } from '../parties/companyStore.js';

/** What a legal hold names: a company, a programme, or, with neither, everything. */
export interface HoldSubject {
  companyId: string | null;
  programme: string | null;
}

/** While it stands nothing of what it names is removed or erased. */
export interface LegalHold extends HoldSubject {
  id: string;
  reason: string;
  setAt: Date;
  setBy: Actor;
  liftedAt: Date | null;
  liftedBy: Actor | null;
  liftReason: string | null;
}

const SELECT = `select id, company_id as "companyId", programme_code as programme, reason, set_at as "setAt", set_by as "setBy",
  lifted_at as "liftedAt", lifted_by as "liftedBy", lift_reason as "liftReason" from legal_hold`;

/** The latest first, those before the cursor; with `standing` those that have not been lifted. */
export function listHolds(
  trx: Trx,
  { standing, limit, after }: { standing: boolean; limit: number; after?: [Date, string] | undefined },
): Promise<LegalHold[]> {
  const [at, id] = after ?? [null, null];
  return rows<LegalHold>(
    trx,
    `${SELECT} where (not :standing or lifted_at is null)
       and (:id::uuid is null or (set_at, id) < (:at::timestamptz, :id::uuid))
     order by set_at desc, id desc limit :limit`,
    { standing, limit, at, id },
  );
}

export async function findHold(trx: Trx, id: string): Promise<LegalHold | undefined> {
  const [hold] = await rows<LegalHold>(trx, `${SELECT} where id = :id`, { id });
  return hold;
}

/** Waits for removals that are under way, and lets none begin until the transaction ends. */
export async function lockHolds(trx: Trx): Promise<void> {
  await rows(trx, `select pg_advisory_xact_lock(hashtext('kontor_legal_hold'))`);
}

/** Sets a hold; false where one over the same stands already. */
export async function insertHold(
  trx: Trx,
  { setBy, ...hold }: Pick<LegalHold, 'id' | 'companyId' | 'programme' | 'reason' | 'setAt' | 'setBy'>,
): Promise<boolean> {
  await lockHolds(trx);
  const set = await rows(
    trx,
    `insert into legal_hold (id, company_id, programme_code, reason, set_at, set_by)
     values (:id, :companyId, :programme, :reason, :setAt, :setBy) on conflict do nothing returning id`,
    { ...hold, setBy: JSON.stringify(setBy) },
  );
  return set.length > 0;
}

/** Lifts a hold that stands; false where it does not, or never was. */
export async function liftHold(
  trx: Trx,
  { id, at, by, reason }: { id: string; at: Date; by: Actor; reason: string },
): Promise<boolean> {
  const lifted = await rows(
    trx,
    `update legal_hold set lifted_at = :at, lifted_by = :by, lift_reason = :reason
     where id = :id and lifted_at is null returning id`,
    { id, at, by: JSON.stringify(by), reason },
  );
  return lifted.length > 0;
}

/** The holds that stand over any of these companies, over a programme they take part in, or over everything. */
export async function holdsOver(trx: Trx, companyIds: readonly string[]): Promise<LegalHold[]> {
  return rows<LegalHold>(
    trx,
    `${SELECT} where lifted_at is null and (company_id is null and programme_code is null
       or company_id = any(:companyIds::uuid[])
       or programme_code is not null and (:partnerTeam::uuid = any(:companyIds::uuid[]) or programme_code in (
         select a.programme_code from participation a where a.msp_id = any(:companyIds::uuid[])))) order by set_at`,
    { companyIds: [...companyIds], partnerTeam: PARTNER_TEAM },
  );
}
