import { ALL } from '../db/connect.js';
import { findMsp } from '../db/parties/mspStore.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { programmeOfMsp } from '../db/readModels/programmeOf.js';
import { lockSite } from '../db/sites/siteStore.js';
import { messageId } from '../domain/messageId.js';
import { dayOf } from '../domain/period.js';
import type { MailParams } from '../locales/mail.js';
import type { ActivityDeps } from './deps.js';

export interface RemindOfActivationInput {
  mspId: string;
  siteId: string;
  /** ISO instant the reminder was due. */
  at: string;
}

/**
 * Reminds the MSP of a site whose key no installation has used. The site's row is locked, so an activation at the same
 * moment comes before or after. Doing it twice is safe: the instant it was due is part of the mail's identity.
 */
export const remindOfActivation =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async ({ mspId, siteId, at }: RemindOfActivationInput): Promise<void> =>
    deps.db.transaction(ALL, async (trx) => {
      const site = await lockSite(trx, mspId, siteId);
      const msp = await findMsp(trx, mspId);
      const programme = await programmeOfMsp(trx, site?.programme ?? '', mspId);
      if (site?.state !== 'created' || msp === undefined || programme === undefined) return;
      const params: MailParams['siteActivationReminder'] = {
        vendorName: programme.vendorName,
        siteName: site.name,
        keyCreatedOn: dayOf(site.createdAt, msp.zone),
      };
      const mail = {
        messageId: messageId('site-activation-reminder', siteId, at),
        kind: 'siteActivationReminder' as const,
        locale: msp.locale,
        recipient: msp.email,
        params: { ...params },
        mspId,
        notBefore: new Date(at),
      };
      await enqueueMails(trx, [mail], new Date(at));
    });
