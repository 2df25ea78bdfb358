import { siteActor } from '../../domain/access/actor.js';
import type { ContactState, ContactThresholds } from '../../domain/site.js';
import { appendAudits } from '../access/auditStore.js';
import { rows, type Trx } from '../connect.js';

/** What the audit trail calls the change of a site's contact, by what it becomes. */
export const CONTACT_ACTIONS: Record<ContactState, string> = {
  ok: 'site.contactRestored',
  warned: 'site.contactWarned',
  blocked: 'site.contactBlocked',
  disabled: 'site.contactDisabled',
};

/** Rule 6 as one programme has it, at one instant. */
export interface ProgrammeThresholds extends ContactThresholds {
  programmeCode: string;
}

/** A site whose contact state changed, with what the letter about it needs. */
export interface ContactChange {
  mspId: string;
  siteId: string;
  siteName: string;
  was: ContactState;
  becomes: ContactState;
  lastContactAt: Date | null;
  /** Last contact, or the activation of a site that was never heard since. */
  silentSince: Date;
  programmeCode: string;
  vendorName: string;
  locale: string;
  zone: string;
}

interface ChangeRow {
  msp_id: string;
  id: string;
  name: string;
  was: ContactState;
  becomes: ContactState;
  last_contact_at: Date | null;
  silent_since: Date;
  programme_code: string;
  vendor_name: string;
  locale: string;
  zone: string;
}

// Installed keys come back as active, a key that no installation has used yet as issued.
const LIFTED_STATE = `case when exists (select from installation i where i.msp_id = k.msp_id
  and i.metered_key_id = k.id) then 'active' else 'issued' end`;

// While its MSP is suspended in the programme (rule 20) a key stays disabled, whatever is heard.
const NOT_SUSPENDED = `not exists (select from site s join participation p on p.msp_id = s.msp_id
  and p.programme_code = s.programme_code where s.msp_id = k.msp_id and s.id = k.site_id and p.state = 'suspended')`;

/**
 * Puts up to `limit` active sites into the state their silence has led to; keys that are disabled end as of `at`. Absolute
 * values: once more changes nothing. A site that checks in meanwhile is left alone. Returns what changed; call again until
 * it returns fewer than `limit`.
 */
export async function judgeContact(
  trx: Trx,
  programmes: readonly ProgrammeThresholds[],
  { at, limit }: { at: Date; limit: number },
): Promise<ContactChange[]> {
  const changed = await rows<ChangeRow>(
    trx,
    `with judged as (
         select s.msp_id, s.id, s.contact as was, s.last_contact_at, f.silent_since, p."programmeCode" as programme_code,
           case when f.silent_since <= p.disabled then 'disabled' when f.silent_since <= p.blocked then 'blocked'
             when f.silent_since <= p.warned then 'warned' else 'ok' end as becomes
         from site s
         join jsonb_to_recordset(:programmes::jsonb) as p ("programmeCode" text, warned timestamptz, blocked timestamptz,
           disabled timestamptz) on p."programmeCode" = s.programme_code
         cross join lateral (select coalesce(s.last_contact_at, s.activated_at) as silent_since) f
         where s.state = 'active'),
       changed as (
         update site s set contact = j.becomes
         from (select * from judged where was <> becomes order by id limit :limit) j
         where s.msp_id = j.msp_id and s.id = j.id and s.contact = j.was
           and s.last_contact_at is not distinct from j.last_contact_at
         returning s.msp_id, s.id, s.name, j.was, j.becomes, j.last_contact_at, j.silent_since, j.programme_code),
       disabled as (
         update metered_key k set state = 'disabled', ended_how = 'disabled', ended_at = :at from changed c
         where k.msp_id = c.msp_id and k.site_id = c.id and c.becomes = 'disabled' and k.state in ('issued', 'active')),
       lifted as (
         update metered_key k set state = ${LIFTED_STATE}, ended_how = null, ended_at = null from changed c
         where k.msp_id = c.msp_id and k.site_id = c.id and c.becomes <> 'disabled' and k.state = 'disabled'
           and ${NOT_SUSPENDED})
     select c.*, p.vendor ->> 'name' as vendor_name, m.locale, kontor_zone(m.id) as zone
     from changed c join msp m on m.id = c.msp_id join programme p on p.code = c.programme_code order by c.id`,
    { programmes: JSON.stringify(programmes), at, limit },
  );
  return changed.map((row) => ({
    mspId: row.msp_id,
    siteId: row.id,
    siteName: row.name,
    was: row.was,
    becomes: row.becomes,
    lastContactAt: row.last_contact_at,
    silentSince: row.silent_since,
    programmeCode: row.programme_code,
    vendorName: row.vendor_name,
    locale: row.locale,
    zone: row.zone,
  }));
}

/**
 * A check-in lifts what rule 6 did to these sites; call it in the transaction that noted the contact. Keys that were
 * revoked or destroyed stay so. Sites that nothing was done to stay as they are.
 */
export async function liftContact(trx: Trx, siteIds: readonly string[]): Promise<void> {
  const lifted = await rows<{ msp_id: string; id: string; was: ContactState; at: Date }>(
    trx,
    `with known as (select msp_id, id, contact as was from site where id = any(:siteIds::uuid[]) and contact <> 'ok'
         for update),
       lifted as (update site s set contact = 'ok' from known where s.msp_id = known.msp_id and s.id = known.id
         returning s.msp_id, s.id, known.was, coalesce(s.last_contact_at, s.activated_at, s.created_at) as at),
       keys as (update metered_key k set state = ${LIFTED_STATE}, ended_how = null, ended_at = null from lifted l
         where k.msp_id = l.msp_id and k.site_id = l.id and k.state = 'disabled'
           and ${NOT_SUSPENDED})
     select * from lifted order by id`,
    { siteIds: [...siteIds] },
  );
  appendAudits(
    trx,
    lifted.map(({ msp_id: mspId, id, was, at }) => ({
      at,
      actor: siteActor(id),
      action: CONTACT_ACTIONS.ok,
      subject: `site:${id}`,
      mspId,
      before: { contact: was },
      after: { contact: 'ok' },
    })),
  );
}
