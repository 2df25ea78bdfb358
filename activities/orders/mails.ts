import type { Trx } from '../../db/connect.js';
import type { OutgoingMail } from '../../db/outbox/outboxStore.js';
import type { TermLicence } from '../../db/prices/termLicenceStore.js';
import { findRegistration } from '../../db/programmes/participationStore.js';
import { programmeOfMsp } from '../../db/readModels/programmeOf.js';
import { lockSite } from '../../db/sites/siteStore.js';
import { productByCode } from '../../domain/catalog/index.js';
import { KontorError } from '../../domain/errors.js';
import { messageId } from '../../domain/messageId.js';
import { minorToDecimalString } from '../../domain/money.js';
import type { Order } from '../../domain/order.js';
import { dayOf } from '../../domain/period.js';
import { localeOf } from '../../locales/index.js';

/** The letters about an order as it is now: to the partner team while it waits, to the MSP once it has ended. */
export async function orderMails(trx: Trx, order: Order, licence: TermLicence | null): Promise<OutgoingMail[]> {
  const { programme, mspId, id, state, decidedAt, placedAt } = order;
  const today = await programmeOfMsp(trx, programme, mspId);
  const registration = await findRegistration(trx, programme, mspId);
  if (today === undefined || registration === undefined) {
    throw new KontorError('INTERNAL', 'An order is of an MSP that takes part in its programme.');
  }
  const { msp } = registration;
  const site = order.licence === null ? undefined : await lockSite(trx, mspId, order.licence.siteId);
  const ordered = {
    vendorName: today.vendorName,
    mspName: msp.name,
    productName: productByCode(order.product)?.name ?? order.product,
    siteName: site?.name ?? null,
    count: order.licence?.count ?? null,
    price: { amount: minorToDecimalString(order.amountMinor, order.currency), currency: order.currency },
  };
  const toMsp = {
    ...{ locale: msp.locale, to: { companyId: mspId, purpose: 'legal' as const }, programme, mspId },
    notBefore: decidedAt ?? placedAt,
    messageId: messageId(`order-${state}`, id),
  };
  switch (state) {
    case 'placed':
      return [
        {
          ...{ ...toMsp, locale: localeOf(today.partnerTeamLocale), to: { address: today.partnerTeamEmail } },
          kind: 'orderPlaced',
          params: { ...ordered, expiresOn: dayOf(order.decideUntil, today.programmeZone) },
        },
      ];
    case 'approved':
      return [
        {
          ...toMsp,
          kind: 'orderApproved',
          params: { ...ordered, startsOn: licence?.startsOn ?? null, endsOn: licence?.endsOn ?? null },
        },
      ];
    case 'refused':
      return [{ ...toMsp, kind: 'orderRefused', params: { ...ordered, reason: order.reason ?? '' } }];
    case 'expired':
      return [{ ...toMsp, kind: 'orderExpired', params: ordered }];
    case 'withdrawn':
      return [
        {
          ...{ ...toMsp, locale: localeOf(today.partnerTeamLocale), to: { address: today.partnerTeamEmail } },
          kind: 'orderWithdrawn',
          params: ordered,
        },
      ];
  }
}
