import { rows, type Trx } from '../connect.js';

/** The metered keys of an MSP in one programme: of its sites, and of its tenants. */
export interface ParticipationKeys {
  mspId: string;
  programme: string;
}

const OF_PARTICIPATION = `k.msp_id = :mspId and (k.programme_code = :programme
  or k.site_id in (select id from site where msp_id = :mspId and programme_code = :programme))`;

/** Disables the live keys of a participation suspended at `at` (rule 20); returns how many. */
export async function disableKeys(trx: Trx, of: ParticipationKeys & { at: Date }): Promise<number> {
  const disabled = await rows(
    trx,
    `update metered_key k set state = 'disabled', ended_how = 'disabled', ended_at = :at
     where ${OF_PARTICIPATION} and k.state in ('issued', 'active') returning k.id`,
    { ...of },
  );
  return disabled.length;
}

/** Enables what `disableKeys` disabled; keys of sites that are silent for too long (rule 6) stay disabled. */
export async function enableKeys(trx: Trx, of: ParticipationKeys): Promise<number> {
  const enabled = await rows(
    trx,
    `update metered_key k set state = case when exists (select from installation i where i.msp_id = k.msp_id
         and i.metered_key_id = k.id) then 'active' else 'issued' end, ended_how = null, ended_at = null
     where ${OF_PARTICIPATION} and k.state = 'disabled' and not exists (select from site s
       where s.msp_id = k.msp_id and s.id = k.site_id and s.contact = 'disabled') returning k.id`,
    { ...of },
  );
  return enabled.length;
}

/** Revokes the keys of a participation that ended, as of `at`: usage after it is measured against that (rule 20). */
export async function revokeKeys(trx: Trx, of: ParticipationKeys & { at: Date; reason: string }): Promise<number> {
  const revoked = await rows(
    trx,
    `update metered_key k set state = 'revoked', ended_how = 'revoked', ended_by = 'vendor', ended_at = :at, reason = :reason
     where ${OF_PARTICIPATION} and k.state in ('issued', 'active', 'disabled') returning k.id`,
    { ...of },
  );
  return revoked.length;
}
