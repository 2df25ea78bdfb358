import { productByCode } from '../../domain/catalog/index.js';
import { messageId } from '../../domain/messageId.js';
import { minorToDecimalString } from '../../domain/money.js';
import { localeOf } from '../../locales/index.js';
import { activeMember } from '../access/personStore.js';
import type { Trx } from '../connect.js';
import { enqueueMails, type OutgoingMail } from '../outbox/outboxStore.js';
import type { Quote, QuotingProgramme } from './quoteStore.js';

/** Puts the letter to the partner team into the outbox that somebody asks for a quote. */
export async function enqueueAsked(trx: Trx, quote: Quote, to: QuotingProgramme, at: Date): Promise<void> {
  const { id, programme, companyName, product, quantity, years, wish, askedBy } = quote;
  const mail: OutgoingMail = {
    ...{ kind: 'quoteAsked', messageId: messageId('quote-asked', id), programme, notBefore: at },
    ...{ to: { address: to.partnerTeamEmail }, locale: localeOf(to.partnerTeamLocale) },
    params: {
      ...{ companyName, programmeName: to.name, productName: productByCode(product)?.name ?? product },
      ...{ quantity, years, wish, askedBy: askedBy.name },
    },
  };
  await enqueueMails(trx, [mail], at);
}

/**
 * The same of its answer, or of a reminder, to who asked, in her language while she acts for that company; else to the company's
 * address for legal mail. Nothing where the quote has no answer.
 */
export async function enqueueAnswered(
  trx: Trx,
  { id, programme, companyId, product, askedBy, answer }: Quote,
  { reminder, at }: { reminder: boolean; at: Date },
): Promise<void> {
  if (answer === null) return;
  const { number, paper, currency, totalMinor } = answer;
  const asker = askedBy.kind === 'person' ? await activeMember(trx, { companyId, personId: askedBy.id }) : undefined;
  const mail: OutgoingMail = {
    ...{ kind: 'quoteAnswered', messageId: messageId(reminder ? 'quote-reminder' : 'quote-answered', id), programme },
    to: asker === undefined ? { companyId, purpose: 'legal' } : { address: asker.email },
    ...{ locale: localeOf(asker?.locale ?? paper.locale), notBefore: at },
    params: {
      ...{ vendorName: paper.vendor.name, number, productName: productByCode(product)?.name ?? product },
      total: { amount: minorToDecimalString(totalMinor, currency), currency },
      ...{ validUntil: paper.validUntil, reminder },
    },
  };
  await enqueueMails(trx, [mail], at);
}
