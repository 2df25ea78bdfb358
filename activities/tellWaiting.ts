import { ALL } from '../db/connect.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { takeThoseToTell } from '../db/programmes/waitingList.js';
import { messageId } from '../domain/messageId.js';
import { countryName, type MailInput } from '../locales/index.js';
import type { ActivityDeps } from './deps.js';

/**
 * Tells everybody on a waiting list, the address confirmed, whose country is open as of `now` (ISO): one mail per person, programme and country.
 * Idempotent: whoever was told is marked in the transaction that keeps the mail.
 */
export const tellWaiting =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: { now: string }): Promise<{ told: number }> =>
    deps.db.transaction(ALL, async (trx) => {
      const now = new Date(input.now);
      const waiting = await takeThoseToTell(trx, now);
      const mails = waiting.map(({ id, programme, programmeName, country, email, locale }) => {
        const params: MailInput<'territoryOpened'> = { programmeName, country: countryName(country, locale) };
        return {
          messageId: messageId('territory-opened', id),
          kind: 'territoryOpened' as const,
          locale,
          to: { address: email },
          params,
          programme,
          notBefore: now,
        };
      });
      await enqueueMails(trx, mails, now);
      return { told: mails.length };
    });
