import { Context } from '@temporalio/activity';
import { ALL } from '../db/connect.js';
import { enqueueMails, type OutgoingMail } from '../db/outbox/outboxStore.js';
import { endingLicences, endingRules, type EndingLicence, type EndingRule } from '../db/readModels/endingLicences.js';
import { productByCode } from '../domain/catalog/index.js';
import { dayBefore } from '../domain/licences/licensedDays.js';
import { messageId } from '../domain/messageId.js';
import type { MailInput } from '../locales/mail.js';
import type { ActivityDeps } from './deps.js';
import { localeOf } from '../locales/index.js';

/** Licences looked at in one transaction. */
const CHUNK = 1000;
/** An end is told late rather than never where nothing ran for some days, and where a renewal was refused in the end. */
const ENDED_WITHIN_DAYS = 14;

/** To the MSP at every step, to the partner team at the end; one letter per licence, step and reader. */
function letters(licence: EndingLicence, rule: EndingRule, now: Date): OutgoingMail[] {
  const { mspId, id, mspName, siteName, tenantName, product, count, endsOn, daysLeft, step } = licence;
  const { programme, vendorName, partnerTeamEmail, partnerTeamLocale } = rule;
  const productName = productByCode(product)?.name ?? product;
  const params: MailInput<'licenceEnds'> = {
    ...{ vendorName, mspName, licenceId: id, productName, siteName, tenantName, count },
    ...{ lastDay: dayBefore(endsOn), daysLeft },
  };
  const about = { kind: 'licenceEnds' as const, params, programme, mspId, notBefore: now };
  const toMsp = { ...about, locale: licence.locale, to: { companyId: licence.mspId, purpose: 'legal' as const } };
  const toTeam = { ...about, locale: localeOf(partnerTeamLocale), to: { address: partnerTeamEmail } };
  return [
    { ...toMsp, messageId: messageId('licence-ends', id, step) },
    ...(step === 0 ? [{ ...toTeam, messageId: messageId('licence-ended', id) }] : []),
  ];
}

/**
 * Rule 22 over all licences as of `now` (ISO): tells of an end that is near, or has come. Doing it twice is safe: a letter's
 * identity names licence and step. Each chunk is a transaction: a new attempt finds the letters of those before it there.
 */
export const remindOfLicences =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: { now: string }): Promise<{ reminded: number }> => {
    const now = new Date(input.now);
    let reminded = 0;
    for (const rule of await deps.db.transaction(ALL, endingRules)) {
      let after: string | null = null;
      do {
        const page: { after: string | null; limit: number } = { after, limit: CHUNK };
        const done: { last: string | undefined; more: boolean; mails: number } = await deps.db.transaction(
          ALL,
          async (trx) => {
            const ending = await endingLicences(trx, rule, { now, endedWithinDays: ENDED_WITHIN_DAYS, ...page });
            const mails = ending.flatMap((licence) => letters(licence, rule, now));
            const kept = await enqueueMails(trx, mails, now);
            return { last: ending.at(-1)?.id, more: ending.length === CHUNK, mails: kept };
          },
        );
        reminded += done.mails;
        Context.current().heartbeat({ reminded });
        after = done.more ? (done.last ?? null) : null;
      } while (after !== null);
    }
    return { reminded };
  };
