import { activeMember } from '../../db/access/personStore.js';
import type { Trx } from '../../db/connect.js';
import type { IssuedCredit } from '../../db/corrections/creditStore.js';
import type { OutgoingMail } from '../../db/outbox/outboxStore.js';
import { PARTNER_TEAM } from '../../db/parties/companyStore.js';
import { programmeOfMsp } from '../../db/readModels/programmeOf.js';
import { loadStatements } from '../../db/statements/statementStore.js';
import type { Correction } from '../../domain/correction.js';
import { KontorError } from '../../domain/errors.js';
import { messageId } from '../../domain/messageId.js';
import { minorToDecimalString } from '../../domain/money.js';
import { dayOf } from '../../domain/period.js';
import type { Statement } from '../../domain/statement.js';
import { localeOf } from '../../locales/index.js';

/** What letters to the partner team have in common. */
async function toPartnerTeam(trx: Trx, { programme, mspId, period, statementId, number }: Correction) {
  const today = await programmeOfMsp(trx, programme, mspId);
  const [issued] = await loadStatements(trx, [statementId]);
  if (today === undefined || issued === undefined) {
    throw new KontorError('INTERNAL', 'A correction is of a statement of an MSP that takes part in its programme.');
  }
  return {
    zone: today.programmeZone,
    said: { mspName: issued.statement.msp.name, number, period },
    envelope: {
      ...{ locale: localeOf(today.partnerTeamLocale), to: { address: today.partnerTeamEmail } },
      ...{ programme, mspId },
    },
  };
}

/** To the partner team: somebody else has to confirm it. `at`: when it is said; a reminder is a letter of its own. */
export async function correctionAskedMail(
  trx: Trx,
  correction: Correction,
  { reminder, at }: { reminder: boolean; at: Date },
): Promise<OutgoingMail[]> {
  const { id, amountMinor, currency, reason, askedBy, decideUntil, plan } = correction;
  const { zone, said, envelope } = await toPartnerTeam(trx, correction);
  const amount = plan.line === null ? null : { amount: minorToDecimalString(amountMinor, currency), currency };
  return [
    {
      ...envelope,
      notBefore: at,
      messageId: messageId(reminder ? 'correction-reminder' : 'correction-asked', id),
      kind: 'correctionAsked',
      params: { ...said, amount, reason, askedBy: askedBy.name, expiresOn: dayOf(decideUntil, zone), reminder },
    },
  ];
}

export async function correctionExpiredMail(trx: Trx, correction: Correction): Promise<OutgoingMail[]> {
  const { id, reason, decideUntil } = correction;
  const { said, envelope } = await toPartnerTeam(trx, correction);
  const params = { ...said, reason };
  return [
    {
      ...envelope,
      ...{ notBefore: decideUntil, messageId: messageId('correction-expired', id), kind: 'correctionExpired', params },
    },
  ];
}

/** To whoever asked, while she is of the partner team: another person has confirmed or refused it. */
export async function correctionDecidedMail(
  trx: Trx,
  correction: Correction,
  { document, at }: { document: string | null; at: Date },
): Promise<OutgoingMail[]> {
  const { id, state, askedBy, decidedBy, decisionReason: reason, amountMinor, currency, plan } = correction;
  if ((state !== 'confirmed' && state !== 'refused') || askedBy.kind !== 'person') return [];
  const asker = await activeMember(trx, { companyId: PARTNER_TEAM, personId: askedBy.id });
  if (asker === undefined) return [];
  const { said, envelope } = await toPartnerTeam(trx, correction);
  const amount = plan.line === null ? null : { amount: minorToDecimalString(amountMinor, currency), currency };
  return [
    {
      ...envelope,
      ...{ locale: localeOf(asker.locale), to: { address: asker.email }, notBefore: at },
      messageId: messageId('correction-decided', id),
      kind: 'correctionDecided',
      params: { ...said, amount, state, decidedBy: decidedBy?.name ?? '', reason, document },
    },
  ];
}

/** A credit to the MSP's address for statements, and to the distributor that billed the statement. */
export function creditMails(
  { credit, correctionId, mspId, distributorId, programme }: IssuedCredit,
  at: Date,
): OutgoingMail[] {
  const { number, statementNumber, period, currency, totalMinor, locale, msp, distributor, vendor } = credit;
  const mail = {
    ...{ kind: 'creditIssued' as const, locale, programme, period, correctionId, notBefore: at },
    params: {
      ...{
        vendorName: vendor.name,
        distributorName: distributor.name,
        mspName: msp.name,
        number,
        statementNumber,
        period,
      },
      total: { amount: minorToDecimalString(totalMinor, currency), currency },
    },
  };
  return [
    { ...mail, to: { companyId: mspId, purpose: 'statements' }, mspId, messageId: messageId('credit', number) },
    {
      ...mail,
      ...{ to: { companyId: distributorId, purpose: 'statements' }, distributorId },
      messageId: messageId('credit-distributor', number),
    },
  ];
}

/** The new revision to the same two. */
export function revisionMails(
  { id: correctionId, mspId, distributorId, programme, reason }: Correction,
  { number, revision, period, locale, msp }: Statement,
  at: Date,
): OutgoingMail[] {
  const mail = {
    ...{ kind: 'statementReissued' as const, locale, programme, period, correctionId, notBefore: at },
    params: { mspName: msp.name, number, revision, period, reason },
  };
  return [
    {
      ...mail,
      ...{ to: { companyId: mspId, purpose: 'statements' }, mspId },
      messageId: messageId('statement-revision', number, revision),
    },
    {
      ...mail,
      ...{ to: { companyId: distributorId, purpose: 'statements' }, distributorId },
      messageId: messageId('statement-revision-distributor', number, revision),
    },
  ];
}
