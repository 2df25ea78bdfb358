import type { Locale } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';

/**
 * Makes the MSP's tenants and units active of which they, or the units below them, have sites and all of those are active,
 * retired ones aside; their ids.
 */
export async function activateTenants(trx: Trx, mspId: string): Promise<string[]> {
  const activated = await rows<{ id: string }>(
    trx,
    `with recursive served as (
       select st.tenant_id, s.id as site_id, s.state
       from site_tenant st join site s on s.msp_id = st.msp_id and s.id = st.site_id
       where st.msp_id = :mspId and st.until_period is null and s.state <> 'retired'
       union
       select t.parent_id, served.site_id, served.state
       from served join tenant t on t.msp_id = :mspId and t.id = served.tenant_id where t.parent_id is not null),
     ready as (select tenant_id from served group by tenant_id having bool_and(state = 'active'))
     update tenant t set state = 'active' from ready
     where t.msp_id = :mspId and t.id = ready.tenant_id and t.state = 'onboarding' returning t.id`,
    { mspId },
  );
  return activated.map(({ id }) => id).sort();
}

/** A site whose key no installation has used, and whom to remind of it. */
export interface DueReminder {
  siteId: string;
  siteName: string;
  createdAt: Date;
  /** The latest of the site's reminders that are due: earlier ones, after a standstill, are left out. */
  dueAt: Date;
  vendorName: string;
  locale: Locale;
  zone: string;
}

/**
 * Takes the reminders that are due off the MSP's sites and returns one per site. The rows stay locked until the
 * transaction ends, so an activation at the same moment comes before or after.
 */
export function takeDueReminders(trx: Trx, mspId: string, now: Date): Promise<DueReminder[]> {
  return rows<DueReminder>(
    trx,
    `with due as (
       select msp_id, id, (select max(r) from unnest(remind_at) r where r <= :now) as due_at
       from site where msp_id = :mspId and state = 'created' and remind_at[1] <= :now
       order by id for update),
     taken as (
       update site s set remind_at = array(select r from unnest(s.remind_at) r where r > :now order by r)
       from due where s.msp_id = due.msp_id and s.id = due.id
       returning s.id, s.name, s.programme_code, s.created_at, due.due_at)
     select t.id as "siteId", t.name as "siteName", t.created_at as "createdAt", t.due_at as "dueAt",
       p.vendor ->> 'name' as "vendorName", m.locale, kontor_zone(m.id) as zone
     from taken t join msp m on m.id = :mspId join programme p on p.code = t.programme_code order by t.id`,
    { mspId, now },
  );
}

/** What an MSP has open: sites nobody has activated, tenants that are not active, and when the next reminder is due. */
export async function openOnboarding(
  trx: Trx,
  mspId: string,
): Promise<{ sites: number; tenants: number; nextReminderAt: Date | null }> {
  const [row] = await rows<{ sites: number; tenants: number; nextReminderAt: Date | null }>(
    trx,
    `select count(*)::int as sites, min(remind_at[1]) as "nextReminderAt",
       (select count(*)::int from tenant where msp_id = :mspId and state = 'onboarding') as tenants
     from site where msp_id = :mspId and state = 'created'`,
    { mspId },
  );
  return row ?? { sites: 0, tenants: 0, nextReminderAt: null };
}

/** MSPs that have sites or tenants open. */
export async function mspsWithOpenOnboarding(trx: Trx): Promise<string[]> {
  const found = await rows<{ msp_id: string }>(
    trx,
    `select msp_id from site where state = 'created' union select msp_id from tenant where state = 'onboarding'
     order by msp_id`,
  );
  return found.map(({ msp_id }) => msp_id);
}
