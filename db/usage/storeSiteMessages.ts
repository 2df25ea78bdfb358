import { KontorError } from '../../domain/errors.js';
import type { CheckInMessage, SiteMessage, Stored, UsageReportMessage } from '../../domain/siteMessage.js';
import { rows, type Trx } from '../connect.js';
import { liftContact } from '../sites/contact.js';
import { storeCheckIns } from './checkInStore.js';
import { useNonces } from './nonceStore.js';
import { storeUsageReports } from './usageReportStore.js';

/** A message whose signature has been verified. */
export interface SignedMessage {
  signingKeyId: string;
  nonce: string;
  message: SiteMessage;
}

/**
 * Notes that those sites were heard. Returns the ones that rule 6 had warned, blocked or disabled. A site heard within
 * the last minute stays as it is: a row written per message would cost more than the message.
 */
async function noteContact(trx: Trx, messages: readonly SiteMessage[]): Promise<string[]> {
  const heard = await rows<{ id: string; contact: string }>(
    trx,
    `update site set last_contact_at = greatest(last_contact_at, heard.at)
     from (select site_id, max(at) as at from unnest(:siteIds::uuid[], :instants::timestamptz[]) as h(site_id, at)
       group by site_id) as heard
     where site.id = heard.site_id
       and (site.last_contact_at is null or site.last_contact_at < heard.at - interval '1 minute'
         or site.contact <> 'ok')
     returning site.id, site.contact`,
    {
      siteIds: messages.map(({ from }) => from.siteId),
      instants: messages.map(({ receivedAt }) => receivedAt.toISOString()),
    },
  );
  return heard.filter(({ contact }) => contact !== 'ok').map(({ id }) => id);
}

function isMessage(item: SiteMessage | undefined): item is SiteMessage {
  return item !== undefined;
}

/**
 * Stores verified messages of many sites in a handful of statements; at most one message per installation. Outcomes in
 * order: what was stored, or NONCE_REUSED or ID_REUSED_WITH_OTHER_CONTENT for that message alone. What
 * rule 6 did to a site that was silent is lifted.
 */
export async function storeSiteMessages(
  trx: Trx,
  signed: readonly SignedMessage[],
  usedAt: Date,
): Promise<(Stored | KontorError)[]> {
  const fresh = await useNonces(trx, signed, usedAt);
  const accepted = signed.map(({ message }, index) => (fresh[index] === true ? message : undefined));
  const messages = accepted.filter(isMessage);
  const checkIns = messages.filter((message): message is CheckInMessage => message.kind === 'checkIns');
  const reports = messages.filter((message): message is UsageReportMessage => message.kind === 'usageReport');
  const outcomes = new Map<SiteMessage, Stored | KontorError>();
  (await storeCheckIns(trx, checkIns)).forEach((outcome, index) => {
    const message = checkIns[index];
    if (message !== undefined) outcomes.set(message, outcome);
  });
  (await storeUsageReports(trx, reports)).forEach((outcome, index) => {
    const message = reports[index];
    if (message !== undefined) outcomes.set(message, outcome);
  });
  const stored = messages.filter((message) => !(outcomes.get(message) instanceof KontorError));
  const silent = stored.length === 0 ? [] : await noteContact(trx, stored);
  if (silent.length > 0) await liftContact(trx, silent);
  return accepted.map(
    (message) =>
      (message && outcomes.get(message)) ??
      new KontorError('NONCE_REUSED', 'This very message was received before. Sign anew to send it again.'),
  );
}
