import { KontorError } from '../../domain/errors.js';
import {
  spokenAt,
  type CheckInMessage,
  type SiteMessage,
  type Stored,
  type UsageReportMessage,
} from '../../domain/siteMessage.js';
import { rows, type Trx } from '../connect.js';
import { liftContact } from '../sites/contact.js';
import { storeCheckIns } from './checkInStore.js';
import { storeUsageReports } from './usageReportStore.js';

/** Who was heard, one row per installation. */
const HEARD = `jsonb_to_recordset(:heard::jsonb) as h(site_id uuid, installation_id uuid, at timestamptz,
  product_version text)`;

function heardOf(messages: readonly SiteMessage[]): string {
  return JSON.stringify(
    messages.map((message) => ({
      site_id: message.from.siteId,
      installation_id: message.from.installationId,
      at: spokenAt(message),
      product_version: message.productVersion,
    })),
  );
}

/**
 * Notes that those installations and their sites were heard. Returns the sites that rule 6 had warned, blocked or
 * disabled. What was heard within the last minute stays as it is: a row written per message would cost more than the
 * message.
 */
async function noteContact(trx: Trx, messages: readonly SiteMessage[]): Promise<string[]> {
  const heard = await rows<{ id: string; contact: string }>(
    trx,
    `with due as (
       -- A site is locked before its installations, and sites in their order, as by everybody else who changes both.
       select site.id from site join (
         select h.site_id, min(h.at) as at, bool_or(i.last_heard_at is null or i.last_heard_at < h.at - interval '1 minute'
           or h.product_version is distinct from i.product_version_seen and h.product_version is not null) as is_new
         from ${HEARD} join installation i on i.site_id = h.site_id and i.id = h.installation_id
         group by h.site_id
       ) as heard on heard.site_id = site.id
       where heard.is_new or site.last_contact_at is null or site.last_contact_at < heard.at - interval '1 minute'
         or site.contact <> 'ok'
       order by site.id for no key update of site
     ), installed as (
       update installation i set last_heard_at = greatest(i.last_heard_at, h.at),
         product_version_seen = coalesce(h.product_version, i.product_version_seen)
       from due join ${HEARD} on h.site_id = due.id
       where i.site_id = h.site_id and i.id = h.installation_id
         and (i.last_heard_at is null or i.last_heard_at < h.at - interval '1 minute'
           or h.product_version is distinct from i.product_version_seen and h.product_version is not null)
     )
     update site set last_contact_at = greatest(last_contact_at, heard.at)
     from due join (select site_id, max(at) as at from ${HEARD} group by site_id) as heard on heard.site_id = due.id
     where site.id = due.id
       and (site.last_contact_at is null or site.last_contact_at < heard.at - interval '1 minute'
         or site.contact <> 'ok')
     returning site.id, site.contact`,
    { heard: heardOf(messages) },
  );
  return heard.filter(({ contact }) => contact !== 'ok').map(({ id }) => id);
}

/**
 * Stores what sites said, by whichever channel it came, in a handful of statements; at most one message per
 * installation, its sender proven by the channel. Outcomes in order: what was stored, or ID_REUSED_WITH_OTHER_CONTENT
 * for that message alone. Idempotent by sender and instant, or sender, period and revision. What rule 6 did to a site
 * that was silent is lifted. Months of check-ins must have their partitions.
 */
export async function storeSiteMessages(trx: Trx, messages: readonly SiteMessage[]): Promise<(Stored | KontorError)[]> {
  const checkIns = messages.filter((message): message is CheckInMessage => message.kind === 'checkIns');
  const reports = messages.filter((message): message is UsageReportMessage => message.kind === 'usageReport');
  const storedCheckIns = (await storeCheckIns(trx, checkIns)).values();
  const storedReports = (await storeUsageReports(trx, reports)).values();
  const outcomes = messages.map(({ kind }) => {
    const { value } = kind === 'checkIns' ? storedCheckIns.next() : storedReports.next();
    return value ?? new KontorError('INTERNAL', 'A message was stored without an outcome.');
  });
  const stored = messages.filter((_, index) => !(outcomes[index] instanceof KontorError));
  const silent = stored.length === 0 ? [] : await noteContact(trx, stored);
  // What a file of some days ago lifts is judged by its date (judgeContact).
  const carried = new Set(stored.flatMap(({ channel, from }) => (channel === 'file' ? [from.siteId] : [])));
  const heard = silent.filter((siteId) => !carried.has(siteId));
  if (heard.length > 0) await liftContact(trx, heard);
  return outcomes;
}
